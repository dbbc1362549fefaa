"""The receipt of Marlow's bakery on a cafe table, sharp and shaken."""

import numpy as np

from ocr_render import materials, surfaces
from ocr_render.camera import Camera
from ocr_render.geometry import flat, sheet
from ocr_render.lettering import Canvas
from ocr_render.phone import Look
from ocr_render.scenes import parts
from ocr_render.stage import Stage

LOOKS = ("", "shaken")
ITEMS = (
    ("2 Seed rolls", "2.40"),
    ("1 Harbor loaf", "4.20"),
    ("1 Plum cake", "3.60"),
    ("2 Coffee", "5.80"),
    ("1 Ginger biscuit", "1.50"),
)
INK = (0.17, 0.17, 0.20)


def build(view: str = "") -> Stage:
    """The stage; both looks share it."""
    rng = np.random.default_rng(41)
    camera = Camera(
        (4, -118, 232), (4, 2, 0), (0, 1, 0), view=44, aperture=1.7, focus=(0, 4, 3), roll=-3
    )
    stage = Stage(camera, width=1280, height=1600, seed=41)
    stage.looks = {
        "": Look(key=0.49, seed=1),
        "shaken": Look(key=0.48, noise=1.7, shake=(20, 9), sharpen=0.3, seed=2),
    }
    parts.window_room(stage)
    table = surfaces.wood((1800, 2200), 2.6, rng)
    gloss = (0.40 + 0.04 * surfaces.cloud(table.shape[:2], 120, rng, 5)).clip(0.25, 0.7)
    stage.add("table", sheet(flat(846, 692, angle=78)), materials.painted(table, gloss, 0.5))
    slip = canvas(rng)
    place = parts.curled(76, 165, (-6, -4), 9)
    stage.label("receipt", slip, place, materials.painted(slip.color, 0.55, 0.25), (50, 120))
    parts.cup(stage, 96, 112)
    parts.pen(stage, (52, -70), (66, 30))
    return stage


def canvas(rng) -> Canvas:
    """The slip of thermal paper, 76 x 165 mm."""
    slip = Canvas(76, 165, 14)
    slip.color[:] = surfaces.paper(slip.ink.shape, 14, rng, (0.93, 0.93, 0.925))
    fade = 1 - 0.12 * (0.5 + 0.4 * surfaces.cloud(slip.ink.shape, 300, rng, 3)).clip(0, 1)
    slip.grain = lambda mask, where: mask * fade[where]
    left, right, middle = 6, 70, 38
    slip.write("MARLOW & SONS", middle, 15, "receipt bold", 6.6, INK, "center")
    for k, line in enumerate(("Bakery and cafe", "12 Lantern Street", "Larkhaven LH4 2QE")):
        slip.write(line, middle, 22 + 4.8 * k, "receipt", 4.0, INK, "center")
    slip.write("Table 4", left, 41, "receipt", 4.0, INK)
    slip.write("12 Sep 10:46", right, 41, "receipt", 4.0, INK, "right")
    slip.line([(left, 45), (right, 45)], INK, 0.35)
    for k, (item, price) in enumerate(ITEMS):
        slip.write(item, left, 53 + 6.4 * k, "receipt", 4.2, INK)
        slip.write(price, right, 53 + 6.4 * k, "receipt", 4.2, INK, "right")
    slip.line([(left, 84), (right, 84)], INK, 0.35)
    total = sum(float(price) for _, price in ITEMS)
    slip.write("TOTAL", left, 93, "receipt bold", 6.4, INK)
    slip.write(f"{total:.2f}", right, 93, "receipt bold", 6.4, INK, "right")
    slip.write("Cash", left, 101, "receipt", 4.2, INK)
    slip.write("20.00", right, 101, "receipt", 4.2, INK, "right")
    slip.write("Change", left, 107.4, "receipt", 4.2, INK)
    slip.write(f"{20 - total:.2f}", right, 107.4, "receipt", 4.2, INK, "right")
    slip.write("Thank you, see you at", middle, 120, "receipt", 4.0, INK, "center")
    slip.write("the Lantern Festival!", middle, 125, "receipt", 4.0, INK, "center")
    parts.barcode(slip, 14, 133, 48, 15, rng, INK, 0.45)
    slip.write("0417 2209 1246", middle, 154, "receipt", 3.6, INK, "center")
    return slip
