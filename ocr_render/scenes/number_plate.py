"""The number plate of Marlow's delivery van."""

import cv2
import numpy as np

from ocr_render import lights, materials, surfaces
from ocr_render.camera import Camera
from ocr_render.geometry import extrude, flat, lathe, rounded_box, rounded_rectangle, sheet
from ocr_render.lettering import Canvas, embossed
from ocr_render.phone import Look
from ocr_render.scenes import parts
from ocr_render.stage import Stage

SIZE = (520.0, 112.0)
BLACK, BLUE, WHITE = (0.045, 0.045, 0.05), (0.05, 0.14, 0.42), (0.81, 0.81, 0.78)
PLASTIC = (0.035, 0.035, 0.037)


def build(view: str = "") -> Stage:
    """The stage."""
    rng = np.random.default_rng(67)
    camera = Camera((-300, 210, 800), (12, 6, 0), view=46, aperture=1.6, focus=(0, 0, 12), roll=-1)
    stage = Stage(camera, seed=67)
    stage.looks = {"": Look(key=0.37, white=0.4, seed=41)}
    stage.light("sky", lights.sun_and_sky(-62, 34, sun=0.6, sky=1.1, turbidity=4))
    parts.street(stage, ground=-900)
    door(stage, rng)
    handle(stage)
    frame = extrude(rounded_rectangle(536, 146, 8), 10, 2.5).moved(parts.shift(0, -12, 4))
    stage.add("holder", frame, materials.painted(PLASTIC, 0.4, 0.5))
    dealer = Canvas(420, 18, 5, PLASTIC)
    dealer.write(
        "HARBOR GARAGE LARKHAVEN",
        210,
        14.2,
        "humanist bold",
        14.5,
        (0.72, 0.72, 0.70),
        "center",
        tracking=4,
    )
    stage.label(
        "dealer", dealer, flat(420, 18, (0, -73, 14.3)), materials.painted(dealer.color, 0.4, 0.5)
    )
    plate, height = canvas(rng)
    place = embossed(flat(*SIZE, (0, 0, 14.6)), height)
    stage.label("plate", plate, place, materials.painted(plate.color, 0.3, 0.5), (1560, 336))
    return stage


def door(stage, rng) -> None:
    """The van's back doors: sheet metal with a pressed field for the plate, and a gap between."""

    def metal(uv):
        x, y = uv[:, 0] * 800 - 480, 400 - 800 * uv[:, 1]
        field = _inside(x, y + 6, 590, 210, 14)
        z = -9 * field - 12 * np.exp(-(320 - x).clip(0) / 5) - ((y - 40) / 900) ** 2 * 60
        return np.c_[x, y, z + 3]

    paint = materials.painted(dusty((0.03, 0.15, 0.135), rng), 0.32, 0.5, 0.2, coat=1.0)
    stage.add("door", sheet(metal, 400, 400), paint)
    other = sheet(lambda uv: metal(uv) * [-1, 1, 1] + [652, 0, 0], 400, 400)
    stage.add("other", other, paint)
    stage.add("gap", sheet(flat(60, 900, (326, 0, -30))), materials.matte((0.015, 0.015, 0.015)))


def _inside(x, y, width, height, soft) -> np.ndarray:
    """1 within a rectangle with round corners, 0 outside, between them over `soft` mm."""
    far_x, far_y = np.abs(x) - width / 2 + 30, np.abs(y) - height / 2 + 30
    edge = 30 - np.hypot(far_x.clip(0), far_y.clip(0)) - np.maximum(far_x, far_y).clip(None, 0)
    t = (edge / soft + 0.5).clip(0, 1)
    return t * t * (3 - 2 * t)


def dusty(paint, rng) -> np.ndarray:
    """Paint with the dust of the road, more of it below, and drops that dried."""
    shape, scale = (800, 800), 1.0
    low = np.linspace(0, 1, shape[0])[:, None] ** 2
    dust = 0.05 + 0.03 * surfaces.cloud(shape, 160, rng, 5) + 0.10 * low
    drops = (surfaces.cloud(shape, 9 * scale, rng, 2) - 2.3).clip(0, 1) * 0.25
    return surfaces.mix_in(
        np.broadcast_to(np.float32(paint), (*shape, 3)), (0.42, 0.38, 0.32), dust + drops
    )


def handle(stage) -> None:
    """The bar by which the door is pulled, screwed on at both ends."""
    plastic = materials.painted(PLASTIC, 0.5, 0.5)
    stage.add("handle", rounded_box((420, 40, 46), 9, (0, 152, 8)), plastic)
    steel = materials.painted((0.6, 0.6, 0.6), 0.35, 0.5, 1.0)
    for k, x in enumerate((-185, 185)):
        head = lathe([(5.5, 0), (5.5, 1), (4, 2.4), (0, 2.8)], 32).moved(parts.shift(x, 152, 31))
        stage.add(f"screw{k}", head, steel)


def canvas(rng):
    """The plate, and the height (rows, columns) in mm of its pressed letters."""
    plate = Canvas(*SIZE, 6, WHITE)
    plate.box(0, 0, 44, SIZE[1], BLUE)
    plate.write("LKH", 22, 96, "humanist bold", 19, WHITE, "center")
    ring(plate, 22, 36)
    flat_ink = plate.ink.copy()
    plate.box(2.5, 2.5, SIZE[0] - 2.5, SIZE[1] - 2.5, BLACK, 8, outline=3)
    plate.write("MS 417 LK", 284, 90, "condensed", 112, BLACK, "center", tracking=7, room=460)
    height = pressed(plate.ink * (flat_ink < 0.5))
    rows, columns = plate.ink.shape
    low = np.linspace(0, 1, rows)[:, None] ** 2
    cloud = surfaces.cloud((rows, columns), 90, rng, 5)
    dirt = 0.35 * (0.10 + 0.12 * cloud + 0.35 * low).clip(0, 0.6)
    spots = (surfaces.cloud((rows, columns), 12, rng, 3) - 2.4).clip(0, 1) * 0.5
    plate.color = surfaces.mix_in(plate.color, (0.36, 0.30, 0.23), dirt + spots)
    return plate, height


def pressed(ink, depth: float = 2.2) -> np.ndarray:
    """Heights in mm: a die a little wider than the ink, so that its slopes stay white."""
    die = cv2.dilate(ink, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (17, 17)))
    return cv2.GaussianBlur(die, (0, 0), 4) * np.float32(depth)


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
