"""A stand-in for Google Cloud Vision on this machine: same protocol, Tesseract reads (notebook 01).

It is a gRPC server on loopback that answers `BatchAnnotateImages` for TEXT_DETECTION and
DOCUMENT_TEXT_DETECTION with the messages of the public interface
(https://cloud.google.com/vision/docs/reference/rpc/google.cloud.vision.v1), so that the real
`google-cloud-vision` client talks to it unchanged. What differs from the real service: the reader
is Tesseract; without a language hint it reads English; "end." is one word and not two.
"""

import functools
import os
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from xml.etree import ElementTree

import numpy as np
from PIL import Image

from ocr_utils import tesseract
from ocr_utils.errors import OcrError
from ocr_utils.images import load_image

SERVICE = "google.cloud.vision.v1.ImageAnnotator"
TEXT_DETECTION, DOCUMENT_TEXT_DETECTION = 5, 11  # Feature.Type
SPACE, EOL_SURE_SPACE, LINE_BREAK = 1, 3, 5  # DetectedBreak.BreakType
BREAK_TEXT = {SPACE: " ", EOL_SURE_SPACE: "\n", LINE_BREAK: "\n"}
INVALID_ARGUMENT, UNIMPLEMENTED, INTERNAL, UNAVAILABLE = 3, 12, 13, 14  # google.rpc.Code
SURE = 0.8  # a mean confidence of the words that needs no second look
LANGUAGES = {
    "en": "eng",
    "ko": "kor",
    "ja": "jpn",
    "zh": "chi_sim",
    "de": "deu",
    "fr": "fra",
    "es": "spa",
    "it": "ita",
    "pt": "por",
    "ru": "rus",
}  # BCP-47 -> Tesseract
OPTIONS = [
    ("grpc.max_receive_message_length", -1),
    ("grpc.max_send_message_length", -1),
    ("grpc.enable_http_proxy", 0),
    ("grpc.so_reuseport", 0),
]


def import_grpc():
    """The package grpc, told to keep its log lines off stderr before it loads.

    >>> import_grpc().__name__
    'grpc'
    """
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")
    os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")  # Tesseract is started by forking
    import grpc

    return grpc


def start(refuse: tuple[str, str] | None = None):
    """Start a server on a free loopback port -> (server, "127.0.0.1:PORT").

    It runs until `server.stop(0)`, or until nobody holds it any more.
    refuse: (name of a gRPC status, message) makes it turn every call down in that way,
    to see what a client does then.

    >>> server, address = start(refuse=("PERMISSION_DENIED", "billing is off"))
    >>> address.split(":")[0]
    '127.0.0.1'
    >>> _ = server.stop(0)
    """
    grpc = import_grpc()
    from google.cloud.vision_v1 import types

    def batch_annotate_images(request, context):
        if refuse:
            context.abort(grpc.StatusCode[refuse[0]], refuse[1])
        return types.BatchAnnotateImagesResponse(responses=map(_annotate, request.requests))

    handler = grpc.unary_unary_rpc_method_handler(
        batch_annotate_images,
        request_deserializer=types.BatchAnnotateImagesRequest.deserialize,
        response_serializer=types.BatchAnnotateImagesResponse.serialize,
    )
    server = grpc.server(ThreadPoolExecutor(max_workers=2), options=OPTIONS)
    server.add_generic_rpc_handlers(
        (grpc.method_handlers_generic_handler(SERVICE, {"BatchAnnotateImages": handler}),)
    )
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, f"127.0.0.1:{port}"


def connect(address: str):
    """The real ImageAnnotatorClient of google-cloud-vision, talking to a server at `address`.

    >>> type(connect("127.0.0.1:9")).__name__  # connects only when it is asked something
    'ImageAnnotatorClient'
    """
    grpc = import_grpc()
    from google.cloud import vision
    from google.cloud.vision_v1.services.image_annotator.transports import (
        ImageAnnotatorGrpcTransport,
    )

    channel = grpc.insecure_channel(address, options=OPTIONS)
    return vision.ImageAnnotatorClient(transport=ImageAnnotatorGrpcTransport(channel=channel))


@functools.cache
def shared_address() -> str:
    """The address of the one server that this process shares; it starts at the first call.

    >>> shared_address() == shared_address()
    True
    """
    server, address = start()
    _shared.append(server)  # a server that nobody holds stops
    return address


_shared: list = []


def _annotate(request) -> dict:
    """One AnnotateImageRequest -> the fields of its AnnotateImageResponse."""
    if not {TEXT_DETECTION, DOCUMENT_TEXT_DETECTION} & {f.type_ for f in request.features}:
        return _error(
            UNIMPLEMENTED,
            "The local stand-in answers only TEXT_DETECTION and DOCUMENT_TEXT_DETECTION.",
        )
    if request.image.source.image_uri or request.image.source.gcs_image_uri:
        return _error(
            UNAVAILABLE,
            "We can not access the URL currently. Please download the content and pass it in.",
        )
    try:
        image = load_image(bytes(request.image.content))
    except OcrError:
        return _error(INVALID_ARGUMENT, "Bad image data.")
    try:
        lang = tesseract_languages(request.image_context.language_hints)
        return _response(image, _read(image, lang), _wants_confidence(request))
    except OcrError as error:
        return _error(INVALID_ARGUMENT, str(error))


def _error(code: int, message: str) -> dict:
    return {"error": {"code": code, "message": message}}


def _wants_confidence(request) -> bool:
    """TEXT_DETECTION gives confidences only where TextDetectionParams ask for them."""
    params = request.image_context.text_detection_params
    return params.enable_text_detection_confidence_score or DOCUMENT_TEXT_DETECTION in {
        feature.type_ for feature in request.features
    }


