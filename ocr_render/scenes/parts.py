"""What several scenes share: a room with a window, a cup, a pen, bent paper. The table is z = 0."""

import numpy as np

from ocr_render import lights, materials
from ocr_render.geometry import Mesh, lathe


def window_room(stage, side=-1, distance=1500.0, strength=14.0, fill=0.35, height=1100.0) -> None:
    """Daylight from a window on the left (`side` -1) or right, and a room that sends some back."""
    glass = lights.window_texture(np.float32([0.86, 0.95, 1.1]) * strength)
    mesh = lights.panel((side * distance, 500, height), (0, 0, 0), 1000, 1400)
    stage.add("window", mesh, materials.matte((0, 0, 0)), lights.emitting(glass))
    stage.light("room", lights.ambient(np.float32([1.0, 0.93, 0.84]) * fill))


def curled(width, height, center, rise, turn=0.0, wave=0.6, power=2.6):
    """Surface function of a strip of paper whose two short ends bend up by `rise` mm."""
    angle = np.radians(turn)

    def place(uv):
        x, y = (uv[:, 0] - 0.5) * width, (0.5 - uv[:, 1]) * height
        t = np.abs(2 * y / height)
        z = 0.4 + rise * np.where(y > 0, 1.0, 0.6) * t**power
        z = z + wave * (np.sin(y / 17 + 1.0) + np.sin(x / 21 + y / 34)) * (0.3 + t) + 1.2 * wave
        shrink = 1 - 0.08 * (rise / height) * t**2
        y = y * shrink
        c, s = np.cos(angle), np.sin(angle)
        return np.stack([c * x - s * y + center[0], s * x + c * y + center[1], z], axis=1)

    return place


def cup(stage, x, y, paint=(0.93, 0.92, 0.89), coffee=(0.12, 0.06, 0.03)) -> None:
    """A cup of coffee on its saucer."""
    china = materials.painted(paint, 0.16, 0.6)
    saucer = [(0, 0), (34, 0), (40, 2), (70, 11), (75, 13.5), (75, 15), (69, 13), (40, 5), (0, 4)]
    body = [
        (0, 5),
        (24, 5),
        (30, 9),
        (38, 30),
        (41, 58),
        (42, 62),
        (40.5, 62.5),
        (39, 58),
        (36, 30),
    ]
    body += [(28, 11), (0, 9)]
    for name, profile in (("saucer", saucer), ("cup", body)):
        stage.add(name, lathe(rounded(profile)).moved(shift(x, y, 0)), china)
    surface = {"type": "disk", "to_world": shift(x, y, 52) @ np.diag([39.0, 39, 1, 1])}
    stage.add("coffee", surface, materials.painted(coffee, 0.05, 0.5))


def rounded(profile, steps: int = 6) -> np.ndarray:
    """The profile (n, 2) with its corners smoothed by corner cutting."""
    points = np.asarray(profile, float)
    for _ in range(min(steps, 3)):
        a, b = points[:-1], points[1:]
        cut = np.stack([0.75 * a + 0.25 * b, 0.25 * a + 0.75 * b], axis=1).reshape(-1, 2)
        points = np.concatenate([points[:1], cut[1:-1], points[-1:]])
    return points


def pen(stage, start, end, paint=(0.07, 0.12, 0.30), radius=4.6) -> None:
    """A ballpoint pen lying on the table between two points (x, y); its tip is at `start`."""
    start, end = np.array([*start, radius]), np.array([*end, radius])
    length = np.linalg.norm(end - start)
    r = radius
    tip = [(0, 0), (0.6, 0.2), (1.1, 2.2), (2.0, 9), (r * 0.82, 17), (r * 0.86, 17.6)]
    barrel = [
        (0, 17.4),
        (r * 0.86, 17.5),
        (r, 22),
        (r, length * 0.62),
        (r * 0.9, length * 0.62 + 0.5),
    ]
    cap = [(0, length * 0.62), (r, length * 0.62), (r, length - 6), (r * 0.7, length - 1)]
    cap += [(r * 0.45, length), (0, length)]
    steel = materials.painted((0.75, 0.75, 0.77), 0.22, 0.5, metallic=1.0)
    plastic = materials.painted(paint, 0.22, 0.5)
    matrix = axis_along(start, end)
    for name, profile, material in (
        ("pen_tip", tip, steel),
        ("pen_barrel", barrel, plastic),
        ("pen_cap", cap, plastic),
    ):
        stage.add(name, lathe(profile, 48).moved(matrix), material)
    ring = [
        (r * 0.9, length * 0.62 - 1.5),
        (r * 1.06, length * 0.62 - 1.5),
        (r * 1.06, length * 0.62 + 1.5),
        (r * 0.9, length * 0.62 + 1.5),
    ]
    stage.add("pen_ring", lathe(ring, 48).moved(matrix), steel)
    clip = Mesh(*_clip(r, length))
    stage.add("pen_clip", clip.moved(matrix), steel)


