"""Checks of notebook 02, keras-ocr: predictions, one character's Gaussian, words from maps."""

import functools
import random

import numpy as np

from ocr_lessons.checks.exercise import Exercise

# --- the leftmost text ------------------------------------------------------------------------

TEXTS = ("harbor", "lemon", "ferry", "candle", "bread", "pilot", "museum", "violin", "sugar")


def _box(left, right, top, first=None):
    """Corners of a box from left to right; tilted where the first corner lies elsewhere."""
    if first is None:
        return np.float32([(left, top), (right, top), (right, top + 20), (left, top + 20)])
    shift = first - left
    return np.float32([(first, top), (right, top + 9), (right - shift, top + 49), (left, top + 40)])


def _predictions(mirrored=False):
    """Eight words: each of the likely mistakes picks another one; mirrored, the answer rises."""
    alphabetical, *texts = sorted(random.sample(TEXTS, 8))
    random.shuffle(texts)
    texts.insert(6, alphabetical)
    rising = np.float32([(0, 49), (50, 40), (80, 80), (30, 89)])  # its first corner is leftmost
    boxes = [
        _box(60, 90, 70),  # first in the list
        _box(0, 80, 40, first=30) if not mirrored else rising,  # the answer: a tilted word
        _box(5, 200, 100),  # its first corner is leftmost
        _box(10, 20, 130),  # its middle is leftmost
        _box(12, 19, 160),  # its right edge is leftmost
        _box(70, 300, 190),  # it ends last
        _box(50, 120, 220),  # first in the alphabet
        _box(40, 140, 0),  # topmost
    ]
    shift = np.float32([random.randint(0, 99), random.randint(0, 99)])
    pairs = [(text, box + shift) for text, box in zip(texts, boxes, strict=True)]
    first, *others = pairs
    random.shuffle(others)
    return [first, *others]


def _text_by(key, choose=min):
    return lambda predictions: choose(predictions, key=key)[0]


exercise_1 = Exercise(
    "leftmost_text",
    _text_by(lambda pair: pair[1][:, 0].min()),
    lambda: [(_predictions(mirrored),) for mirrored in (False, True, False)],
    {
        "The first corner is not the leftmost one where a word is tilted: look at all four.": (
            _text_by(lambda pair: pair[1][0, 0])
        ),
        "The lower left corner is not the leftmost one where a word rises: look at all four.": (
            _text_by(lambda pair: pair[1][3, 0])
        ),
        "That is the word whose middle lies furthest left; wanted is the edge.": (
            _text_by(lambda pair: pair[1][:, 0].mean())
        ),
        "You compare the right ends of the boxes; wanted are the left ones.": (
            _text_by(lambda pair: pair[1][:, 0].max())
        ),
        "That is the text first in the alphabet: compare the boxes, not the texts.": (
            _text_by(lambda pair: pair[0])
        ),
        "That is the first of the list, but the list is in no order.": (
            lambda predictions: predictions[0][0]
        ),
        "That is the word that reaches furthest to the right.": (
            _text_by(lambda pair: pair[1][:, 0].max(), max)
        ),
        "Column 0 of a box holds the x, column 1 the y: that is the topmost word.": (
            _text_by(lambda pair: pair[1][:, 1].min())
        ),
        "Return the text alone, not the pair.": (
            lambda predictions: min(predictions, key=lambda pair: pair[1][:, 0].min())
        ),
    },
    hints=(
        "box[:, 0] are the four x of a box. Which of them is its left edge?",
        "min(predictions, key=lambda pair: pair[1][:, 0].min()) is the pair",
    ),
    show=lambda predictions: ", ".join(
        f"({text!r}, x = {box[:, 0].astype(int).tolist()})" for text, box in predictions
    ),
)

# --- one character's Gaussian -----------------------------------------------------------------


def _gaussian(height, width, box, half=0.5, size=0.5, fall_off=2.5, power=2.0):
    left, top, right, bottom = box
    u = (np.arange(width) + half - (left + right) / 2) / ((right - left) * size)
    v = (np.arange(height) + half - (top + bottom) / 2) / ((bottom - top) * size)
    return np.exp(-fall_off * (u[None] ** 2 + v[:, None] ** 2) ** (power / 2))


def _cut(height, width, box):
    left, top, right, bottom = box
    answer = np.zeros((height, width))
    answer[top:bottom, left:right] = _gaussian(height, width, box)[top:bottom, left:right]
    return answer


def _round(height, width, box):
    left, top, right, bottom = box
    middle = (top + bottom) / 2
    half = (right - left) / 2
    return _gaussian(height, width, (left, middle - half, right, middle + half))


def _box_cases():
    found = []
    for wide, high in ((5, 9), (13, 5), (8, 6)):
        left, top = random.randint(1, 4), random.randint(5, 8)
        box = (left, top, left + wide, top + high)
        found.append((box[3] + random.randint(2, 4), box[2] + random.randint(5, 8), box))
    return found


