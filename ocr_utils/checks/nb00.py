"""Checks of notebook 00."""

from ocr_utils.checks import check
from ocr_utils.words import Word

WORDS = [
    Word.from_bounds("Let", 0.95, 10, 10, 40, 30),
    Word.from_bounds("us", 0.90, 50, 10, 70, 30),
    Word.from_bounds("determine", 0.97, 80, 10, 180, 30),
    Word.from_bounds("jese", 0.40, 10, 50, 50, 70),
    Word.from_bounds("markers", 0.92, 60, 50, 130, 70),
]


def exercise_1(longest_word) -> None:
    """The text of the longest word."""
    check("the longest of five words", lambda: longest_word(WORDS), "determine")
    check("the longest of two words", lambda: longest_word(WORDS[:2]), "Let")


def exercise_2(sure_text) -> None:
    """The texts above a threshold."""
    check("the text at 0.9", lambda: sure_text(WORDS, 0.9), "Let us determine markers")
    check("the text at 0.96", lambda: sure_text(WORDS, 0.96), "determine")
    check("the text at 0", lambda: sure_text(WORDS, 0), "Let us determine jese markers")


def exercise_3(whose_mistake) -> None:
    """Detection or recognition?"""
    check("'us', which was read", lambda: whose_mistake("us", (48, 8, 72, 32), WORDS), "right")
    check(
        "'These', read as 'jese'",
        lambda: whose_mistake("These", (0, 48, 52, 72), WORDS),
        "recognition",
    )
    check(
        "'coins', where no box is",
        lambda: whose_mistake("coins", (200, 8, 260, 32), WORDS),
        "detection",
    )
