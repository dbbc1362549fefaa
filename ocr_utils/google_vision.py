"""Google Cloud Vision: the real service with a key, the local stand-in without (notebook 01)."""

import contextlib
import io
import os

from PIL import Image

from ocr_utils.errors import OcrError
from ocr_utils.images import load_image
from ocr_utils.words import Word
from ocr_vision import emulator

KEY_VARIABLE = "GOOGLE_APPLICATION_CREDENTIALS"
REAL_SERVICE = "the real Google Cloud Vision service"
STAND_IN = "the local stand-in (a server on this machine; Tesseract does the reading)"
NEW_KEY = "download a new JSON key of your service account (notebook 01 shows how)"
TIMEOUT = 60  # seconds for one answer
MOST_BYTES = 8_000_000  # of an image: a request may have 10 MB
LEVELS = ("page", "block", "paragraph", "word", "symbol")
CHILDREN = ("blocks", "paragraphs", "words", "symbols")
REMEDIES = {  # the first mark found in the error's name and message decides
    "billing": "switch billing on for the project in the Google Cloud console, wait some minutes",
    "has not been used": "enable the Cloud Vision API for the project, wait some minutes",
    "invalid_grant": f"the key is not valid any more, {NEW_KEY}",
    "unauthenticated": f"the key was not accepted, {NEW_KEY}",
    "permissiondenied": "give the service account access to the project, or use another key",
    "resourceexhausted": "the quota is used up, wait a minute and send fewer images",
    "bad image data": "save the image again as PNG or JPEG",
    "language": "correct the language hints, or leave them out",
    "unavailable": "check the network, and whether the server runs, then try again",
    "deadlineexceeded": "check the network, then try again or send a smaller image",
    "transporterror": "check the network, then try again",
}
BREAKS = {1: " ", 2: " ", 3: "\n", 4: "-\n", 5: "\n"}  # DetectedBreak.BreakType -> text


def make_client():
    """The Vision client -> (ImageAnnotatorClient, who will answer).

    With a key file named by GOOGLE_APPLICATION_CREDENTIALS the real service answers. Without one,
    or with OCR_COURSE_DATA=standin, the same client talks to `emulator`.
    Raises OcrError where the key file is not usable (notebook 01).

    >>> make_client()[1]
    'the local stand-in (a server on this machine; Tesseract does the reading)'
    """
    if os.environ.get(KEY_VARIABLE) and os.environ.get("OCR_COURSE_DATA") != "standin":
        return make_real_client(), REAL_SERVICE
    return emulator.connect(emulator.shared_address()), STAND_IN


def make_real_client():
    """The client of the real service; raises OcrError without a usable key (notebook 01).

    >>> os.environ.pop("GOOGLE_APPLICATION_CREDENTIALS", None) and None
    >>> make_real_client()
    Traceback (most recent call last):
    ...
    ocr_utils.errors.OcrError: GOOGLE_APPLICATION_CREDENTIALS is not set: give it the path of \
the JSON key of your service account and restart JupyterLab (notebook 01 shows how).
    """
    path = os.environ.get(KEY_VARIABLE)
    if not path:
        raise OcrError(
            f"{KEY_VARIABLE} is not set: give it the path of the JSON key of your "
            "service account and restart JupyterLab (notebook 01 shows how)."
        )
    if not os.path.isfile(path):
        raise OcrError(
            f"{KEY_VARIABLE} names {path}, which is not a file: "
            "correct the path, and restart JupyterLab."
        )
    emulator.import_grpc()
    from google.auth.exceptions import GoogleAuthError
    from google.cloud import vision

    try:
        return vision.ImageAnnotatorClient()
    except (GoogleAuthError, ValueError, AttributeError):  # AttributeError: JSON, but a list
        raise OcrError(f"{path} is not a Google Cloud key that can be used: {NEW_KEY}.") from None


def read(image, client=None, document: bool = False, language_hints=()) -> list[Word]:
    """Find and read every word of an image with Cloud Vision (notebook 01).

    image: anything `load_image` takes. document: DOCUMENT_TEXT_DETECTION, for dense text, instead
    of TEXT_DETECTION. language_hints: BCP-47 codes such as ("ko",); mostly best left out.
    Words come in the service's reading order, boxes in pixels, confidences 0..1. Raises OcrError.

    >>> import numpy as np
    >>> server, address = emulator.start()
    >>> read(np.full((40, 200), 255, np.uint8), emulator.connect(address))
    []
    """
    return elements(annotate(encode(image), client, document, language_hints), "word")


def detect_text(path, client=None, document: bool = False, language_hints=()) -> list[Word]:
    """Print the text of an image file, then each word, its four vertices and its confidence.

    Returns the words, as `read` does, whose arguments it takes. Raises OcrError (notebook 01).

    >>> import numpy as np
    >>> server, address = emulator.start()
    >>> detect_text(np.full((40, 200), 255, np.uint8), emulator.connect(address))
    Texts:
    <BLANKLINE>
    []
    """
    response = annotate(encode(path), client, document, language_hints)
    words = elements(response, "word")
    print("Texts:")
    print(response.full_text_annotation.text)
    for word in words:
        vertices = ",".join(f"({x:.0f},{y:.0f})" for x, y in word.box)
        confidence = "none" if word.confidence is None else f"{word.confidence:.2f}"
        print(f'"{word.text}" bounds: {vertices} confidence: {confidence}')
    return words


