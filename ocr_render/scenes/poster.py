"""The poster of the Lantern Festival, pasted on a concrete wall."""

import numpy as np

from ocr_render import lights, materials, surfaces
from ocr_render.camera import Camera
from ocr_render.geometry import flat
from ocr_render.lettering import Canvas
from ocr_render.phone import Look
from ocr_render.scenes import parts
from ocr_render.stage import Stage

SIZE = (594, 841)
NIGHT, GOLD, CREAM, SEA = (
    (0.075, 0.10, 0.22),
    (0.96, 0.68, 0.22),
    (0.95, 0.90, 0.78),
    (0.11, 0.28, 0.40),
)
LAMPS = (
    (90, 330, 46, 0),
    (200, 400, 38, 1),
    (304, 338, 54, 2),
    (416, 404, 40, 0),
    (512, 330, 46, 1),
    (150, 240, 26, 2),
    (450, 246, 28, 0),
)
TINTS = ((0.95, 0.62, 0.20), (0.90, 0.36, 0.22), (0.97, 0.80, 0.38))


def build(view: str = "") -> Stage:
    """The stage."""
    rng = np.random.default_rng(37)
    camera = Camera((-190, -130, 1120), (0, 5, 0), view=38, aperture=1.5, roll=-1.5)
    stage = Stage(camera, width=1280, height=1600, seed=37)
    stage.looks = {"": Look(key=0.47, white=1.0, seed=23)}
    stage.light("sky", lights.sun_and_sky(150, 40, sun=0.0, sky=1.6, turbidity=5))
    parts.street(stage)
    wall, bumps = surfaces.concrete((1800, 1800), 1.0, rng)
    parts.wall(stage, 1800, 1800, wall, bumps)
    sheet_ = canvas(rng)
    height = wrinkles(sheet_.ink.shape, rng)
    material = materials.bumpy(materials.painted(sheet_.color, 0.45, 0.35), height)
    stage.label("poster", sheet_, pasted(rng), material, (80, 110))
    return stage


def pasted(rng):
    """Surface function of the sheet: close to the wall, one lower corner come loose."""
    base = flat(*SIZE, (0, 0, 1.5), -0.8)

    def place(uv):
        xyz = base(uv)
        loose = np.clip(uv[:, 0] + uv[:, 1] - 1.72, 0, 1)
        xyz[:, 2] += 520 * loose**2 + 0.8 * np.sin(9 * uv[:, 0]) * np.sin(7 * uv[:, 1])
        return xyz

    return place


def wrinkles(shape, rng) -> np.ndarray:
    """Height (rows, columns) in mm of paste bubbles and creases."""
    rows, columns = shape
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float32) / 2.4
    height = 0.35 * surfaces.cloud(shape, 120, rng, 4)
    for _ in range(16):
        angle, offset = rng.uniform(-0.5, 0.5) + rng.choice([0, np.pi / 2]), rng.uniform(0, 1)
        px, py = rng.uniform(0, SIZE[0]), rng.uniform(0, SIZE[1])
        across = (x - px) * np.sin(angle) - (y - py) * np.cos(angle)
        along = (x - px) * np.cos(angle) + (y - py) * np.sin(angle)
        across = across + 4 * np.sin(along / 60 + 6 * offset)
        length = rng.uniform(60, 220)
        height += rng.uniform(0.6, 1.6) * np.exp(-((across / 2.6) ** 2) - (along / length) ** 2)
    return height


def canvas(rng) -> Canvas:
    """Lanterns over the water, and what it is all about."""
    page = Canvas(*SIZE, 2.4, NIGHT)
    rows = page.ink.shape[0]
    fade = np.linspace(0, 1, rows, dtype=np.float32)[:, None, None]
    page.color = page.color * (1 - fade * 0.2) + np.float32([0.10, 0.16, 0.33]) * fade * 0.5
    for x, y, r, tint in LAMPS:
        lamp(page, x, y, r, TINTS[tint])
    sea(page)
    page.write("LANTERN", 297, 134, "poster", 150, GOLD, "center", tracking=6, room=560)
    page.write("FESTIVAL", 297, 212, "poster", 100, CREAM, "center", tracking=16, room=560)
    page.write("12 September", 297, 566, "script", 78, CREAM, "center")
    page.write("LARKHAVEN HARBOR", 297, 640, "condensed", 66, GOLD, "center", tracking=4, room=560)
    page.write("Soup, songs and a thousand lights", 297, 704, "humanist bold", 31, CREAM, "center")
    page.write("from 6 pm on Pier 3 - admission free", 297, 746, "humanist", 27, CREAM, "center")
    page.write(
        "Ferries until midnight",
        297,
        806,
        "humanist bold",
        22,
        (0.70, 0.82, 0.86),
        "center",
        tracking=1.5,
    )
    faded = 1 - 0.03 * surfaces.cloud(page.ink.shape, 260, rng, 4)[..., None]
    page.color = surfaces.mix_in(
        page.color * faded, (0.55, 0.55, 0.52), np.full(page.ink.shape, 0.05)
    )
    page.box(0, 0, SIZE[0], SIZE[1], (0.90, 0.88, 0.82), 0, outline=9)
    return page


def lamp(page, x, y, r, tint) -> None:
    """A round paper lantern on its string, with a glow."""
    rows, columns = page.ink.shape
    yy, xx = np.mgrid[0:rows, 0:columns] / page.scale
    glow = np.exp(-((np.hypot(xx - x, yy - y) / (2.0 * r)) ** 2)) * 0.5
    page.color = page.color * (1 - glow[..., None]) + np.float32(tint) * glow[..., None]
    page.line([(x, 222), (x, y - r)], (0.35, 0.30, 0.28), 1.2)
    page.shape(
        lambda pen, s: pen.ellipse(
            [(x - r) * s, (y - 0.86 * r) * s, (x + r) * s, (y + 0.86 * r) * s], 255
        ),
        tint,
    )
    for k in (-0.6, -0.25, 0.1, 0.45):
        half = r * np.sqrt(1 - (k / 0.9) ** 2)
        page.line([(x - half, y + k * r), (x + half, y + k * r)], tuple(0.8 * c for c in tint), 1.3)
    page.box(x - 0.3 * r, y - 0.95 * r, x + 0.3 * r, y - 0.78 * r, (0.25, 0.17, 0.15))
    page.box(x - 0.3 * r, y + 0.78 * r, x + 0.3 * r, y + 0.95 * r, (0.25, 0.17, 0.15))


def sea(page) -> None:
    """The harbor at night: waves and the reflections of the lamps."""
    page.box(0, 490, SIZE[0], SIZE[1], SEA)
    for k in range(6):
        y = 494 + 6 * k
        points = [(x, y + 2.2 * np.sin(x / 17 + k)) for x in range(0, SIZE[0] + 1, 6)]
        page.line(points, tuple(c * (1.5 - 0.16 * k) for c in SEA), 1.6)
