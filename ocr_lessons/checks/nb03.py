"""Checks of notebook 03, Tesseract and cropping."""

import functools
import itertools
import random

import numpy as np
from PIL import Image, ImageDraw

from ocr_lessons.checks.exercise import Exercise
from ocr_synth.fonts import course_fonts, load_font
from ocr_utils import metrics, tesseract

# --- rows of a level --------------------------------------------------------------------------


def _table(levels):
    found = itertools.cycle(random.sample(("ferry", "harbor", ""), 3))  # one in three was not read
    texts = [next(found) if level == 5 else "" for level in levels]
    return {"level": list(levels), "text": texts}


def _table_cases():
    page = [1, 2, 3, 4, 5, 5, 5, 4, 5, 5]
    return [(_table(page), 4), (_table(page), 5), (_table([1]), 5), (_table([*page, 5]), 1)]


def _count(rule):
    return lambda data, level: sum(1 for value in data["level"] if rule(value, level))


exercise_1 = Exercise(
    "count_rows",
    _count(lambda value, level: value == level),
    _table_cases,
    {
        "Count the rows of exactly this level, not of it and those below.": (
            _count(lambda value, level: value >= level)
        ),
        "Count the rows of exactly this level, not of it and those above.": (
            _count(lambda value, level: value <= level)
        ),
        "Those are all rows. Wanted are the ones of one level.": _count(lambda value, level: True),
        "Rows without text count too: look at the level alone.": lambda data, level: sum(
            bool(text) and value == level
            for value, text in zip(data["level"], data["text"], strict=True)
        ),
        "That is the level of one row. Count how many rows have it.": (
            lambda data, level: data["level"][0]
        ),
        "Return the number of rows, not the rows.": lambda data, level: [
            i for i, value in enumerate(data["level"]) if value == level
        ],
    },
    hints=('data["level"] is a list. How often does a number stand in it?', ".count(level)"),
)

# --- a crop with room around it ---------------------------------------------------------------


def _crop(image, bounds, margin, low=0, sides=(1, 1, 1, 1)):
    left, top, right, bottom = (
        int(value) + sign * margin * side
        for value, sign, side in zip(bounds, (-1, -1, 1, 1), sides, strict=True)
    )
    if low is None:
        return image[top:bottom, left:right]
    return image[max(low, top) : bottom, max(low, left) : right]


def _crop_cases():
    image = np.arange(100 * 200, dtype=np.uint16).reshape(100, 200)
    x, y = random.randint(20, 60), random.randint(20, 40)
    return [
        (image, (float(x), float(y), x + 40.0, y + 20.0), 5),
        (image, (50.0, 20.0, 90.0, 40.0), 0),
        (image, (2.0, 3.0, 40.0, 20.0), 5),
        (image, (150.0, 80.0, 198.0, 99.0), 5),
    ]


def _show_crop(image, bounds, margin):
    return f"image of shape {image.shape}, {bounds}, {margin}"


exercise_2 = Exercise(
    "crop_with_margin",
    _crop,
    _crop_cases,
    {
        "A negative index counts from the end: keep left and top at 0 or more.": (
            functools.partial(_crop, low=None)
        ),
        "The margin is missing.": lambda image, bounds, margin: _crop(image, bounds, 0),
        "The margin belongs on all four sides, right and bottom too.": (
            functools.partial(_crop, sides=(1, 1, 0, 0))
        ),
        "The margin belongs on all four sides, left and top too.": (
            functools.partial(_crop, sides=(0, 0, 1, 1))
        ),
        "Rows come first: image[top:bottom, left:right].": lambda image, bounds, margin: image[
            max(0, int(bounds[0]) - margin) : int(bounds[2]) + margin,
            max(0, int(bounds[1]) - margin) : int(bounds[3]) + margin,
        ],
        "At the edge the crop becomes smaller; do not shift it or fill it up.": (
            lambda image, bounds, margin: np.pad(
                _crop(image, bounds, margin),
                ((max(0, margin - int(bounds[1])), 0), (max(0, margin - int(bounds[0])), 0)),
            )
        ),
        "The margin is subtracted on the right and at the bottom: add it there.": (
            functools.partial(_crop, sides=(1, 1, -1, -1))
        ),
    },
    hints=(
        "int() turns the bounds into indices; max(0, ...) stops at the edge.",
        "image[max(0, top - margin) : bottom + margin, ...], with all four as int",
    ),
    show=_show_crop,
)

# --- the best mode ----------------------------------------------------------------------------


def _draw(size, place, text, points):
    image = Image.new("RGB", size, "white")
    font = load_font(course_fonts()[0], points)
    ImageDraw.Draw(image).text(place, text, font=font, fill="black")
    return np.asarray(image)


def _waves():
    """An R on a pattern in which a block of text finds very many letters, and a page none."""
    image = Image.fromarray(_draw((420, 160), (40, 50), "R", 36))
    pen = ImageDraw.Draw(image)
    for y, x in itertools.product((40, 70, 100, 130), range(110, 400, 24)):
        pen.arc([x, y - 8, x + 12, y + 8], 180, 360, fill="black", width=2)
        pen.arc([x + 12, y - 8, x + 24, y + 8], 0, 180, fill="black", width=2)
    return np.asarray(image)


def _mode_cases():
    lines = "The ferry leaves\nat seven from\nthe south pier."
    page = _draw((460, 200), (20, 20), lines, 36)
    return [
        (_draw((60, 80), (20, 20), "R", 36), "R", (3, 10)),
        (_draw((60, 80), (20, 20), "R", 36), "R", (10, 3)),
        (page, " ".join(lines.split()), (7, 6)),
        (page, " ".join(lines.split()), (6, 7)),
        (_waves(), "R", (6, 3)),  # one letter missed is less wrong than many invented
    ]


@functools.cache
def _read_cached(data: bytes, shape: tuple, psm: int):
    return tesseract.read(np.frombuffer(data, np.uint8).reshape(shape), psm=psm)


def _words(image, psm):
    return _read_cached(np.ascontiguousarray(image).tobytes(), image.shape, psm)


def _error(image, truth, psm):
    return metrics.cer(truth, " ".join(word.text for word in _words(image, psm)))


def _best(image, truth, modes):
    return min(modes, key=lambda psm: _error(image, truth, psm))


exercise_3 = Exercise(
    "best_psm",
    _best,
    _mode_cases,
    {
        "That is the last of the modes, whatever they read.": lambda image, truth, modes: modes[-1],
        "That is the first of the modes, whatever they read.": lambda image, truth, modes: modes[0],
        "Low is good: the best mode has the lowest error, not the highest.": (
            lambda image, truth, modes: max(modes, key=lambda psm: _error(image, truth, psm))
        ),
        "Many words are not few mistakes: compare with the truth, in cer(truth, what was read).": (
            lambda image, truth, modes: max(modes, key=lambda psm: len(_words(image, psm)))
        ),
        "Return the mode, not its error rate.": lambda image, truth, modes: min(
            _error(image, truth, psm) for psm in modes
        ),
        "Return one mode, not a table of all.": lambda image, truth, modes: {
            psm: _error(image, truth, psm) for psm in modes
        },
        "Return the mode, not the text that it read.": lambda image, truth, modes: " ".join(
            word.text for word in _words(image, _best(image, truth, modes))
        ),
    },
    hints=(
        "Compute the error of one mode first: cer(truth, ...) takes the truth before the reading.",
        'min(modes, key=lambda psm: cer(truth, " ".join(word.text for word in '
        "tesseract.read(image, psm=psm))))",
    ),
    show=lambda image, truth, modes: f"an image of {truth!r}, {modes}",
)
