"""Procedural surfaces: images (rows, columns, 3) in sRGB from 0 to 1, and heights in mm.

`shape` is (rows, columns), `scale` pixels a mm, `rng` a numpy Generator.
"""

import cv2
import numpy as np


def cloud(shape, cell, rng, octaves=4, gain=0.5, stretch=1.0) -> np.ndarray:
    """Smooth noise (rows, columns) with mean 0 and deviation 1; `cell` pixels wide, the largest.

    `stretch` > 1 draws it out along the columns.
    """
    rows, columns = shape
    total = np.zeros(shape, np.float32)
    weight = 1.0
    for _ in range(octaves):
        h = max(2, int(rows / cell) + 3)
        w = max(2, int(columns / (cell * stretch)) + 3)
        grid = rng.normal(0, 1, (h, w)).astype(np.float32)
        big = cv2.resize(
            grid, (int(w * cell * stretch) + 1, int(h * cell) + 1), interpolation=cv2.INTER_CUBIC
        )
        y, x = (int(rng.integers(0, max(1, big.shape[k] - shape[k]))) for k in (0, 1))
        total += weight * big[y : y + rows, x : x + columns]
        weight, cell = weight * gain, cell / 2
        if cell < 1.0:
            break
    return (total - total.mean()) / (total.std() + 1e-9)


def mix(low, high, share) -> np.ndarray:
    """Colors between `low` and `high` by `share` (rows, columns)."""
    share = np.clip(share, 0, 1)[..., None].astype(np.float32)
    return np.float32(low) * (1 - share) + np.float32(high) * share


def wood(shape, scale, rng, light=(0.71, 0.52, 0.34), dark=(0.45, 0.29, 0.17), plank=95.0):
    """Boards along the columns with growth rings, pores and joints: (color, gloss variation)."""
    rows, columns = shape
    image = np.zeros((rows, columns, 3), np.float32)
    start = -rng.uniform(0, 0.6) * plank * scale
    while start < rows:
        end = start + plank * scale * rng.uniform(0.93, 1.07)
        a, b = max(0, round(start)), min(rows, round(end))
        if b > a:
            image[a:b] = _board((b - a, columns), scale, rng, light, dark)
            edge = np.minimum(np.arange(b - a), np.arange(b - a)[::-1]) / scale
            image[a:b] *= (1 - 0.75 * np.exp(-((edge / 0.45) ** 2)))[:, None, None]
        start = end
    return image.clip(0, 1)


def _board(shape, scale, rng, light, dark):
    rows, columns = shape
    y = np.arange(rows, dtype=np.float32)[:, None] / scale
    x = np.arange(columns, dtype=np.float32)[None] / scale
    center = rng.uniform(-40, rows / scale + 40)
    depth = rng.uniform(10, 45) + x * rng.uniform(-0.02, 0.02)
    bend = cloud(shape, 160 * scale, rng, 2, stretch=2.5) * 9
    warp = cloud(shape, 14 * scale, rng, 3, stretch=9) * 0.9
    radius = np.sqrt((y - center + bend) ** 2 + depth**2) + warp
    ring = radius / rng.uniform(4.0, 6.5)
    saw = ring - np.floor(ring)
    late = np.where(saw < 0.8, (saw / 0.8) ** 2.2, (1 - saw) / 0.2)
    fiber = cloud(shape, 1.2 * scale, rng, 3, 0.7, stretch=40)
    pores = cloud(shape, 0.45 * scale, rng, 2, 0.7, stretch=14)
    tone = 0.45 * late + 0.11 * fiber + 0.1 * cloud(shape, 90 * scale, rng, 3, stretch=3)
    tone += rng.normal(0.12, 0.07)
    color = mix(light, dark, tone)
    hollow = ((pores - 1.45) * 1.6).clip(0, 1) * (0.35 + 0.65 * late)
    return color * (1 - 0.42 * hollow)[..., None] * rng.uniform(0.93, 1.05)


