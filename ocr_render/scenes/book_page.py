"""Two pages of a book about Larkhaven, bent towards the fold."""

import numpy as np

from ocr_render import materials, surfaces
from ocr_render.camera import Camera
from ocr_render.geometry import flat, rounded_box, sheet
from ocr_render.lettering import Canvas
from ocr_render.phone import Look
from ocr_render.scenes import parts
from ocr_render.stage import Stage

PAGE = (122.0, 186.0)
LEFT = (
    "The harbor of Larkhaven has no lighthouse of stone. For two hundred years a single "
    "lantern on a pole of oak was all that told the boats where the rocks ended and the "
    "quiet water began.",
    "Every evening the lamplighter walked down the street that still bears the name of his "
    "trade, carried the oil in a copper can, and climbed the ladder. On the twelfth of "
    "September 1788 the wind blew the flame out three times. The fourth time he stayed "
    "beside it until morning, with his coat held round the glass.",
    "Eleven boats came home that night.",
)
RIGHT = (
    "The people of the town did not forget. When the next autumn came they hung a light in "
    "each window along the water, so that no man would ever have to hold the only one.",
    "This is how the Lantern Festival began. At first there were candles in jars, later paper "
    "in every color, folded in the long winters by the children of the school. The bakers made "
    "bread in the shape of small boats, and nobody paid for soup.",
    "A visitor once asked the keeper why the old lantern on the pole is still lit, since the "
    "ferry finds its way by radio. He answered that a harbor without a light is only a wall.",
)


def build(view: str = "") -> Stage:
    """The stage."""
    rng = np.random.default_rng(61)
    camera = Camera(
        (10, -112, 270), (2, -3, 2), (0, 1, 0), view=47, aperture=1.3, focus=(40, 0, 4), roll=-2
    )
    stage = Stage(camera, width=1600, height=1200, seed=61)
    stage.looks = {"": Look(key=0.56, seed=13)}
    parts.window_room(stage, side=1, strength=13, fill=0.30)
    table = surfaces.wood((1400, 1800), 2.4, rng, (0.50, 0.34, 0.22), (0.28, 0.17, 0.10), 110)
    stage.add("table", sheet(flat(750, 583, (0, 0, -17), 4)), materials.painted(table, 0.38, 0.5))
    cover = materials.painted((0.13, 0.22, 0.27), 0.6, 0.3)
    stage.add("cover", rounded_box((254, 194, 3), 1.2, (0, 0, -15.2)), cover)
    for name, text, side, number in (("left", LEFT, -1, 14), ("right", RIGHT, 1, 15)):
        page = canvas(text, number, side, rng)
        stage.label(name, page, bent(side), materials.painted(page.color, 0.65, 0.2), (160, 30))
        block(stage, name, side)
    return stage


def profile(count=400):
    """Height of a page over the distance from the fold, by its own length: (x, z), each (count)."""
    s = np.linspace(0, 1.02 * PAGE[0], 4000)
    z = 15 * (1 - np.exp(-((s / 15) ** 1.3))) - 0.00052 * s**2 - 12
    slope = np.gradient(z, s)
    length = np.concatenate([[0], np.cumsum(np.hypot(np.diff(s), np.diff(z)))])
    along = np.linspace(0, PAGE[0], count)
    return np.interp(along, length, s), np.interp(along, length, z), slope


def bent(side, drop=0.0):
    """Surface function of a page to the left (-1) or right (1) of the fold."""
    xs, zs, _ = profile()

    def place(uv):
        along = (uv[:, 0] if side > 0 else 1 - uv[:, 0]) * (len(xs) - 1)
        x, z = np.interp(along, range(len(xs)), xs), np.interp(along, range(len(zs)), zs)
        y = (0.5 - uv[:, 1]) * PAGE[1]
        ripple = 0.5 * np.sin(y / 41 + side) * np.sin(np.pi * uv[:, 0])
        return np.c_[side * x, y, z + ripple - drop]

    return place


def block(stage, name, side) -> None:
    """The edges of the pages below: thin layers at the lower and the outer edge."""
    top = bent(side)
    edge = np.float32([0.86, 0.83, 0.75])
    lines = (
        np.random.default_rng(side + 5).uniform(0.8, 1.0, (64, 1, 1)) * edge * np.ones((1, 8, 1))
    )
    material = materials.matte(lines.astype(np.float32))

    def lower(uv):
        xyz = top(np.c_[uv[:, 0], np.ones(len(uv))])
        xyz[:, 2] = xyz[:, 2] * (1 - uv[:, 1]) - 13.4 * uv[:, 1] - 0.02
        return xyz

    def outer(uv):
        u = np.full(len(uv), 1.0 if side > 0 else 0.0)
        xyz = top(np.c_[u, uv[:, 0]])
        xyz[:, 2] = xyz[:, 2] * (1 - uv[:, 1]) - 13.4 * uv[:, 1]
        return xyz

    stage.add(f"edge_lower_{name}", sheet(lower, 80, 2), material)
    stage.add(f"edge_outer_{name}", sheet(outer, 20, 2), material)


def canvas(paragraphs, number, side, rng) -> Canvas:
    """A printed page: running title, paragraphs set in full lines, page number."""
    page = Canvas(*PAGE, 13)
    page.color[:] = surfaces.paper(page.ink.shape, 13, rng, (0.94, 0.915, 0.85))
    left, width = (14 if side < 0 else 18), 90
    title = "THE LANTERN ON THE POLE" if side > 0 else "A HISTORY OF LARKHAVEN"
    ink = (0.10, 0.09, 0.085)
    page.write(title, left + width / 2, 17, "book", 3.7, ink, "center", tracking=0.35)
    y = 30.0
    if side < 0:
        page.write("Chapter two", left + width / 2, 34, "book italic", 6.6, ink, "center")
        page.write("The Lantern on the Pole", left + width / 2, 46, "book", 8.2, ink, "center")
        y = 62.0
    for k, text in enumerate(paragraphs):
        y = set_paragraph(page, text, left, y, width, 0 if k == 0 else 5, ink)
    page.write(str(number), left + width / 2, 176, "book", 4.2, ink, "center")
    return page


def set_paragraph(page, text, x, y, width, indent, ink, size=5.5, leading=7.5) -> float:
    """Set `text` in justified lines; returns the baseline after the last one."""
    from ocr_render.fonts import font

    face = font("book", size * page.scale)

    def measure(word):
        return face.getlength(word) / page.scale

    space, line, lines = measure(" "), [], []
    room = width - indent
    for word in text.split():
        if line and sum(map(measure, line)) + space * len(line) + measure(word) > room:
            lines.append(line)
            line, room = [], width
        line.append(word)
    for k, parts_ in enumerate([*lines, line]):
        left = x + (indent if k == 0 else 0)
        gap = space
        if k < len(lines):
            gap = (x + width - left - sum(map(measure, parts_))) / max(len(parts_) - 1, 1)
        page.write_words(parts_, left, y, gap, "book", size, ink)
        y += leading
    return y
