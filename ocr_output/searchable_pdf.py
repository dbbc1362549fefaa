"""A PDF that shows a picture and is searched, marked and copied as text (notebook 09).

The words stand in it at their places in text rendering mode 3, "neither fill nor stroke":
PDF 32000-1:2008, 9.3.6.
"""

import math

from PIL import Image

from ocr_utils.images import load_image
from ocr_utils.layout import group_lines
from ocr_utils.words import Word

DPI = 150  # pixels of the picture to an inch of the page
LARGEST = 14_000  # points; a page may have 14,400


def to_pdf(images, words_of_images: list[list[Word]]) -> bytes:
    """A PDF with a page for each image, its words invisible above it.

    images: arrays or anything else `load_image` takes. words_of_images: the Words of each.

    >>> import numpy as np
    >>> blank = np.full((90, 300, 3), 255, np.uint8)
    >>> to_pdf([blank], [[Word.from_bounds("EXIT", 0.9, 20, 30, 140, 70)]])[:5]
    b'%PDF-'
    """
    from fpdf import FPDF

    pdf = FPDF(unit="pt")
    pdf.set_image_filter("DCTDecode")  # JPEG
    pdf.set_auto_page_break(False)
    for source, words in zip(images, words_of_images, strict=True):
        image = load_image(source)
        height, width = image.shape[:2]
        scale = min(72 / DPI, LARGEST / max(height, width))
        pdf.add_page(format=(max(3, width * scale), max(3, height * scale)))
        pdf.image(Image.fromarray(image), 0, 0, width * scale, height * scale)
        for line in group_lines(words):
            for word in line:
                _place(pdf, word, scale)
    return bytes(pdf.output())


def _place(pdf, word: Word, scale: float) -> None:
    """The word's text on the lower side of its box, as long as that and turned like it."""
    from fpdf.enums import TextMode

    (right, bottom), (left, foot) = word.box[2], word.box[3]
    length = math.hypot(right - left, bottom - foot) * scale
    height = math.dist(word.box[0], word.box[3]) * scale
    text = word.text.strip()
    if not text or length <= 0 or height <= 0:
        return
    _set_font(pdf, text, height)
    x, y = left * scale, foot * scale
    angle = math.degrees(math.atan2(foot - bottom, right - left))
    with pdf.local_context(text_mode=TextMode.INVISIBLE), pdf.rotation(angle, x, y):
        pdf.set_stretching(100 * length / max(pdf.get_string_width(text), 1e-6))
        pdf.text(x, y - 0.2 * height, text)
        pdf.set_stretching(100)


def _set_font(pdf, text: str, size: float) -> None:
    """Helvetica, which every viewer has; for what it lacks the course's font with Hangul."""
    try:
        text.encode("latin-1")
        pdf.set_font("Helvetica", size=size)
    except UnicodeEncodeError:
        from ocr_synth.fonts import korean_font

        if "nanum" not in pdf.fonts:
            pdf.add_font("nanum", fname=korean_font())
        pdf.set_font("nanum", size=size)