def tesseract_languages(hints) -> str:
    """Vision's language hints (BCP-47) -> Tesseract's languages; English is always among them.

    >>> tesseract_languages([]), tesseract_languages(["ko"]), tesseract_languages(["en-GB", "ko"])
    ('eng', 'kor+eng', 'eng+kor')
    """
    names = []
    for hint in [*hints, "en"]:
        name = LANGUAGES.get(hint.split("-")[0].lower())
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


def _read(image: np.ndarray, lang: str) -> ElementTree.Element:
    """Tesseract's answer as hOCR; of three views of the page, the one with the most certain words.

    It takes the image for a whole page, then, where it is unsure, for one column, then for words
    anywhere. Short texts and Hangul need this.
    """
    answers = []
    for psm in (3, 4, 11):
        answers.append(_hocr(image, lang, psm))
        words = _of_class(answers[-1], "ocrx_word")
        if words and np.mean([_confidence(word) for word in words]) >= SURE:
            break
    return max(answers, key=_certainty)


def _certainty(hocr: ElementTree.Element) -> float:
    """Words above a confidence of 0.5 count for an answer, words below against it."""
    return sum(_confidence(word) - 0.5 for word in _of_class(hocr, "ocrx_word"))


def _hocr(image: np.ndarray, lang: str, psm: int) -> ElementTree.Element:
    """The format of Tesseract that holds every level, from the page down to the character."""
    import pytesseract

    try:
        return ElementTree.fromstring(
            pytesseract.image_to_pdf_or_hocr(
                Image.fromarray(image),
                lang=lang,
                extension="hocr",
                config=f"--psm {psm} -c hocr_char_boxes=1",
            )
        )
    except pytesseract.TesseractError:
        raise OcrError("Bad image data.") from None


def _response(image: np.ndarray, hocr: ElementTree.Element, confidences: bool) -> dict:
    """A page of hOCR -> the fields of an AnnotateImageResponse."""
    blocks = [_block(area, confidences) for area in _of_class(hocr, "ocr_carea")]
    blocks = [block for block in blocks if block["paragraphs"]]
    if not blocks:
        return {}  # no text is no error: the response is empty
    words = [word for block in blocks for par in block["paragraphs"] for word in par["words"]]
    text = "".join(map(_word_text, words)).rstrip("\n")
    height, width = image.shape[:2]
    page = {
        "width": width,
        "height": height,
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
    paragraphs = [_paragraph(par, confidences) for par in _of_class(area, "ocr_par")]
    paragraphs = [paragraph for paragraph in paragraphs if paragraph["words"]]
    words = [word for paragraph in paragraphs for word in paragraph["words"]]
    return {
        "block_type": 1,
        "paragraphs": paragraphs,
        "bounding_box": _box(area),
        "property": _languages(words),
        "confidence": _mean(paragraphs),
    }


def _paragraph(par: ElementTree.Element, confidences: bool) -> dict:
    lines = [
        [
            _word(word, par, confidences)
            for word in _of_class(line, "ocrx_word")
            if "".join(word.itertext()).strip()
        ]
        for line in par
    ]
    lines = [line for line in lines if line]
    for number, line in enumerate(lines, start=1):
        for word in line[:-1]:
            _set_break(word, SPACE)
        _set_break(line[-1], LINE_BREAK if number == len(lines) else EOL_SURE_SPACE)
    words = [word for line in lines for word in line]
    return {
        "words": words,
        "bounding_box": _box(par),
        "property": _languages(words),
        "confidence": _mean(words),
    }


def _word(word: ElementTree.Element, par: ElementTree.Element, confidences: bool) -> dict:
    language = word.get("lang") or par.get("lang")
    codes = [code for code, name in LANGUAGES.items() if name == language]
    symbols = [
        {
            "text": symbol.text,
            "bounding_box": _box(symbol),
            "confidence": _confidence(symbol, confidences),
        }
        for symbol in _of_class(word, "ocrx_cinfo")
        if symbol.text
    ]
    return {
        "symbols": symbols,
        "bounding_box": _box(word),
        "confidence": _confidence(word, confidences),
        "property": {"detected_languages": [{"language_code": codes[0], "confidence": 1}]},
    }


def _set_break(word: dict, kind: int) -> None:
    """The break after a word stands in its last symbol, as in the real service."""
    word["symbols"][-1]["property"] = {"detected_break": {"type_": kind}}


def _word_text(word: dict) -> str:
    """The symbols of a word and the break behind it."""
    end = word["symbols"][-1]["property"]["detected_break"]["type_"]
    return "".join(symbol["text"] for symbol in word["symbols"]) + BREAK_TEXT[end]


def _of_class(element: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    return [child for child in element.iter() if child.get("class") == name]


def _box(element: ElementTree.Element) -> dict:
    """The bbox of an hOCR element as a BoundingPoly."""
    numbers = re.search(r"bbox(?:es)? (-?\d+) (-?\d+) (-?\d+) (-?\d+)", element.get("title"))
    return _polygon(*map(int, numbers.groups()))


def _polygon(left: int, top: int, right: int, bottom: int) -> dict:
    corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
    return {"vertices": [{"x": x, "y": y} for x, y in corners]}


def _around(words: list[dict]) -> dict:
    """The upright box around all words."""
    corners = [corner for word in words for corner in word["bounding_box"]["vertices"]]
    xs, ys = [corner["x"] for corner in corners], [corner["y"] for corner in corners]
    return _polygon(min(xs), min(ys), max(xs), max(ys))


def _confidence(element: ElementTree.Element, wanted: bool = True) -> float:
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
