"""Checks of notebook 08."""

import random

from ocr_lessons.checks.exercise import Exercise
from ocr_utils.words import Word

# --- words of one engine, letters of another --------------------------------------------------


def _reader(answers):
    """A second engine that knows what to answer for every word."""
    return lambda word: answers[word.text]


def _reread_cases():
    words = [
        Word.from_bounds("Hel1o", 0.6, 0, 0, 50, 20),
        Word.from_bounds("harbor", 0.9, 60, 0, 110, 20),
        Word.from_bounds("LH4", 0.7, 120, 0, 150, 20),
    ]
    sure = round(random.uniform(0.65, 0.99), 2)
    first = {"Hel1o": ("Hello", sure), "harbor": ("harb0r", 0.2), "LH4": ("LHA", 0.7)}
    second = {"Hel1o": ("Hallo", 0.1), "harbor": ("Harbor", 0.95), "LH4": ("", 0.0)}
    return [(words, _reader(first)), (words, _reader(second)), (words[:1], _reader(first))]


def _reread(words, read_crop, choose=lambda word, text, sure: sure > word.confidence):
    answers = [read_crop(word) for word in words]
    return [
        text if choose(word, text, sure) else word.text
        for word, (text, sure) in zip(words, answers, strict=True)
    ]


exercise_1 = Exercise(
    "reread",
    _reread,
    _reread_cases,
    {
        "The other engine counts only where it is surer: compare the two confidences.": (
            lambda words, read_crop: _reread(words, read_crop, lambda *_: True)
        ),
        "Those are the words' own texts. Where the other engine is surer, take its text.": (
            lambda words, read_crop: _reread(words, read_crop, lambda *_: False)
        ),
        "You keep the less sure text of the two: turn the comparison round.": (
            lambda words, read_crop: _reread(
                words, read_crop, lambda word, _, sure: sure < word.confidence
            )
        ),
        "Where both are equally sure, keep the word's own text: >, not >=.": (
            lambda words, read_crop: _reread(
                words, read_crop, lambda word, _, sure: sure >= word.confidence
            )
        ),
        "read_crop gives a text and a confidence; return the text alone.": (
            lambda words, read_crop: [read_crop(word) for word in words]
        ),
        "Keep a word also where the other engine is less sure: the list is as long as words.": (
            lambda words, read_crop: [
                read_crop(word)[0] for word in words if read_crop(word)[1] > word.confidence
            ]
        ),
    },
    hints=(
        "text, confidence = read_crop(word) for every word, then one comparison.",
        "texts.append(text if confidence > word.confidence else word.text)",
    ),
    show=lambda words, read_crop: (
        f"{[(word.text, word.confidence) for word in words]}, read_crop, "
        f"which answers {[read_crop(word) for word in words]}"
    ),
)

# --- intersection over union ------------------------------------------------------------------


def _iou(a, b, clip=True):
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    shared = max(0, width) * max(0, height) if clip else width * height
    return shared / (_area(a) + _area(b) - shared)


def _area(box):
    return (box[2] - box[0]) * (box[3] - box[1])


def _around(a, b):
    return min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])


def _shared(a, b):
    return _iou(a, b) * (_area(a) + _area(b)) / (1 + _iou(a, b))


def _box_cases():
    x = random.randint(5, 45)
    return [
        ((0, 0, 100, 40), (x, 10, 100 + x, 50)),
        ((0, 0, 10, 10), (0, 0, 10, 10)),
        ((0, 0, 10, 10), (20, 20, 30, 30)),
        ((0, 0, 10, 10), (20, 0, 30, 10)),
        ((0, 0, 20, 20), (5, 5, 10, 10)),
    ]


