"""Answers to the exercises of notebook 07c that a learner may give."""

import numpy as np

from ocr_lessons.checks import nb07c
from ocr_utils.metrics import expected_calibration_error


def elect_by_hand(readings):
    sums, tops = {}, {}
    for text, confidence in readings:
        sums[text] = sums.get(text, 0) + confidence
        tops[text] = max(tops.get(text, 0), confidence)
    best = sorted(sums, key=lambda text: -sums[text])[:1]
    return (best[0], tops[best[0]]) if best else ("", 0)


def limit_from_the_top(confidences, correct, wanted):
    order = np.argsort(-confidences)
    shares = np.cumsum(correct[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(shares >= wanted)
    return confidences[order][good[-1]] if len(good) else None


RIGHT = [
    (nb07c.exercise_1, elect_by_hand),
    (nb07c.exercise_1, lambda readings: list(elect_by_hand(readings))),
    (nb07c.exercise_2, limit_from_the_top),
    (nb07c.exercise_3, expected_calibration_error),
]

WRONG = [
    (nb07c.exercise_1, lambda readings: ("OUR", 1.0)),
    (nb07c.exercise_2, lambda confidences, correct, wanted: 0.5),
    (nb07c.exercise_3, lambda confidences, correct, bins: "small"),
]
