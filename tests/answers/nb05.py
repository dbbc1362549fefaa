"""Answers to the exercises of notebook 05 that a learner may give."""

import keras
import numpy as np

from ocr_lessons.checks import nb05


def nested_head(backbone, num_classes):
    """The head as a model of its own, the backbone called as a layer."""
    layers = keras.layers
    backbone.trainable = False
    head = keras.Sequential(
        [layers.Dropout(1 / 5), layers.Dense(num_classes), layers.Activation("softmax")]
    )
    inputs = keras.Input(backbone.input_shape[1:])
    means = layers.GlobalAveragePooling2D()(backbone(inputs, training=False))
    return keras.Model(inputs, head(means))


def mean_by_hand(backbone, num_classes):
    """Average pooling as large as the maps; every layer frozen by itself; a Sequential."""
    layers = keras.layers
    for layer in backbone.layers:
        layer.trainable = False
    size = backbone.output_shape[1:3]
    model = keras.Sequential([backbone, layers.AveragePooling2D(size), layers.Flatten()])
    model.add(layers.Dropout(0.2))
    model.add(layers.Dense(num_classes, activation="softmax"))
    return model


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
    (nb05.exercise_3, nested_head),
    (nb05.exercise_3, mean_by_hand),
]

WRONG = [
    (nb05.exercise_3, lambda backbone, num_classes: backbone),
    (nb05.exercise_3, lambda backbone, num_classes: keras.Sequential([keras.layers.Dense(9)])),
    (nb05.exercise_3, lambda backbone, num_classes: "a model"),
]
