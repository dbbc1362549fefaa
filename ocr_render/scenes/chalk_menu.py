"""The chalk board of the Gull Cafe."""

import cv2
import numpy as np

from ocr_render import lights, masonry, materials, surfaces
from ocr_render.camera import Camera
from ocr_render.geometry import flat, rounded_box
from ocr_render.lettering import Canvas
from ocr_render.phone import Look
from ocr_render.stage import Stage

SIZE = (600.0, 800.0)
CHALK, YELLOW, BLUE, PINK = (
    (0.90, 0.90, 0.87),
    (0.93, 0.83, 0.50),
    (0.60, 0.78, 0.88),
    (0.92, 0.66, 0.64),
)
MENU = (
    ("Fish soup", "6.50"),
    ("Crab roll", "8.20"),
    ("Leek pie", "5.90"),
    ("Lemon tart", "3.80"),
    ("Pot of tea", "2.40"),
)


def build(view: str = "") -> Stage:
    """The stage."""
    rng = np.random.default_rng(71)
    camera = Camera((200, -60, 1230), (0, 0, 0), view=41, aperture=2.5, roll=-1)
    stage = Stage(camera, width=1280, height=1600, seed=71)
    stage.looks = {"": Look(key=0.40, seed=43, white=0.6)}
    stage.light("room", lights.ambient((0.36, 0.32, 0.27)))
    pane = lights.panel((-1500, 700, 1300), (0, 0, 0), 1000, 1300, (0, 1, 0))
    glass = lights.window_texture((9, 10, 11.5))
    stage.add("window", pane, materials.matte((0, 0, 0)), lights.emitting(glass))
    wall = masonry.bricks((1300, 1200), 0.8, rng, rough=0.8)
    color = masonry.coated(wall, rng, 0.8, (0.80, 0.78, 0.73))
    masonry.put(stage, (1500, 1625), wall, color, 0.6)
    board = canvas(rng)
    stage.label("board", board, flat(*SIZE, (0, 0, 18)), materials.painted(board.color, 0.65, 0.25))
    frame(stage, rng)
    return stage


def frame(stage, rng) -> None:
    """Four oak strips."""
    oak = surfaces.wood((120, 2000), 2.4, rng, (0.66, 0.47, 0.30), (0.42, 0.27, 0.16), 200)
    wide, high = SIZE
    lying = materials.painted(oak, 0.45, 0.4)
    standing = materials.painted(oak.transpose(1, 0, 2).copy(), 0.45, 0.4)
    for k, (size, center, material) in enumerate(
        (
            ((wide + 84, 44, 34), (0, high / 2 + 20, 17), lying),
            ((wide + 84, 44, 34), (0, -high / 2 - 20, 17), lying),
            ((44, high - 2, 33), (-wide / 2 - 20, 0, 16.5), standing),
            ((44, high - 2, 33), (wide / 2 + 20, 0, 16.5), standing),
        )
    ):
        stage.add(f"strip{k}", rounded_box(size, 3, center), material)


def canvas(rng) -> Canvas:
    """The board and its words."""
    page = Canvas(*SIZE, 2.6)
    page.color[:] = surfaces.slate(page.ink.shape, 2.6, rng)
    page.grain = chalk(page, rng)
    page.write("The Gull Cafe", 300, 118, "script", 92, YELLOW, "center", jitter=rng)
    for y, bend in ((148, 4), (153, -3)):
        page.line([(x, y + bend * np.sin(x / 90)) for x in range(90, 511, 10)], CHALK, 3.0)
    page.write("Today", 300, 214, "chalk", 58, BLUE, "center", jitter=rng)
    for k, (dish, price) in enumerate(MENU):
        y = 294 + 83 * k
        page.write(dish, 60, y, "chalk", 59, CHALK, jitter=rng, room=330)
        page.write(price, 545, y, "chalk", 59, CHALK, "right", jitter=rng)
        start, end = rng.normal((388, y - 12), 3), rng.normal((424, y - 13), 3)
        page.line([tuple(start), tuple(end)], CHALK, 3.0)
    page.write("Soup is free on", 300, 700, "chalk", 51, PINK, "center", jitter=rng, angle=-1.5)
    page.write("Lantern night!", 300, 763, "chalk", 54, PINK, "center", jitter=rng, angle=-1.5)
    page.grain = None
    smear(page, rng)
    return page


def chalk(page, rng):
    """What sticks of a stroke: nearly all in its middle, crumbs along its edges."""
    shape, scale = page.ink.shape, page.scale
    grain = 0.7 * surfaces.cloud(shape, 1.1 * scale, rng, 2) + 0.7 * surfaces.cloud(
        shape, 1.3 * scale, rng, 2, stretch=3
    )
    press = 0.84 + 0.08 * surfaces.cloud(shape, 45 * scale, rng, 3) + 0.05 * grain

    def sticks(mask, where):
        pressure = cv2.GaussianBlur(mask, (0, 0), 1.1 * scale)
        cover = 1 / (1 + np.exp(-7 * (pressure - 0.43 + 0.23 * grain[where])))
        return mask * cover * press[where]

    return sticks


def smear(page, rng) -> None:
    """Dust that a sleeve has drawn out of the chalk."""
    blur = cv2.GaussianBlur(page.ink, (0, 0), sigmaX=26, sigmaY=5)
    cloud = (0.3 + 0.4 * surfaces.cloud(page.ink.shape, 150, rng, 3)).clip(0, 1)
    page.color = surfaces.mix_in(page.color, (0.6, 0.6, 0.58), 0.35 * blur * cloud)
