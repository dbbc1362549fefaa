"""Meshes: bent sheets, turned bodies, rounded boxes, raised letters, tubes. Lengths in mm."""

from dataclasses import dataclass

import numpy as np


@dataclass
class Mesh:
    """`vertices` (n, 3), `faces` (m, 3), `uv` (n, 2) with v = 0 at the top, `smooth` shading."""

    vertices: np.ndarray
    faces: np.ndarray
    uv: np.ndarray | None = None
    smooth: bool = True

    def normals(self) -> np.ndarray:
        """A unit normal (n, 3) for each vertex: the mean of its faces, weighted by area."""
        a, b, c = (self.vertices[self.faces[:, k]] for k in range(3))
        normal = np.cross(b - a, c - a)
        total = np.zeros_like(self.vertices)
        for k in range(3):
            np.add.at(total, self.faces[:, k], normal)
        return total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-12)

    def moved(self, matrix) -> "Mesh":
        """The mesh moved by a (4, 4) matrix."""
        matrix = np.asarray(matrix)
        return Mesh(
            self.vertices @ matrix[:3, :3].T + matrix[:3, 3], self.faces, self.uv, self.smooth
        )


def write_ply(path, mesh: Mesh) -> None:
    """Write `mesh` as a binary PLY that Mitsuba reads."""
    names = ["x", "y", "z"]
    columns = [mesh.vertices]
    if mesh.smooth:
        names += ["nx", "ny", "nz"]
        columns.append(mesh.normals())
    if mesh.uv is not None:
        names += ["u", "v"]
        columns.append(mesh.uv)
    data = np.concatenate(columns, axis=1).astype("<f4")
    faces = np.zeros(len(mesh.faces), [("n", "u1"), ("v", "<i4", 3)])
    faces["n"], faces["v"] = 3, mesh.faces
    head = ["ply", "format binary_little_endian 1.0", f"element vertex {len(data)}"]
    head += [f"property float {name}" for name in names]
    head += [f"element face {len(faces)}", "property list uchar int vertex_indices", "end_header"]
    with open(path, "wb") as file:
        file.write(("\n".join(head) + "\n").encode())
        file.write(data.tobytes())
        file.write(faces.tobytes())


def sheet(place, columns: int = 2, rows: int = 2) -> Mesh:
    """The surface `place(uv (n, 2)) -> (n, 3)` over the unit square, v downwards, as a grid."""
    u, v = np.meshgrid(np.linspace(0, 1, columns), np.linspace(0, 1, rows))
    uv = np.stack([u.ravel(), v.ravel()], axis=1)
    return Mesh(place(uv), _grid_faces(rows, columns), uv)


def _grid_faces(rows, columns) -> np.ndarray:
    first = (np.arange(rows - 1)[:, None] * columns + np.arange(columns - 1)).ravel()
    lower = first + columns
    return np.concatenate(
        [np.stack([first, lower, lower + 1], 1), np.stack([first, lower + 1, first + 1], 1)]
    )


def flat(width, height, center=(0, 0, 0), angle=0.0):
    """Surface function of a flat label in the plane z = const, turned by `angle` degrees."""
    turn = np.radians(angle)

    def place(uv):
        x, y = (uv[:, 0] - 0.5) * width, (0.5 - uv[:, 1]) * height
        xyz = np.stack(
            [x * np.cos(turn) - y * np.sin(turn), x * np.sin(turn) + y * np.cos(turn), 0 * x], 1
        )
        return xyz + np.asarray(center, float)

    return place


def lathe(profile, steps: int = 128) -> Mesh:
    """The body that `profile` (n, 2: radius, z; from bottom to top) makes when turned around z."""
    profile = np.asarray(profile, float)
    angle = np.linspace(0, 2 * np.pi, steps + 1)
    radius, z = profile[::-1, 0][:, None], profile[::-1, 1][:, None]
    xyz = np.stack(
        [radius * np.cos(angle), radius * np.sin(angle), np.broadcast_to(z, (len(z), steps + 1))],
        -1,
    )
    u, v = np.meshgrid(np.linspace(0, 1, steps + 1), np.linspace(0, 1, len(profile)))
    return Mesh(
        xyz.reshape(-1, 3),
        _grid_faces(len(profile), steps + 1),
        np.stack([u.ravel(), v.ravel()], 1),
    )


def rounded_box(size, radius, center=(0, 0, 0), steps: int = 5) -> Mesh:
    """A box of `size` (x, y, z) with round edges; each face has u, v from 0 to 1 of its own."""
    size, parts, start = np.asarray(size, float), [], 0
    for axis in range(3):
        for sign in (-1, 1):
            parts.append(_box_face(size, radius, axis, sign, steps, start))
            start += len(parts[-1].vertices)
    return Mesh(
        np.concatenate([p.vertices for p in parts]) + np.asarray(center, float),
        np.concatenate([p.faces for p in parts]),
        np.concatenate([p.uv for p in parts]),
        smooth=False,
    )


