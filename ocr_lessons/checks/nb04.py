"""Checks of notebook 04: counting weights, the commonest mistake, reading a number."""

import random
from collections import Counter

import numpy as np

from ocr_lessons.checks.exercise import Exercise

# --- the weights of a convolution -----------------------------------------------------------------


def _weight_cases():
    return [(3, 1, 32), (3, 32, 64), (5, random.randint(3, 9), random.randint(11, 30))]


exercise_1 = Exercise(
    "conv_weights",
    lambda kernel, channels, filters: (kernel * kernel * channels + 1) * filters,
    _weight_cases,
    {
        "The biases are missing: one for each filter.": lambda k, c, f: k * k * c * f,
        "One bias for the whole layer is too few: each filter has its own.": (
            lambda k, c, f: k * k * c * f + 1
        ),
        "The biases belong to the filters, not to the input channels.": (
            lambda k, c, f: k * k * c * f + c
        ),
        "There is one bias a filter, not one for each pair of channel and filter.": (
            lambda k, c, f: (k * k + 1) * c * f
        ),
        "A kernel is kernel * kernel weights large, not kernel.": lambda k, c, f: (k * c + 1) * f,
        "Each filter has a table of its own for every input channel.": (
            lambda k, c, f: (k * k + 1) * f
        ),
    },
    hints=(
        "How many numbers has one filter? A table for each channel, and one number more.",
        "(kernel * kernel * channels + 1) * ...",
    ),
)


# --- the commonest mistake ------------------------------------------------------------------------


def _most_confused(truth, predicted, score=lambda item: (-item[1], item[0]), all_pairs=False):
    pairs = zip(map(int, truth), map(int, predicted), strict=True)
    counts = Counter(pair for pair in pairs if all_pairs or pair[0] != pair[1])
    (true, read), count = min(counts.items(), key=score)
    return true, read, count


def _swapped(truth, predicted):
    true, read, count = _most_confused(truth, predicted)
    return read, true, count


def _first_of_equals(truth, predicted):
    return _most_confused(truth, predicted, lambda item: -item[1])


def _nested(truth, predicted):
    true, read, count = _first_of_equals(truth, predicted)
    return (true, read), count


def _both_ways(truth, predicted):
    pairs = [tuple(sorted(map(int, p))) for p in zip(truth, predicted, strict=True)]
    return _most_confused(*zip(*pairs, strict=True))


def _share(truth, predicted):
    true, read, count = _most_confused(truth, predicted)
    return true, read, count / len(truth)


def _confusion_cases():
    a, b, c, d = random.sample(range(2, 10), 4)
    a, b = max(a, b), min(a, b)
    many = [(a, b)] * 4 + [(b, a)] * 2 + [(c, c)] * 6 + [(d, 1)] * 3 + [(1, d)] * 2
    equal = [(9, 4), (4, 9), (3, 8), (3, 8), (4, 9), (3, 5), (3, 5), (0, 0), (9, 4)]
    cases = []
    for pairs in (many, equal, [(8, 3), (3, 8), (3, 5), (1, 1), (1, 1)]):
        random.shuffle(pairs)
        pairs.sort(key=lambda pair: pair != (3, 8))  # neither smallest nor largest comes first
        cases.append(tuple(np.array(part) for part in zip(*pairs, strict=True)))
    return cases


exercise_2 = Exercise(
    "most_confused",
    _most_confused,
    _confusion_cases,
    {
        "That counts right answers too: keep only pairs that differ.": (
            lambda t, p: _most_confused(t, p, all_pairs=True)
        ),
        "True and predicted changed places: the true digit comes first.": _swapped,
        "4 read as 9 and 9 read as 4 are two different pairs: do not sort them.": _both_ways,
        "That is a share: give back how often, a whole number.": _share,
        "Of several equally frequent pairs the smallest is wanted, yours is the largest.": (
            lambda t, p: _most_confused(t, p, lambda item: (-item[1], -item[0][0], -item[0][1]))
        ),
        "Of several equally frequent pairs the smallest is wanted, yours is the one met first.": (
            _first_of_equals
        ),
        "Three numbers side by side, please: (true, predicted, count), not ((...), count).": (
            _nested
        ),
        "That is the rarest pair: turn the order of the counts around.": (
            lambda t, p: _most_confused(t, p, lambda item: (item[1], item[0]))
        ),
        "The pair without its count: give back (true, predicted, count).": (
            lambda t, p: _most_confused(t, p)[:2]
        ),
    },
    hints=(
        "Count the pairs that differ, with collections.Counter or in a 10x10 table.",
        "min(counts.items(), key=lambda item: (-item[1], item[0]))",
    ),
    show=lambda truth, predicted: f"{truth.tolist()}, {predicted.tolist()}",
)


