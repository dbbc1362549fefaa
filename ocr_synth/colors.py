"""Colors that can be told apart, and surfaces of them: grounds and the fill of letters."""

import functools

import cv2
import numpy as np

from ocr_synth.textures import scene as photo_like
from ocr_synth.warps import pixel_grid
from ocr_synth.words import GRAY_WEIGHTS

PLATES = 24  # pictures without text that a process keeps to lay words on


def two_colors(rng):
    """Ground and ink (2, 3), 0..255: gray or colored, light on dark as often as dark on light.

    >>> gray_distance(*two_colors(np.random.default_rng(0))) > 20
    True
    """
    kind = rng.random()
    contrast = rng.uniform(28, 90) if kind < 0.18 else rng.uniform(80, 235)
    contrast = 245.0 if kind > 0.92 else contrast  # print: black and white
    middle = rng.uniform(contrast / 2, 255 - contrast / 2)
    sign = 1 if rng.random() < 0.5 else -1
    levels = np.array([[middle + sign * contrast / 2], [middle - sign * contrast / 2]])
    spread = rng.choice([4, 25, 60])
    for _ in range(10):  # a tint can eat up the contrast
        colors = np.clip(levels + rng.normal(0, spread, size=(2, 3)), 0, 255)
        if gray_distance(*colors) > 0.7 * contrast:
            return colors
    return np.clip(np.repeat(levels, 3, axis=1), 0, 255)


def gray_distance(a, b) -> float:
    """How far two colors are apart for an eye, or a network, that sees no color."""
    return float(abs((a - b) @ GRAY_WEIGHTS))


def color_apart(color, rng, least: float = 50.0):
    """Any color that the letters in this one stand out against."""
    while gray_distance(other := rng.uniform(0, 255, size=3), color) < least:
        pass
    return other


def surface(shape, color, rng, amount: float):
    """A surface (H, W, 3) float32 around one color: even, graded, blotchy, grainy or striped.

    amount: how far it may go from the color, in gray levels.
    """
    height, width = shape
    image = np.empty((height, width, 3), np.float32)
    image[:] = color
    kind = rng.random()
    if kind < 0.36:
        return image
    if kind < 0.54:
        image += amount * _ramp(height, width, rng)[:, :, None]
    elif kind < 0.72:
        image += amount * _blotches(height, width, rng.integers(3, 40), rng)[:, :, None]
    elif kind < 0.80:
        image += 0.6 * amount * _stripes(height, width, rng)[:, :, None]
    elif kind < 0.88:
        image += rng.normal(0, amount * 0.6, size=(height, width, 1)).astype(np.float32)
    else:
        image += amount * picture(height, width, rng)
    return image


def vertical_gradient(mask, color, rng, amount: float):
    """A fill that changes from the letters' top to their foot, (H, 1, 3): smooth, or as chrome."""
    rows = np.flatnonzero(mask.max(axis=1) > 0.3)
    top, bottom = (rows[0], rows[-1]) if len(rows) else (0, len(mask) - 1)
    stops = np.sort(rng.uniform(0, 1, 4)) * (bottom - top) + top
    if rng.random() < 0.5:
        levels = np.interp(np.arange(len(mask)), [top, bottom], [-1, 1]) * rng.choice([-1, 1])
    else:  # the sky, the horizon and the ground, mirrored in metal
        stops[2] = stops[1] + 1
        levels = np.interp(np.arange(len(mask)), stops, rng.uniform(-1, 1, 4))
    tint = rng.uniform(0.5, 1.2, 3)
    return (color + amount * levels[:, None] * tint)[:, None, :].astype(np.float32)


def _ramp(height, width, rng):
    across = np.linspace(-1, 1, width, dtype=np.float32)[None, :] * rng.uniform(-1, 1)
    return across + np.linspace(-1, 1, height, dtype=np.float32)[:, None] * rng.uniform(-1, 1)


def _blotches(height, width, cell, rng):
    """Noise with cells of so many pixels, of standard deviation 1 at most."""
    small = rng.normal(0, 1, size=(height // cell + 2, width // cell + 2)).astype(np.float32)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)


def _stripes(height, width, rng):
    x, y = pixel_grid(height, width)
    angle, period = rng.uniform(0, 3.14), rng.uniform(4, 40)
    stripes = np.sin((x * np.cos(angle) + y * np.sin(angle)) * 6.28 / period)
    return np.sign(stripes) if rng.random() < 0.5 else stripes


def picture(height, width, rng):
    """A piece of a picture without text, (H, W, 3) float32, of mean 0 and deviation about 1."""
    plate = _plate(int(rng.integers(PLATES)))
    side = min(plate.shape[:2])
    zoom = rng.uniform(0.3, 1.0)
    h, w = max(4, int(side * zoom * min(1, height / width))), max(4, int(side * zoom))
    top, left = rng.integers(plate.shape[0] - h + 1), rng.integers(plate.shape[1] - w + 1)
    return cv2.resize(plate[top : top + h, left : left + w], (width, height))


@functools.lru_cache(maxsize=PLATES)
def _plate(number: int):
    image = photo_like(np.random.default_rng([314159, number]), 200, 260).astype(np.float32)
    return (image - image.mean(axis=(0, 1))) / max(8.0, float(image.std()))


def worn(shape, rng):
    """How much of a paint is left, (H, W) 0..1: holes and scratches of one coarseness."""
    height, width = shape
    noise = _blotches(height, width, int(rng.integers(2, 9)), rng)
    noise += 0.5 * rng.normal(0, 1, size=shape).astype(np.float32)
    return np.clip((noise + rng.uniform(0.7, 1.8)) * rng.uniform(1, 4), 0, 1)
