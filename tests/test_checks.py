"""The exercises: the solution passes, and every mistake is answered by its own sentence."""

import importlib

import pytest

from ocr_lessons.checks.exercise import Exercise, alike

MODULES = tuple(f"nb{number}" for number in ("00 01 02 03 04 05 06 07 07b 07c 08 09 10".split()))


def exercises():
    return list(all_exercises())


def all_exercises():
    for name in MODULES:
        module = importlib.import_module(f"ocr_lessons.checks.{name}")
        for key, value in sorted(vars(module).items()):
            if isinstance(value, Exercise):
                yield pytest.param(value, id=f"{name}-{key}")


@pytest.mark.parametrize("exercise", exercises())
def test_the_solution_passes(exercise, capsys):
    exercise(exercise.solve)
    assert capsys.readouterr().out.startswith("PASS")


@pytest.mark.parametrize("exercise", exercises())
def test_every_mistake_is_refused_and_named(exercise, capsys):
    assert len(exercise.mistakes) >= 6 and len(exercise.hints) == 2
    for sentence, mistaken in 3 * list(exercise.mistakes.items()):  # the cases are new each time
        exercise(mistaken)
        printed = capsys.readouterr().out
        assert printed.startswith("TRY AGAIN"), sentence
        assert printed.rstrip().endswith(sentence)


@pytest.mark.parametrize("exercise", exercises())
def test_an_answer_that_cannot_be_used_gets_a_hint_and_no_traceback(exercise, capsys):
    import numpy as np

    assert len(exercise.cases()) >= 3
    for nonsense in (lambda *_: np.arange(3), lambda *_: 1 / 0, lambda *_: object(), 7):
        exercise(nonsense)
        assert "TRY AGAIN" in capsys.readouterr().out


@pytest.mark.parametrize("exercise", exercises())
def test_an_answer_that_changes_its_input_does_not_change_the_next_case(exercise, capsys):
    def vandal(*inputs):
        for value in inputs:
            if isinstance(value, list):
                value.clear()
        return None

    exercise(vandal)
    assert "TODO" in capsys.readouterr().out
    exercise(exercise.solve)
    assert "PASS" in capsys.readouterr().out


def test_a_printed_result_is_told_from_none(capsys):
    exercise = Exercise("f", lambda x: x, lambda: [(1,), (2,), (3,)], {}, ("a", "b"))
    exercise(print)
    assert "Give it back with `return`" in capsys.readouterr().out


def test_a_lucky_answer_does_not_pass(capsys):
    exercise = Exercise("f", lambda x: x, lambda: [(1,), (2,), (3,)], {}, ("first", "second"))
    for hint in ("first", "second", "second"):
        exercise(lambda x: 2)
        assert capsys.readouterr().out.rstrip().endswith(f"Hint: {hint}")


def test_answers_are_compared_by_value_and_kind():
    import numpy as np

    assert alike(np.float32(0.5), 0.5) and alike((1, [2, 3]), [1, (2, 3)])
    assert not alike("1", 1) and not alike([1], [1, 2]) and not alike(np.ones(3), np.ones((3, 1)))
    assert not alike(None, 0) and not alike(1, True)
