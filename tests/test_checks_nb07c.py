"""Checks of notebook 07c: other right answers pass, other wrong ones are refused."""

import numpy as np
import pytest

from ocr_lessons.checks import nb07c
from ocr_utils.metrics import expected_calibration_error

EXERCISES = [nb07c.exercise_1, nb07c.exercise_2, nb07c.exercise_3]


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


@pytest.mark.parametrize(("exercise", "answer"), RIGHT)
def test_right_answers_pass_every_time(exercise, answer, capsys):
    for _ in range(20):
        exercise(answer)
        assert capsys.readouterr().out.startswith("PASS")


WRONG = [
    (nb07c.exercise_1, lambda readings: ("OUR", 1.0)),
    (nb07c.exercise_2, lambda confidences, correct, wanted: 0.5),
    (nb07c.exercise_3, lambda confidences, correct, bins: "small"),
]


@pytest.mark.parametrize(("exercise", "answer"), WRONG)
def test_other_wrong_answers_are_refused_without_a_traceback(exercise, answer, capsys):
    exercise(answer)
    printed = capsys.readouterr().out
    assert "TRY AGAIN" in printed and "PASS" not in printed


@pytest.mark.parametrize("exercise", EXERCISES)
def test_stubs_are_not_begun(exercise, capsys):
    exercise(lambda *inputs: None)
    printed = capsys.readouterr().out
    assert printed.startswith("TODO")
