"""Checks of notebook 07b: other right answers pass, other wrong ones are refused."""

import numpy as np
import pytest

from ocr_lessons.checks import nb07b
from ocr_utils.labels import LabelConverter

EXERCISES = [nb07b.exercise_1, nb07b.exercise_2, nb07b.exercise_3]


def labels_as_in_the_package(texts, characters):
    return LabelConverter(characters).encode_batch(texts, max(map(len, texts)))


def mean_with_a_mask(losses, texts, time_steps):
    fits = np.array(
        [len(t) + sum(a == b for a, b in zip(t, t[1:])) <= time_steps for t in texts]  # noqa: B905
    )
    return losses[fits].mean() if fits.any() else 0


RIGHT = [
    (nb07b.exercise_1, lambda logits: np.roll(logits, 1, axis=-1)),
    (nb07b.exercise_1, lambda logits: np.insert(logits[..., :-1], 0, logits[..., -1], axis=-1)),
    (nb07b.exercise_2, labels_as_in_the_package),
    (nb07b.exercise_2, lambda *case: labels_as_in_the_package(*case).astype("int64")),
    (nb07b.exercise_3, mean_with_a_mask),
]


@pytest.mark.parametrize(("exercise", "answer"), RIGHT)
def test_right_answers_pass_every_time(exercise, answer, capsys):
    for _ in range(20):
        exercise(answer)
        assert capsys.readouterr().out.startswith("PASS")


WRONG = [
    (nb07b.exercise_1, lambda logits: logits.sum()),
    (nb07b.exercise_2, lambda texts, characters: texts),
    (nb07b.exercise_3, lambda losses, texts, time_steps: "much"),
]


@pytest.mark.parametrize(("exercise", "answer"), WRONG)
def test_other_wrong_answers_are_refused_without_a_traceback(exercise, answer, capsys):
    exercise(answer)
    printed = capsys.readouterr().out
    assert "TRY AGAIN" in printed and "PASS" not in printed


@pytest.mark.parametrize("exercise", EXERCISES)
def test_stubs_are_not_begun(exercise, capsys):
    exercise(lambda *inputs: None)
    assert capsys.readouterr().out.startswith("TODO")
