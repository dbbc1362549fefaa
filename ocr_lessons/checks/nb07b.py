"""Checks of notebook 07b, pitfalls of CTC."""

import random

import numpy as np

from ocr_lessons.checks.exercise import Exercise
from ocr_utils.labels import TARGET_CHARACTERS, required_steps

# --- the blank to the front -----------------------------------------------------------------------


def _blank_first(logits):
    return np.concatenate([logits[..., -1:], logits[..., :-1]], axis=-1)


def _swapped(logits):
    logits[..., [0, -1]] = logits[..., [-1, 0]]
    return logits


def _logit_cases():
    shapes = ((2, 5, 4), (1, 3, 6), (3, 2, 3))
    rng = np.random.default_rng(random.getrandbits(32))
    return [(rng.normal(0, 3, shape).round(1),) for shape in shapes]


exercise_1 = Exercise(
    "blank_first",
    _blank_first,
    _logit_cases,
    {
        "That moves class 0 to the end. Here the last class has to come to the front.": (
            lambda logits: np.roll(logits, -1, axis=-1)
        ),
        "Without an axis np.roll moves numbers from step to step: say axis=-1.": (
            lambda logits: np.roll(logits, 1)
        ),
        "That moves the steps. Classes are the last axis: axis=-1.": (
            lambda logits: np.roll(logits, 1, axis=1)
        ),
        "That moves the pictures of the batch. Classes are the last axis: axis=-1.": (
            lambda logits: np.roll(logits, 1, axis=0)
        ),
        "That turns the order of the characters around; only the blank has to move.": (
            lambda logits: logits[..., ::-1]
        ),
        "Two classes changed places: the first character must come second, not last.": _swapped,
        "The blank is still at the end too: take it away there.": (
            lambda logits: np.concatenate([logits[..., -1:], logits], axis=-1)
        ),
        "The blank is gone: it has to come to the front.": lambda logits: logits[..., :-1],
        "Nothing has moved.": lambda logits: logits,
    },
    hints=(
        "Which function of NumPy shifts along an axis, and brings what falls off to the front?",
        "np.roll(logits, ..., axis=...)",
    ),
)


# --- labels for the loss --------------------------------------------------------------------------


def _labels(texts, characters, first=1, blanks=False, padding=0, longest=None, right=False):
    rows = []
    for text in texts:
        row = []
        for position, char in enumerate(text):
            if blanks and position and char == text[position - 1]:
                row.append(0)
            row.append(characters.index(char) + first)
        rows.append(row)
    width = longest or max(map(len, rows))
    padded = [[padding] * (width - len(row)) for row in rows]
    return np.array([b + a if right else a + b for a, b in zip(rows, padded, strict=True)])


def _one_hot(texts, characters):
    return np.eye(len(characters) + 1)[_labels(texts, characters)]


def _ordinals(texts, characters):
    del characters
    return _labels(texts, "".join(map(chr, range(1, 128))), first=1)


def _same_labels(given, right):
    if isinstance(given, list) or isinstance(right, list):  # a list of lists is no array
        return type(given) is type(right) and given == right
    return np.shape(given) == np.shape(right) and np.array_equal(given, right)


def _text_cases():
    letters = "".join(random.sample(TARGET_CHARACTERS, 8))
    words = ["".join(random.choices(letters, k=random.randint(2, 6))) for _ in range(3)]
    double = letters[3] * 2
    return [
        (["HELLO", "A"], TARGET_CHARACTERS),
        ([letters[:5] + double, letters[2:4]], letters),
        ([*words, letters[0] + double], letters),
        (["1001", "0"], "0123456789"),
    ]


