"""Stages of single signs for `ocr_render.plates`: each has its own form, light and camera.

A stage is a function of the generator it is given. The wall is the plane z = 0, the viewer is
above it.
"""

import numpy as np

from ocr_render import lights, materials, surfaces
from ocr_render.camera import Camera
from ocr_render.geometry import extrude, flat, rounded_box, rounded_rectangle, sheet, tube
from ocr_render.lettering import Canvas, embossed
from ocr_render.phone import Look
from ocr_render.scenes import parts
from ocr_render.stage import Stage

SIGN = "sign"
GRAY = (0.5, 0.5, 0.5)  # of the label, which the plate exchanges
WALL = 4.2  # the wall's extent in that of the sign


def build(rng: np.random.Generator) -> Stage:
    """A stage with one blank label, `SIGN`, most of which the camera sees."""
    width = rng.uniform(300, 900)
    size = (width, width / np.exp(rng.uniform(np.log(1.1), np.log(6))))
    stage = Stage(Camera((0, 0, 1), (0, 0, 0)))
    form = FORMS[rng.integers(len(FORMS))]
    place = form(stage, size, rng)
    stage.know(SIGN, Canvas(*size, 40 / width), place)
    _light(stage, width, rng)
    if rng.random() < 0.4:
        _beside(stage, size, rng)
    _look(stage, place, rng)
    return stage


# --- walls and forms: each gives the surface function of the label ----------------------------


def _wall(stage, size, rng):
    """A wall of any kind; its color and heights."""
    extent = WALL * max(size) * np.array([1.0, 0.8])
    scale = rng.uniform(0.24, 0.4)
    shape = tuple(int(n * scale) for n in extent[::-1])
    tint = rng.uniform(0.15, 0.9) + rng.normal(0, 0.08, 3)
    kind = rng.integers(6)
    if kind == 0:
        color, height = surfaces.brick(shape, scale, rng)
    elif kind == 1:
        color, height = surfaces.plaster(shape, scale, rng, tint, rng.uniform(0.3, 1.5))
    elif kind == 2:
        color, height = surfaces.concrete(shape, scale, rng, tint)
    elif kind == 3:
        color, height = surfaces.boards(shape, scale, rng, tint, rng.uniform(70, 200))
    elif kind == 4:
        color = surfaces.wood(shape, scale, rng, plank=rng.uniform(80, 220))
        height = np.zeros(shape, np.float32)
    else:
        color, height = surfaces.fabric(shape, scale, rng, tint * 0.8, tint, thread=8)
    parts.wall(stage, *extent, np.clip(color, 0.02, 0.98), height)
    return extent, height


def _plate(stage, size, rng):
    """A flat board before the wall, now and then in a frame."""
    _wall(stage, size, rng)
    depth = rng.uniform(2, 30)
    outline = rounded_rectangle(*size, rng.uniform(0.01, 0.2) * size[1])
    body = extrude(outline, depth, rng.uniform(0.2, 0.4) * min(depth, 6))
    stage.add(SIGN, body, _paint(rng))
    if rng.random() < 0.3:
        _frame(stage, size, depth, rng)
    return flat(*size, (0, 0, depth))


def _on_the_wall(stage, size, rng):
    """Painted straight onto the wall, whose roughness shows through."""
    extent, height = _wall(stage, size, rng)
    rows, columns = height.shape
    half = np.array([size[1] / extent[1] * rows, size[0] / extent[0] * columns]) / 2
    low, high = (np.array([rows, columns]) / 2 + sign * half for sign in (-1, 1))
    part = height[int(low[0]) : int(high[0]) + 1, int(low[1]) : int(high[1]) + 1]
    place = flat(*size, (0, 0, 0.5))
    stage.add(SIGN, sheet(place), materials.bumpy(_paint(rng, rough=0.4), part))
    return place


def _column(stage, size, rng):
    """Around a column, a can or a post."""
    _wall(stage, size, rng)
    radius = size[0] / rng.uniform(0.7, 2.4)

    def place(uv):
        angle = (uv[:, 0] - 0.5) * size[0] / radius
        y = (0.5 - uv[:, 1]) * size[1]
        return np.c_[radius * np.sin(angle), y, radius * np.cos(angle) + 0.1 * radius]

    stage.add(SIGN, sheet(place, 60, 2), _paint(rng))
    return place


def _sheet_of_paper(stage, size, rng):
    """Paper, cloth or a banner: bent, wavy or crumpled."""
    _wall(stage, size, rng)
    crushed = rng.random() < 0.5
    waves = rng.uniform(0.2, 1.0, 3) * ([0.03, 0, 0] if crushed else [0.05, 0.02, 0.012]) * size[0]
    count, phase = rng.uniform([0.3, 1, 4], [1, 4, 11]), rng.uniform(0, 2 * np.pi, 3)
    turn = rng.uniform(-0.6, 0.6, 3)
    scale = 160 / size[0]
    shape = max(8, int(size[1] * scale)), 160
    slope = rng.uniform(0.15, 0.5) if crushed else 0.0
    folds = surfaces.crumple(shape, scale, rng, rng.uniform(0.06, 0.2) * size[0], slope)

    def bent(uv):
        points = flat(*size, (0, 0, 4))(uv)
        z = waves.sum() - folds.min()
        for height, number, start, lean in zip(waves, count, phase, turn, strict=True):
            z = z + height * np.sin(start + 2 * np.pi * number * (uv[:, 0] + lean * uv[:, 1]))
        points[:, 2] += z
        return points

    place = embossed(bent, folds)
    stage.add(SIGN, sheet(place, *shape[::-1]), _paint(rng, rough=0.5))
    return place


