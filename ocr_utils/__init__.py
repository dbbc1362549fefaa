"""Helpers of the OCR course. Importing this loads no TensorFlow, OpenCV or Google client."""

from ocr_utils.errors import OcrError
from ocr_utils.layout import group_lines, reading_order, to_text
from ocr_utils.words import Word

__all__ = [
    "OcrError",
    "Word",
    "group_lines",
    "load_recognizer",
    "read",
    "reading_order",
    "to_text",
]


def read(image, **options) -> list[Word]:
    """Read every word of an image with the course's own detector and recognizer (notebook 08).

    image: anything `ocr_utils.images.load_image` takes. The same as `ocr_utils.end_to_end.read`.
    """
    from ocr_utils import end_to_end

    return end_to_end.read(image, **options)


def load_recognizer(name: str = "recognizer"):
    """The word recognizer that ships with the course (notebook 07), ready to `read` crops."""
    from ocr_utils import recognizer

    return recognizer.load_recognizer(name)
