"""Brick walls as solid relief: their joints are hollows that lie in the shadow, not lines.

`shape` is (rows, columns), `scale` pixels a mm, `rng` a numpy Generator; heights are in mm.
"""

from dataclasses import dataclass

import numpy as np

from ocr_render import materials
from ocr_render.geometry import flat, sheet
from ocr_render.lettering import embossed
from ocr_render.surfaces import cloud, mix, mix_in

BRICK, JOINT, HOLLOW = (225.0, 75.0), 10.0, 3.5  # mm: length and height with a joint, its depth
ROUND = 3.0  # radius of a brick's corners


@dataclass
class Bricks:
    """Bricks in running bond: `height` (rows, columns) in mm, 0 about the faces.

    `face` is 1 on bricks and 0 on mortar, `dice` (rows, columns, 3) are numbers from 0 to 1, the
    same all over a brick, `grain` is fine noise.
    """

    height: np.ndarray
    face: np.ndarray
    dice: np.ndarray
    grain: np.ndarray


def bricks(shape, scale, rng, rough: float = 1.0) -> Bricks:
    """Lay bricks; `rough` scales the unevenness of their faces."""
    x, y, dice = _bond(shape, scale, rng)
    edge = _to_the_edge(x, y) + 0.6 * cloud(shape, 14 * scale, rng, 3)
    edge -= 2.5 * (cloud(shape, 26 * scale, rng, 3) - 2.0).clip(0, 1.5)  # chips
    grain = cloud(shape, 2.5 * scale, rng, 3, 0.7)
    face = dice[..., 2] * 1.6 - 0.8 + 0.012 * (dice[..., 0] - 0.5) * x
    face += rough * (0.30 * cloud(shape, 45 * scale, rng, 3) + 0.09 * grain)
    face -= rough * 1.1 * (cloud(shape, 7 * scale, rng, 2) - 2.0).clip(0, 1)  # pits
    face -= 5.0 * (1 - edge / ROUND).clip(0, 3) ** 2
    mortar = -HOLLOW + 0.5 * cloud(shape, 30 * scale, rng, 3) + 0.16 * grain
    share = 1 / (1 + np.exp(-3 * (face - mortar).clip(-20, 20)))
    return Bricks(mortar + share * (face - mortar), share, dice, grain)


def _bond(shape, scale, rng):
    """Each pixel's place on its brick (x, y from the middle, mm) and the brick's three numbers."""
    long, high = BRICK
    y = np.arange(shape[0])[:, None] / scale + 0.8 * cloud(shape, 120 * scale, rng, 2)
    course = np.floor(y / high).astype(int)
    x = np.arange(shape[1])[None] / scale + np.where(course % 2, long / 2, 0)
    x = x + 4 * np.sin(course * 12.9) + long
    column = np.floor(x / long).astype(int)
    dice = rng.random((course.max() + 2, column.max() + 2, 3)).astype(np.float32)
    return x % long - long / 2, y % high - high / 2, dice[course.clip(0), column.clip(0)]


def _to_the_edge(x, y) -> np.ndarray:
    """Distance (mm) from the edge of the brick, whose corners are round; negative outside."""
    far = [
        np.abs(side) - (size - JOINT) / 2 + ROUND for side, size in zip((x, y), BRICK, strict=True)
    ]
    outside = np.hypot(far[0].clip(0), far[1].clip(0))
    return ROUND - outside - np.maximum(*far).clip(None, 0)


def fired(wall: Bricks, rng, scale, tones, mortar) -> np.ndarray:
    """Colors of bare bricks between two `tones`, in joints of `mortar`."""
    shape = wall.height.shape
    patch, smoke = cloud(shape, 60 * scale, rng, 4), cloud(shape, 25 * scale, rng, 3)
    tone = wall.dice[..., 0] + 0.16 * patch + 0.07 * wall.grain
    color = mix(*tones, tone) * (0.82 + 0.3 * wall.dice[..., 1])[..., None]
    color = mix_in(color, (0.22, 0.17, 0.15), 0.10 * (smoke - 0.4) * (wall.dice[..., 1] > 0.6))
    bloom = 0.16 * (cloud(shape, 90 * scale, rng, 5) - 0.6).clip(0, 1.5)
    color = mix_in(color, (0.78, 0.74, 0.68), bloom)
    sand = np.float32(mortar) * (1 + 0.07 * wall.grain + 0.05 * patch)[..., None]
    return mix_in(sand.clip(0, 1), color, wall.face)


def coated(wall: Bricks, rng, scale, paint) -> np.ndarray:
    """Colors of bricks under a coat of `paint`: a little dust in the joints, nothing else."""
    shape = wall.height.shape
    tone = 1 + 0.012 * cloud(shape, 200 * scale, rng, 4) + 0.006 * wall.grain
    tone += 0.025 * (wall.dice[..., 1] - 0.5) * wall.face
    dust = 0.10 * (1 - wall.face) + 0.03 * (cloud(shape, 80 * scale, rng, 4) - 1).clip(0, 2)
    return mix_in((np.float32(paint) * tone[..., None]).clip(0, 1), (0.45, 0.42, 0.38), dust)


def put(stage, size, wall: Bricks, color, roughness: float = 0.9, center=(0, 0)) -> None:
    """The wall of `size` (width, height) mm on the stage, its faces about the plane z = 0."""
    place = embossed(flat(*size, (*center, 0)), wall.height)
    mesh = sheet(place, *wall.height.shape[::-1])
    stage.add("wall", mesh, materials.painted(color, roughness, 0.25))
