"""The word recognizer: convolutions, recurrent layers, CTC (Shi 2015, arXiv 1507.05717; nb 07).

Images travel width first, (B, W, H, C), so that axis 1 is the network's time. It gives logits,
(B, T, 1 + number of characters), class 0 the blank. Any Keras 3 backend will do.
"""

import numpy as np

from ocr_utils.images import fit_image, load_image
from ocr_utils.labels import TARGET_CHARACTERS


def build_crnn_model(
    input_shape=(100, 32, 1),
    characters=TARGET_CHARACTERS,
    channels=(24, 48, 96, 128),
    lstm_units=(96,),
    convolutions=1,
    batch_norm=True,
    dropout=0.0,
):
    """A CRNN: images (B, W, H, C) float32 in 0..1 -> logits (B, W / 4, 1 + len(characters)).

    Logits are float32 under mixed precision too: loss and decoding need their range.
    channels: one block each; the first has stride 2, the second halves both sides, the others the
    height, and the last pools away what is left of it. convolutions: in each block but the first.
    The defaults make the lesson's network: 0.34 M parameters, 25 time steps.
    """
    from keras import Model, layers

    def convolve(x, filters, strides=1):
        x = layers.Conv2D(
            filters,
            3,
            strides,
            padding="same",
            use_bias=not batch_norm,
            kernel_initializer="he_normal",
        )(x)
        return layers.ReLU()(layers.BatchNormalization()(x) if batch_norm else x)

    image = layers.Input(input_shape, name="input_image")
    x = convolve(image, channels[0], strides=2)
    for block, filters in enumerate(channels[1:], start=1):
        for _ in range(convolutions):
            x = convolve(x, filters)
        height = x.shape[2] if block == len(channels) - 1 else 2
        x = layers.MaxPooling2D((2 if block == 1 else 1, height))(x)
    x = layers.Reshape((x.shape[1], filters))(x)
    for units in lstm_units:
        x = layers.Bidirectional(layers.LSTM(units, return_sequences=True))(x)
        x = layers.Dropout(dropout)(x) if dropout else x
    return Model(image, layers.Dense(len(characters) + 1, dtype="float32", name="output")(x))


def word_accuracy(y_true, y_pred):
    """A Keras metric: 1.0 for each word that greedy decoding reads exactly, shape (B,).

    y_true: labels (B, L) int, 0-padded; y_pred: logits (B, T, C). For `compile(metrics=...)`.
    """
    from keras import ops

    path = ops.cast(ops.argmax(y_pred, axis=-1), "int32")
    before = ops.pad(path[:, :-1], ((0, 0), (1, 0)))
    keep = ops.logical_and(path != 0, path != before)
    place = ops.where(keep, ops.cumsum(ops.cast(keep, "int32"), axis=1) - 1, -1)
    slots = ops.one_hot(place, y_true.shape[1], dtype="int32")  # (B, T, L); -1 has no slot
    read = ops.sum(slots * path[:, :, None], axis=1)
    same = ops.all(read == ops.cast(y_true, "int32"), axis=1)
    fits = ops.sum(ops.cast(keep, "int32"), axis=1) <= y_true.shape[1]
    return ops.cast(ops.logical_and(same, fits), "float32")


def prepare_image(image, size=(100, 32), pad: bool = False) -> np.ndarray:
    """An image of any kind and size -> the network's input (W, H, 1), float32 in 0..1.

    It is made gray and stretched to the whole of `size` (width, height), as the shipped model
    wants; with `pad` it keeps its proportions, at most stretched to W, and the rest stays black.

    >>> prepare_image(np.full((20, 50, 3), 255, np.uint8)).shape
    (100, 32, 1)
    """
    import cv2

    gray = cv2.cvtColor(load_image(image), cv2.COLOR_RGB2GRAY)
    return (fit_image(gray, size, pad)[..., None] / 255).astype(np.float32)
