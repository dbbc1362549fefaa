"""Draw the ten classes of CIFAR-10 as small pictures: the stand-in of notebook 05.

The objects come from `ocr_synth.silhouettes`, colors, ground and light from
`ocr_synth.object_scenes`; here they get a pose, a size, something that covers them, and noise.
"""

import cv2
import numpy as np

from ocr_synth import object_scenes
from ocr_synth.silhouettes import BODY, SHADE, SILHOUETTES, ellipse, limb

SIZE = 32
_SCALE = 4  # drawn four times as large, then averaged, for smooth edges


def draw_object(name: str, rng: np.random.Generator) -> np.ndarray:
    """One picture of a class of CIFAR-10, (32, 32, 3) uint8 RGB (notebook 05).

    >>> draw_object("frog", np.random.default_rng(0)).shape
    (32, 32, 3)
    """
    ground = object_scenes.ground(name, SIZE, rng)
    colors = object_scenes.colors(name, ground, rng)
    canvas = cv2.resize(ground, None, fx=_SCALE, fy=_SCALE, interpolation=cv2.INTER_CUBIC)
    roles, shapes = zip(*SILHOUETTES[name](rng), strict=True)
    shapes = _posed(shapes, rng)
    object_scenes.cast_shadow(canvas, shapes, _SCALE, rng)
    _paint(canvas, roles, shapes, colors, rng.random() < object_scenes.AS_BRIGHT)
    _cover(canvas, rng)
    small = cv2.resize(canvas, (SIZE, SIZE), interpolation=cv2.INTER_AREA).astype(np.float32)
    small = object_scenes.cast_light(small, rng)
    small = (small - 128) * rng.uniform(0.7, 1.1) + 128
    small += rng.normal(0, rng.uniform(2, 9), small.shape)
    return np.clip(small, 0, 255).astype(np.uint8)


def _paint(canvas, roles, shapes, colors, as_bright) -> None:
    """The parts, one over the other; if `as_bright`, hardly brighter or darker than the ground."""
    behind, share = canvas.copy(), np.zeros(canvas.shape[:2], np.float32)
    for role, points in zip(roles, shapes, strict=True):
        cv2.fillPoly(canvas, [points], colors[role])
        cv2.fillPoly(share, [points], 1.0 if role in (BODY, SHADE) else 0.6)
    if as_bright:
        object_scenes.match_brightness(canvas, behind, share)


def _posed(shapes, rng):
    """The polygons in pixels, all mirrored, turned, sized and moved alike; corners a little off."""
    points = np.concatenate(shapes)
    points = points + rng.normal(0, 0.012, points.shape)
    side, angle = SIZE * _SCALE, rng.normal(0, 0.22)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    stretch = rng.choice([-1, 1]) * rng.uniform(0.8, 1.1), rng.uniform(0.85, 1.15)
    points = points * stretch @ turn * (rng.uniform(0.6, 1.0) * side / 2)
    points += side / 2 + rng.normal(0, 0.09, 2) * side
    ends = np.cumsum([len(shape) for shape in shapes])[:-1]
    return np.split(np.round(points).astype(np.int32), ends)


def _cover(canvas, rng) -> None:
    """Hide a part of some objects behind a post or a bush."""
    if rng.random() < 0.35:
        side, color = SIZE * _SCALE, tuple(map(int, rng.uniform(20, 235, 3)))
        center = rng.uniform(0.15, 0.85, 2) * side
        shape = ellipse(*center, *rng.uniform(0.05, 0.14, 2) * side)
        if rng.random() < 0.5:
            width = rng.uniform(0.04, 0.1) * side
            shape = limb((center[0], 0), (center[0] + rng.normal(0, 12), side), width)
        cv2.fillPoly(canvas, [np.round(shape).astype(np.int32)], color)
