"""The answer of Google Cloud Vision, built from hOCR or from words (notebook 01).

The fields of an AnnotateImageResponse, as dicts: a page of blocks, paragraphs, words and symbols,
https://cloud.google.com/vision/docs/reference/rpc/google.cloud.vision.v1.
"""

import re
from collections import Counter
from xml.etree import ElementTree

import numpy as np

from ocr_utils.layout import group_lines
from ocr_utils.words import Word

SPACE, EOL_SURE_SPACE, LINE_BREAK = 1, 3, 5  # DetectedBreak.BreakType
BREAK_TEXT = {SPACE: " ", EOL_SURE_SPACE: "\n", LINE_BREAK: "\n"}
LANGUAGES = {
    "en": "eng",
    "ko": "kor",
    "ja": "jpn",
    "zh": "chi_sim",
    "zh-Hant": "chi_tra",
    "zh-TW": "chi_tra",
    "zh-HK": "chi_tra",
    "de": "deu",
    "fr": "fra",
    "es": "spa",
    "it": "ita",
    "pt": "por",
    "ru": "rus",
}  # BCP-47 -> Tesseract


def from_hocr(hocr: ElementTree.Element, size: tuple[int, int], confidences: bool) -> dict:
    """A page of hOCR, as Tesseract writes it; size: (width, height) of the image in pixels."""
    blocks = [_block(area, confidences) for area in of_class(hocr, "ocr_carea")]
    return _response([block for block in blocks if block["paragraphs"]], size)


def from_words(words: list[Word], size: tuple[int, int], confidences: bool) -> dict:
    """The words of any reader, in one block; a symbol gets its share of the word's box.

    >>> word = Word.from_bounds("Lube", 0.98, 10, 5, 84, 37)
    >>> from_words([word], (100, 50), True)["text_annotations"][0]["description"]
    'Lube'
    """
    lines = [
        [_word_of(word, confidences) for word in line if word.text.strip()]
        for line in group_lines(words)
    ]
    paragraph = _paragraph([line for line in lines if line])
    if not paragraph["words"]:
        return _response([], size)
    paragraph["bounding_box"] = _around(paragraph["words"])
    return _response([_block_of([paragraph], paragraph["bounding_box"])], size)


def _response(blocks: list[dict], size: tuple[int, int]) -> dict:
    if not blocks:
        return {}  # no text is no error: the response is empty
    words = [word for block in blocks for par in block["paragraphs"] for word in par["words"]]
    text = "".join(map(_word_text, words)).rstrip("\n")
    page = {
        "width": size[0],
        "height": size[1],
        "blocks": blocks,
        "property": _languages(words),
        "confidence": _mean(blocks),
    }
    locale = page["property"]["detected_languages"][0]["language_code"]
    whole = {"description": text, "locale": locale, "bounding_poly": _around(words)}
    single = [
        {"description": _word_text(word).strip(), "bounding_poly": word["bounding_box"]}
        for word in words
    ]
    return {
        "text_annotations": [whole, *single],
        "full_text_annotation": {"text": text, "pages": [page]},
    }


def _block(area: ElementTree.Element, confidences: bool) -> dict:
    paragraphs = []
    for par in of_class(area, "ocr_par"):
        lines = [
            [
                _word(word, par, confidences)
                for word in of_class(line, "ocrx_word")
                if "".join(word.itertext()).strip()
            ]
            for line in par
        ]
        paragraphs.append(
            _paragraph([line for line in lines if line]) | {"bounding_box": _box(par)}
        )
    return _block_of([paragraph for paragraph in paragraphs if paragraph["words"]], _box(area))


def _block_of(paragraphs: list[dict], box: dict) -> dict:
    words = [word for paragraph in paragraphs for word in paragraph["words"]]
    return {
        "block_type": 1,
        "paragraphs": paragraphs,
        "bounding_box": box,
        "property": _languages(words),
        "confidence": _mean(paragraphs),
    }


def _paragraph(lines: list[list[dict]]) -> dict:
    """Lines of words, which get their breaks."""
    for number, line in enumerate(lines, start=1):
        for word in line[:-1]:
            _set_break(word, SPACE)
        _set_break(line[-1], LINE_BREAK if number == len(lines) else EOL_SURE_SPACE)
    words = [word for line in lines for word in line]
    return {"words": words, "property": _languages(words), "confidence": _mean(words)}


