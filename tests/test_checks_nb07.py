"""Checks of notebook 07: other right answers pass, other wrong ones are refused."""

from itertools import groupby

import pytest

from ocr_lessons.checks import nb07


def spans_by_index(path):
    found, before = [], "-"
    for step, char in enumerate(path):
        if char == before and char != "-":
            found[-1] = (char, found[-1][1], step)
        elif char != "-":
            found.append((char, step, step))
        before = char
    return found


def read_as_in_the_solution(probabilities, characters):
    best = probabilities.argmax(axis=1)
    text, confidence = "", 1.0
    for symbol, run in groupby(range(len(best)), key=lambda step: best[step]):
        if symbol:
            text += characters[symbol - 1]
            confidence *= max(probabilities[step, symbol] for step in run)
    return text, confidence if text else 0.0


def build_another_way(input_shape, characters):
    """Average pooling, biases, a softmax nowhere: as right as the lesson's layers."""
    from keras import Sequential, layers

    model = Sequential([layers.Input(input_shape)])
    for filters, strides in ((24, 2), (48, 2), (96, (1, 2)), (128, (1, 4))):
        model.add(layers.Conv2D(filters, 3, strides, padding="same", activation="relu"))
    model.add(layers.Reshape((-1, 128)))
    model.add(layers.Dense(len(characters) + 1))
    return model


RIGHT = [
    (nb07.exercise_1, spans_by_index),
    (nb07.exercise_1, lambda path: [list(span) for span in spans_by_index(path)]),
    (nb07.exercise_2, read_as_in_the_solution),
    (nb07.exercise_3, build_another_way),
]


@pytest.mark.parametrize(("exercise", "answer"), RIGHT)
def test_right_answers_pass_every_time(exercise, answer, capsys):
    for _ in range(3):
        exercise(answer)
        assert capsys.readouterr().out.startswith("PASS")


WRONG = [
    (nb07.exercise_1, lambda path: spans_by_index(path.lower())),
    (nb07.exercise_2, lambda table, characters: read_as_in_the_solution(table, characters)[0]),
    (nb07.exercise_2, lambda table, characters: ("", 0.0)),
    (nb07.exercise_3, lambda shape, characters: "a model"),
]


@pytest.mark.parametrize(("exercise", "answer"), WRONG)
def test_other_wrong_answers_are_refused_without_a_traceback(exercise, answer, capsys):
    exercise(answer)
    printed = capsys.readouterr().out
    assert "TRY AGAIN" in printed and "PASS" not in printed and "could not convert" not in printed


@pytest.mark.parametrize("name", ["exercise_1", "exercise_2", "exercise_3"])
def test_stubs_are_not_begun(name, capsys):
    getattr(nb07, name)(lambda *inputs: None)
    assert capsys.readouterr().out.startswith("TODO")