FORMS = (_plate, _plate, _plate, _on_the_wall, _column, _sheet_of_paper)


def _paint(rng, rough=0.08):
    roughness = rng.uniform(rough, 0.9)
    coat = 1.0 if rough < 0.2 and rng.random() < 0.25 else 0.0
    return materials.painted(GRAY, roughness, rng.uniform(0.3, 0.6), coat=coat)


def _frame(stage, size, depth, rng) -> None:
    paint = materials.painted(rng.uniform(0.05, 0.8, 3), rng.uniform(0.2, 0.8))
    thick, high = rng.uniform(0.03, 0.09) * size[1], depth * rng.uniform(1.2, 3)
    for k, (x, y) in enumerate(((0, 1), (0, -1), (1, 0), (-1, 0))):
        bar = (size[0] + 2 * thick, thick, high) if y else (thick, size[1] + 2 * thick, high)
        center = (x * (size[0] + thick) / 2, y * (size[1] + thick) / 2, high / 2)
        stage.add(f"frame{k}", rounded_box(bar, min(thick, high) / 5, center), paint)


# --- light, what stands beside or before, the camera -------------------------------------------


def _light(stage, width, rng) -> None:
    """Sun, an overcast sky, a window, a lamp, or colored lights at night."""
    kind = rng.random()
    if kind < 0.45:
        azimuth, elevation = rng.uniform(-75, 75), rng.uniform(12, 65)
        sun = lights.sun_and_sky(azimuth, elevation, sun=rng.uniform(0.4, 1), sky=1.1)
        stage.light("sky", sun)
        if rng.random() < 0.5:
            a, e = np.radians([azimuth, elevation])
            toward = np.array([np.sin(a) * np.cos(e), np.sin(e), np.cos(a) * np.cos(e)])
            tree = lights.leaves(rng, toward * 2.5 * width, (width, width / 2, 200), 60, width / 9)
            stage.add("leaves", tree, materials.matte((0.2, 0.3, 0.1)))
        return
    night = kind > 0.85
    tint = np.float32([1.0, 0.95, 0.88]) + rng.normal(0, 0.06, 3)
    stage.light("fill", lights.ambient(tint * (0.05 if night else rng.uniform(0.15, 1.0))))
    if kind < 0.55:
        return
    for k in range(1 + rng.integers(2) + night):
        where = rng.uniform([-1.6, -0.4, 0.4], [1.6, 1.6, 1.8]) * width
        color = rng.uniform(0.1, 1.0, 3) if night else tint
        share = rng.uniform(0.1, 0.9) * width
        power = color * rng.uniform(1, 4) * (width / share) ** 1.5
        lamp = lights.panel(where, (0, 0, 0), share, share, up=(0, 1, 0.01))
        stage.add(f"lamp{k}", lamp, materials.matte((0, 0, 0)), lights.emitting(power))


def _beside(stage, size, rng) -> None:
    """A pipe, a cable or a post, some of it before the sign."""
    paint = materials.painted(rng.uniform(0.05, 0.8, 3), rng.uniform(0.2, 0.8))
    for k in range(rng.integers(1, 3)):
        x, y = rng.uniform(-0.7, 0.7, 2) * size
        lean, radius = rng.uniform(-0.4, 0.4) * size[0], rng.uniform(0.008, 0.05) * size[0]
        z = rng.uniform(20, 160) + radius
        if rng.random() < 0.5:
            way = [(x - lean, -2 * size[0], z), (x, y, z), (x + lean, 2 * size[0], z)]
        else:
            way = [(-2 * size[0], y - lean, z), (x, y, z), (2 * size[0], y + lean, z)]
        stage.add(f"pipe{k}", tube(np.array(way), radius), paint)


def _look(stage, place, rng) -> None:
    """The camera: from any side, so far away that the sign fills most of the picture."""
    u, v = np.meshgrid(np.linspace(0, 1, 9), np.linspace(0, 1, 5))
    points = place(np.stack([u.ravel(), v.ravel()], 1))
    center = points.mean(axis=0)
    yaw, pitch = np.radians([rng.normal(0, 24), rng.normal(-8, 16)]).clip(-1.0, 1.0)
    toward = np.array([np.sin(yaw) * np.cos(pitch), np.sin(pitch), np.cos(yaw) * np.cos(pitch)])
    view, roll, fill = rng.uniform(30, 62), rng.normal(0, 3), rng.uniform(0.72, 0.95)
    distance = 3 * np.ptp(points[:, 0])
    for _ in range(8):
        eye = tuple(center + toward * distance)
        stage.camera = Camera(eye, tuple(center), view=view, roll=roll)
        spots = stage.camera.project(points, 100, 100)
        distance *= np.ptp(spots[:, 0]) / (100 * fill)
    middle = (spots.max(axis=0) + spots.min(axis=0)) / 2 - 50
    shift = stage.camera.axes()[:2].T @ (middle * [1, -1]) * distance * np.tan(np.radians(view) / 2)
    moved = shift / 50
    stage.camera = Camera(tuple(eye + moved), tuple(center + moved), view=view, roll=roll)
    share = float(np.clip(np.ptp(spots[:, 1]) / 100 / fill * 1.05, 0.4, 1.1))
    stage.width, stage.height = 1000, int(1000 * share)
    stage.looks = {"": Look()}
