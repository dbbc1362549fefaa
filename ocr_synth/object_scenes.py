"""Grounds, light and colors for the pictures of `ocr_synth.objects`.

As in photographs, color tells something about the class and does not give it away: frogs are mostly
green and brown, ships mostly on blue water, and one picture in twelve has any color on any ground.
Three objects in four are as bright as what is behind them, as a deer is before leaves: without
color they are hard to see. The network of notebook 05 loses more than eight points on gray
pictures, even if it learned from gray ones.
"""

import cv2
import numpy as np

BRIGHTNESS = np.array([0.299, 0.587, 0.114])  # the share of R, G and B in a gray value
ODD = 0.08  # the share of pictures whose colors and ground say nothing
AS_BRIGHT = 0.75  # the share of objects that are just as bright as the ground behind them
SKY, SEA, GRASS, WOOD, ROAD, ROOM = "sky", "sea", "grass", "wood", "road", "room"
GROUNDS = {
    "airplane": (SKY, SKY, SKY, ROAD),
    "automobile": (ROAD, ROAD, ROOM),
    "bird": (SKY, WOOD, WOOD, GRASS),
    "cat": (ROOM, ROOM, ROOM, GRASS),
    "deer": (GRASS, WOOD, WOOD),
    "dog": (ROOM, GRASS, GRASS),
    "frog": (WOOD, SEA, GRASS),
    "horse": (GRASS, GRASS, ROAD),
    "ship": (SEA, SEA, SEA, SKY),
    "truck": (ROAD, ROAD, GRASS),
}
BODIES = {  # RGB, the usual colors of each class
    "airplane": ((225, 228, 232), (200, 205, 212), (150, 160, 175)),
    "automobile": ((190, 25, 30), (30, 60, 150), (25, 25, 30), (205, 205, 205)),
    "bird": ((200, 60, 40), (60, 110, 190), (220, 180, 60), (120, 90, 60)),
    "cat": ((225, 135, 60), (120, 115, 110), (40, 38, 40), (235, 225, 210)),
    "deer": ((165, 105, 60), (140, 90, 50)),
    "dog": ((205, 165, 110), (110, 70, 40), (235, 230, 220)),
    "frog": ((85, 150, 45), (115, 125, 50), (60, 110, 60)),
    "horse": ((115, 60, 30), (70, 40, 28), (150, 85, 45)),
    "ship": ((235, 235, 235), (45, 60, 90), (150, 40, 35)),
    "truck": ((235, 190, 40), (215, 90, 30), (230, 230, 230)),
}
SCENES = {  # far and near color, where they meet, grain, its rows and columns
    SKY: ((95, 150, 220), (190, 215, 240), None, 12, (3, 5)),
    SEA: ((150, 190, 225), (35, 95, 130), 0.4, 14, (12, 4)),
    GRASS: ((150, 180, 190), (95, 140, 55), 0.35, 22, (16, 16)),
    WOOD: ((50, 75, 40), (95, 85, 50), 0.7, 30, (9, 12)),
    ROAD: ((160, 160, 155), (110, 110, 112), 0.55, 10, (10, 6)),
    ROOM: ((205, 190, 165), (130, 95, 70), 0.6, 8, (4, 6)),
}


def ground(name: str, size: int, rng: np.random.Generator) -> np.ndarray:
    """A ground for a class, (size, size, 3) uint8 RGB: a scene where it is found, or any colors.

    >>> ground("ship", 32, np.random.default_rng(0)).shape
    (32, 32, 3)
    """
    if rng.random() < ODD:
        far, near = rng.uniform(30, 235, (2, 3))
        meet, grain, cells = rng.choice([None, 0.5]), rng.uniform(5, 28), rng.integers(3, 12, 2)
    else:
        kinds = GROUNDS[name]
        far, near, meet, grain, cells = SCENES[kinds[rng.integers(len(kinds))]]
    far, near = (np.asarray(color) + rng.normal(0, 16, 3) for color in (far, near))
    down = np.linspace(0, 1, size)[:, None, None]
    if meet is not None:  # a horizon, else one flows into the other
        down = 1 / (1 + np.exp(-(down - meet - rng.normal(0, 0.08)) * rng.uniform(15, 60)))
    noise = rng.normal(0, grain, (*cells, 1)) + rng.normal(0, grain / 4, (*cells, 3))
    noise = cv2.resize(noise, (size, size), interpolation=cv2.INTER_CUBIC)
    return np.clip(far * (1 - down) + near * down + noise, 0, 255).astype(np.uint8)


