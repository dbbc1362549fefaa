"""A spatial transformer: it straightens a word by a thin-plate spline (Shi 2016, arXiv 1603.03915).

Tried on the recognizer of notebook 07; `grafts.py` and the README beside tell what it was worth.
"""

import numpy as np
from keras import layers, ops

PINS = 20  # points of the picture that the spline holds, half of them above and half below


class Rectify(layers.Layer):
    """Images (B, W, H, 1) and shifts of the pins (B, 20, 2) -> what lies there, (B, W, H, 1).

    A shift of 2 is the whole side; without any, the image comes back.
    """

    def build(self, shapes):
        _, self.width, self.height, _ = shapes[0]
        self.pins = ops.convert_to_tensor(_pins(), "float32")
        self.spline = ops.convert_to_tensor(_spline(self.width, self.height), "float32")

    def call(self, inputs):
        images, shifts = inputs
        places = ops.einsum("np,bpc->bnc", self.spline, self.pins + shifts)  # (B, W * H, 2)
        sides = ops.convert_to_tensor([self.width - 1.0, self.height - 1.0])
        places = ops.clip((places + 1) / 2 * sides, 0.0, sides)
        flat = ops.reshape(images, (-1, self.width * self.height))
        return ops.reshape(self._between(flat, places, sides), (-1, self.width, self.height, 1))

    def _between(self, flat, places, sides):
        """Bilinear: each place (B, N, 2) takes from its four neighbors."""
        corner = ops.minimum(ops.floor(places), sides - 1)
        far = places - corner
        start = ops.cast(corner[..., 0] * self.height + corner[..., 1], "int32")
        found = 0.0
        for x in (0, 1):
            for y in (0, 1):
                share = (far[..., 0] if x else 1 - far[..., 0]) * (
                    far[..., 1] if y else 1 - far[..., 1]
                )
                found += share * ops.take_along_axis(flat, start + x * self.height + y, axis=1)
        return found


def rectified(image):
    """The Keras tensor of images -> that of straightened ones; a small network moves the pins."""
    x = layers.AveragePooling2D(2)(image)
    for filters in (16, 32, 64, 96):
        x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
        x = layers.MaxPooling2D(2)(layers.ReLU()(layers.BatchNormalization()(x)))
    x = layers.Dense(128, activation="relu")(layers.Flatten()(x))
    shifts = layers.Dense(
        2 * PINS, kernel_initializer="zeros", dtype="float32", name="shifts_output"
    )(x)
    return Rectify(dtype="float32")([image, layers.Reshape((PINS, 2))(shifts)])


def _pins() -> np.ndarray:
    """Along the upper and the lower edge, (20, 2) of x and y in -1..1."""
    x = np.tile(np.linspace(-1, 1, PINS // 2), 2)
    return np.stack([x, np.repeat([-1.0, 1.0], PINS // 2)], axis=1)


def _spline(width: int, height: int) -> np.ndarray:
    """The matrix (W * H, 20) that takes where the pins go to where the pixels go."""
    pins = _pins()
    x, y = np.meshgrid(np.linspace(-1, 1, width), np.linspace(-1, 1, height), indexing="ij")
    pixels = np.stack([x.ravel(), y.ravel()], axis=1)
    affine = np.hstack([np.ones((PINS, 1)), pins])
    system = np.block([[_bend(pins, pins), affine], [affine.T, np.zeros((3, 3))]])
    rows = np.hstack([_bend(pixels, pins), np.ones((len(pixels), 1)), pixels])
    return (rows @ np.linalg.inv(system))[:, :PINS]


def _bend(a, b) -> np.ndarray:
    """r^2 log r^2 of the distances between points (N, 2) and (M, 2)."""
    square = ((a[:, None] - b[None]) ** 2).sum(axis=2)
    return square * np.log(np.maximum(square, 1e-12))
