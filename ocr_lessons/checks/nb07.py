"""Checks of notebook 07, CRNN and CTC."""

import random
from itertools import groupby

import numpy as np

from ocr_lessons.checks.exercise import Exercise
from ocr_utils.labels import BLANK, TARGET_CHARACTERS

# --- where each letter was named ------------------------------------------------------------------


def _spans(path, blanks=True, merged=True, end=0, start=0):
    spans, step = [], 0
    for char, run in groupby(path):
        length = len(list(run))
        for part in [length] if merged else [1] * length:
            if char != BLANK or not blanks:
                spans.append((char, step + start, step + start + part - 1 + end))
            step += part
    return spans


def _glued(path):
    """Blanks dropped first, so that a doubled letter becomes one."""
    spans = []
    for char, first, last in _spans(path):
        if spans and spans[-1][0] == char:
            spans[-1] = (char, spans[-1][1], last)
        else:
            spans.append((char, first, last))
    return spans


def _squeezed(path):
    """Steps counted without the blanks."""
    return _spans(path.replace(BLANK, ""))


def _path_cases():
    doubled = random.choice(TARGET_CHARACTERS[:26])
    digit = random.choice(TARGET_CHARACTERS[26:])
    runs = [char * random.randint(1, 3) for char in random.sample(TARGET_CHARACTERS, 4)]
    return [
        ("-AA-B",),
        (f"{doubled * 2}-{doubled}",),
        (f"-{digit}--{digit * 3}",),
        ("--" + "-".join(runs[:2]) + runs[2] + runs[3],),
        ("---",),
        ("",),
    ]


exercise_1 = Exercise(
    "letter_spans",
    _spans,
    _path_cases,
    {
        "The blank is no letter: leave it out of the list, but count its steps.": (
            lambda path: _spans(path, blanks=False)
        ),
        "Equal neighbors are one letter: one tuple for the whole run.": (
            lambda path: _spans(path, merged=False)
        ),
        "Two equal letters with a blank between them are two letters, with a tuple each.": _glued,
        "Count steps on the whole path: the blanks have steps too.": _squeezed,
        "The third number is the last step of the letter, not the one behind it.": (
            lambda path: _spans(path, end=1)
        ),
        "The third number is the last step of the letter, not how many steps it has.": (
            lambda path: [(char, first, last - first + 1) for char, first, last in _spans(path)]
        ),
        "find() and index() give the first such letter of the whole path: count steps as you go.": (
            lambda path: [(c, path.find(c), path.rfind(c)) for c, _ in groupby(path) if c != BLANK]
        ),
        "Steps count from 0, as everywhere in Python.": lambda path: _spans(path, start=1),
        "Digits are letters too here: only the blank is left out.": (
            lambda path: [span for span in _spans(path) if span[0].isalpha()]
        ),
        "Each letter's steps are asked for as well: a tuple (letter, first step, last step).": (
            lambda path: [char for char, _, _ in _spans(path)]
        ),
    },
    hints=(
        "Walk over groupby(path), and keep the number of the step at which each run begins.",
        "for char, run in groupby(path): length = len(list(run)); ...; step += length",
    ),
)


# --- text and confidence --------------------------------------------------------------------------


def _read(probabilities, characters, letters=max, word=np.prod, blanks=False, nothing=0.0):
    best = probabilities.argmax(axis=1)
    text, chances = "", []
    for symbol, run in groupby(range(len(best)), key=lambda step: best[step]):
        if symbol or blanks:
            chances.append(letters([float(probabilities[step, symbol]) for step in run]))
        if symbol:
            text += characters[symbol - 1]
    return text, float(word(chances)) if chances else nothing


def _every_step(probabilities, characters):
    text, _ = _read(probabilities, characters)
    return text, float(np.prod(probabilities.max(axis=1))) if text else 0.0


def _not_merged(probabilities, characters):
    best = probabilities.argmax(axis=1)
    text = "".join(characters[symbol - 1] for symbol in best if symbol)
    return text, float(np.prod(probabilities.max(axis=1)[best > 0])) if text else 0.0


def _dropped_first(probabilities, characters):
    letters = [symbol for symbol in probabilities.argmax(axis=1) if symbol]
    text = "".join(characters[symbol - 1] for symbol, _ in groupby(letters))
    return text, _read(probabilities, characters)[1]


def _off_by_one(probabilities, characters):
    text, confidence = _read(probabilities, characters)
    after = dict(zip(characters, characters[1:] + characters[:1], strict=True))
    return "".join(after[char] for char in text), confidence


def _step_cases():
    """Tables whose greedy paths hold a run, a doubled letter, one letter, and blanks alone."""
    peaks = {(0, 1, 1, 0, 1, 2): [2], (2, 2, 3, 0, 0, 3, 3): [0, 6], (1,): [0], (0, 0, 0): [1]}
    rng = np.random.default_rng(random.getrandbits(32))
    cases = []
    for path, highest in peaks.items():  # the highest step of a run is its first or its last
        table = rng.uniform(0.02, 0.03, (len(path), 4))
        table[np.arange(len(path)), path] = rng.uniform(0.3, 0.4, len(path))
        table[highest, np.array(path)[highest]] += 0.5
        cases.append(((table / table.sum(axis=1, keepdims=True)).round(3), "ABC"))
    return cases


