"""Raised golden letters on the front of Marlow's bakery."""

import numpy as np

from ocr_render import lights, materials, surfaces
from ocr_render.camera import Camera
from ocr_render.geometry import flat, rounded_box, sheet
from ocr_render.lettering import Canvas
from ocr_render.phone import Look
from ocr_render.scenes import parts
from ocr_render.stage import Stage

GREEN, GOLD, CREAM = (0.075, 0.20, 0.165), (0.86, 0.66, 0.28), (0.90, 0.86, 0.74)


def build(view: str = "") -> Stage:
    """The stage."""
    rng = np.random.default_rng(19)
    camera = Camera((-1050, -1150, 3900), (20, -110, 0), view=48, aperture=2, roll=-1)
    stage = Stage(camera, seed=19)
    stage.looks = {"": Look(key=0.42, white=0.4, seed=5, contrast=1.1)}
    stage.light("sky", lights.sun_and_sky(38, 34, sun=0.75, sky=1.2, turbidity=3.5))
    parts.street(stage)
    color, height = surfaces.brick((1800, 3600), 0.45, rng)
    parts.wall(stage, 8000, 4000, color, height, (600, 0))
    front(stage, rng)
    stage.letters(
        "name",
        "MARLOW & SONS",
        "old",
        330,
        (0, -40, 66),
        materials.painted(GOLD, 0.28, 0.6, 0.75),
        depth=34,
        bevel=4,
        tracking=14,
        line=1,
    )
    window(stage, rng)
    return stage


def front(stage, rng) -> None:
    """The board behind the letters, its moldings, and the painted line below."""
    paint, height = surfaces.boards((560, 3600), 1.0, rng, GREEN, 280, 1.2, vertical=False)
    board = materials.bumpy(materials.painted(paint, 0.34, 0.5), height)
    stage.add("fascia", sheet(flat(3600, 560, (0, 40, 66))), board)
    plain = materials.painted(GREEN, 0.34, 0.5)
    for name, size, center in (
        ("cornice", (3760, 70, 260), (0, 355, 100)),
        ("cornice_low", (3680, 46, 180), (0, 300, 80)),
        ("frieze", (3640, 44, 120), (0, -260, 60)),
        ("post_left", (130, 640, 130), (-1860, 20, 60)),
        ("post_right", (130, 640, 130), (1860, 20, 60)),
    ):
        stage.add(name, rounded_box(size, 9, center), plain)
    band = Canvas(3600, 190, 1.0, GREEN)
    band.write(
        "BREAD BAKED HERE EVERY MORNING SINCE 1921",
        1800,
        130,
        "humanist bold",
        100,
        CREAM,
        "center",
        tracking=16,
    )
    band.color *= 1 + 0.03 * surfaces.cloud(band.ink.shape, 200, rng, 4)[..., None]
    stage.label(
        "band", band, flat(3600, 190, (0, -375, 40)), materials.painted(band.color, 0.36, 0.5)
    )


def window(stage, rng) -> None:
    """The upper part of the shop window: frames, dark glass, a warm room behind."""
    wood = materials.painted(GREEN, 0.34, 0.5)
    stage.add("sill", rounded_box((3640, 40, 110), 8, (0, -490, 50)), wood)
    for k, x in enumerate((-1740, -580, 580, 1740)):
        stage.add(f"mullion{k}", rounded_box((90, 1600, 90), 8, (x, -1300, 20)), wood)
    inside = interior(rng)
    glass = materials.painted(inside, 0.03, 0.9)
    stage.add("glass", sheet(flat(3480, 1700, (0, -1350, 10))), glass)


def interior(rng) -> np.ndarray:
    """What is seen through the glass: cream blinds, and the dim shop below them."""
    rows, columns = 850, 1740
    y, x = np.mgrid[0:rows, 0:columns]
    pleat = (
        1
        + 0.03 * np.sin(x / 580 * 2 * np.pi * 9)
        + 0.02 * surfaces.cloud((rows, columns), 200, rng)
    )
    image = np.float32([0.70, 0.62, 0.47]) * pleat[..., None]
    drop = 250 + 60 * rng.random(4)[x // 580]
    edge = drop + 7 * np.abs(np.sin(x / 580 * np.pi * 12))
    dim = 0.045 + 0.02 * surfaces.cloud((rows, columns), 120, rng, 3)
    room = np.float32([1.0, 0.72, 0.45]) * dim.clip(0.01, 0.2)[..., None]
    return np.where((y > edge)[..., None], room, image * (0.8 + 0.2 * y / edge)[..., None])
