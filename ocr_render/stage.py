"""A stage: shapes with materials, lights, a camera, and words whose place is known."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from ocr_render.camera import Camera
from ocr_render.fonts import check_glyphs, path
from ocr_render.geometry import Mesh, extrude, sheet
from ocr_render.lettering import Canvas, Word
from ocr_render.phone import Look


@dataclass
class Label:
    """Words on shapes: `place(uv (n, 2)) -> (n, 3)` over a drawing of `size` (width, height) mm.

    Printed words: one shape, `ids` holds the number of the character at each pixel of its uv.
    Raised letters: `ids` is None, character number k is the shape `{shape}_{k}`.
    """

    shape: str
    words: list[Word]
    place: Callable
    size: tuple
    ids: np.ndarray | None = None


@dataclass
class Stage:
    """Everything of one picture; `looks` are the ways the phone develops it, by name."""

    camera: Camera
    width: int = 1280
    height: int = 960
    looks: dict[str, Look] = field(default_factory=lambda: {"": Look()})
    shapes: dict = field(default_factory=dict)  # name -> (Mesh or dict, material, emitter)
    lights: dict = field(default_factory=dict)
    labels: list[Label] = field(default_factory=list)
    depth: int = 6
    seed: int = 0

    def add(self, name: str, mesh: Mesh | dict, material=None, emitter=None) -> None:
        """Put a shape on the stage."""
        assert name not in self.shapes, name
        self.shapes[name] = (mesh, material, emitter)

    def light(self, name: str, emitter: dict) -> None:
        """Put a light without a shape (sky, constant) on the stage."""
        self.lights[name] = emitter

    def label(self, name, canvas: Canvas, place, material, grid=(2, 2), emitter=None) -> None:
        """Put a printed sheet on the stage: `place(uv)` gives its points."""
        self.add(name, sheet(place, *grid), material, emitter)
        self.know(name, canvas, place)

    def know(self, name, canvas: Canvas, place) -> None:
        """Say that the words of `canvas` lie on the shape `name`, whose surface is `place(uv)`."""
        size = (canvas.width, canvas.height)
        self.labels.append(Label(name, canvas.words, place, size, canvas.ids))

    def letters(self, name, text, font_name, size, origin, material, **how) -> None:
        """Raised letters on the plane z = origin[2], centered on x = origin[0], baseline at y.

        `how`: `depth`, `bevel`, `tracking` in mm, `language`, `line`.
        """
        check_glyphs(font_name, text)
        depth, bevel = how.get("depth", 20.0), how.get("bevel", 2.0)
        glyphs, width = outlines(text, font_name, size, how.get("tracking", 0.0))
        offset = np.array([origin[0] - width / 2, origin[1], origin[2]])
        label = Label(name, [], front(offset, depth), (1.0, 1.0))
        count = 0
        for part in text.split():
            quads = []
            for _ in part:
                shape, box = glyphs[count]
                quads.append(box)
                for k, piece in enumerate(getattr(shape, "geoms", [shape])):
                    matrix = np.eye(4)
                    matrix[:3, 3] = offset
                    full = f"{name}_{count}" + (f"_{k}" if k else "")
                    self.add(full, extrude(piece, depth, bevel).moved(matrix), material)
                count += 1
            word = Word(part, np.array(quads), how.get("language", "en"), how.get("line", 1))
            word.first_id = count - len(part) + 1
            label.words.append(word)
        self.labels.append(label)


def front(offset, depth):
    """Surface function of letters' faces: mm right and down of the baseline's start, to space."""

    def place(uv):
        return offset + np.c_[uv[:, 0], -uv[:, 1], np.full(len(uv), depth)]

    return place


def outlines(text, font_name, size, tracking):
    """[(polygon, ink box (4, 2) with y down)] for each character but spaces, and the width; mm."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath
    from shapely import affinity
    from shapely.geometry import Polygon
    from shapely.geometry.polygon import orient

    from ocr_render.fonts import font

    face, properties, glyphs = font(font_name, 1000), FontProperties(fname=path(font_name)), []
    for k, character in enumerate(text):
        if character == " ":
            continue
        shape = Polygon()
        for ring in TextPath((0, 0), character, size=400, prop=properties).to_polygons():
            if len(ring) > 3:
                shape = shape.symmetric_difference(Polygon(ring).buffer(0))
        shape = affinity.scale(shape, size / 400, size / 400, origin=(0, 0))
        left = face.getlength(text[:k]) * size / 1000 + tracking * k
        shape = affinity.translate(shape, left, 0).simplify(size / 4000)
        parts = [orient(part) for part in getattr(shape, "geoms", [shape])]
        x0, y0, x1, y1 = shape.bounds
        box = np.array([[x0, -y1], [x1, -y1], [x1, -y0], [x0, -y0]])
        shape = parts[0] if len(parts) == 1 else type(shape)(parts)
        glyphs.append((shape, box))
    return glyphs, face.getlength(text) * size / 1000 + tracking * (len(text) - 1)
