"""Checks of notebook 05: top-k accuracy, a shift, a small head for transfer learning."""

import random

import numpy as np

from ocr_utils.checks import check
from ocr_utils.checks.exercise import Exercise

# --- top-k accuracy -------------------------------------------------------------------------------


def _top_k(probabilities, labels, k):
    best = np.argsort(probabilities, axis=1)[:, -k:]
    return float((best == np.asarray(labels)[:, None]).any(axis=1).mean())


def _top_k_cases():
    rng = np.random.default_rng(random.getrandbits(32))
    cases = []
    for k in (1, 2, 3):  # the place of the label in each row: 0 is the most probable
        order = np.array([rng.permutation(5) for _ in range(10)])
        places = np.array([0, 0, 0, 1, 1, 2, 2, 3, 4, 4])
        labels = np.array([row[place] for row, place in zip(order, places, strict=True)])
        table = np.zeros((10, 5))
        np.put_along_axis(table, order, np.array([[0.4, 0.25, 0.2, 0.1, 0.05]]), axis=1)
        cases.append((table, labels, k))
    return cases


exercise_1 = Exercise(
    "top_k_accuracy",
    _top_k,
    _top_k_cases,
    {
        "That looks at the most probable class only: use k.": lambda p, y, k: _top_k(p, y, 1),
        "Those are the least probable classes: argsort begins with the smallest.": (
            lambda p, y, k: _top_k(-p, y, k)
        ),
        "That is a count: divide by the number of pictures.": (
            lambda p, y, k: round(_top_k(p, y, k) * len(y))
        ),
        "That is in percent: a share from 0 to 1 is wanted.": lambda p, y, k: 100 * _top_k(p, y, k),
        "That is the share of wrong answers: one minus it.": lambda p, y, k: 1 - _top_k(p, y, k),
        "That looks at k + 1 classes, one too many.": lambda p, y, k: _top_k(p, y, k + 1),
    },
    hints=(
        "probabilities.argsort(axis=1) puts the most probable classes last. Which k do you need?",
        "(best == labels[:, None]).any(axis=1).mean()",
    ),
    show=lambda p, y, k: f"probabilities {p.shape}, labels {y.tolist()}, {k}",
)


# --- a shift --------------------------------------------------------------------------------------


def _shift(image, dx, dy, mode="edge"):
    height, width = image.shape[:2]
    x, y = abs(dx), abs(dy)
    framed = np.pad(image, ((y, y), (x, x), (0, 0)), mode=mode)
    return framed[y - dy : y - dy + height, x - dx : x - dx + width]


def _shift_cases():
    rng = np.random.default_rng(random.getrandbits(32))
    image = rng.permutation(12).astype(np.uint8).reshape(3, 4, 1).repeat(3, axis=2)
    return [(image, dx, dy) for dx, dy in ((1, 0), (0, -1), (-1, 2), (0, 0))]


exercise_2 = Exercise(
    "shift",
    _shift,
    _shift_cases,
    {
        "That goes left and up: positive dx is to the right, positive dy down.": (
            lambda image, dx, dy: _shift(image, -dx, -dy)
        ),
        "dx and dy changed places: columns are the second axis.": (
            lambda image, dx, dy: _shift(image, dy, dx)
        ),
        "What leaves on one side comes in on the other: repeat the border pixel instead.": (
            lambda image, dx, dy: np.roll(image, (dy, dx), axis=(0, 1))
        ),
        "A black edge comes in: repeat the border pixel instead.": (
            lambda image, dx, dy: _shift(image, dx, dy, "constant")
        ),
        "The border is mirrored: repeat the border pixel instead.": (
            lambda image, dx, dy: _shift(image, dx, dy, "symmetric")
        ),
        "Only the columns moved: dy is still missing.": lambda i, dx, dy: _shift(i, dx, 0),
        "Only the rows moved: dx is still missing.": lambda i, dx, dy: _shift(i, 0, dy),
        "Nothing has moved.": lambda image, dx, dy: image,
    },
    hints=(
        "Frame the picture with its border pixels, then cut out a window of the old size.",
        "np.pad(image, ((y, y), (x, x), (0, 0)), mode='edge') with x = abs(dx), y = abs(dy)",
    ),
    show=lambda image, dx, dy: f"{image[..., 0].tolist()}, {dx}, {dy}",
)


# --- a small head ---------------------------------------------------------------------------------


def exercise_3(build_small_model) -> None:
    """build_small_model(backbone, num_classes) -> keras.Model with a frozen backbone."""
    import keras

    inputs = keras.Input((16, 16, 3))
    backbone = keras.Model(inputs, keras.layers.Conv2D(8, 3, activation="relu")(inputs))
    built = {}

    def build():
        built["model"] = build_small_model(backbone, 4)
        return None if built["model"] is None else tuple(built["model"].output_shape)

    check("the shape of the output", build, (None, 4))
    model = built.get("model")
    check("the number of weights that learn", lambda: model and _trainable(model), 8 * 4 + 4)
    check("the answers add up to", lambda: model and _sum_of_answer(model), 1.0)
    check(
        "a layer drops values in training",
        lambda: model and any(isinstance(layer, keras.layers.Dropout) for layer in model.layers),
        True,
    )


def _trainable(model) -> int:
    return sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)


def _sum_of_answer(model) -> float:
    return round(float(model.predict(np.ones((1, 16, 16, 3), "float32"), verbose=0).sum()), 4)