# --- reading a number -----------------------------------------------------------------------------


def _read(strip, classify, wider=0, least=0, text=str, ends=True, order=1):
    ink = np.asarray(strip).max(axis=0) > least
    ink = np.concatenate([[False], ink, [False]]) if ends else ink
    changes = np.diff(ink.astype(int))
    shift = 0 if ends else 1
    starts, stops = np.flatnonzero(changes == 1) + shift, np.flatnonzero(changes == -1) + shift
    pieces = list(zip(starts, stops, strict=False))[::order]
    return "".join(str(classify(strip[:, a : b + wider])) for a, b in pieces)


def _summed(strip, classify):
    """Cuts where the sum of a column, in uint8, is 0: 256 pixels of 1 overflow."""
    return _read(np.asarray(strip).sum(axis=0, dtype=np.uint8)[None].repeat(28, 0), classify)


def _fixed(strip, classify):
    return "".join(
        str(classify(strip[:, start : start + 28])) for start in range(0, strip.shape[1], 28)
    )


def _strip_cases():
    digits = random.sample(range(2, 10), 4)
    return [
        (_bars(digits, gap=4), _count_columns),
        (_bars(digits[:2], gap=1)[:, 1:-1], _count_columns),
        (_bars(digits[1:], gap=2, light=128), _count_columns),
        (_bars([], gap=3), _count_columns),
    ]


def _bars(widths, gap: int, light: int = 255) -> np.ndarray:
    """Bars on black, (28, W) uint8, `gap` empty columns before, between and after them.

    Their brightness falls, and every second one is so faint that it must not be lost; in columns
    of 28 pixels of 128 a sum in uint8 overflows to 0.
    """
    empty, parts = np.zeros((28, gap), np.uint8), []
    for number, width in enumerate(widths):
        bar = np.full((28, width), light if number % 2 == 0 else light // 4, np.uint8)
        parts += [bar, empty]
    return np.hstack([empty, *parts])


def _count_columns(piece) -> int:
    """A bar of width d stands for the digit d; empty columns beside it spoil it."""
    filled = np.asarray(piece).max(axis=0) > 0
    return int(filled.sum()) if filled.all() else 0


exercise_3 = Exercise(
    "read_number",
    _read,
    _strip_cases,
    {
        "A piece is one column too wide: the end of a slice is not part of it.": (
            lambda s, c: _read(s, c, wider=1)
        ),
        "A piece is one column too narrow.": lambda s, c: _read(s, c, wider=-1),
        "Faint ink is lost: every column with anything above 0 has ink.": (
            lambda s, c: _read(s, c, least=100)
        ),
        "A sum in uint8 overflows, and full columns count as empty: take max(axis=0).": _summed,
        "A digit at the border of the strip is lost: put an empty column at each end.": (
            lambda s, c: _read(s, c, ends=False)
        ),
        "The digits come in the wrong order.": lambda s, c: _read(s, c, order=-1),
        "Digits are not 28 columns wide: cut at the empty columns.": _fixed,
        "A string is wanted, such as '2049', not a list.": lambda s, c: list(_read(s, c)),
        "A string is wanted: ''.join(map(str, digits)).": (
            lambda s, c: [int(digit) for digit in _read(s, c)]
        ),
        "A string is wanted, such as '2049', and '' for a strip without ink, not a number.": (
            lambda s, c: int(_read(s, c))
        ),
        "A string is wanted, such as '2049', not a number.": lambda s, c: int(_read(s, c) or 0),
    },
    hints=(
        "Which columns have ink? strip.max(axis=0) > 0. A digit begins where that changes.",
        "np.diff(np.pad(strip.max(axis=0) > 0, 1).astype(int)) is 1 where a digit begins.",
    ),
    show=lambda strip, classify: f"a strip {strip.shape} of bars, a bar of 3 columns is a 3",
)
