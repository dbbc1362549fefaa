"""A phone on a seat of the airport bus shows a boarding pass."""

import numpy as np

from ocr_render import lights, materials, surfaces
from ocr_render.camera import Camera
from ocr_render.geometry import extrude, flat, rounded_rectangle, sheet
from ocr_render.lettering import Canvas
from ocr_render.phone import Look
from ocr_render.scenes import parts
from ocr_render.stage import Stage

SCREEN = (66.0, 138.0)
NAVY, TEAL, GRAY, WHITE = (
    (0.06, 0.12, 0.25),
    (0.10, 0.55, 0.56),
    (0.45, 0.49, 0.56),
    (0.97, 0.97, 0.98),
)


def build(view: str = "") -> Stage:
    """The stage."""
    rng = np.random.default_rng(31)
    camera = Camera(
        (-20, -84, 148), (1, -2, 4), (0, 1, 0), view=46, aperture=1.5, focus=(0, -4, 9), roll=7
    )
    stage = Stage(camera, width=1280, height=1600, seed=31)
    stage.looks = {"": Look(key=0.45, glow=0.04, seed=19, white=0.4)}
    parts.window_room(stage, side=1, strength=5, fill=0.22)
    seat, bumps = surfaces.fabric(
        (2400, 2400), 5.0, rng, (0.24, 0.25, 0.28), (0.33, 0.34, 0.37), 0.75
    )
    stage.add(
        "seat",
        sheet(flat(480, 480, (0, 60, 0), angle=20)),
        materials.bumpy(materials.painted(seat, 0.9, 0.1), 1.6 * bumps),
    )
    body = extrude(rounded_rectangle(72, 147, 10), 8.2, 1.6).moved(parts.shift(0, 0, 0.3))
    stage.add("body", body, materials.painted((0.02, 0.02, 0.022), 0.12, 0.5))
    screen = canvas(rng)
    linear = np.where(
        screen.color <= 0.04045, screen.color / 12.92, ((screen.color + 0.055) / 1.055) ** 2.4
    )
    shape = rounded_rectangle(*SCREEN, 7)
    glass = materials.painted((0.004, 0.004, 0.005), 0.04, 0.5)
    mesh = extrude(shape, 0.12, 0.02).moved(parts.shift(0, 0, 8.5))
    stage.add("screen", mesh, glass, lights.emitting(linear * 0.42))
    stage.know("screen", screen, flat(*SCREEN, (0, 0, 8.62)))
    return stage


def canvas(rng) -> Canvas:
    """The app: flight, passenger, seat, code."""
    page = Canvas(*SCREEN, 16, NAVY)
    page.write("17:52", 6, 7.6, "screen bold", 3.5, WHITE)
    page.box(55.5, 5.0, 60.5, 7.4, WHITE, 0.6, outline=0.3)
    page.box(56.1, 5.6, 59.2, 6.8, WHITE, 0.2)
    page.write("Boarding pass", 6, 19, "screen bold", 6.0, WHITE)
    page.write("Northwing Air", 60, 26.5, "screen", 3.5, (0.72, 0.80, 0.90), "right")
    page.write("Flight NW 418", 6, 26.5, "screen", 3.5, (0.72, 0.80, 0.90))
    page.box(3.5, 31, 62.5, 131, WHITE, 3.2)
    page.write("OSL", 8, 45, "screen bold", 10, NAVY)
    page.write("LKH", 58, 45, "screen bold", 10, NAVY, "right")
    page.line([(30.5, 41), (36.5, 41)], TEAL, 0.5)
    page.line([(34.9, 39.6), (36.5, 41), (34.9, 42.4)], TEAL, 0.5)
    page.write("Oslo", 8, 50.5, "screen", 3.7, GRAY)
    page.write("Larkhaven", 58, 50.5, "screen", 3.7, GRAY, "right")
    rows = (
        ("Passenger", "Nora Whitlock", "Date", "11 Sep"),
        ("Gate", "B 27", "Boarding", "18:25"),
        ("Seat", "14 A", "Group", "3"),
    )
    for k, (one, first, two, second) in enumerate(rows):
        y = 60 + 11 * k
        page.write(one, 8, y, "screen", 3.0, GRAY)
        page.write(two, 41, y, "screen", 3.0, GRAY)
        page.write(first, 8, y + 5, "screen bold", 4.2, NAVY, room=32)
        page.write(second, 41, y + 5, "screen bold", 4.2, NAVY)
    page.line([(7, 91), (59, 91)], (0.80, 0.83, 0.87), 0.3)
    parts.square_code(page, 18, 94.5, 30, rng, NAVY)
    page.write("Gate closes at 18:45", 33, 129, "screen", 3.2, TEAL, "center")
    page.box(22, 134.2, 44, 135.2, WHITE, 0.5)
    return page
