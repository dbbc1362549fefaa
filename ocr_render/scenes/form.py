"""A ferry booking form, filled in by hand, on a desk."""

import numpy as np

from ocr_render import materials, surfaces
from ocr_render.camera import Camera
from ocr_render.geometry import flat, sheet
from ocr_render.lettering import Canvas
from ocr_render.phone import Look
from ocr_render.scenes import parts
from ocr_render.stage import Stage

SIZE = (170, 210)
PRINT, RULE, INK = (0.08, 0.10, 0.18), (0.30, 0.36, 0.50), (0.06, 0.10, 0.42)
FIELDS = (  # label, x, y, width, what was written
    ("Surname", 12, 52, 70, "Whitlock"),
    ("First name", 88, 52, 70, "Nora"),
    ("Street and number", 12, 72, 92, "12 Lantern Street"),
    ("Postal code", 110, 72, 48, "LH4 2QE"),
    ("Town", 12, 92, 70, "Larkhaven"),
    ("Telephone", 88, 92, 70, "0417 2209"),
    ("From", 12, 120, 46, "Larkhaven"),
    ("To", 64, 120, 46, "Gull Island"),
    ("Date of travel", 116, 120, 42, "14 Sept"),
    ("Passengers", 12, 140, 32, "2"),
)
CHOICES = (("Outward only", 54, False), ("Return", 90, True), ("Bicycle", 119, True))


def build(view: str = "") -> Stage:
    """The stage."""
    rng = np.random.default_rng(53)
    camera = Camera((0, -80, 290), (4, -1, 0), (0, 1, 0), view=38.5, aperture=1.2, roll=2.5)
    stage = Stage(camera, width=1400, height=1750, seed=53)
    stage.looks = {"": Look(key=0.57, seed=11)}
    parts.window_room(stage, side=1, strength=13, fill=0.4)
    desk, bumps = surfaces.fabric(
        (1500, 1700), 4.0, rng, (0.20, 0.25, 0.27), (0.26, 0.31, 0.33), 0.6
    )
    stage.add(
        "desk",
        sheet(flat(425, 375, angle=90)),
        materials.bumpy(materials.painted(desk, 0.8, 0.2), bumps),
    )
    form = canvas(rng)
    stage.label("form", form, lying(-3), materials.painted(form.color, 0.6, 0.25), (60, 60))
    parts.pen(stage, (74, -78), (98, 52), (0.10, 0.10, 0.11))
    return stage


def lying(turn):
    """Surface function of the sheet: nearly flat, one corner lifted, a fold across."""
    base = parts.curled(*SIZE, (0, 0), 1.0, turn, wave=0.25)

    def place(uv):
        xyz = base(uv)
        corner = np.clip(uv[:, 0] + 1 - uv[:, 1] - 1.55, 0, 1)
        fold = np.exp(-np.abs(uv[:, 1] - 0.5) / 0.03)
        xyz[:, 2] += 60 * corner**2 + 1.6 * fold
        return xyz

    return place


def canvas(rng) -> Canvas:
    """The printed form and what Nora wrote into it."""
    form = Canvas(*SIZE, 11)
    form.color[:] = surfaces.paper(form.ink.shape, 11, rng, (0.955, 0.95, 0.925))
    form.box(12, 10, 158, 25, PRINT)
    form.write(
        "LARKHAVEN FERRY COMPANY",
        17,
        20.4,
        "humanist heavy",
        8.4,
        (0.93, 0.93, 0.90),
        tracking=0.25,
    )
    form.write("Booking form", 12, 35, "humanist bold", 6.6, PRINT)
    form.write(
        "Please write clearly and hand in at the pier office.",
        158,
        35,
        "humanist",
        3.9,
        PRINT,
        "right",
    )
    form.write("1. Passenger", 12, 44, "humanist bold", 4.8, PRINT)
    form.write("2. Journey", 12, 112, "humanist bold", 4.8, PRINT)
    for label, x, y, width, written in FIELDS:
        form.write(label, x, y, "humanist", 3.9, PRINT)
        form.box(x, y + 1.6, x + width, y + 12, RULE, 0.8, outline=0.3)
        write(form, written, x + 2.5, y + 9.4, width - 3, rng)
    for label, x, ticked in CHOICES:
        form.box(x, 146, x + 5, 151, RULE, 0.4, outline=0.35)
        form.write(label, x + 7, 150, "humanist", 4.2, PRINT)
        if ticked:
            form.line([(x + 0.4, 146.2), (x + 2.6, 148.8), (x + 5.2, 151.6)], INK, 0.5)
            form.line([(x + 5.0, 145.4), (x + 2.4, 148.9), (x - 0.3, 151.0)], INK, 0.5)
    form.write("3. Remarks", 12, 164, "humanist bold", 4.8, PRINT)
    for y in (174, 184):
        form.line([(12, y), (158, y)], RULE, 0.3)
    write(form, "We carry one small dog called Biscuit", 14, 172.2, 140, rng)
    write(form, "and a crate of paper lanterns.", 14, 182.2, 140, rng)
    form.line([(100, 201), (158, 201)], RULE, 0.3)
    form.write("Signature", 100, 205, "humanist", 3.5, PRINT)
    write(form, "N. Whitlock", 106, 199.4, 50, rng, 10.5)
    form.write("Office: pier 3, open 7 am to 6 pm", 12, 203, "humanist", 3.9, PRINT)
    return form


def write(form, text, x, y, room, rng, size=9.2) -> None:
    """Handwriting with a ballpoint pen."""
    form.write(text, x, y, "pen", size, INK, jitter=rng, room=room, angle=rng.normal(0, 0.3))
