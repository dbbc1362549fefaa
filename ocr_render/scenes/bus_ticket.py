"""The ticket of the airport bus, on a stone bench in the sun, with two coins."""

import numpy as np

from ocr_render import lights, materials, surfaces
from ocr_render.camera import Camera
from ocr_render.geometry import flat, lathe, sheet
from ocr_render.lettering import Canvas
from ocr_render.phone import Look
from ocr_render.scenes import parts
from ocr_render.stage import Stage

SIZE = (118.0, 62.0)
TEAL, INK, PAPER = (0.05, 0.36, 0.38), (0.11, 0.11, 0.14), (0.93, 0.92, 0.86)


def build(view: str = "") -> Stage:
    """The stage."""
    rng = np.random.default_rng(47)
    camera = Camera(
        (10, -92, 132), (1, -1, 0), (0, 1, 0), view=52, aperture=1.2, focus=(0, -2, 2), roll=4
    )
    stage = Stage(camera, seed=47)
    stage.looks = {"": Look(key=0.54, white=0.5, seed=31)}
    stage.light("sky", lights.sun_and_sky(118, 43, up="z", sun=0.55, sky=1.0, turbidity=4))
    stone, bumps = surfaces.concrete((1500, 1800), 4.0, rng, (0.56, 0.54, 0.50))
    bumps = bumps * 0.5 + 0.05 * surfaces.cloud(stone.shape[:2], 3, rng, 2)
    speck = (surfaces.cloud(stone.shape[:2], 5, rng, 2) - 1.5).clip(0, 1)
    stone = surfaces.mix_in(stone, (0.24, 0.23, 0.22), 0.6 * speck)
    stage.add(
        "bench",
        sheet(flat(450, 375, angle=7)),
        materials.bumpy(materials.painted(stone, 0.8, 0.3), bumps),
    )
    ticket = canvas(rng)
    place = parts.curled(*SIZE, (0, 0), 2.5, 5, wave=0.35)
    stage.label(
        "ticket", ticket, bowed(place), materials.painted(ticket.color, 0.55, 0.3), (80, 40)
    )
    for k, (x, y, r, paint) in enumerate(
        ((66, 41, 11.5, (0.72, 0.45, 0.30)), (48, 50, 9.5, (0.78, 0.70, 0.45)))
    ):
        coin(stage, f"coin{k}", x, y, r, paint)
    return stage


def bowed(place):
    """The sheet with its left and right ends lifted a little."""

    def bent(uv):
        xyz = place(uv)
        xyz[:, 2] += 26 * np.abs(uv[:, 0] - 0.45) ** 2.6
        return xyz

    return bent


def coin(stage, name, x, y, radius, paint) -> None:
    """A coin with a rim."""
    r = radius
    profile = [
        (r, 0),
        (r + 0.1, 0.3),
        (r + 0.1, 1.5),
        (r - 0.2, 1.9),
        (r - 0.9, 1.9),
        (r - 1.2, 1.55),
        (0, 1.55),
    ]
    stage.add(
        name,
        lathe(profile, 64).moved(parts.shift(x, y, 0)),
        materials.painted(paint, 0.32, 0.5, 1.0),
    )


def canvas(rng) -> Canvas:
    """The printed ticket."""
    page = Canvas(*SIZE, 18)
    page.color[:] = surfaces.paper(page.ink.shape, 18, rng, PAPER)
    page.box(0, 0, 118, 13.5, TEAL)
    page.write("LARKHAVEN AIRPORT BUS", 6, 9.2, "humanist heavy", 5.9, PAPER, tracking=0.25)
    page.write("Line 7", 113, 9.2, "humanist bold", 5.6, PAPER, "right")
    page.write("SINGLE TICKET", 6, 23.5, "receipt bold", 5.8, INK)
    page.write("From", 6, 32.5, "receipt", 3.8, INK)
    page.write("Airport North", 20, 32.5, "receipt bold", 4.8, INK)
    page.write("To", 6, 39.5, "receipt", 3.8, INK)
    page.write("Lantern Street", 20, 39.5, "receipt bold", 4.8, INK)
    page.write("Fri 11 Sep 19:25", 6, 48.5, "receipt", 4.6, INK)
    page.write("Valid for 90 minutes", 6, 56, "receipt", 4.0, INK)
    page.write("3.40", 86, 24.5, "receipt bold", 8.4, INK, "right")
    page.write("Zones 1-3", 86, 48.5, "receipt", 4.2, INK, "right")
    page.write("No 208815", 86, 56, "receipt", 4.0, INK, "right")
    for y in np.arange(15, 62, 1.9):
        page.line([(90, y), (90, y + 0.9)], (0.55, 0.54, 0.5), 0.35)
    page.write("LH", 104, 30, "humanist heavy", 15, TEAL, "center")
    page.write("Keep this part", 104, 38, "humanist", 3.3, INK, "center")
    parts.barcode(page, 94, 42, 20, 11, rng, INK, 0.32)
    page.write("208815", 104, 58, "receipt", 3.8, INK, "center")
    return page
