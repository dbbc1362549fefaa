"""What Tesseract reads for the local stand-in of Google Cloud Vision, as hOCR (notebook 01)."""

from xml.etree import ElementTree

import numpy as np
import pytesseract
from PIL import Image

from ocr_utils import tesseract
from ocr_utils.errors import OcrError
from ocr_vision.response import LANGUAGES, confidence_of, of_class

SECONDS = 50  # for one image; the client waits for 60
SURE = 0.8  # a mean confidence of the words that needs no second look


def tesseract_languages(hints) -> str:
    """Vision's language hints (BCP-47) -> Tesseract's languages; English is always among them.

    >>> tesseract_languages([]), tesseract_languages(["ko"]), tesseract_languages(["en-GB", "ko"])
    ('eng', 'kor+eng', 'eng+kor')
    """
    names = []
    for hint in [*hints, "en"]:
        name = _language(hint)
        if name is None:
            raise OcrError(
                f"Language hint {hint!r} is not supported by the local stand-in: "
                f"use one of {', '.join(sorted(LANGUAGES))}."
            )
        if name not in tesseract.languages():
            raise OcrError(
                f"Language hint {hint!r} needs Tesseract's language {name!r}: "
                "install it, or leave the hint out."
            )
        names.append(name)
    return "+".join(dict.fromkeys(names))


def _language(hint: str) -> str | None:
    """Tesseract's name for a BCP-47 code: of the whole code, or else of its first part."""
    known = {code.lower(): name for code, name in LANGUAGES.items()}
    parts = hint.lower().split("-")
    codes = ("-".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((known[code] for code in codes if code in known), None)


def read_hocr(image: np.ndarray, lang: str) -> ElementTree.Element:
    """Tesseract's answer as hOCR; of three views of the page, the one with the most certain words.

    It takes the image for a whole page, then, where it is unsure, for one column, then for words
    anywhere. Short texts and Hangul need this.
    """
    answers = []
    for psm in (3, 4, 11):
        answers.append(_hocr(image, lang, psm))
        words = of_class(answers[-1], "ocrx_word")
        if words and np.mean([confidence_of(word) for word in words]) >= SURE:
            break
    return max(answers, key=_certainty)


def _certainty(hocr: ElementTree.Element) -> float:
    """Words above a confidence of 0.5 count for an answer, words below against it."""
    return sum(confidence_of(word) - 0.5 for word in of_class(hocr, "ocrx_word"))


def _hocr(image: np.ndarray, lang: str, psm: int) -> ElementTree.Element:
    """The format of Tesseract that holds every level, from the page down to the character."""
    try:
        return ElementTree.fromstring(
            pytesseract.image_to_pdf_or_hocr(
                Image.fromarray(image),
                lang=lang,
                extension="hocr",
                config=f"--psm {psm} -c hocr_char_boxes=1",
                timeout=SECONDS,
            )
        )
    except pytesseract.TesseractError:
        raise OcrError("Bad image data.") from None
    except RuntimeError:  # what pytesseract raises when the time is over
        raise OcrError(f"The image was not read within {SECONDS} seconds.") from None