def plaster(shape, scale, rng, paint=(0.86, 0.82, 0.74), rough=0.35):
    """Painted render of a wall: (color, height in mm)."""
    height = 0.55 * cloud(shape, 9 * scale, rng, 5, 0.62) + 0.25 * cloud(shape, 60 * scale, rng, 2)
    stain = cloud(shape, 220 * scale, rng, 4)
    drip = cloud(shape[::-1], 25 * scale, rng, 3, stretch=12).T
    tone = 1 + 0.02 * stain + 0.018 * drip + 0.012 * cloud(shape, 3 * scale, rng, 2)
    tone *= 1 + 0.02 * height.clip(-2, 1)
    color = np.float32(paint) * tone[..., None]
    dirt = (0.5 * drip + 0.6 * stain - 0.9).clip(0, 1.5) * 0.10
    return mix_in(color, (0.42, 0.38, 0.31), dirt), rough * height


def mix_in(image, color, share) -> np.ndarray:
    """`image` with `share` (rows, columns) of `color` laid over it."""
    share = np.clip(share, 0, 1)[..., None]
    return (image * (1 - share) + np.float32(color) * share).clip(0, 1)


def brick(
    shape, scale, rng, tones=((0.50, 0.27, 0.20), (0.39, 0.21, 0.165)), mortar=(0.50, 0.47, 0.43)
):
    """A wall of bricks 215 x 65 mm in running bond: (color, height in mm)."""
    rows, columns = shape
    wobble = cloud(shape, 18 * scale, rng, 3) * 0.8
    y = np.arange(rows)[:, None] / scale + wobble
    x = np.arange(columns)[None] / scale + cloud(shape, 18 * scale, rng, 3) * 0.8
    course = np.floor(y / 75).astype(int)
    x = x + np.where(course % 2, 112.5, 0) + 3 * np.sin(course * 12.9)
    column = np.floor(x / 225).astype(int)
    inside = np.minimum(np.minimum(x % 225, 225 - x % 225), np.minimum(y % 75, 75 - y % 75)) - 5.0
    face = 1 / (1 + np.exp(-inside * 1.6))
    dice = rng.random((course.max() + 2, column.max() + 2, 3)).astype(np.float32)
    own = dice[course.clip(0), column.clip(0)]
    grain = cloud(shape, 2.2 * scale, rng, 3, 0.7)
    patch = cloud(shape, 40 * scale, rng, 4)
    tone = own[..., 0] * 0.9 + 0.13 * patch + 0.04 * grain
    color = mix(*tones, tone) * (0.86 + 0.24 * own[..., 1])[..., None]
    pit = (cloud(shape, 5 * scale, rng, 3) - 1.9).clip(0, 1)
    color = color * (1 - 0.4 * pit)[..., None]
    joint = np.float32(mortar) * (1 + 0.05 * grain + 0.04 * patch)[..., None]
    color = joint * (1 - face[..., None]) + color * face[..., None]
    height = 4.0 * face + 0.22 * grain + 0.5 * patch - 0.7 * pit + 1.2 * (own[..., 2] - 0.5) * face
    return color.clip(0, 1), height


def paper(shape, scale, rng, tint=(0.95, 0.945, 0.925), strength=1.0):
    """Paper: a hardly visible cloudiness and fibers."""
    tone = 0.006 * cloud(shape, 30 * scale, rng, 3) + 0.006 * cloud(shape, 0.8 * scale, rng, 2)
    return (np.float32(tint) * (1 + strength * tone)[..., None]).clip(0, 1)


def crumple(shape, scale, rng, cell=70.0, slope=0.5) -> np.ndarray:
    """Heights in mm of paper that was crushed and smoothed out: flat pieces between sharp folds.

    A piece is about `cell` mm wide; `slope` is that of the steepest pieces.
    """
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32) / scale
    height = np.zeros(shape, np.float32)
    for turn in rng.permutation(9) / 9 * np.pi:
        period = cell * rng.uniform(0.7, 2.2)
        along = (x * np.cos(turn) + y * np.sin(turn)) / period + rng.random()
        along = along + 0.12 * cloud(shape, 2 * cell * scale, rng, 2)
        fold = np.abs(2 * (along % 1) - 1) - 0.5
        here = (0.5 + cloud(shape, 2.5 * cell * scale, rng, 2)).clip(0, 1)
        height += 0.5 * slope * rng.uniform(0.3, 1) * period * fold * here
    return height


