"""Checks of notebook 05: top-k accuracy, a shift, a small head for transfer learning."""

import random
import warnings

import numpy as np

from ocr_lessons.checks.exercise import Exercise

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
        "That is the share of wrong answers: subtract it from 1.": lambda p, y, k: (
            1 - _top_k(p, y, k)
        ),
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


def _head(
    backbone, num_classes, frozen=True, pool="GlobalAveragePooling2D", drop=0.2, where="mean", **end
):
    """The head as it is asked for, or with one thing wrong: where is "maps", "mean" or "end"."""
    from keras import Model, layers

    backbone.trainable = not frozen
    last = layers.Dense(num_classes, activation=end.get("activation", "softmax"))
    steps = [getattr(layers, pool)(), last]
    if end.get("hidden"):
        steps.insert(1, layers.Dense(end["hidden"], activation="relu"))
    if drop:
        steps.insert({"maps": 0, "mean": 1, "end": len(steps)}[where], layers.Dropout(drop))
    x = backbone.output
    for layer in steps:
        x = layer(x)
    return Model(backbone.inputs, x)


def _backbone(filters: int):
    """A backbone of one convolution, always with the same weights: 8x8 pixels -> 6x6 x filters."""
    import keras

    inputs = keras.Input((8, 8, 3))
    start = keras.initializers.RandomNormal(stddev=0.3, seed=filters)
    maps = keras.layers.Conv2D(filters, 3, activation="relu", kernel_initializer=start)(inputs)
    backbone = keras.Model(inputs, maps)
    backbone.__deepcopy__ = lambda memo: _backbone(filters)  # Keras's own way is slow
    return backbone


def _backbone_cases():
    return [(_backbone(random.randint(5, 9)), classes) for classes in random.sample(range(3, 7), 3)]


def _facts(model) -> dict:
    """What a model is, whatever it is built of; its answer with the same weights for everybody."""
    rng = np.random.default_rng(5)
    dropped = [
        f"{layer.rate:.2g} of {int(np.prod(layer.input.shape[1:]))}"
        for layer in _layers(model)
        if "Dropout" in type(layer).__name__
    ]
    for variable in model.trainable_weights:
        variable.assign(rng.normal(0, 1, variable.shape))
    with warnings.catch_warnings(action="ignore"):  # of an input that stands in a list
        answer = np.array(model(np.linspace(0, 1, 192, dtype="float32").reshape(1, 8, 8, 3)))
    return {
        "output": str(model.output_shape),
        "weights that learn": sum(int(np.prod(w.shape)) for w in model.trainable_weights),
        "dropped": ", ".join(dropped) or "nothing",
        "answer": [round(float(value), 2) for value in answer.ravel()[:3]],
    }


def _layers(model):
    """All layers, those of models within it too."""
    for layer in model.layers:
        if hasattr(layer, "layers"):
            yield from _layers(layer)
        else:
            yield layer


exercise_3 = Exercise(
    "build_small_model",
    _head,
    _backbone_cases,
    {
        "The backbone learns, too: freeze it, backbone.trainable = False.": (
            lambda backbone, n: _head(backbone, n, frozen=False)
        ),
        "That is the largest of each map: the mean is GlobalAveragePooling2D.": (
            lambda backbone, n: _head(backbone, n, pool="GlobalMaxPooling2D")
        ),
        "Every place of the maps goes in by itself: take their mean instead of Flatten.": (
            lambda backbone, n: _head(backbone, n, pool="Flatten")
        ),
        "Nothing is dropped: a Dropout layer is missing.": (
            lambda backbone, n: _head(backbone, n, drop=0)
        ),
        "Four fifths are dropped: the number in Dropout is the share that goes.": (
            lambda backbone, n: _head(backbone, n, drop=0.8)
        ),
        "A fiftieth is dropped: a fifth is 0.2.": lambda backbone, n: _head(backbone, n, drop=0.02),
        "Dropout stands after the softmax: answers are thrown away instead of features.": (
            lambda backbone, n: _head(backbone, n, where="end")
        ),
        "Dropout stands before the mean, which fills the holes again: put it after.": (
            lambda backbone, n: _head(backbone, n, where="maps")
        ),
        "The outputs are no probabilities: the last layer lacks activation='softmax'.": (
            lambda backbone, n: _head(backbone, n, activation=None)
        ),
        "Each output goes from 0 to 1 by itself: softmax lets the classes compete, sigmoid not.": (
            lambda backbone, n: _head(backbone, n, activation="sigmoid")
        ),
        "A hidden dense layer stands between: go from the means straight to the softmax.": (
            lambda backbone, n: _head(backbone, n, hidden=1024)
        ),
    },
    hints=(
        "As build_model above, with Dropout(0.2) in the place of Dense(1024).",
        "backbone.trainable = False; GlobalAveragePooling2D, Dropout(0.2), Dense with softmax, "
        "each called on the output of the one before; keras.Model(backbone.inputs, ...)",
    ),
    show=lambda backbone, n: f"a backbone of {backbone.output_shape[-1]} maps, {n}",
    facts=_facts,
)