exercise_2 = Exercise(
    "labels_for_loss",
    _labels,
    _text_cases,
    {
        "Classes count from 1: 0 is the padding (pitfall 2).": (
            lambda texts, characters: _labels(texts, characters, first=0)
        ),
        "No blanks inside a label: the loss puts them in by itself (pitfall 1).": (
            lambda texts, characters: _labels(texts, characters, blanks=True)
        ),
        "Fill up with 0: the loss counts non-zeros to know the length.": (
            lambda texts, characters: _labels(texts, characters, padding=-1)
        ),
        "Fill up with 0, which is the blank, not with the number of classes.": (
            lambda texts, characters: _labels(texts, characters, padding=len(characters) + 1)
        ),
        "The array is as wide as the longest text, no wider.": (
            lambda texts, characters: _labels(texts, characters, longest=22)
        ),
        "The zeros come behind the text, not in front of it.": (
            lambda texts, characters: _labels(texts, characters, right=True)
        ),
        "The numbers are right. Make an array of them: np.array(rows).": (
            lambda texts, characters: _labels(texts, characters).tolist()
        ),
        "Class numbers are wanted, not one-hot rows.": _one_hot,
        "The number of a character is its place in `characters`, not its ord().": _ordinals,
        "An array is wanted, (B, longest): the rows of a list have different lengths.": (
            lambda texts, characters: [[characters.index(char) + 1 for char in t] for t in texts]
        ),
    },
    hints=(
        "Begin with an array of zeros. How many rows and columns has it?",
        "row[: len(text)] = [characters.index(char) + 1 for char in text]",
    ),
    same=_same_labels,
)


# --- a mean that nothing spoils -------------------------------------------------------------------


def _mean(losses, texts, time_steps, needed=required_steps, nothing=0.0):
    kept = [loss for loss, text in zip(losses, texts, strict=True) if needed(text) <= time_steps]
    return float(np.mean(kept)) if kept else nothing


def _divided_by_all(losses, texts, time_steps):
    kept = _kept(losses, texts, time_steps)
    return float(np.sum(kept)) / len(texts)


def _kept(losses, texts, time_steps):
    return [
        loss for loss, text in zip(losses, texts, strict=True) if required_steps(text) <= time_steps
    ]


def _pairs(text):
    """Steps for doubled letters only where letters repeat anywhere in the word."""
    return len(text) + len(text) - len(set(text))


def _loss_cases():
    texts = ["HELLO", "WORLD", "BOOKKEEPER", "A", "BANANA", "AAA"]
    losses = np.array([round(random.uniform(0.5, 5), 2) for _ in texts])
    losses[2] = 700.0
    return [
        (losses, texts, 6),
        (losses, texts, 5),
        (losses, texts, 25),
        (losses[2:3], texts[2:3], 9),
    ]


exercise_3 = Exercise(
    "mean_loss",
    _mean,
    _loss_cases,
    {
        "A doubled letter needs one more step, for the blank between.": (
            lambda losses, texts, steps: _mean(losses, texts, steps, needed=len)
        ),
        "All texts are in it: leave out those that do not fit.": (
            lambda losses, texts, steps: float(np.mean(losses))
        ),
        "A text that needs exactly `time_steps` steps fits.": (
            lambda losses, texts, steps: _mean(losses, texts, steps - 1)
        ),
        "Only equal *neighbors* need a blank: BANANA needs six steps.": (
            lambda losses, texts, steps: _mean(losses, texts, steps, needed=_pairs)
        ),
        "That is the sum; divide by the number of texts that fit.": (
            lambda losses, texts, steps: float(np.sum(_kept(losses, texts, steps)))
        ),
        "Divide by the number of texts that fit, not by that of all.": _divided_by_all,
        "If no text fits, return 0.0, not nan.": (
            lambda losses, texts, steps: _mean(losses, texts, steps, nothing=float("nan"))
        ),
        "If no text fits, there is nothing to divide by: return 0.0.": (
            lambda losses, texts, steps: (
                sum(_kept(losses, texts, steps)) / len(_kept(losses, texts, steps))
            )
        ),
        "One number is wanted: the mean of the losses that you kept.": _kept,
    },
    hints=(
        "Which texts fit? Write that rule first: letters, and one more for each equal neighbor.",
        "kept = [loss for loss, text in zip(losses, texts) if steps_needed(text) <= time_steps]",
    ),
    same=lambda given, right: (
        np.shape(given) == np.shape(right) and np.allclose(given, right, equal_nan=True)
    ),
)
