"""What sign makers do to letters: layers below them, their fill, and what light does to them.

Every layer is laid over an image (H, W, 3) float32 in place; masks are (H, W), 0..1. `unit` is
a thirty-second of the letters' height, in pixels: a hair's breadth in any size.
"""

import cv2
import numpy as np

from ocr_synth.colors import (
    color_apart,
    gray_distance,
    picture,
    surface,
    two_colors,
    vertical_gradient,
    worn,
)
from ocr_synth.warps import pixel_grid


def paint(mask, tiles, neighbors, rng):
    """Ground, what lies under the letters, the letters, light: (H, W, 3) float32, about 0..255."""
    ground, ink = two_colors(rng)
    contrast = gray_distance(ground, ink)
    unit = max(0.6, _height(mask) / 32)
    image = surface(mask.shape, ground, rng, amount=rng.uniform(0.05, 0.4) * contrast)
    if rng.random() < 0.2:
        _add_clutter(image, rng, 0.3 * contrast)
    if tiles.any():
        image[:] += tiles[:, :, None] * (ground - image)
        image += (1 - tiles[:, :, None]) * rng.uniform(-90, 90, size=3).astype(np.float32)
    kind = rng.random()
    if kind < 0.025:
        _relief(image, mask, rng, unit)
    elif kind < 0.095:
        _channel_letters(image, mask, ground, ink, rng, unit)
    else:
        for share, layer in BELOW:
            if rng.random() < share:
                layer(image, mask, ink, rng, unit)
        _fill(image, mask, neighbors, ink, contrast, rng, unit)
    if rng.random() < 0.15:
        _shade(image, rng)
    return image


def mix(image, alpha, color) -> None:
    """Lay a color (3,) or a surface (H, W, 3) over the image, in place; alpha (H, W) 0..1."""
    image += alpha[:, :, None].astype(np.float32) * (np.asarray(color, np.float32) - image)


def _height(mask) -> int:
    """Height of the letters in pixels."""
    rows = np.flatnonzero(mask.max(axis=1) > 0.3)
    return int(rows[-1] - rows[0] + 1) if len(rows) else 1


# ---- below the letters


def _shadow(image, mask, ink, rng, unit):
    shadow = _shift(mask, *(rng.uniform(-4, 4, size=2) * unit))
    if rng.random() < 0.5:
        shadow = cv2.GaussianBlur(shadow, (0, 0), rng.uniform(0.5, 2.5) * unit)
    mix(image, shadow * rng.uniform(0.3, 0.8), color_apart(ink, rng))


def _glow(image, mask, ink, rng, unit):
    """Light around the letters, in their color, as around lamps, or in another."""
    wide = cv2.GaussianBlur(_grow(mask, 2 * unit), (0, 0), rng.uniform(1.5, 5) * unit)
    color = ink if rng.random() < 0.4 else color_apart(ink, rng)
    mix(image, np.minimum(1, wide * rng.uniform(0.4, 1.2)), color)
    if color is ink:  # a rim keeps the letters apart from their own light
        mix(image, _grow(mask, unit), color_apart(ink, rng, 70))


def _extrusion(image, mask, ink, rng, unit):
    """The sides of thick letters, seen a little from the side."""
    step, count = rng.uniform(-1, 1, size=2) * unit, rng.integers(2, 9)
    sides = np.max([_shift(mask, *(i * step)) for i in range(1, count)], axis=0)
    mix(image, sides, color_apart(ink, rng))


def _outline(image, mask, ink, rng, unit):
    """One border around the letters, or one around another."""
    inner = rng.uniform(1, 2.5) * unit
    color = color_apart(ink, rng)
    if rng.random() < 0.3:
        mix(image, _grow(mask, inner + rng.uniform(1, 3) * unit), color_apart(color, rng, 40))
    mix(image, _grow(mask, inner), color)


def _grow(mask, by: float):
    size = 2 * max(1, round(by)) + 1
    return cv2.dilate(mask, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)))


def _shrink(mask, by: float):
    size = 2 * max(1, round(by)) + 1
    return cv2.erode(mask, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)))


def _shift(mask, dx: float, dy: float):
    height, width = mask.shape
    return cv2.warpAffine(mask, np.float32([[1, 0, dx], [0, 1, dy]]), (width, height))


