"""A parcel from Larkhaven: address label and tape on brown cardboard."""

import numpy as np

from ocr_render import materials, surfaces
from ocr_render.camera import Camera
from ocr_render.geometry import flat, rounded_box, sheet
from ocr_render.lettering import Canvas
from ocr_render.phone import Look
from ocr_render.scenes import parts
from ocr_render.stage import Stage

SIZE = (148.0, 100.0)
INK = (0.07, 0.07, 0.08)


def build(view: str = "") -> Stage:
    """The stage."""
    rng = np.random.default_rng(59)
    camera = Camera(
        (-35, -185, 275), (2, -18, 0), (0, 1, 0), view=48, aperture=1.4, focus=(5, -20, 1), roll=-6
    )
    stage = Stage(camera, seed=59)
    stage.looks = {"": Look(key=0.50, seed=37, white=0.9)}
    parts.window_room(stage, side=-1, strength=13, fill=0.35)
    floor = surfaces.wood((1400, 1800), 1.4, rng, (0.62, 0.52, 0.42), (0.46, 0.36, 0.27), 140)
    stage.add(
        "floor", sheet(flat(1286, 1000, (0, 0, -150), 30)), materials.painted(floor, 0.4, 0.5)
    )
    board = surfaces.cardboard((1300, 1600), 5.0, rng)
    seam(board)
    material = materials.painted(board, 0.8, 0.2)
    stage.add("top", sheet(flat(320, 260, (0, 0, 0))), material)
    side = materials.painted(board[200:700], 0.8, 0.2)
    stage.add("box", rounded_box((319.6, 259.6, 149), 1.2, (0, 0, -74.7)), side)
    tape(stage, rng)
    label = canvas(rng)
    place = parts.curled(*SIZE, (-4, -52), 0.0, 2.2, wave=0.12)
    stage.label("label", label, place, materials.painted(label.color, 0.35, 0.4), (60, 40))
    return stage


def seam(board) -> None:
    """The dark line where the two flaps meet."""
    middle = int(board.shape[0] * 0.27)
    board[middle - 3 : middle + 3] *= 0.45


def tape(stage, rng) -> None:
    """Brown tape along the seam, with a few creases."""
    film = np.float32([0.60, 0.43, 0.25]) * (
        1 + 0.03 * surfaces.cloud((120, 1000), 60, rng, 4)[..., None]
    )
    base = flat(322, 50, (0, 60, 0.35))

    def place(uv):
        xyz = base(uv)
        xyz[:, 2] += 0.12 * np.sin(uv[:, 0] * 40 + 3 * uv[:, 1]) + 0.1 * np.sin(uv[:, 0] * 13)
        return xyz

    stage.add("tape", sheet(place, 200, 6), materials.painted(film, 0.16, 0.5))


def canvas(rng) -> Canvas:
    """The address label."""
    page = Canvas(*SIZE, 14)
    page.color[:] = surfaces.paper(page.ink.shape, 14, rng, (0.94, 0.94, 0.93))
    page.box(1.5, 1.5, 146.5, 98.5, INK, 1.5, outline=0.5)
    page.box(1.5, 1.5, 34, 30, INK, 1.0)
    page.write("P", 17.5, 24, "humanist heavy", 28, (0.94, 0.94, 0.93), "center")
    page.write("LARKHAVEN POST", 38, 11.5, "humanist heavy", 8.4, INK, tracking=0.3)
    page.write("Parcel up to 5 kg, tracked", 38, 18.5, "humanist", 4.8, INK)
    page.write("From: Marlow & Sons, 12 Lantern Street", 38, 26.5, "humanist", 4.6, INK)
    page.line([(1.5, 30), (146.5, 30)], INK, 0.5)
    page.write("Deliver to", 7, 37.5, "humanist", 4.2, INK)
    page.write("Ingrid Solheim", 7, 46.5, "mono bold", 7.2, INK)
    page.write("27 Harbor House", 7, 55, "mono bold", 7.2, INK)
    page.write("GULL ISLAND", 7, 63.5, "mono bold", 7.2, INK)
    page.write("LH9 5TD", 141, 62, "mono bold", 11.5, INK, "right")
    page.line([(1.5, 68.5), (146.5, 68.5)], INK, 0.5)
    parts.barcode(page, 10, 72.5, 96, 17, rng, INK, 0.5)
    page.write("LP 5508 2209 1246", 58, 95.5, "receipt", 4.8, INK, "center")
    page.write("1.2 kg", 141, 80, "mono bold", 6.5, INK, "right")
    page.write("11 Sep", 141, 89, "mono", 5.6, INK, "right")
    return page
