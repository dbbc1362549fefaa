"""Grounds and clutter that look like photographs and hold no text: what a detector must not find.

Every function draws from the generator it is given, so that the same seed makes the same picture.
"""

import colorsys

import numpy as np


def value_noise(rng, height: int, width: int, cells: int = 4, octaves: int = 4) -> np.ndarray:
    """Clouds: random grids of growing fineness, summed. Shape (height, width), float32, 0..1.

    >>> noise = value_noise(np.random.default_rng(0), 20, 30)
    >>> noise.shape, float(noise.min()), float(noise.max())
    ((20, 30), 0.0, 1.0)
    """
    import cv2

    total = np.zeros((height, width), np.float32)
    for octave in range(octaves):
        grid = rng.random((cells * 2**octave + 1,) * 2, dtype=np.float32)
        total += cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC) / 2**octave
    total -= total.min()
    return total / total.max()


def random_color(rng, low: float = 0, high: float = 255) -> np.ndarray:
    """A color, mostly muted, of a brightness between `low` and `high`: shape (3,), float32."""
    value = rng.uniform(low, high) / 255
    saturation = rng.beta(1.2, 2.5)
    return np.float32(colorsys.hsv_to_rgb(rng.random(), saturation, value)) * 255


def scene(rng, height: int, width: int) -> np.ndarray:
    """A ground as behind shop signs: one texture, patches of others, things in front.

    >>> picture = scene(np.random.default_rng(3), 40, 60)
    >>> picture.shape, picture.dtype
    ((40, 60, 3), dtype('uint8'))
    """
    import cv2

    image = _texture(rng, height, width)
    for _ in range(rng.integers(0, 5)):
        mask = np.zeros((height, width), np.uint8)
        cv2.fillPoly(mask, [_polygon(rng, height, width)], 255)
        image = np.where(mask[:, :, None] > 0, _texture(rng, height, width), image)
    for _ in range(rng.integers(0, 4)):
        CLUTTER[rng.integers(len(CLUTTER))](rng, image)
    return image


def _texture(rng, height, width):
    return TEXTURES[rng.integers(len(TEXTURES))](rng, height, width)


def _polygon(rng, height, width) -> np.ndarray:
    """Three to six corners around a random center, int32, shape (n, 2)."""
    count = rng.integers(3, 7)
    angles = np.sort(rng.uniform(0, 2 * np.pi, count))
    radii = rng.uniform(0.1, 0.6, count) * min(height, width)
    center = rng.uniform(0, 1, 2) * [width, height]
    points = center + radii[:, None] * np.stack([np.cos(angles), np.sin(angles)], 1)
    return points.astype(np.int32)


def _blend(amount: np.ndarray, a, b) -> np.ndarray:
    """Two colors mixed by (H, W) 0..1: through a table of 256 mixtures, which is fast."""
    table = (a + np.linspace(0, 1, 256)[:, None] * (b - a)).astype(np.uint8)
    return table[(amount * 255).astype(np.uint8)]


def _smooth(rng, height, width):
    noise = value_noise(rng, height, width, int(rng.integers(1, 6)), int(rng.integers(1, 6)))
    return _blend(noise, random_color(rng), random_color(rng))


def _grain(rng, height, width):
    base = _smooth(rng, height, width)
    fine = value_noise(rng, height, width, int(rng.integers(40, 120)), 2) - 0.5
    shift = (fine * rng.uniform(20, 120)).astype(np.int16)[:, :, None]
    return np.clip(base + shift, 0, 255).astype(np.uint8)


def _bricks(rng, height, width):
    """Rows of stones, each of its own shade, with mortar between."""
    import cv2

    image = _smooth(rng, height, width)
    color, spread = random_color(rng, 40, 220), rng.uniform(5, 40)
    brick_h, ratio, gap = int(rng.integers(8, 50)), rng.uniform(0.8, 4), int(rng.integers(1, 5))
    brick_w, shift = max(8, int(brick_h * ratio)), rng.uniform(0, 0.5)
    for row, y in enumerate(range(0, height, brick_h)):
        for x in range(-int(shift * brick_w * (row % 2)), width, brick_w):
            shade = np.clip(color + rng.normal(0, spread), 0, 255).tolist()
            cv2.rectangle(image, (x, y), (x + brick_w - gap - 1, y + brick_h - gap - 1), shade, -1)
    return image


def _planks(rng, height, width):
    """Stripes: boards, blinds, corrugated iron; upright, level or slanted."""
    period, sharp = rng.uniform(4, 70), rng.uniform(1, 8)
    angle = rng.choice([0, np.pi / 2, rng.uniform(0, np.pi)])
    y, x = np.mgrid[:height, :width].astype(np.float32)
    wave = np.sin((x * np.cos(angle) + y * np.sin(angle)) * 2 * np.pi / period)
    wave = 1 / (1 + np.exp(-sharp * (wave + rng.uniform(-0.6, 0.6))))
    return _blend(wave, random_color(rng), random_color(rng))


