"""The enamel plate of Lantern Street in the morning sun, seen straight and steeply from below."""

import numpy as np

from ocr_render import lights, materials, surfaces
from ocr_render.camera import Camera
from ocr_render.geometry import extrude, flat, rounded_rectangle
from ocr_render.lettering import Canvas
from ocr_render.phone import Look
from ocr_render.scenes import parts
from ocr_render.stage import Stage

VIEWS = ("", "steep")
WHITE, BLUE = (0.90, 0.90, 0.87), (0.055, 0.13, 0.36)
SIZE = (760, 330)


def build(view: str = "") -> Stage:
    """The stage from in front, or for `view` "steep" from below and the left."""
    rng = np.random.default_rng(7)
    if view == "steep":
        camera = Camera(
            (-820, -420, 520), (40, 10, 0), view=50, aperture=1.5, focus=(-40, 0, 0), roll=3
        )
    else:
        camera = Camera((-110, -260, 1250), (5, 5, 0), view=48, aperture=1.5, roll=1.2)
    stage = Stage(camera, seed=7)
    stage.looks = {"": Look(key=0.50, white=0.3, seed=3, contrast=1.1)}
    stage.light("sky", lights.sun_and_sky(-52, 42, sun=0.9, sky=1.1, turbidity=3.5))
    sun = np.array([np.sin(np.radians(-52)), np.tan(np.radians(42)), np.cos(np.radians(52))])
    stage.add(
        "leaves",
        lights.leaves(rng, sun * 2300 + [-120, 560, 0], (2300, 900, 300), 170, 95),
        materials.matte((0.2, 0.3, 0.1)),
    )
    parts.street(stage)
    paint, height = surfaces.plaster((2000, 2600), 1.1, rng, (0.83, 0.70, 0.50), 0.75)
    parts.wall(stage, 2400, 1850, paint, height)
    plate = canvas(rng)
    material = materials.painted(plate.color, 0.10, 0.6)
    stage.add(
        "plate", extrude(rounded_rectangle(*SIZE, 26), 7, 2.5).moved(parts.shift(0, 0, 4)), material
    )
    stage.know("plate", plate, flat(*SIZE, (0, 0, 11)))
    for k, (x, y) in enumerate(((-350, 135), (350, 135), (-350, -135), (350, -135))):
        parts.screw(stage, f"bolt{k}", x, y, 11, 8, slot=35 * k)
    return stage


def canvas(rng) -> Canvas:
    """The plate's enamel with a few chips."""
    plate = Canvas(*SIZE, 3.2, BLUE)
    plate.box(20, 20, SIZE[0] - 20, SIZE[1] - 20, WHITE, 14, outline=6)
    plate.write("Old Harbor", 380, 92, "humanist bold", 46, WHITE, "center", tracking=2)
    plate.write("Lantern Street", 380, 198, "humanist bold", 96, WHITE, "center", room=680)
    plate.write(
        "lamplighters lived here, 1788", 380, 264, "humanist", 36, WHITE, "center", tracking=1
    )
    wear(plate, rng, [(30, 30), (730, 30), (30, 300), (730, 300)])
    return plate


def wear(plate, rng, holes) -> None:
    """Rust around the screws and a few chips along the edge; a film of dust."""
    rows, columns = plate.ink.shape
    y, x = np.mgrid[0:rows, 0:columns] / plate.scale
    rough = surfaces.cloud((rows, columns), 40, rng, 4)
    rust = np.zeros((rows, columns))
    for k, (hx, hy) in enumerate(holes):
        distance = np.hypot(x - hx, y - hy) + 3.0 * rough
        rust = np.maximum(rust, np.clip((15 + 4 * (k % 3) - distance) / 4, 0, 1))
        streak = (
            np.exp(-(((x - hx) / 5) ** 2))
            * np.clip((y - hy) / 8, 0, 1)
            * np.exp(-(y - hy).clip(0) / 24)
        )
        rust = np.maximum(rust, 0.35 * streak)
    edge = np.minimum(np.minimum(x, plate.width - x), np.minimum(y, plate.height - y))
    rust = np.maximum(rust, np.clip((2.2 * rough - 2.6 - edge / 4) / 0.6, 0, 1))
    brown = np.float32([0.30, 0.17, 0.09]) * (1 + 0.12 * rough[..., None])
    plate.color = plate.color * (1 - rust[..., None]) + brown * rust[..., None]
    dust = (0.05 + 0.03 * surfaces.cloud((rows, columns), 300, rng, 4)).clip(0, 0.2)
    plate.color = surfaces.mix_in(plate.color, (0.55, 0.52, 0.46), dust)
