"""Checks of notebook 00."""

from ocr_lessons.checks.exercise import Exercise
from ocr_utils.words import Word


def _receipt():
    """Words of a receipt, in two lines, all of different confidence."""
    return [
        Word.from_bounds("Table", 0.98, 10, 10, 40, 30),
        Word.from_bounds("4", 0.90, 50, 10, 60, 30),
        Word.from_bounds("12:46", 0.97, 80, 10, 180, 30),
        Word.from_bounds("Gimger", 0.40, 10, 50, 60, 70),
        Word.from_bounds("biscuits", 0.92, 70, 50, 130, 70),
    ]


def _texts(words) -> str:
    return str([word.text for word in words])


# --- the longest word -------------------------------------------------------------------------


def _longest(words):
    return max(words, key=lambda word: len(word.text)).text


def _width(word) -> float:
    return word.bounds[2] - word.bounds[0]


def _word_lists():
    return [(_receipt(),), (_receipt()[:4],), (_receipt()[:2],), (_receipt()[::-1],)]


exercise_1 = Exercise(
    "longest_word",
    _longest,
    _word_lists,
    {
        "Return the text of the word, not the Word record: add .text.": (
            lambda words: max(words, key=lambda word: len(word.text))
        ),
        "That is the widest box. Wanted is the text with the most characters: len(word.text).": (
            lambda words: max(words, key=_width).text
        ),
        "That is the last word in the alphabet: compare lengths, with key=len.": (
            lambda words: max(word.text for word in words)
        ),
        "That is the shortest one.": lambda words: min(words, key=lambda w: len(w.text)).text,
        "Return the text, not its length.": lambda words: max(len(word.text) for word in words),
        "That is the first word, whatever its length.": lambda words: words[0].text,
        "That is the surest word.": lambda words: max(words, key=lambda w: w.confidence).text,
    },
    hints=(
        "max(words, key=...) compares by what the key function gives for a word.",
        "max(words, key=lambda word: len(word.text)) is a Word; what is asked of it?",
    ),
    show=_texts,
)

# --- only what is sure ------------------------------------------------------------------------


def _sure(words, threshold):
    return " ".join(word.text for word in words if word.confidence >= threshold)


exercise_2 = Exercise(
    "sure_text",
    _sure,
    lambda: [(_receipt(), 0.9), (_receipt(), 0.96), (_receipt(), 0), (_receipt()[3:4], 0.5)],
    {
        "At least the threshold: a word that is just as sure belongs to it (>=).": (
            lambda words, least: _sure([w for w in words if w.confidence > least], least)
        ),
        "Those are the unsure words.": lambda words, least: " ".join(
            word.text for word in words if word.confidence < least
        ),
        "One string is asked for, not a list: ' '.join(...).": lambda words, least: [
            word.text for word in words if word.confidence >= least
        ],
        "Put a space between the words.": lambda words, least: "".join(
            word.text for word in words if word.confidence >= least
        ),
        "Keep the order in which the words come in.": lambda words, least: _sure(
            sorted(words, key=lambda word: -word.confidence), least
        ),
        "There is a space too much at the end: ' '.join puts it only between words.": (
            lambda words, least: "".join(w.text + " " for w in words if w.confidence >= least)
        ),
        "That is every word. Leave out those below the threshold.": (
            lambda words, least: " ".join(word.text for word in words)
        ),
    },
    hints=(
        "A list in brackets with an if, then ' '.join of it.",
        "[word.text for word in words if word.confidence >= threshold]",
    ),
    show=lambda words, threshold: (
        f"{[(word.text, word.confidence) for word in words]}, {threshold}"
    ),
)

# --- whose mistake ----------------------------------------------------------------------------


def _inside(box, x, y):
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def _blame(true_text, box, words, lies_there=None):
    for word in words:
        left, top, right, bottom = word.bounds
        middle = (left + right) / 2, (top + bottom) / 2
        if lies_there(box, word.bounds) if lies_there else _inside(box, *middle):
            return "right" if word.text == true_text else "recognition"
    return "detection"


def _whole(box, bounds):
    return _inside(box, *bounds[:2]) and _inside(box, *bounds[2:])


def _box_in_word(box, bounds):
    return _inside(bounds, (box[0] + box[2]) / 2, (box[1] + box[3]) / 2)


def _touch(box, bounds):
    left, top, right, bottom = bounds
    return left <= box[2] and right >= box[0] and top <= box[3] and bottom >= box[1]


def _blame_cases():
    return [
        ("4", (48, 8, 62, 32), _receipt()),
        ("Ginger", (0, 48, 58, 72), _receipt()),  # the box read reaches out of the true one
        ("TOTAL", (200, 8, 260, 32), _receipt()),
        ("TOTAL", (10, 90, 60, 110), _receipt()),  # in the column of a word, in no line
        ("biscuits", (80, 48, 132, 72), _receipt()),
        ("late", (120, 0, 160, 9), _receipt()),
        ("bis", (70, 48, 95, 72), _receipt()),  # the middle of this box lies in a word
        ("late", (110, 48, 200, 72), _receipt()),  # a word reaches into it
    ]


exercise_3 = Exercise(
    "blame",
    _blame,
    _blame_cases,
    {
        "Look at y as well: the middle must lie inside the box from left to right and from top "
        "to bottom.": lambda text, box, words: _blame(
            text, box, words, lambda b, w: b[0] <= (w[0] + w[2]) / 2 <= b[2]
        ),
        "Take the middle of the word, not its top left corner.": lambda text, box, words: _blame(
            text, box, words, lambda b, w: _inside(b, *w[:2])
        ),
        "The middle is enough: the whole word need not lie inside the box.": (
            lambda text, box, words: _blame(text, box, words, _whole)
        ),
        "The middle of the word must lie in the box, not the middle of the box in the word.": (
            lambda text, box, words: _blame(text, box, words, _box_in_word)
        ),
        "It is not enough that a word reaches into the box: its middle must lie in it.": (
            lambda text, box, words: _blame(text, box, words, _touch)
        ),
        "A word with another text is a mistake of recognition, no word is one of detection: "
        "they are the wrong way round.": lambda text, box, words: {
            "recognition": "detection",
            "detection": "recognition",
        }.get(_blame(text, box, words), "right"),
        "Look at all words before you say that none lies there.": lambda text, box, words: _blame(
            text, box, words[:1]
        ),
        "The same text somewhere else does not help: the word must lie in the box.": (
            lambda text, box, words: (
                "right" if text in [word.text for word in words] else "detection"
            )
        ),
    },
    hints=(
        "x, y = (left + right) / 2, (top + bottom) / 2 is the middle of a word.",
        'if box[0] <= x <= box[2] and box[1] <= y <= box[3]: "right" or "recognition"; '
        '"detection" only after the loop',
    ),
    show=lambda text, box, words: f"{text!r}, {box}, {[(w.text, w.bounds) for w in words]}",
)