exercise_2 = Exercise(
    "gaussian_map",
    _gaussian,
    _box_cases,
    {
        "The Gaussian does not stop at the edge of the box: leave what is outside as it is.": _cut,
        "Use the middles of the pixels: column 0 has x = 0.5.": (
            functools.partial(_gaussian, half=0.0)
        ),
        "u and v are 1 at the edge: divide by half the width and half the height.": (
            functools.partial(_gaussian, size=1.0)
        ),
        "The exponent holds the square of the distance, u * u + v * v, without a root.": (
            functools.partial(_gaussian, power=1.0)
        ),
        "The factor 2.5 is missing in the exponent.": functools.partial(_gaussian, fall_off=1.0),
        "Each direction has its own size: divide y by half the height, not the width.": _round,
        "Rows come first: the map has the shape (height, width).": (
            lambda height, width, box: _gaussian(height, width, box).T
        ),
        "The map runs from 0 to 1, not to 255.": (
            lambda height, width, box: 255 * _gaussian(height, width, box)
        ),
        "The box is (left, top, right, bottom): x and y are exchanged.": (
            lambda height, width, box: _gaussian(height, width, (box[1], box[0], box[3], box[2]))
        ),
    },
    hints=(
        "u depends on the column alone, v on the row alone: compute one row and one column.",
        "np.exp(-2.5 * (u[None, :] ** 2 + v[:, None] ** 2))",
    ),
)

# --- words from maps --------------------------------------------------------------------------


def _count(region, affinity, threshold, smallest=4, connectivity=4, column=4, join=np.add):
    import cv2

    mask = (join(region, affinity) > threshold).astype(np.uint8)
    stats = cv2.connectedComponentsWithStats(mask, connectivity=connectivity)[2]
    return int((stats[1:, column] >= smallest).sum())


def _count_with_edge(region, affinity, threshold):
    return _count(region, affinity, np.nextafter(np.float32(threshold), np.float32(0)))


def _plates(threshold):
    """Islands on plates of 9 x 9 map pixels: (0 region or 1 affinity, where, value) each."""
    part = {"block": np.s_[2:5, 2:5], "other": np.s_[5:8, 5:8], "four": np.s_[2:4, 2:4]}
    weak = 0.75 * threshold
    return {
        "plain": [(0, part["block"], 1.0)],
        "corner": [(0, part["block"], 1.0), (0, part["other"], 1.0)],
        "four": [(0, part["four"], 1.0)],
        "sum": [(0, part["block"], weak), (1, part["block"], weak)],
        "affinity": [(1, part["block"], 1.0)],
        "edge": [(0, part["block"], threshold)],
        "speck": [(0, np.s_[3:4, 2:5], 1.0)],
    }


def _map_case(threshold):
    # every mistake changes the number in its own way
    often = {"corner": 1, "four": 2, "sum": 3, "affinity": 1, "edge": 2, "speck": 3}
    names = [name for name, times in often.items() for _ in range(times)]
    names += ["plain"] * random.randint(1, 3) + [""] * 5
    random.shuffle(names)
    columns = 5
    maps = np.zeros((2, 9 * -(-len(names) // columns), 9 * columns), np.float32)
    for n, name in enumerate(names):
        row, column = 9 * (n // columns), 9 * (n % columns)
        plate = maps[:, row : row + 9, column : column + 9]
        for which, where, value in _plates(threshold).get(name, []):
            plate[which][where] = value
    return maps[0], maps[1], threshold


exercise_3 = Exercise(
    "count_words",
    _count,
    lambda: [_map_case(threshold) for threshold in (0.5, 0.25, 0.75)],
    {
        "Islands that touch at a corner only are two words: use connectivity=4.": (
            functools.partial(_count, connectivity=8)
        ),
        "Four pixels are enough: leave out islands of fewer than 4 only.": (
            functools.partial(_count, smallest=5)
        ),
        "Above the threshold means more than it, not equal to it.": _count_with_edge,
        "Add the two maps; their maximum loses words that are weak in both.": (
            functools.partial(_count, join=np.maximum)
        ),
        "The affinity is missing: it holds the letters of a word together.": (
            functools.partial(_count, join=lambda region, affinity: region)
        ),
        "That is the width of an island. Its area is the column cv2.CC_STAT_AREA.": (
            functools.partial(_count, column=2)
        ),
        "Specks count too: leave out islands of fewer than 4 pixels.": (
            functools.partial(_count, smallest=1)
        ),
        "One too many: the first component is the background.": (
            lambda region, affinity, threshold: _count(region, affinity, threshold) + 1
        ),
    },
    hints=(
        "Make a mask of 0 and 1 from region + affinity, and let OpenCV number its islands.",
        "cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=4)[2] has a row "
        "for each component, with its area; the first is the background.",
    ),
)
