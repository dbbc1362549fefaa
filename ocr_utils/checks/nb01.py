"""Checks of notebook 01, Google Cloud Vision."""

import math

from ocr_utils.checks import check
from ocr_utils.words import Word


def exercise_1(monthly_price) -> None:
    """The price of a month's units, in US dollars."""
    for units, price in ((800, 0.0), (1_001, 0.0015), (5_400, 6.6), (6_000_000, 8_098.5)):
        check(
            f"monthly_price({units})",
            lambda units=units: monthly_price(units),
            price,
            lambda a, b: math.isclose(a, b, abs_tol=1e-6),
        )


def exercise_2(to_check) -> None:
    """The texts of the uncertain words, the least certain first."""
    words = [
        Word.from_bounds(text, confidence, 0, 0, 9, 9)
        for text, confidence in (
            ("coins", 0.55),
            ("page", 0.97),
            ("jetermine", 0.31),
            ("edge", None),
            ("label", 0.8),
        )
    ]
    check("to_check(words, 0.8)", lambda: to_check(words, 0.8), ["edge", "jetermine", "coins"])
    check("to_check(words[1:2], 0.5)", lambda: to_check(words[1:2], 0.5), [])


def exercise_3(paragraph_text) -> None:
    """A paragraph's text from its symbols and their breaks."""
    words = (
        ("Please", "SPACE"),
        ("re", "HYPHEN"),
        ("turn", "EOL_SURE_SPACE"),
        ("books", "UNKNOWN"),
        (".", "LINE_BREAK"),
    )
    check(
        "paragraph_text(paragraph)",
        lambda: paragraph_text(_paragraph(words)),
        "Please return books.",
    )


def _paragraph(words):
    """A message such as the service sends, from pairs of a text and the break behind it."""
    from google.cloud.vision_v1 import types

    kinds = types.TextAnnotation.DetectedBreak.BreakType
    messages = []
    for text, kind in words:
        symbols = [{"text": character} for character in text]
        symbols[-1]["property"] = {"detected_break": {"type_": kinds[kind]}}
        messages.append({"symbols": symbols})
    return types.Paragraph(words=messages)