def _body_color(name: str, behind: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A color (3,) 0..255 for the body, one that can be told from the ground behind it."""
    usual, mean = np.array(BODIES[name], float), behind.mean(axis=(0, 1))
    for _ in range(20):
        color = rng.uniform(10, 245, 3)
        if rng.random() >= ODD:
            color = usual[rng.integers(len(usual))] + rng.normal(0, 14, 3)
        as_bright = color * (mean @ BRIGHTNESS) / (color @ BRIGHTNESS)
        if np.abs(as_bright - mean).mean() >= 32:
            break
    return np.clip(color, 5, 250)


def match_brightness(canvas, behind, share) -> None:
    """Bring `canvas` nearer to the brightness of `behind`, both (H, W, 3) uint8; in place.

    `share` (H, W) float32: 0 leaves a pixel, 1 makes it just as bright. The hue stays.

    >>> canvas, behind = (np.full((8, 8, 3), color, np.uint8) for color in ((200, 40, 40), 90))
    >>> match_brightness(canvas, behind, np.ones((8, 8), np.float32))
    >>> canvas[0, 0].tolist()
    [204, 40, 40]
    """
    here, there = (cv2.cvtColor(image, cv2.COLOR_RGB2GRAY) + 1.0 for image in (canvas, behind))
    factor = 1 + share * (there / here - 1)
    canvas[:] = np.clip(canvas * factor[..., None], 0, 255).astype(np.uint8)


def colors(name: str, behind: np.ndarray, rng: np.random.Generator) -> list[tuple[int, ...]]:
    """RGB of an object's body, its shaded parts, dark parts and light parts.

    >>> grass = np.full((32, 32, 3), (95, 140, 55), np.uint8)
    >>> len(colors("frog", grass, np.random.default_rng(0)))
    4
    """
    body = _body_color(name, behind, rng)
    shade = np.clip(body * rng.uniform(0.55, 0.85) if body.mean() > 90 else body + 45, 0, 255)
    roles = (body, shade, rng.uniform(5, 50, 3), rng.uniform(190, 250, 3))
    return [tuple(map(int, color)) for color in roles]


def cast_shadow(canvas: np.ndarray, shapes, scale: int, rng: np.random.Generator) -> None:
    """Darken the ground below the polygons of an object, and to one side; in place.

    >>> canvas = np.full((32, 32, 3), 200, np.uint8)
    >>> square = np.array([(8, 8), (24, 8), (24, 24), (8, 24)], np.int32)
    >>> cast_shadow(canvas, [square], 1, np.random.default_rng(0))
    >>> bool(canvas[16, 16, 0] < 200)
    True
    """
    shift = np.array([rng.normal(0, 3), rng.uniform(1, 5)]) * scale / 2
    mask = np.zeros(canvas.shape[:2], np.float32)
    for points in shapes:
        cv2.fillPoly(mask, [np.round(points + shift).astype(np.int32)], rng.uniform(0.1, 0.4))
    mask = cv2.GaussianBlur(mask, (0, 0), scale / 2)[..., None]
    canvas[:] = (canvas * (1 - mask)).astype(np.uint8)


def cast_light(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The picture (H, W, 3) in another light: its strength, side and warmth; float32, unclipped.

    >>> cast_light(np.ones((4, 4, 3), np.float32), np.random.default_rng(0)).shape
    (4, 4, 3)
    """
    height, width = image.shape[:2]
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    angle = rng.uniform(0, 2 * np.pi)
    side = 1 + rng.uniform(0, 0.25) * (x * np.cos(angle) + y * np.sin(angle))
    warm = 1 + rng.normal(0, 0.05) * np.array([1, 0, -1])
    return (image * (rng.uniform(0.65, 1.15) * side[..., None] * warm)).astype(np.float32)