def _box_face(size, radius, axis, sign, steps, start) -> Mesh:
    p, q = (axis + 1) % 3, (axis + 2) % 3
    if sign < 0:
        p, q = q, p
    half = size / 2

    def ticks(extent):
        bend = radius * (1 - np.tan(np.linspace(np.pi / 4, 0, steps)))
        return np.concatenate([-extent + bend, (extent - bend)[::-1]])

    tp, tq = ticks(half[p]), ticks(half[q])
    gp, gq = np.meshgrid(tp, tq)
    points = np.zeros((gp.size, 3))
    points[:, p], points[:, q], points[:, axis] = gp.ravel(), gq.ravel(), sign * half[axis]
    core = np.clip(points, -(half - radius), half - radius)
    away = points - core
    away /= np.maximum(np.linalg.norm(away, axis=1, keepdims=True), 1e-12)
    uv = np.stack([gp.ravel() / size[p] + 0.5, 0.5 - gq.ravel() / size[q]], 1)
    if abs(p - q) and axis == 2 and sign < 0:
        uv = uv[:, ::-1]
    return Mesh(core + radius * away, _grid_faces(len(tq), len(tp))[:, ::-1] + start, uv)


def tube(points, radius, around: int = 12) -> Mesh:
    """A tube with round ends through `points` (n, 3)."""
    points = np.asarray(points, float)
    tangent = np.gradient(points, axis=0)
    tangent /= np.maximum(np.linalg.norm(tangent, axis=1, keepdims=True), 1e-12)
    ends = np.sin(np.linspace(0, np.pi / 2, 5))[:-1]
    caps = [radius * np.sqrt(1 - (1 - e) ** 2) for e in ends]
    first = [points[0] - tangent[0] * radius * (1 - e) for e in ends]
    last = [points[-1] + tangent[-1] * radius * (1 - e) for e in ends[::-1]]
    path = np.concatenate([first, points, last])
    radii = np.concatenate([caps, np.full(len(points), radius), caps[::-1]])
    along = np.concatenate([[tangent[0]] * 4, tangent, [tangent[-1]] * 4])
    side = np.cross(along, [0, 0, 1.0])
    weak = np.linalg.norm(side, axis=1) < 1e-3
    side[weak] = np.cross(along[weak], [0, 1.0, 0])
    side /= np.linalg.norm(side, axis=1, keepdims=True)
    up = np.cross(side, along)
    angle = np.linspace(0, 2 * np.pi, around + 1)
    ring = np.cos(angle)[None, :, None] * side[:, None] + np.sin(angle)[None, :, None] * up[:, None]
    xyz = path[:, None] + radii[:, None, None] * ring
    return Mesh(xyz.reshape(-1, 3), _grid_faces(len(path), around + 1))


def extrude(polygon, depth, bevel) -> Mesh:
    """A shapely polygon (mm) as a solid between z = 0 and `depth` with a beveled front edge.

    Its uv runs over the polygon's bounds, so that a canvas of that size fits on the front.
    """
    import mapbox_earcut

    rings = [np.array(r.coords)[:-1] for r in [polygon.exterior, *polygon.interiors]]
    outer = np.concatenate(rings)
    inner = np.concatenate([_inset(ring, bevel) for ring in rings])
    count = len(outer)
    layers = [(outer, 0.0), (outer, depth - bevel), (inner, depth)]
    vertices = np.concatenate([np.c_[xy, np.full(count, z)] for xy, z in layers])
    faces, start = [], 0
    for ring in rings:
        here = start + np.arange(len(ring))
        after = np.roll(here, -1)
        for level in (0, count):
            faces += list(zip(here + level, after + level, after + level + count, strict=True))
            faces += list(
                zip(here + level, after + level + count, here + level + count, strict=True)
            )
        start += len(ring)
    ends = np.cumsum([len(r) for r in rings]).astype(np.uint32)
    cap = mapbox_earcut.triangulate_float64(inner, ends).reshape(-1, 3).astype(int)
    a, b, c = (inner[cap[:, k]] for k in range(3))
    ab, ac = (b - a).T, (c - a).T
    turned = ab[0] * ac[1] - ab[1] * ac[0] < 0
    cap[turned] = cap[turned][:, ::-1]
    low, high = outer.min(axis=0), outer.max(axis=0)
    uv = np.stack([vertices[:, 0] - low[0], high[1] - vertices[:, 1]], axis=1) / (high - low)
    return Mesh(vertices, np.concatenate([np.array(faces), cap + 2 * count]), uv, smooth=False)


def rounded_rectangle(width, height, radius):
    """A shapely polygon centered on (0, 0), drawn counterclockwise."""
    from shapely.geometry import box
    from shapely.geometry.polygon import orient

    inner = box(radius - width / 2, radius - height / 2, width / 2 - radius, height / 2 - radius)
    return orient(inner.buffer(radius, quad_segs=12))


def _inset(ring, distance) -> np.ndarray:
    """`ring` (n, 2) moved to its left by `distance`: inwards for an outline drawn to the left."""
    before, after = np.roll(ring, 1, axis=0), np.roll(ring, -1, axis=0)

    def left(edge):
        edge = edge / np.maximum(np.linalg.norm(edge, axis=1, keepdims=True), 1e-12)
        return np.stack([-edge[:, 1], edge[:, 0]], axis=1)

    one, two = left(ring - before), left(after - ring)
    middle = one + two
    middle /= np.maximum((middle * one).sum(axis=1, keepdims=True), 0.5)
    return ring + distance * middle