def encode(image) -> bytes:
    """Anything `load_image` takes -> the bytes of an image file, upright, small enough to send.

    PNG, or JPEG where that is larger than 8 MB. Raises OcrError where JPEG is, too.

    >>> import numpy as np
    >>> encode(np.zeros((4, 4), np.uint8))[:4]
    b'\\x89PNG'
    """
    picture = Image.fromarray(load_image(image))
    for kind, options in (("PNG", {}), *(("JPEG", {"quality": q}) for q in (95, 85, 70))):
        file = io.BytesIO()
        picture.save(file, format=kind, **options)
        if file.tell() <= MOST_BYTES:
            return file.getvalue()
    raise OcrError(
        f"An image of {picture.width} x {picture.height} pixels is too large for Cloud Vision, "
        f"{file.tell() / 1e6:.0f} MB even as a JPEG: scale it down, or cut out the text."
    )


def annotate(content: bytes, client=None, document: bool = False, language_hints=()):
    """Send one image file to Cloud Vision -> its AnnotateImageResponse (notebook 01).

    content: the bytes of the file. Confidences are asked for in both kinds of detection.
    Raises OcrError for everything that the service, the key or the network refuses.
    """
    client = client or make_client()[0]
    method = "document_text_detection" if document else "text_detection"
    if not isinstance(content, (bytes, bytearray)):
        raise OcrError(f"annotate takes bytes, not a {type(content).__name__}: call encode first.")
    if not callable(detect := getattr(client, method, None)):
        raise OcrError(f"A {type(client).__name__} is no Vision client: take one of make_client.")
    context = {
        "language_hints": _hints(language_hints),
        "text_detection_params": {"enable_text_detection_confidence_score": True},
    }
    with _clear_errors():
        response = detect(image={"content": bytes(content)}, image_context=context, timeout=TIMEOUT)
    if response.error.message:
        raise OcrError(_explain(response.error.message))
    return response


def _hints(hints) -> list[str]:
    """A code, or several, as a list."""
    hints = [hints] if isinstance(hints, str) else hints
    if not isinstance(hints, (list, tuple, set)) or not all(isinstance(h, str) for h in hints):
        raise OcrError(f'Language hints are codes such as ("ko", "en"), not {hints!r}.')
    return list(hints)


def elements(response, level: str = "word") -> list[Word]:
    """One level of the tree page > block > paragraph > word > symbol, each part as a `Word`.

    response: an AnnotateImageResponse. level: one of LEVELS. A confidence of 0, which is also what
    the service sends for "not given", becomes None. Source: TextAnnotation in the reference
    https://cloud.google.com/vision/docs/reference/rpc/google.cloud.vision.v1 (notebook 01).

    >>> from google.cloud.vision_v1.types import AnnotateImageResponse
    >>> elements(AnnotateImageResponse(), "block")
    []
    """
    if level not in LEVELS:
        raise OcrError(f"There is no level {level!r}: choose one of {', '.join(LEVELS)}.")
    if not hasattr(response, "full_text_annotation"):
        raise OcrError(
            f"A {type(response).__name__} is no answer of Vision: give what annotate gave."
        )
    depth = LEVELS.index(level)
    parts = list(response.full_text_annotation.pages)
    for children in CHILDREN[:depth]:
        parts = [child for part in parts for child in getattr(part, children)]
    return [
        Word(_text(part, depth).strip(), round(part.confidence, 4) or None, _box(part, depth))
        for part in parts
    ]


def _text(part, depth: int) -> str:
    """The symbols underneath, each followed by its break."""
    if depth < len(CHILDREN):
        return "".join(_text(child, depth + 1) for child in getattr(part, CHILDREN[depth]))
    return part.text + BREAKS.get(int(part.property.detected_break.type_), "")


def _box(part, depth: int) -> list[tuple[int, int]]:
    if depth == 0:
        return [(0, 0), (part.width, 0), (part.width, part.height), (0, part.height)]
    return [(vertex.x, vertex.y) for vertex in part.bounding_box.vertices]


@contextlib.contextmanager
def _clear_errors():
    """What the client raises -> an OcrError with one sentence and the remedy."""
    from google.api_core import exceptions
    from google.auth.exceptions import GoogleAuthError

    try:
        yield
    except exceptions.GoogleAPICallError as error:
        raise OcrError(_explain(error.message, type(error).__name__)) from None
    except GoogleAuthError as error:
        raise OcrError(_explain(str(error), type(error).__name__)) from None


def _explain(message: str, name: str = "") -> str:
    """An error of the client or the service as one sentence with the remedy."""
    said = " ".join(message.split())[:300].rstrip(".")
    for mark, remedy in REMEDIES.items():
        if mark in f"{name}: {message}".lower():
            return f"Cloud Vision gave no text ({said}): {remedy}."
    return f"Cloud Vision gave no text ({said}): see https://cloud.google.com/apis/design/errors."
