"""Checks of notebook 03."""

import numpy as np
from PIL import Image, ImageDraw

from ocr_synth.fonts import course_fonts, load_font
from ocr_utils.checks import check

DATA = {"level": [1, 2, 3, 4, 5, 5, 5, 4, 5, 5], "text": ["", "", "", "", *"abc", "", *"de"]}


def exercise_1(count_rows) -> None:
    """Rows of one level."""
    check("the number of lines", lambda: count_rows(DATA, 4), 2)
    check("the number of words", lambda: count_rows(DATA, 5), 5)


def exercise_2(crop_with_margin) -> None:
    """A cutting with a margin, which stays inside the image."""
    image = np.arange(100 * 200, dtype=np.uint16).reshape(100, 200)

    def crop(bounds, margin):
        cutting = crop_with_margin(image, bounds, margin)
        return cutting if cutting is None or cutting is ... else (cutting.shape, int(cutting[0, 0]))

    check(
        "shape and first value without a margin",
        lambda: crop((50.0, 20.0, 90.0, 40.0), 0),
        ((20, 40), 20 * 200 + 50),
    )
    check(
        "shape and first value with a margin of 5",
        lambda: crop((50.0, 20.0, 90.0, 40.0), 5),
        ((30, 50), 15 * 200 + 45),
    )
    check(
        "shape and first value at the top left corner",
        lambda: crop((2.0, 3.0, 40.0, 20.0), 5),
        ((25, 45), 0),
    )
    check(
        "shape and first value at the bottom right corner",
        lambda: crop((150.0, 80.0, 198.0, 99.0), 5),
        ((25, 55), 75 * 200 + 145),
    )


def exercise_3(best_psm) -> None:
    """The mode with the lowest error, found with the real Tesseract."""
    font = load_font(course_fonts()[0], 36)
    letter = Image.new("RGB", (60, 80), "white")
    ImageDraw.Draw(letter).text((20, 20), "R", font=font, fill="black")
    lines = Image.new("RGB", (460, 200), "white")
    text = "The ferry leaves\nat seven from\nthe south pier."
    ImageDraw.Draw(lines).text((20, 20), text, font=font, fill="black")
    check("the best of 3 and 10 for one letter", lambda: best_psm(letter, "R", (3, 10)), 10)
    truth = " ".join(text.split())
    check("the best of 7 and 6 for three lines", lambda: best_psm(lines, truth, (7, 6)), 6)
