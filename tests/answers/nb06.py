"""Answers to the first exercises of notebook 06 that a learner may give."""

import re
from itertools import groupby

import numpy as np

from ocr_lessons.checks import nb06


def keys_by_rjust(index):
    number = str(index).rjust(9, "0").encode()
    return [b"image-" + number, b"label-" + number]


def fits_by_groups(label, time_steps):
    return np.bool_(len(label) + sum(len(list(g)) - 1 for _, g in groupby(label)) <= time_steps)


def fits_by_path(label, time_steps):
    path = re.sub(r"(.)(?=\1)", r"\1-", label)
    return not len(path) > time_steps


RIGHT = [
    (nb06.exercise_1, keys_by_rjust),
    (nb06.exercise_2, fits_by_groups),
    (nb06.exercise_2, fits_by_path),
]

WRONG = [
    (nb06.exercise_1, lambda index: f"image-{index:09}"),
    (nb06.exercise_2, lambda label, time_steps: len(label)),
]