exercise_2 = Exercise(
    "iou",
    _iou,
    _box_cases,
    {
        "Boxes that do not meet give a negative width or height: take max(0, ...) of both.": (
            lambda a, b: _iou(a, b, clip=False)
        ),
        "The shared area is counted twice below the line: subtract it once.": (
            lambda a, b: _shared(a, b) / (_area(a) + _area(b))
        ),
        "Divide by the area that both cover together, not by that of the first.": (
            lambda a, b: _shared(a, b) / _area(a)
        ),
        "Divide by the area that both cover together, not by that of the smaller one.": (
            lambda a, b: _shared(a, b) / min(_area(a), _area(b))
        ),
        "The area that both cover is less than that of the rectangle around both.": (
            lambda a, b: _shared(a, b) / _area(_around(a, b))
        ),
        "That is the shared area alone. Divide it by the area that both cover.": _shared,
        "That is the area that both cover. The shared area belongs above the line.": (
            lambda a, b: _area(a) + _area(b) - _shared(a, b)
        ),
    },
    hints=(
        "The shared box goes from the larger left to the smaller right, and so on.",
        "width = max(0, min(a[2], b[2]) - max(a[0], b[0])), height likewise; union = both - shared",
    ),
)

# --- merge ------------------------------------------------------------------------------------


def _merge(words_a, words_b, least=0.5, choose=lambda word: word.confidence):
    texts, rest = [], list(words_b)
    for word in words_a:
        partners = [other for other in rest if _iou(word.bounds, other.bounds) >= least]
        texts.append(max([word, *partners], key=choose).text)
        rest = [other for other in rest if other not in partners]
    return texts + [other.text for other in rest]


def _merge_cases():
    a = [
        Word.from_bounds("Hel1o", 0.6, 0, 0, 50, 20),
        Word.from_bounds("world", 0.9, 60, 0, 110, 20),
        Word.from_bounds("tie", 0.5, 200, 0, 240, 20),
        Word.from_bounds("half", 0.6, 300, 0, 330, 10),
    ]
    b = [
        Word.from_bounds("Hello", 0.8, 1, 0, 51, 20),
        Word.from_bounds("w0rld", 0.3, 60, 1, 110, 21),
        Word.from_bounds("again", 0.7, 0, 40, 50, 60),
        Word.from_bounds("tle", 0.5, 200, 0, 240, 20),
        Word.from_bounds("ha1f", 0.4, 310, 0, 340, 10),  # IoU 0.5
        Word.from_bounds("near", 0.95, 90, 0, 150, 20),  # touches "world", IoU below 0.5
    ]
    return [(a, b), (b, a), (a, []), ([], b)]


exercise_3 = Exercise(
    "merge",
    _merge,
    _merge_cases,
    {
        "Those are all words of both; where two overlap, only the surer one stays.": (
            lambda a, b: [word.text for word in [*a, *b]]
        ),
        "Words that only the second engine found belong to the answer too.": (
            lambda a, b: _merge(a, b)[: len(a)]
        ),
        "Of two that overlap the surer one stays, not always that of words_a.": (
            lambda a, b: _merge(a, b, choose=lambda word: word in a)
        ),
        "Of two that overlap the surer one stays, not always that of words_b.": (
            lambda a, b: _merge(a, b, choose=lambda word: word in b)
        ),
        "Two boxes that only touch are two words: ask for an IoU of at least 0.5.": (
            lambda a, b: _merge(a, b, least=0.01)
        ),
        "An IoU of at least 0.5: exactly 0.5 is enough.": lambda a, b: _merge(a, b, least=0.501),
        "Of two that are equally sure the one of words_a stays.": (
            lambda a, b: _merge(a, b, choose=lambda word: (word.confidence, word in b))
        ),
        "A word of words_b that met one of words_a is used up: do not add it at the end.": (
            lambda a, b: _merge(a, b)[: len(a)] + [word.text for word in b]
        ),
        "You keep the less sure of the two.": (
            lambda a, b: _merge(a, b, choose=lambda word: -word.confidence)
        ),
        "Return the texts, not the records.": lambda a, b: [*a, *b],
    },
    hints=(
        "For each word of words_a: which words of words_b does it overlap? They are used up then.",
        "max([word, *partners], key=lambda one: one.confidence) takes the first of two equals.",
    ),
    show=lambda a, b: f"{[w.text for w in a]}, {[w.text for w in b]}",
)
