"""Checks of notebook 05: other right answers pass, other wrong ones are refused."""

import numpy as np
import pytest

from ocr_utils.checks import nb05

RIGHT = [
    (
        nb05.exercise_1,
        lambda p, y, k: np.mean([c in row.argsort()[-k:] for row, c in zip(p, y, strict=True)]),
    ),
    (
        nb05.exercise_1,
        lambda p, y, k: np.array((p >= np.sort(p)[:, [-k]])[range(len(y)), y].mean()),
    ),
    (
        nb05.exercise_2,
        lambda image, dx, dy: image[
            np.clip(np.arange(len(image)) - dy, 0, len(image) - 1)[:, None],
            np.clip(np.arange(image.shape[1]) - dx, 0, image.shape[1] - 1),
        ].astype(float),
    ),
]


@pytest.mark.parametrize(("exercise", "answer"), RIGHT)
def test_right_answers_pass_every_time(exercise, answer, capsys):
    for _ in range(20):
        exercise(answer)
        assert capsys.readouterr().out.startswith("PASS")
