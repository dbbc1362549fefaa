"""Numbers on a seven-segment display: a new look to fine-tune a recognizer on (notebook 07c)."""

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

SEGMENTS = {  # which of the seven bars are lit: a top, then clockwise, g the middle
    "0": "abcdef",
    "1": "bc",
    "2": "abdeg",
    "3": "abcdg",
    "4": "bcfg",
    "5": "acdfg",
    "6": "acdefg",
    "7": "abc",
    "8": "abcdefg",
    "9": "abcdfg",
}
BARS = {  # from (x, y) to (x, y), in a digit 1 wide and 2 high
    "a": (0, 0, 1, 0),
    "b": (1, 0, 1, 1),
    "c": (1, 1, 1, 2),
    "d": (0, 2, 1, 2),
    "e": (0, 1, 0, 2),
    "f": (0, 0, 0, 1),
    "g": (0, 1, 1, 1),
}


def display_sample(seed: int, index: int) -> tuple[np.ndarray, str]:
    """A number of two to six digits on a display: (image (H, W, 3) uint8 RGB, label).

    Red, green, blue or white light on a dark ground, or dark bars on a gray one; slanted, blurred,
    noisy; the bars that are off shine through a little.

    >>> image, label = display_sample(0, 0)
    >>> image.dtype, 2 <= len(label) <= 6, label.isdigit()
    (dtype('uint8'), True, True)
    """
    rng = np.random.default_rng([seed, index])
    label = "".join(str(digit) for digit in rng.integers(10, size=rng.integers(2, 7)))
    ground, lit = _colors(rng)
    off = ground + (lit - ground) * rng.uniform(0, 0.15)
    image = Image.new("RGB", (44 * len(label) + 16, 76), tuple(ground.astype(int)))
    draw, slant, width = ImageDraw.Draw(image), rng.uniform(0, 5), int(rng.integers(4, 8))
    for place, digit in enumerate(label):
        for on in (False, True):  # lit bars lie above those that are off
            for name, bar in BARS.items():
                if (name in SEGMENTS[digit]) == on:
                    _draw_bar(draw, bar, 14 + 44 * place, slant, width, lit if on else off)
    image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0, 2)))
    noisy = np.asarray(image, float) + rng.normal(0, rng.uniform(0, 12), (76, image.width, 3))
    return np.clip(noisy, 0, 255).astype(np.uint8), label


def _draw_bar(draw, bar, left: float, slant: float, width: int, color) -> None:
    """One bar, a little shorter than its place so that neighbors do not touch."""
    (x1, y1), (x2, y2) = (np.array(point) * (26, 26) for point in (bar[:2], bar[2:]))
    gap = np.sign([x2 - x1, y2 - y1]) * 3
    start, end = np.array([x1, y1]) + gap, np.array([x2, y2]) - gap
    points = [(left + x + slant * (1 - y / 26), 12 + y) for x, y in (start, end)]
    draw.line(points, fill=tuple(np.asarray(color, int)), width=width)


def _colors(rng) -> tuple[np.ndarray, np.ndarray]:
    """Ground and lit bars, RGB 0..255: a glowing display, or a liquid crystal one."""
    if rng.random() < 0.3:
        return rng.uniform(130, 200, 3), rng.uniform(0, 60, 3)
    lights = [(255, 60, 40), (60, 255, 90), (80, 160, 255), (240, 240, 240)]
    light = np.array(lights[rng.integers(4)])
    return rng.uniform(0, 40, 3), light * rng.uniform(0.7, 1.0)