exercise_2 = Exercise(
    "read_with_confidence",
    _read,
    _step_cases,
    {
        "Blanks have no part in the confidence: multiply over the letters only.": (
            lambda table, characters: _read(table, characters, blanks=True)
        ),
        "One probability for each letter: the highest of its run, not every step of the path.": (
            _every_step
        ),
        "Multiply one probability for each letter, not the highest of every step.": (
            lambda table, characters: (
                _read(table, characters)[0],
                float(np.prod(table.max(axis=1))),
            )
        ),
        "A run of equal classes is one letter: merge it before you spell.": _not_merged,
        "Merge first, then drop the blanks: two equal letters with a blank between are two.": (
            _dropped_first
        ),
        "Take the highest probability of a letter's run, not the product over the run.": (
            lambda table, characters: _read(table, characters, letters=np.prod)
        ),
        "Take the highest probability of a letter's run, not its mean.": (
            lambda table, characters: _read(table, characters, letters=np.mean)
        ),
        "Take the highest probability of a letter's run, not its first.": (
            lambda table, characters: _read(table, characters, letters=lambda run: run[0])
        ),
        "The confidence of the word is the product over its letters, not their mean.": (
            lambda table, characters: _read(table, characters, word=np.mean)
        ),
        "The confidence of the word is the product over its letters, not the smallest.": (
            lambda table, characters: _read(table, characters, word=min)
        ),
        "A text without letters has the confidence 0: nothing is known about it.": (
            lambda table, characters: _read(table, characters, nothing=1.0)
        ),
        "Class 1 is characters[0]: class 0 is the blank and has no place in the alphabet.": (
            _off_by_one
        ),
        "Return two things, the text and the confidence.": (
            lambda table, characters: _read(table, characters)[0]
        ),
        "The text comes first, then the confidence.": (
            lambda table, characters: _read(table, characters)[::-1]
        ),
    },
    hints=(
        "Group the *steps* by their best class: groupby(range(T), key=lambda step: best[step]).",
        "for symbol, run in groupby(...): if symbol: chance *= max(probabilities[t, symbol] ...)",
    ),
    show=lambda table, characters: f"{table.tolist()}, {characters!r}",
)


# --- without a memory -----------------------------------------------------------------------------


def _network(
    shape, characters, extra=1, recurrent=0, ending="logits", steps_of=lambda width: width // 4
):
    """What is asked for, with one thing changed."""
    return {
        "output": (None, steps_of(shape[0]), len(characters) + extra),
        "recurrent layers": recurrent,
        "convolutions": 4,
        "ends in": ending,
    }


def _with(**changed):
    return lambda shape, characters: _network(shape, characters, **changed)


def _flat(shape, characters):
    return _network(shape, characters) | {"output": (None, len(characters) + 1)}


def _fixed_steps(shape, characters):
    if shape[0] != 100:
        raise ValueError("Keras cannot reshape to 25 steps")
    return _network(shape, characters)


def _described(model):
    """What the check compares: a model's output and its recurrent layers; None where it is none."""
    if model is None or model is Ellipsis:
        return None
    kinds = [type(layer).__name__ for layer in model.layers]
    recurrent = sum(kind in ("Bidirectional", "LSTM", "GRU", "SimpleRNN", "RNN") for kind in kinds)
    last = model.layers[-1]
    ending = getattr(getattr(last, "activation", last), "__name__", type(last).__name__.lower())
    return {
        "output": tuple(model.output_shape),
        "recurrent layers": recurrent,
        "convolutions": kinds.count("Conv2D"),
        "ends in": "logits" if ending == "linear" else ending,
    }


def _shape_cases():
    few = "".join(random.sample(TARGET_CHARACTERS, random.randint(5, 12)))
    wide = 4 * random.randint(30, 40)
    return [
        ((100, 32, 1), TARGET_CHARACTERS),
        ((100, 32, 1), few),
        ((wide, 32, 1), TARGET_CHARACTERS),
    ]


_exercise_3 = Exercise(
    "build_without_recurrence",
    _network,
    _shape_cases,
    {
        "There is still a recurrent layer in it: leave the LSTM out.": _with(recurrent=1),
        "The blank needs a class too: len(characters) + 1.": _with(extra=0),
        "One class too many: the characters and one blank.": _with(extra=2),
        "The loss wants logits: no softmax at the end.": _with(ending="softmax"),
        "The alphabet is an argument: the number of classes must follow it.": (
            lambda shape, characters: _network(shape, TARGET_CHARACTERS)
        ),
        "The width is an argument: hand input_shape to layers.Input.": (
            lambda shape, characters: _network((100, 32, 1), characters)
        ),
        "Reshape to (x.shape[1], 128), not to a fixed number of steps.": _fixed_steps,
        "One answer for each step is wanted, not one for the picture: no Flatten.": _flat,
        "Half of the steps are lost: only the first pooling may shrink the width.": (
            _with(steps_of=lambda width: width // 8)
        ),
    },
    hints=(
        "Copy build_crnn_model. Which line gives every column a memory?",
        "After Reshape comes the Dense layer with len(characters) + 1 classes at once.",
    ),
)


def exercise_3(build_without_recurrence) -> None:
    """Builds the learner's network for three inputs and compares what it is."""
    _exercise_3(lambda shape, characters: _described(build_without_recurrence(shape, characters)))
