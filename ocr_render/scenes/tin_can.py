"""A tin of Larkhaven chowder on a kitchen counter."""

import numpy as np

from ocr_render import materials, surfaces
from ocr_render.camera import Camera
from ocr_render.geometry import flat, lathe, sheet
from ocr_render.lettering import Canvas
from ocr_render.phone import Look
from ocr_render.scenes import parts
from ocr_render.stage import Stage

RADIUS, HEIGHT, BAND = 37.0, 104.0, 94.0
BLUE, CREAM, RED, YELLOW = (
    (0.05, 0.22, 0.36),
    (0.94, 0.90, 0.79),
    (0.72, 0.12, 0.09),
    (0.93, 0.69, 0.2),
)


def build(view: str = "") -> Stage:
    """The stage."""
    rng = np.random.default_rng(23)
    camera = Camera(
        (-14, -232, 92), (2, 0, 50), (0, 0, 1), view=48, aperture=2.6, focus=(0, -37, 50)
    )
    stage = Stage(camera, seed=23)
    stage.looks = {"": Look(key=0.47, seed=9)}
    parts.window_room(stage, strength=12, fill=0.45)
    top = surfaces.wood((1500, 2400), 2.0, rng, (0.80, 0.64, 0.46), (0.60, 0.43, 0.28), 60)
    stage.add("counter", sheet(flat(1200, 750, (0, 160, 0))), materials.painted(top, 0.35, 0.5))
    tiles(stage, rng)
    label = canvas()
    material = materials.painted(label.color, 0.22, 0.5)
    for name, x, y, turn in (("can", 0, 0, 0), ("second", -86, 128, 50), ("third", 112, 96, -160)):
        can(stage, name, x, y, turn, material)
        words = label if name == "can" else canvas()
        for word in words.words:
            word.legible = name == "can"
        stage.know(name, words, wrap(x, y, turn))
    return stage


def wrap(x, y, turn):
    """Surface function of the label around a can at (x, y), its middle turned by `turn` degrees."""

    def place(uv):
        angle = (uv[:, 0] - 0.5) * 2 * np.pi - np.pi / 2 + np.radians(turn)
        z = 5 + BAND * (1 - uv[:, 1])
        return np.c_[RADIUS * np.cos(angle) + x, RADIUS * np.sin(angle) + y, z]

    return place


def can(stage, name, x, y, turn, material) -> None:
    """Label, steel ends with their beads."""
    stage.add(name, sheet(wrap(x, y, turn), 181, 2), material)
    steel = materials.painted((0.78, 0.78, 0.79), 0.24, 0.5, metallic=1.0)
    r = RADIUS
    rim = [
        (r - 1, 98.5),
        (r + 0.2, 99),
        (r + 1.3, 100),
        (r + 1.7, 101.6),
        (r + 1.3, 103.3),
        (r + 0.2, 104),
    ]
    rim += [
        (r - 1, 103.6),
        (r - 1.6, 102),
        (r - 1.8, 99.5),
        (r - 4, 99),
        (r - 8, 99.6),
        (r - 9, 98.8),
        (r - 14, 98.8),
        (r - 15, 99.5),
        (0, 99.5),
    ]
    foot = [
        (r - 3, 0),
        (r + 0.4, 0),
        (r + 1.5, 1),
        (r + 1.6, 2.6),
        (r + 1, 4),
        (r - 0.2, 5),
        (r - 1, 5.4),
    ]
    stage.add(f"{name}rim", lathe(parts.rounded(rim, 2)).moved(parts.shift(x, y, 0)), steel)
    stage.add(f"{name}foot", lathe(parts.rounded(foot, 2)).moved(parts.shift(x, y, 0)), steel)


def tiles(stage, rng) -> None:
    """White tiles behind the counter."""
    rows, columns = 900, 1600
    y, x = np.mgrid[0:rows, 0:columns]
    edge = np.minimum(np.minimum(x % 150, 150 - x % 150), np.minimum(y % 75, 75 - y % 75))
    joint = np.clip(1.6 - edge / 1.5, 0, 1)
    tone = rng.uniform(0.94, 1.02, (20, 20))[y // 75, x // 150]
    color = surfaces.mix_in(
        np.float32([0.86, 0.87, 0.85]) * tone[..., None], (0.55, 0.54, 0.52), joint
    )

    def place(uv):
        return np.c_[(uv[:, 0] - 0.5) * 1600, np.full(len(uv), 330.0), (1 - uv[:, 1]) * 900]

    stage.add("tiles", sheet(place), materials.painted(color, 0.15, 0.5))


def canvas() -> Canvas:
    """The paper label, once around the can."""
    width = 2 * np.pi * RADIUS
    label = Canvas(width, BAND, 12, BLUE)
    m = width / 2
    label.box(0, 0, width, 13, CREAM)
    label.box(0, 79, width, BAND, CREAM)
    label.box(0, 13, width, 14.2, YELLOW)
    label.box(0, 77.8, width, 79, YELLOW)
    label.write("LARKHAVEN KITCHENS", m, 9, "humanist heavy", 6.4, BLUE, "center", tracking=0.35)
    label.write("Harbor", m, 33, "script", 22, CREAM, "center")
    label.write("Chowder", m, 50, "script", 22, CREAM, "center")
    label.write(
        "HADDOCK AND POTATO", m, 60.5, "humanist heavy", 6.2, YELLOW, "center", tracking=0.3
    )
    fish(label, m, 69)
    label.write("READY IN 5 MINUTES", m, 85.5, "humanist heavy", 5.2, RED, "center", tracking=0.3)
    label.write("NET WT 400 g", m, 91.5, "humanist bold", 4.4, BLUE, "center")
    facts(label, m + 62)
    return label


def fish(label, x, y) -> None:
    """Three small fish in a row."""
    for k in (-1, 0, 1):
        cx = x + 17 * k

        def draw(pen, s, cx=cx):
            pen.ellipse([(cx - 6) * s, (y - 2.6) * s, (cx + 4) * s, (y + 2.6) * s], 255)
            pen.polygon(
                [
                    ((cx + 3) * s, y * s),
                    ((cx + 7) * s, (y - 2.6) * s),
                    ((cx + 7) * s, (y + 2.6) * s),
                ],
                255,
            )

        label.shape(draw, YELLOW)
        label.shape(
            lambda pen, s, cx=cx: pen.ellipse(
                [(cx - 4.4) * s, (y - 1) * s, (cx - 3.4) * s, y * s], 255
            ),
            BLUE,
        )


def facts(label, x) -> None:
    """The small print on the can's side."""
    lines = (
        "Ingredients: milk,",
        "haddock, potatoes,",
        "leeks, butter, salt.",
        "Heat gently and stir.",
        "Do not boil.",
    )
    for k, line in enumerate(lines):
        label.write(line, x, 26 + 5 * k, "humanist", 4.0, CREAM)
