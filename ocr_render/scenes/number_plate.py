"""The number plate of Marlow's delivery van."""

import numpy as np

from ocr_render import lights, materials, surfaces
from ocr_render.camera import Camera
from ocr_render.geometry import extrude, flat, rounded_box, rounded_rectangle, sheet
from ocr_render.lettering import Canvas, embossed
from ocr_render.phone import Look
from ocr_render.scenes import parts
from ocr_render.stage import Stage

SIZE = (520.0, 112.0)
BLACK, BLUE, WHITE = (0.045, 0.045, 0.05), (0.05, 0.14, 0.42), (0.90, 0.90, 0.87)


def build(view: str = "") -> Stage:
    """The stage."""
    rng = np.random.default_rng(67)
    camera = Camera((-330, 190, 830), (6, 0, 0), view=46, aperture=1.6, focus=(0, 0, 12), roll=-1.5)
    stage = Stage(camera, seed=67)
    stage.looks = {"": Look(key=0.37, white=0.4, seed=41)}
    stage.light("sky", lights.sun_and_sky(-35, 38, sun=0.55, sky=1.2, turbidity=4))
    parts.street(stage, ground=-900)
    car(stage, rng)
    frame = extrude(rounded_rectangle(536, 146, 8), 10, 2.5).moved(parts.shift(0, -12, 4))
    stage.add("holder", frame, materials.painted((0.03, 0.03, 0.032), 0.35, 0.5))
    dealer = Canvas(420, 18, 5, (0.03, 0.03, 0.032))
    dealer.write(
        "HARBOR GARAGE LARKHAVEN",
        210,
        14.2,
        "humanist bold",
        14.5,
        (0.80, 0.80, 0.78),
        "center",
        tracking=4,
    )
    stage.label(
        "dealer", dealer, flat(420, 18, (0, -73, 14.3)), materials.painted(dealer.color, 0.35, 0.5)
    )
    plate, height = canvas(rng)
    place = embossed(flat(*SIZE, (0, 0, 14.6)), height)
    stage.label("plate", plate, place, materials.painted(plate.color, 0.22, 0.5), (1040, 226))
    return stage


def car(stage, rng) -> None:
    """The painted door around the plate: a panel, a groove, a panel above that leans back."""
    paint = materials.painted((0.035, 0.17, 0.155), 0.35, 0.5, 0.35, coat=1.0)

    def panel(y0, y1, z):
        def place(uv):
            x, y = (uv[:, 0] - 0.5) * 1900, y1 + (y0 - y1) * uv[:, 1]
            edge = np.minimum(y - y0, y1 - y).clip(0)
            return np.c_[x, y, z(y) - 14 * np.exp(-edge / 5.0) - (x / 1500) ** 2 * 90]

        return sheet(place, 60, 240)

    stage.add(
        "lower",
        panel(-900, 118, lambda y: 0 * y - 0.0004 * (y.clip(-500) + 60) ** 2 * (y < -60)),
        paint,
    )
    stage.add("upper", panel(124, 520, lambda y: -(y - 124) * 0.10), paint)
    stage.add("gap", sheet(flat(1900, 900, (0, 80, -75))), materials.matte((0.02, 0.02, 0.02)))
    chrome = materials.painted((0.75, 0.75, 0.76), 0.10, 0.5, 1.0)
    stage.add("bar", rounded_box((640, 30, 34), 12, (0, 168, 14)), chrome)


def canvas(rng):
    """The plate, and the height (rows, columns) in mm of its pressed letters."""
    plate = Canvas(*SIZE, 6, WHITE)
    plate.box(0, 0, 44, SIZE[1], BLUE)
    plate.write("LKH", 22, 96, "humanist bold", 19, WHITE, "center")
    ring(plate, 22, 36)
    plate.box(2.5, 2.5, SIZE[0] - 2.5, SIZE[1] - 2.5, BLACK, 8, outline=3)
    plate.write("MS 417 LK", 284, 90, "condensed", 112, BLACK, "center", tracking=7, room=460)
    height = plate.relief(1.5, soft=5 / 6)
    height[:, : 44 * 6] *= 0.1
    rows, columns = plate.ink.shape
    low = np.linspace(0, 1, rows)[:, None] ** 2
    dirt = (0.10 + 0.12 * surfaces.cloud((rows, columns), 90, rng, 5) + 0.35 * low).clip(
        0, 0.6
    ) * 0.35
    spots = (surfaces.cloud((rows, columns), 12, rng, 3) - 2.2).clip(0, 1) * 0.6
    plate.color = surfaces.mix_in(plate.color, (0.36, 0.30, 0.23), dirt + spots)
    return plate, height


def ring(plate, x, y) -> None:
    """A ring of dots, the sign of the county."""
    for k in range(10):
        a = 2 * np.pi * k / 10
        cx, cy = x + 13 * np.cos(a), y + 13 * np.sin(a)
        plate.shape(
            lambda pen, s, cx=cx, cy=cy: pen.ellipse(
                [(cx - 2.2) * s, (cy - 2.2) * s, (cx + 2.2) * s, (cy + 2.2) * s], 255
            ),
            (0.93, 0.75, 0.2),
        )