def cardboard(shape, scale, rng, tint=(0.66, 0.52, 0.37)):
    """Brown corrugated board: flutes along the rows shine through, fibers, specks."""
    x = np.arange(shape[1])[None] / scale
    flute = np.sin(2 * np.pi * (x + 0.3 * cloud(shape, 60 * scale, rng, 2)) / 7.0)
    fiber = cloud(shape, 1.6 * scale, rng, 3, 0.7, stretch=3)
    cross = cloud(shape[::-1], 1.6 * scale, rng, 3, 0.7, stretch=3).T
    patch = cloud(shape, 120 * scale, rng, 4)
    tone = 1 + 0.014 * flute + 0.009 * fiber + 0.007 * cross + 0.02 * patch
    color = np.float32(tint) * tone[..., None]
    speck = (cloud(shape, 1.0 * scale, rng, 2, stretch=1.6) - 2.6).clip(0, 1)
    scuff = (cloud(shape, 35 * scale, rng, 5, 0.65) - 1.7).clip(0, 1) * 0.25
    return mix_in(mix_in(color, (0.36, 0.26, 0.17), speck * 0.7), (0.80, 0.69, 0.54), scuff)


def fabric(shape, scale, rng, one=(0.20, 0.25, 0.36), two=(0.26, 0.32, 0.44), thread=0.55):
    """A plain weave: (color, height in mm)."""
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32) / scale
    x = x + 0.12 * cloud(shape, 8 * scale, rng, 3)
    y = y + 0.12 * cloud(shape, 8 * scale, rng, 3)
    i, j = np.floor(x / thread), np.floor(y / thread)
    over = (i + j) % 2 == 0
    fx, fy = (x / thread - i - 0.5) * 2, (y / thread - j - 0.5) * 2
    warp = np.sqrt((1 - 0.9 * fx**2).clip(0)) * np.where(over, 1, 0.45)
    weft = np.sqrt((1 - 0.9 * fy**2).clip(0)) * np.where(over, 0.45, 1)
    height = np.maximum(warp, weft)
    dice = rng.random((int(j.max()) + 3, int(i.max()) + 3)).astype(np.float32)
    own = dice[j.astype(int).clip(0), i.astype(int).clip(0)]
    tone = (
        np.where(warp > weft, 0.2, 0.8)
        + 0.25 * (own - 0.5)
        + 0.1 * cloud(shape, 60 * scale, rng, 4)
    )
    return mix(one, two, tone) * (0.55 + 0.45 * height)[..., None], 0.14 * height


def concrete(shape, scale, rng, tint=(0.62, 0.61, 0.59)):
    """Cast concrete: (color, height in mm)."""
    stain = cloud(shape, 300 * scale, rng, 6, 0.6)
    fine = cloud(shape, 3 * scale, rng, 3, 0.7)
    pit = (cloud(shape, 6 * scale, rng, 2) - 2.1).clip(0, 0.8)
    tone = 1 + 0.045 * stain + 0.02 * fine - 0.3 * pit
    return (np.float32(tint) * tone[..., None]).clip(0, 1), 0.12 * fine - 1.6 * pit


def slate(shape, scale, rng, tint=(0.115, 0.125, 0.12)):
    """A chalk board that has been wiped many times."""
    sweep = cloud(shape, 60 * scale, rng, 5, 0.6, stretch=3.5)
    other = cloud(shape, 25 * scale, rng, 4, 0.6, stretch=5)
    dust = (0.30 + 0.20 * sweep + 0.10 * other + 0.03 * cloud(shape, 1.5 * scale, rng, 2)).clip(
        0, 1
    )
    return mix_in(np.broadcast_to(np.float32(tint), (*shape, 3)), (0.56, 0.57, 0.55), dust * 0.22)


def boards(shape, scale, rng, paint, width=120.0, gap=2.5, vertical=True):
    """Painted boards with a slight grain: (color, height in mm)."""
    if not vertical:
        color, height = boards(shape[::-1], scale, rng, paint, width, gap)
        return color.transpose(1, 0, 2), height.T
    x = np.arange(shape[1])[None] / scale
    grain = cloud(shape[::-1], 1.6 * scale, rng, 3, 0.7, stretch=30).T
    patch = cloud(shape, 150 * scale, rng, 5, 0.55)
    edge = np.minimum(x % width, width - x % width)
    groove = np.exp(-((edge / gap) ** 2)) * np.ones(shape, np.float32)
    own = rng.normal(0, 0.02, int(x.max() / width) + 2)[np.floor(x / width).astype(int)]
    tone = 1 + 0.025 * patch + 0.02 * grain + own
    color = np.float32(paint) * (tone * (1 - 0.45 * groove))[..., None]
    return color.clip(0, 1), 0.06 * grain - 3.0 * groove