def _leaves(rng, height, width):
    """Foliage, gravel, crowds: hundreds of small ellipses over each other."""
    import cv2

    image = _smooth(rng, height, width)
    color, spread = random_color(rng, 40, 230), rng.uniform(10, 45)
    size, flat = rng.uniform(2, 22), rng.uniform(0.3, 1)
    for _ in range(min(700, int(height * width / size**2 / 2))):
        center = (int(rng.integers(width)), int(rng.integers(height)))
        axes = (1 + int(size * rng.uniform(0.5, 1)), 1 + int(size * flat * rng.uniform(0.5, 1)))
        shade = np.clip(color + rng.normal(0, spread, 3), 0, 255).tolist()
        cv2.ellipse(image, center, axes, float(rng.uniform(0, 180)), 0, 360, shade, -1)
    return image


def _windows(rng, height, width):
    """A facade, a rack, a keyboard: a grid of equal frames."""
    import cv2

    image = _smooth(rng, height, width)
    frame, glass = random_color(rng), random_color(rng)
    step_x, step_y = (int(v) for v in rng.integers(10, 90, 2))
    w, h = int(step_x * rng.uniform(0.3, 0.8)), int(step_y * rng.uniform(0.3, 0.8))
    bars, line = rng.integers(0, 3), int(rng.integers(1, 4))
    for y in range(int(rng.integers(0, step_y)), height, step_y):
        for x in range(int(rng.integers(0, step_x)), width, step_x):
            shade = np.clip(glass + rng.normal(0, 15), 0, 255).tolist()
            cv2.rectangle(image, (x, y), (x + w, y + h), shade, -1)
            cv2.rectangle(image, (x, y), (x + w, y + h), frame.tolist(), line)
            if bars > 0:
                cv2.line(image, (x + w // 2, y), (x + w // 2, y + h), frame.tolist(), line)
            if bars > 1:
                cv2.line(image, (x, y + h // 2), (x + w, y + h // 2), frame.tolist(), line)
    return image


def _grille_of(rng, image):
    """A fence or railing in front: parallel bars, sometimes crossed."""
    import cv2

    height, width = image.shape[:2]
    color, thick = random_color(rng).tolist(), int(rng.integers(1, 6))
    step, slant = int(rng.integers(6, 50)), int(rng.choice([0, 0, rng.integers(-height, height)]))
    left, right = sorted(int(v) for v in rng.integers(0, width, 2))
    for x in range(left, right, step):
        cv2.line(image, (x, 0), (x + slant, height), color, thick, cv2.LINE_AA)
        if rng.random() < 0.5 and slant:
            cv2.line(image, (x, 0), (x - slant, height), color, thick, cv2.LINE_AA)


def _shapes(rng, image):
    """Arrows, discs, frames, rays: what stands on signs beside the text."""
    import cv2

    height, width = image.shape[:2]
    for _ in range(rng.integers(1, 9)):
        center = np.array([rng.integers(width), rng.integers(height)])
        size, color = int(rng.uniform(4, 60)), random_color(rng).tolist()
        fill = int(rng.choice([-1, 1, 2, 4]))
        kind = rng.integers(4)
        if kind == 0:
            cv2.circle(image, center.tolist(), size, color, fill, cv2.LINE_AA)
        elif kind == 1:
            cv2.rectangle(
                image, center.tolist(), (center + rng.integers(4, 60, 2)).tolist(), color, fill
            )
        elif kind == 2:
            end = center + rng.integers(-60, 60, 2)
            cv2.arrowedLine(
                image, center.tolist(), end.tolist(), color, abs(fill) + 1, tipLength=0.4
            )
        else:
            points = (center + _polygon(rng, 60, 60) - 30).astype(np.int32)
            cv2.polylines(image, [points], True, color, abs(fill), cv2.LINE_AA)


def _wires(rng, image):
    """Cables, branches and scratches: long thin curves."""
    import cv2

    height, width = image.shape[:2]
    t = np.linspace(0, 1, 30)[:, None]
    for _ in range(rng.integers(1, 8)):
        a, b, c = rng.uniform(-0.1, 1.1, (3, 2)) * [width, height]
        curve = (1 - t) ** 2 * a + 2 * t * (1 - t) * b + t**2 * c
        cv2.polylines(
            image,
            [curve.astype(np.int32)],
            False,
            random_color(rng).tolist(),
            int(rng.integers(1, 6)),
            cv2.LINE_AA,
        )


TEXTURES = (_smooth, _smooth, _grain, _grain, _bricks, _planks, _leaves, _windows)
CLUTTER = (_grille_of, _shapes, _wires)
