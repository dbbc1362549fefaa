"""Light: sun and sky, windows, lamps, and the leaves of a tree before the sun."""

import numpy as np

from ocr_render.geometry import Mesh, sheet


def sun_and_sky(azimuth, elevation, up="y", sun=1.0, sky=1.0, turbidity=3.0) -> dict:
    """The clear sky. Angles in degrees; azimuth 0 is in front (towards the viewer for up="y").

    For up="y" the viewer looks along -z at a wall, azimuth 90 is to the right.
    For up="z" the viewer looks along +y, azimuth 0 is behind the viewer, 90 to the right.
    """
    a, e = np.radians(azimuth), np.radians(elevation)
    direction = np.array([np.sin(a) * np.cos(e), -np.cos(a) * np.cos(e), np.sin(e)])
    matrix = np.eye(4)
    if up == "y":
        matrix[:3, :3] = [[1, 0, 0], [0, 0, 1], [0, -1, 0]]
    return {
        "type": "sunsky",
        "sun_direction": [float(n) for n in matrix[:3, :3] @ direction],
        "sun_scale": sun,
        "sky_scale": sky,
        "turbidity": turbidity,
        "to_world": matrix,
    }


def ambient(color) -> dict:
    """Light from everywhere: the walls of a room, an overcast sky."""
    return {"type": "constant", "radiance": {"type": "rgb", "value": [float(c) for c in color]}}


def panel(center, toward, width, height, up=(0, 0, 1)) -> Mesh:
    """A rectangle of `width` x `height` mm at `center` that faces the point `toward`."""
    normal = np.subtract(toward, center).astype(float)
    normal /= np.linalg.norm(normal)
    right = np.cross(up, normal)
    right /= np.linalg.norm(right)
    high = np.cross(normal, right)

    def place(uv):
        x, y = (uv[:, :1] - 0.5) * width, (0.5 - uv[:, 1:]) * height
        return np.asarray(center, float) + x * right + y * high

    return sheet(place)


def window_texture(color, panes=(2, 3), bar=0.05) -> np.ndarray:
    """Radiance (rows, columns, 3) of a window: brighter above, dark bars between its panes."""
    rows, columns = 300, 200
    image = np.empty((rows, columns, 3), np.float32)
    fade = np.linspace(1.15, 0.7, rows, dtype=np.float32)[:, None, None]
    image[:] = np.float32(color) * fade
    for count, axis, size in ((panes[0], 1, columns), (panes[1], 0, rows)):
        for k in range(count + 1):
            middle, half = k / count * size, bar * columns / 2
            cut = slice(max(0, int(middle - half)), int(middle + half) + 1)
            image[(slice(None), cut) if axis == 1 else (cut, slice(None))] *= 0.1
    return image


def emitting(texture) -> dict:
    """Emitter of a shape: `texture` is a radiance (3,) or an image (rows, columns, 3) of it."""
    texture = np.asarray(texture, np.float32)
    if texture.ndim == 1:
        return {"type": "area", "radiance": {"type": "rgb", "value": texture.tolist()}}
    return {"type": "area", "radiance": {"type": "bitmap", "array": texture, "raw": True}}


def leaves(rng, center, extent, count=240, size=70.0) -> Mesh:
    """Leaves in clusters around `center`, within `extent` (x, y, z) mm, to cast a shadow."""
    twigs = rng.uniform(-0.5, 0.5, (max(3, count // 14), 3)) * extent
    points, faces = [], []
    rim = np.linspace(0, 2 * np.pi, 9)[:-1]
    for _ in range(count):
        middle = twigs[rng.integers(len(twigs))] + rng.normal(0, size * 1.3, 3)
        axes = np.linalg.qr(rng.normal(0, 1, (3, 3)))[0]
        length = size * rng.uniform(0.6, 1.1)
        shape = np.c_[np.cos(rim), 0.42 * np.sin(rim) * (1 - 0.3 * np.cos(rim))] * length / 2
        start = len(points)
        points += list(np.asarray(center) + middle + shape @ axes[:2])
        faces += [(start, start + k, start + k + 1) for k in range(1, 7)]
    return Mesh(np.array(points), np.array(faces), smooth=False)
