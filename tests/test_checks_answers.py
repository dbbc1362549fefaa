"""Answers beside the solutions: right ones pass every time, wrong ones are refused."""

import importlib

import pytest

from tests.answers import nb04, nb05, nb06, nb07, nb07b, nb07c
from tests.test_checks import MODULES

LESSONS = (nb04, nb05, nb06, nb07, nb07b, nb07c)
RIGHT = [case for lesson in LESSONS for case in lesson.RIGHT]
WRONG = [case for lesson in LESSONS for case in lesson.WRONG]


@pytest.mark.parametrize(("exercise", "answer"), RIGHT)
def test_right_answers_pass_every_time(exercise, answer, capsys):
    for _ in range(5):  # the cases are new each time
        exercise(answer)
        assert capsys.readouterr().out.startswith("PASS")


@pytest.mark.parametrize(("exercise", "answer"), WRONG)
def test_wrong_answers_are_refused_without_a_traceback(exercise, answer, capsys):
    exercise(answer)
    printed = capsys.readouterr().out
    assert "TRY AGAIN" in printed and "PASS" not in printed
    assert "Traceback" not in printed and "could not convert" not in printed


@pytest.mark.parametrize("lesson", MODULES)
def test_stubs_are_not_begun(lesson, capsys):
    checks = vars(importlib.import_module(f"ocr_lessons.checks.{lesson}"))
    for name in (name for name in checks if name.startswith("exercise_")):
        checks[name](lambda *inputs: None)
        assert capsys.readouterr().out.startswith("TODO"), name
