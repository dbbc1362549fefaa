"""Checks of notebook 01, Google Cloud Vision."""

import random

from ocr_lessons.checks.exercise import Exercise
from ocr_utils.words import Word

BLANKS = ("SPACE", "SURE_SPACE", "EOL_SURE_SPACE")


# --- a month's bill ---------------------------------------------------------------------------


def _price(units, free=1_000, middle=1.5, high=0.6, share=1_000):
    below = min(max(units - free, 0), 5_000_000 - free)
    return (below * middle + max(units - 5_000_000, 0) * high) / share


def _unit_cases():
    return [(random.randint(1, 1_000),), (1_001,), (5_400,), (6_000_000,)]


exercise_1 = Exercise(
    "monthly_price",
    _price,
    _unit_cases,
    {
        "The first 1,000 units of a month are free: take them off before you multiply.": (
            lambda units: _price(units, free=0)
        ),
        "The price is for 1,000 units: divide by 1,000.": lambda units: _price(units, share=1),
        "Above 5,000,000 units only the units above that limit are cheaper, not all of them.": (
            lambda units: _price(units) if units <= 5e6 else (units - 1_000) * 0.6 / 1_000
        ),
        "Above 5,000,000 units the price falls to 0.60 dollars.": (
            lambda units: max(units - 1_000, 0) * 1.5 / 1_000
        ),
        "Below 1,000 units the price is 0, never less.": (
            lambda units: _price(units) if units > 1_000 else (units - 1_000) * 1.5 / 1_000
        ),
        "A block that is not full costs its share: do not round to whole thousands.": (
            lambda units: (
                -(-max(units - 1_000, 0) // 1_000) * 1.5 if units <= 5e6 else _price(units)
            )
        ),
    },
    hints=(
        "How many units cost 1.50 dollars a thousand, and how many 0.60? Begin with 6,000,000.",
        "middle = min(max(units - 1_000, 0), 4_999_000); high = max(units - 5_000_000, 0)",
    ),
)


# --- where to look first ----------------------------------------------------------------------


def _doubt(word):
    return -1 if word.confidence is None else word.confidence


def _to_check(words, limit):
    return [word.text for word in sorted(words, key=_doubt) if _doubt(word) < limit]


def _words(*pairs):
    return [Word.from_bounds(text, confidence, 0, 0, 9, 9) for text, confidence in pairs]


def _word_cases():
    page = _words(
        ("coins", 0.55), ("page", 0.97), ("jetermine", 0.31), ("edge", None), ("label", 0.8)
    )
    return [(page, 0.8), (page[1:2], 0.5), (page, 0.2), (page[::-1], 0.9)]


exercise_2 = Exercise(
    "to_check",
    _to_check,
    _word_cases,
    {
        "The least certain word comes first: sort by confidence.": (
            lambda words, limit: [word.text for word in words if _doubt(word) < limit]
        ),
        "The order is reversed: the least certain word comes first.": (
            lambda words, limit: _to_check(words, limit)[::-1]
        ),
        "A word without a confidence belongs into the list too, at its front.": (
            lambda words, limit: _to_check([w for w in words if w.confidence is not None], limit)
        ),
        "A word without a confidence comes first, not last.": (
            lambda words, limit: [
                *_to_check([w for w in words if w.confidence is not None], limit),
                *[w.text for w in words if w.confidence is None],
            ]
        ),
        "Return the texts (`word.text`), not the Word records.": (
            lambda words, limit: [w for w in sorted(words, key=_doubt) if _doubt(w) < limit]
        ),
        "Below the limit means less than it: a word that is as sure as the limit stays out.": (
            lambda words, limit: [w.text for w in sorted(words, key=_doubt) if _doubt(w) <= limit]
        ),
        "Those are the sure words. Wanted are the ones below the limit.": (
            lambda words, limit: [w.text for w in sorted(words, key=_doubt) if _doubt(w) >= limit]
        ),
    },
    hints=(
        "None cannot be compared with a number. Which number could stand for it?",
        "doubts = [(-1 if word.confidence is None else word.confidence, word.text) ...], sorted",
    ),
    show=lambda words, limit: f"{[(word.text, word.confidence) for word in words]}, {limit}",
)


# --- text from symbols ------------------------------------------------------------------------


def _join(paragraph, blanks=BLANKS, others=""):
    text = ""
    for word in paragraph.words:
        for symbol in word.symbols:
            kind = symbol.property.detected_break.type_.name
            text += symbol.text + (" " if kind in blanks else others if kind != "UNKNOWN" else "")
    return text


def _paragraph(*words):
    """A message such as the service sends, from pairs of a text and the break behind it."""
    from google.cloud.vision_v1 import types

    kinds = types.TextAnnotation.DetectedBreak.BreakType
    messages = []
    for text, kind in words:
        symbols = [{"text": character} for character in text]
        symbols[-1]["property"] = {"detected_break": {"type_": kinds[kind]}}
        messages.append({"symbols": symbols})
    return types.Paragraph(words=messages)


def _paragraph_cases():
    return [
        (_paragraph(("Please", "SPACE"), ("return", "EOL_SURE_SPACE"), ("books", "LINE_BREAK")),),
        (_paragraph(("re", "HYPHEN"), ("turn", "SPACE"), ("it", "UNKNOWN"), (".", "LINE_BREAK")),),
        (_paragraph(("Room", "SURE_SPACE"), ("204", "LINE_BREAK")),),
    ]


def _show_paragraph(paragraph):
    pairs = [
        ("".join(s.text for s in word.symbols), word.symbols[-1].property.detected_break.type_.name)
        for word in paragraph.words
    ]
    return f"words and breaks {pairs}"


exercise_3 = Exercise(
    "paragraph_text",
    _join,
    _paragraph_cases,
    {
        "SURE_SPACE is a blank too, a wide one.": (
            lambda paragraph: _join(paragraph, ("SPACE", "EOL_SURE_SPACE"))
        ),
        "A line that ends inside the paragraph (EOL_SURE_SPACE) needs a blank too.": (
            lambda paragraph: _join(paragraph, ("SPACE", "SURE_SPACE"))
        ),
        "A word goes on behind a HYPHEN: no blank there.": (
            lambda paragraph: _join(paragraph, (*BLANKS, "HYPHEN"))
        ),
        "No blank behind the end of the paragraph (LINE_BREAK).": (
            lambda paragraph: _join(paragraph, (*BLANKS, "LINE_BREAK"))
        ),
        "Blanks are missing: they hang on the last symbol, in property.detected_break.type_.": (
            lambda paragraph: _join(paragraph, ())
        ),
        "Not every word is followed by a blank: ask the break behind its last symbol.": (
            lambda paragraph: " ".join("".join(s.text for s in w.symbols) for w in paragraph.words)
        ),
    },
    hints=(
        "Walk words, then symbols; add symbol.text, then look at symbol.property.detected_break.",
        'kind = symbol.property.detected_break.type_.name; a blank for "SPACE", "SURE_SPACE", '
        '"EOL_SURE_SPACE"',
    ),
    show=_show_paragraph,
)