def _clip(r, length):
    box = [
        (x, y, z)
        for x in (r * 0.95, r * 1.35)
        for y in (-1.4, 1.4)
        for z in (length * 0.66, length - 4)
    ]
    faces = [
        (0, 1, 3),
        (0, 3, 2),
        (4, 6, 7),
        (4, 7, 5),
        (0, 4, 5),
        (0, 5, 1),
        (2, 3, 7),
        (2, 7, 6),
        (0, 2, 6),
        (0, 6, 4),
        (1, 5, 7),
        (1, 7, 3),
    ]
    return np.array(box, float), np.array(faces), None, False


def axis_along(start, end) -> np.ndarray:
    """Matrix (4, 4) that moves the z axis from `start` towards `end`, with x upwards."""
    z = (end - start) / np.linalg.norm(end - start)
    y = np.cross(z, [0, 0, 1.0])
    y /= np.linalg.norm(y)
    matrix = np.eye(4)
    matrix[:3, :3] = np.stack([np.cross(y, z), y, z], axis=1)
    matrix[:3, 3] = start
    return matrix


def shift(x, y, z) -> np.ndarray:
    """Matrix (4, 4) of a shift."""
    matrix = np.eye(4)
    matrix[:3, 3] = x, y, z
    return matrix


def barcode(canvas, x, y, width, height, rng, color=(0.1, 0.1, 0.1), module=0.33) -> None:
    """Bars of a code of `width` x `height` mm."""
    position = x
    while position < x + width - 4 * module:
        bar, gap = rng.integers(1, 4, 2) * module
        canvas.box(position, y, position + bar, y + height, color)
        position += bar + gap


def square_code(canvas, x, y, size, rng, color=(0.05, 0.05, 0.05), cells=29) -> None:
    """A square code with its three eyes; it says nothing."""
    dots = rng.random((cells, cells)) < 0.48
    for r, c in ((0, 0), (0, cells - 7), (cells - 7, 0)):
        dots[max(0, r - 1) : r + 8, max(0, c - 1) : c + 8] = False
        dots[r : r + 7, c : c + 7] = True
        dots[r + 1 : r + 6, c + 1 : c + 6] = False
        dots[r + 2 : r + 5, c + 2 : c + 5] = True
    step = size / cells

    def draw(pen, s):
        for r, c in zip(*np.nonzero(dots), strict=True):
            a, b = x + c * step, y + r * step
            pen.rectangle([a * s, b * s, (a + step) * s - 1, (b + step) * s - 1], 255)

    canvas.shape(draw, color)


def street(stage, ground=-2600.0, opposite=(0.62, 0.56, 0.48)) -> None:
    """What a wall at z = 0 sees: pavement below, and houses on the other side."""
    from ocr_render.geometry import sheet

    def pavement(uv):
        return np.c_[(uv[:, 0] - 0.5) * 24000, np.full(len(uv), ground), uv[:, 1] * 9000 - 200]

    def houses(uv):
        return np.c_[
            (0.5 - uv[:, 0]) * 24000, ground + (1 - uv[:, 1]) * 5500, np.full(len(uv), 8800.0)
        ]

    stage.add("pavement", sheet(pavement), materials.matte((0.55, 0.54, 0.52)))
    stage.add("houses", sheet(houses), materials.matte(opposite))


def wall(stage, width, height, color, height_map, center=(0, 0), rough=0.85, z=0.0) -> None:
    """A wall of `width` x `height` mm in the plane z with its bumps."""
    from ocr_render.geometry import flat, sheet

    material = materials.bumpy(materials.painted(color, rough, 0.25), height_map)
    stage.add("wall", sheet(flat(width, height, (*center, z))), material)


def screw(stage, name, x, y, z, radius=7.0, paint=(0.62, 0.61, 0.58), slot=30.0) -> None:
    """A round screw head on the plane z."""
    profile = [(radius, 0), (radius, 0.6), (radius * 0.85, 2.0), (radius * 0.5, 2.9), (0, 3.2)]
    steel = materials.painted(paint, 0.35, 0.5, metallic=1.0)
    stage.add(name, lathe(profile, 32).moved(shift(x, y, z)), steel)
    a = np.radians(slot)
    turn = np.eye(4)
    turn[:2, :2] = [[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]]
    turn[:3, 3] = x, y, z + 2.9
    from ocr_render.geometry import rounded_box

    bar = rounded_box((radius * 1.5, radius * 0.26, 0.9), 0.05).moved(turn)
    stage.add(f"{name}_slot", bar, materials.matte((0.05, 0.05, 0.05)))