def _word_of(word: Word, confidences: bool) -> dict:
    confidence = max(word.confidence, 0.01) if confidences and word.confidence is not None else 0.0
    corners, text = np.array(word.box), word.text.strip()
    (start, end), count = (corners[[0, 3]], corners[[1, 2]]), len(text)
    cuts = [start + (end - start) * part / count for part in range(count + 1)]
    symbols = [
        {
            "text": letter,
            "bounding_box": _corners([a[0], b[0], b[1], a[1]]),
            "confidence": confidence,
        }
        for letter, a, b in zip(text, cuts, cuts[1:], strict=False)
    ]
    code = "ko" if any("가" <= letter <= "힣" for letter in text) else "en"
    return {
        "symbols": symbols,
        "bounding_box": _corners(corners),
        "confidence": confidence,
        "property": {"detected_languages": [{"language_code": code, "confidence": 1}]},
    }


def _word(word: ElementTree.Element, par: ElementTree.Element, confidences: bool) -> dict:
    language = word.get("lang") or par.get("lang")
    codes = [code for code, name in LANGUAGES.items() if name == language]
    symbols = [
        {
            "text": symbol.text,
            "bounding_box": _box(symbol),
            "confidence": confidence_of(symbol, confidences),
        }
        for symbol in of_class(word, "ocrx_cinfo")
        if symbol.text
    ]
    return {
        "symbols": symbols,
        "bounding_box": _box(word),
        "confidence": confidence_of(word, confidences),
        "property": {"detected_languages": [{"language_code": codes[0], "confidence": 1}]},
    }


def _set_break(word: dict, kind: int) -> None:
    """The break after a word stands in its last symbol, as in the real service."""
    word["symbols"][-1]["property"] = {"detected_break": {"type_": kind}}


def _word_text(word: dict) -> str:
    """The symbols of a word and the break behind it."""
    end = word["symbols"][-1]["property"]["detected_break"]["type_"]
    return "".join(symbol["text"] for symbol in word["symbols"]) + BREAK_TEXT[end]


def of_class(element: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    return [child for child in element.iter() if child.get("class") == name]


def _box(element: ElementTree.Element) -> dict:
    """The bbox of an hOCR element as a BoundingPoly."""
    numbers = re.search(r"bbox(?:es)? (-?\d+) (-?\d+) (-?\d+) (-?\d+)", element.get("title"))
    return _polygon(*map(int, numbers.groups()))


def _polygon(left: int, top: int, right: int, bottom: int) -> dict:
    return _corners([(left, top), (right, top), (right, bottom), (left, bottom)])


def _corners(points) -> dict:
    """Four (x, y) points as a BoundingPoly, whose vertices are whole pixels."""
    return {"vertices": [{"x": round(float(x)), "y": round(float(y))} for x, y in points]}


def _around(words: list[dict]) -> dict:
    """The upright box around all words."""
    corners = [corner for word in words for corner in word["bounding_box"]["vertices"]]
    xs, ys = [corner["x"] for corner in corners], [corner["y"] for corner in corners]
    return _polygon(min(xs), min(ys), max(xs), max(ys))


def confidence_of(element: ElementTree.Element, wanted: bool = True) -> float:
    """0.01..1, or 0 where none is wanted: in the protocol 0 means "not given"."""
    found = re.search(r"x_w?conf (-?[\d.]+)", element.get("title"))
    return min(max(float(found[1]) / 100, 0.01), 1.0) if wanted else 0.0


def _mean(parts: list[dict]) -> float:
    return float(np.mean([part["confidence"] for part in parts])) if parts else 0.0


def _languages(words: list[dict]) -> dict:
    """The languages of some words, the most frequent first, each with its share of the words."""
    codes = Counter(word["property"]["detected_languages"][0]["language_code"] for word in words)
    return {
        "detected_languages": [
            {"language_code": code, "confidence": count / len(words)}
            for code, count in codes.most_common()
        ]
    }