# ---- the letters


def _fill(image, mask, neighbors, ink, contrast, rng, unit):
    """The letters and their neighbors: a color, gradient, texture or picture; worn, beveled."""
    kind, fill = rng.random(), ink
    if kind < 0.22:
        fill = surface(mask.shape, ink, rng, amount=rng.uniform(0.05, 0.3) * contrast)
    elif kind < 0.34:
        fill = vertical_gradient(mask, ink, rng, amount=rng.uniform(0.15, 0.6) * contrast)
    elif kind < 0.39:
        fill = ink + rng.uniform(0.1, 0.3) * contrast * picture(*mask.shape, rng)
    alpha = np.maximum(mask, neighbors) * rng.uniform(0.85, 1.0)
    if rng.random() < 0.06:
        alpha = alpha * worn(mask.shape, rng)
    mix(image, alpha, fill)
    if rng.random() < 0.09:
        image += (_light(mask, rng, unit) * mask * rng.uniform(40, 140))[:, :, None]


def _relief(image, mask, rng, unit):
    """Letters of the ground's own color, raised or carved: only light and shadow show them."""
    light = _light(mask, rng, unit)
    if rng.random() < 0.5:
        mix(image, mask, image.mean(axis=(0, 1)) + rng.uniform(-35, 35))
    image += (light * rng.uniform(70, 170))[:, :, None]


def _channel_letters(image, mask, ground, ink, rng, unit):
    """Letters as boxes on a wall: sides, a face, a rim around it, now and then a tube of light."""
    if rng.random() < 0.6:
        _extrusion(image, mask, ink, rng, unit)
    face = ground + rng.normal(0, 30, size=3) if rng.random() < 0.5 else color_apart(ink, rng)
    inside = _shrink(mask, rng.uniform(0.6, 1.8) * unit)
    mix(image, mask, ink)
    mix(image, inside, face)
    if rng.random() < 0.35:
        tube = _shrink(inside, rng.uniform(0.8, 2) * unit)
        glow = cv2.GaussianBlur(tube, (0, 0), rng.uniform(1, 3) * unit)
        mix(image, np.minimum(1, glow * rng.uniform(0.5, 1.5)), ink)
        mix(image, tube, np.clip(ink + rng.uniform(0, 80), 0, 255))


def _light(mask, rng, unit):
    """How bright the slopes at a letter's edges are under light from one side, about -1..1."""
    soft = cv2.GaussianBlur(mask, (0, 0), rng.uniform(0.5, 1.6) * unit)
    angle, step = rng.uniform(0, 2 * np.pi), rng.uniform(0.6, 1.6) * unit
    dx, dy = np.cos(angle) * step, np.sin(angle) * step
    return 1.5 * (_shift(soft, dx, dy) - _shift(soft, -dx, -dy))


# ---- around them


def _add_clutter(image, rng, amount: float) -> None:
    """Lines and panels behind the word."""
    height, width = image.shape[:2]
    for _ in range(rng.integers(1, 4)):
        x0, x1 = (int(v) for v in rng.integers(0, width, size=2))
        y0, y1 = (int(v) for v in rng.integers(0, height, size=2))
        color = np.clip(image[y0, x0] + rng.normal(0, amount, size=3), 0, 255).tolist()
        if rng.random() < 0.6:
            cv2.line(image, (x0, y0), (x1, y1), color, int(rng.integers(1, 4)))
        else:
            cv2.rectangle(image, (x0, y0), (x1, y1), color, -1)


def _shade(image, rng) -> None:
    """A cast shadow or a highlight across everything."""
    height, width = image.shape[:2]
    x, y = pixel_grid(height, width)
    angle = rng.uniform(0, 6.28)
    left, top = rng.uniform(0, width), rng.uniform(0, height)
    side = (x - left) * np.cos(angle) + (y - top) * np.sin(angle)
    edge = 1 / (1 + np.exp(-np.clip(side / rng.uniform(0.5, 12), -30, 30)))
    image *= (1 + rng.uniform(-0.5, 0.25) * edge)[:, :, None]


BELOW = ((0.15, _shadow), (0.06, _glow), (0.08, _extrusion), (0.13, _outline))  # how often
