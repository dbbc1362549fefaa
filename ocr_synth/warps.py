"""The shapes that lines of letters take: arcs, waves, signs seen from the side; and the crop.

Layers are (H, W, C) float32, all bent alike; channel 0 is the word itself.
"""

import functools

import cv2
import numpy as np

from ocr_synth.letters import ink_box


def deform(layers, box, rng):
    """Bend the line, look at it from somewhere, and cut the crop: layers (h, w, C) of the crop."""
    kind = rng.random()
    if kind < 0.13:
        layers, box = arc(layers, box, _arc_angle(rng))
    elif kind < 0.45:
        layers, box = _wave(layers, box, rng)
    left, top, right, bottom = (float(side) for side in box)
    corners = np.float32([[left, top], [right, top], [right, bottom], [left, bottom]])
    target = _random_quad(corners, rng, steep=kind < 0.13)
    margins = _margins(np.ptp(target[:, 1]), rng)  # left, top, right, bottom
    target -= target.min(axis=0) - margins[:2]
    width, height = np.clip(np.ceil(target.max(axis=0) + margins[2:]), 6, 1600).astype(int)
    matrix = cv2.getPerspectiveTransform(corners, target.astype(np.float32))
    return cv2.warpPerspective(layers, matrix, (int(width), int(height)), flags=cv2.INTER_LINEAR)


def _arc_angle(rng) -> float:
    """How far a word goes round, in radians: a third a little, the others up to half a circle."""
    angle = rng.uniform(15, 50) if rng.random() < 0.35 else rng.uniform(50, 165)
    return float(np.deg2rad(angle) * (1 if rng.random() < 0.75 else -1))


def arc(layers, box, angle: float):
    """Lay a line of text along a circle, letters upright on it: (layers, box) of the bent line.

    angle: what part of the circle it covers, in radians; above 0 it arches like a bridge, below
    it hangs like a smile.

    >>> line = np.zeros((60, 200, 1), np.float32)
    >>> line[20:40, 20:180] = 1
    >>> bent, (left, top, right, bottom) = arc(line, (20, 20, 180, 40), np.pi / 2)
    >>> bool(right - left < 170), bool(bottom - top > 40)
    (True, True)
    """
    left, top, right, bottom = (float(side) for side in box)
    width, height = right - left, bottom - top
    angle = float(np.sign(angle) * min(abs(angle), width / (1.1 * height)))
    radius = width / abs(angle)  # of the circle through the middle of the line
    outer = radius + height  # with some room for what stands above and below
    half = min(abs(angle) / 2 + 0.2, 3.0)
    reach = outer * np.sin(min(half, np.pi / 2))
    x, y = pixel_grid(int(outer - (radius - height) * np.cos(half)) + 2, int(2 * reach) + 2)
    across, up = x - reach, outer - y
    if angle < 0:
        up = up[::-1]
    distance, turn = np.hypot(across, up), np.arctan2(across, up)
    away = (distance - radius) if angle > 0 else (radius - distance)
    map_x = (left + right) / 2 + turn * radius
    map_y = (top + bottom) / 2 - away
    bent = _remap(layers, map_x.astype(np.float32), map_y.astype(np.float32))
    return bent, ink_box(bent[:, :, 0]) or (0, 0, bent.shape[1], bent.shape[0])


def _wave(layers, box, rng):
    """A line that sways, and a small elastic distortion."""
    height, width = layers.shape[:2]
    x, y = pixel_grid(height, width)
    text_height = box[3] - box[1]
    shift = (
        rng.uniform(0, 0.07)
        * text_height
        * np.sin(x * rng.uniform(0.5, 2.5) / text_height * 2 + rng.uniform(0, 6.3))
    )
    if rng.random() < 0.5:
        cells = max(2, height // 16), max(2, width // 16)
        grid = rng.normal(0, 1, size=(*cells, 2)).astype(np.float32)
        elastic = cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC)
        elastic *= rng.uniform(0, 0.03) * text_height
        x, shift = x + elastic[:, :, 0], shift + elastic[:, :, 1]
    layers = _remap(layers, x, (y + shift).astype(np.float32))
    return layers, ink_box(layers[:, :, 0]) or box


def _remap(layers, map_x, map_y):
    bent = cv2.remap(layers, map_x, map_y, cv2.INTER_LINEAR)
    return bent.reshape(*bent.shape[:2], -1)


@functools.lru_cache(maxsize=64)
def pixel_grid(height: int, width: int):
    """The x and the y of every pixel, each (height, width) float32; not to be written to."""
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    return x, y


def _random_quad(corners, rng, steep: bool):
    """The box's four corners after scaling, slant, rotation and perspective, shape (4, 2)."""
    width, height = corners[2] - corners[0]
    points = corners - corners.mean(axis=0)
    points = points * [rng.uniform(0.65, 1.35), 1.0]
    points[:, 0] += rng.normal(0, 0.12) * points[:, 1]  # slant
    kind = rng.random()
    if kind < 0.25:  # perspective: one end of the word smaller than the other
        factor = rng.uniform(0.6, 1.0)
        side = [0, 3] if rng.random() < 0.5 else [1, 2]
        points[side, 1] *= factor
    elif kind < 0.5:
        points += rng.normal(0, 0.06, size=(4, 2)) * height
    if rng.random() < 0.35:  # a sign seen from the side: its line rises, its letters stand upright
        points[:, 1] += rng.normal(0, 0.22) * points[:, 0]
    spread = 16.0 if steep else rng.choice([2.0, 8.0, 16.0], p=[0.5, 0.28, 0.22])
    limit = 40 if steep else 30
    angle = np.deg2rad(np.clip(rng.normal(0, spread), -limit, limit))
    rotation = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return points @ rotation


def _margins(height: float, rng):
    """Room around the word: mostly little, sometimes much, sometimes a little is cut off."""
    kind = rng.random()
    low, high = (0.0, 0.12) if kind < 0.52 else (0.0, 0.35) if kind < 0.8 else (-0.09, 0.05)
    return rng.uniform(low, high, size=4) * height
