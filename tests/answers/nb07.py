"""Answers to the exercises of notebook 07 that a learner may give."""

from itertools import groupby

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

WRONG = [
    (nb07.exercise_1, lambda path: spans_by_index(path.lower())),
    (nb07.exercise_2, lambda table, characters: read_as_in_the_solution(table, characters)[0]),
    (nb07.exercise_2, lambda table, characters: ("", 0.0)),
    (nb07.exercise_3, lambda shape, characters: "a model"),
]
