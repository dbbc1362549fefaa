"""Labels: a drawing in millimeters that knows where each of its characters lies."""

from collections.abc import Callable
from dataclasses import dataclass, field

import cv2
import numpy as np
from PIL import Image, ImageDraw

from ocr_render.fonts import check_glyphs, font
from ocr_utils.errors import OcrError


@dataclass
class Word:
    """A word of a label. `quads` (characters, 4, 2): each one's ink box in mm, top left first."""

    text: str
    quads: np.ndarray
    language: str = "en"
    line: int = 0
    legible: bool = True
    first_id: int = 0  # number of its first character in `Canvas.ids`

    def outline(self, points: int = 6) -> np.ndarray:
        """Polygon (n, 2) in mm around all characters, with `points` points on each box's edge."""
        share = np.linspace(0, 1, points)[:, None]
        boxes = level(self.quads)
        top = [q[0] + share * (q[1] - q[0]) for q in boxes]
        bottom = [q[2] + share * (q[3] - q[2]) for q in boxes[::-1]]
        return np.concatenate(top + bottom)


def level(quads: np.ndarray) -> np.ndarray:
    """Boxes of characters made as high as the word's highest and deepest: (n, 4, 2).

    Each box keeps its own axes, so that the word's outline follows a curve.
    """
    quads = np.asarray(quads, float)
    down = quads[:, 3] - quads[:, 0]
    heights = np.linalg.norm(down, axis=1, keepdims=True)
    down = down / np.maximum(heights, 1e-9)
    right = quads[:, 1] - quads[:, 0]
    right = right / np.maximum(np.linalg.norm(right, axis=1, keepdims=True), 1e-9)
    middle = quads.mean(axis=1)
    axis = np.median(down, axis=0)
    straight = np.abs(down - axis).max() < 0.02
    if not straight:
        return quads
    along = middle @ axis
    top = (quads @ axis).min() - along
    bottom = (quads @ axis).max() - along
    half = np.linalg.norm(quads[:, 1] - quads[:, 0], axis=1, keepdims=True) / 2
    edge = [
        middle - half * right + top[:, None] * axis,
        middle + half * right + top[:, None] * axis,
        middle + half * right + bottom[:, None] * axis,
        middle - half * right + bottom[:, None] * axis,
    ]
    return np.stack(edge, axis=1)


@dataclass
class Canvas:
    """A label being drawn: `width` x `height` mm at `scale` pixels a mm.

    `color` (rows, columns, 3) is sRGB from 0 to 1, `ink` (rows, columns) says how much of the
    pixel is covered by letters or lines, `ids` holds the number of the character that covers it.
    """

    width: float
    height: float
    scale: float
    ground: tuple = (1.0, 1.0, 1.0)
    words: list[Word] = field(default_factory=list)
    grain: Callable | None = None  # (mask, its slices of the label) -> what of the ink sticks

    def __post_init__(self):
        rows, columns = round(self.height * self.scale), round(self.width * self.scale)
        self.color = np.empty((rows, columns, 3), np.float32)
        self.color[:] = self.ground
        self.ink = np.zeros((rows, columns), np.float32)
        self.ids = np.zeros((rows, columns), np.int32)
        self.count = 0
        self.lines = 0

    # letters ------------------------------------------------------------------------------

    def write(self, text, x, y, name, size, color=(0, 0, 0), align="left", **how) -> float:
        """Write one line with its baseline at `y`; returns its width in mm.

        `size` is the font's em in mm. `how` may have `tracking` (mm between characters), `room`
        (mm that the line may take), `language`, `legible`, `angle` (degrees, clockwise), `jitter`
        (a Generator, for handwriting), `strike` (a Generator, for a typewriter) and `radius` (mm;
        the line bends around a center below it, above it if negative).
        """
        check_glyphs(name, text)
        width = self._advances(text, name, size, how.get("tracking", 0))[-1]
        room = how.get("room", np.inf)
        if width > room:
            raise OcrError(
                f"{text!r} is {width:.0f} mm wide, its place {room:.0f} mm: shorten it or make "
                "the letters smaller."
            )
        start = {"left": 0, "center": -width / 2, "right": -width}[align]
        self.lines += 1
        for piece, offset in self._pieces(text, name, size, how.get("tracking", 0)):
            self._word(piece, start, offset, (x, y), name, size, color, how)
        return width

    def write_words(self, words, x, y, gap, name, size, color) -> None:
        """Write one line of `words` (strings) with `gap` mm between them."""
        line = self.lines + 1
        for word in words:
            x += self.write(word, x, y, name, size, color) + gap
            self.words[-1].line = self.lines = line

    def _advances(self, text, name, size, tracking) -> np.ndarray:
        """Where each character of `text` starts, in mm; the last number is the whole width."""
        face = font(name, size * self.scale)
        starts = [face.getlength(text[:k]) for k in range(len(text) + 1)]
        return np.array(starts) / self.scale + tracking * np.arange(len(text) + 1)

    def _pieces(self, text, name, size, tracking):
        starts = self._advances(text, name, size, tracking)
        position = 0
        for piece in text.split(" "):
            if piece:
                offsets = starts[position : position + len(piece)]
                yield piece, offsets
            position += len(piece) + 1

    def _word(self, piece, start, offsets, origin, name, size, color, how) -> None:
        jitter = how.get("jitter")
        lean, lift = (jitter.normal(0, 1.1), jitter.normal(0, size * 0.025)) if jitter else (0, 0)
        angle = np.radians(how.get("angle", 0.0))
        strike = how.get("strike")
        whole = not how.get("tracking") and not how.get("radius") and strike is None
        steps = [(piece, offsets[0])] if whole else list(zip(piece, offsets, strict=True))
        quads, first = [], self.count + 1
        for part, offset in steps:
            along = start + offset
            matrix = _bend(along, how.get("radius"), size, part, self.scale, name)
            matrix = _shift(0, lift) @ matrix @ _turn(np.radians(lean))
            matrix = _shift(*origin) @ _turn(angle) @ matrix
            if strike is not None:
                matrix = matrix @ _shift(*strike.normal(0, size * 0.012, 2))
                color = np.float32(self.ground) * 0 + strike.uniform(0.06, 0.3)
            quads += self._stamp(part, matrix, name, size, color)
        word = Word(piece, np.array(quads), how.get("language", "en"), self.lines)
        word.legible, word.first_id = how.get("legible", True), first
        self.words.append(word)

    def _stamp(self, text, matrix, name, size, color) -> list[np.ndarray]:
        """Draw `text` with its baseline's start moved by `matrix` (3, 3, mm); quads in mm."""
        face, scale = font(name, size * self.scale), self.scale
        pad = 4
        left, top, right, bottom = face.getbbox(text, anchor="ls")
        image = Image.new("L", (int(right - left) + 2 * pad, int(bottom - top) + 2 * pad))
        ImageDraw.Draw(image).text((pad - left, pad - top), text, 255, font=face, anchor="ls")
        to_local = _shift((left - pad), (top - pad))
        pixels = np.diag([scale, scale, 1]) @ matrix @ np.diag([1 / scale, 1 / scale, 1]) @ to_local
        mask, where = self._warp(np.asarray(image, np.float32) / 255, pixels, text)
        quads, numbers = [], np.zeros(mask.shape, np.int32)
        for k, character in enumerate(text):
            x0 = face.getlength(text[:k])
            a, b, c, d = face.getbbox(character, anchor="ls")
            box = np.array([[a + x0, b], [c + x0, b], [c + x0, d], [a + x0, d]]) / scale
            quads.append(_apply(matrix, box))
            self.count += 1
            cut = (quads[-1] * scale - [where[1].start, where[0].start]) * 16
            cv2.fillConvexPoly(numbers, np.round(cut).astype(np.int32), self.count, shift=4)
        self._blend(mask, where, color)
        numbers[numbers == 0] = self.count  # ink outside of all boxes counts against the last one
        self.ids[where][mask > 0.5] = numbers[mask > 0.5]
        return quads

    def _warp(self, mask, matrix, text):
        """`mask` drawn through `matrix` (3, 3, pixels): the drawn part and its slices."""
        rows, columns = mask.shape
        corners = _apply(matrix, np.array([[0, 0], [columns, 0], [columns, rows], [0, rows]]))
        low = np.floor(corners.min(axis=0)).astype(int)
        high = np.ceil(corners.max(axis=0)).astype(int) + 1
        inside = (low >= -6).all() and (high <= np.array(self.ink.shape[::-1]) + 6).all()
        if not inside:
            raise OcrError(
                f"{text!r} does not fit on its label of {self.width:.0f} x {self.height:.0f} mm: "
                "shorten it or make the letters smaller."
            )
        low = np.maximum(low, 0)
        high = np.minimum(high, self.ink.shape[::-1])
        move = (_shift(*-low.astype(float)) @ matrix)[:2]
        move[:, 2] += move[:, :2] @ [0.5, 0.5] - 0.5
        drawn = cv2.warpAffine(
            mask, move, tuple(int(n) for n in high - low), flags=cv2.INTER_LINEAR
        )
        return drawn, (slice(low[1], high[1]), slice(low[0], high[0]))

    def relief(self, depth: float, soft: float = 0.8) -> np.ndarray:
        """Heights (rows, columns) in mm: letters and lines pressed out by `depth` mm.

        Their edges rise within about `soft` mm. A negative `depth` presses them in.
        """
        return cv2.GaussianBlur(self.ink, (0, 0), soft * self.scale) * np.float32(depth)

    # lines and areas ----------------------------------------------------------------------

    def box(self, x0, y0, x1, y1, color, radius=0.0, outline=None) -> None:
        """A filled rectangle, or with `outline` (mm) only its edge."""
        self.shape(
            lambda draw, s: draw.rounded_rectangle(
                [x0 * s, y0 * s, x1 * s, y1 * s],
                radius * s,
                fill=None if outline else 255,
                outline=255 if outline else None,
                width=max(1, round((outline or 0) * s)),
            ),
            color,
        )

    def line(self, points, color, width) -> None:
        """A line through `points` (mm) of `width` mm."""
        self.shape(
            lambda draw, s: draw.line(
                [(x * s, y * s) for x, y in points], 255, max(1, round(width * s)), "curve"
            ),
            color,
        )

    def shape(self, drawing, color, fine: int = 2) -> None:
        """What `drawing(draw, pixels_per_mm)` draws in white on a PIL image, in `color`."""
        rows, columns = self.ink.shape
        image = Image.new("L", (columns * fine, rows * fine))
        drawing(ImageDraw.Draw(image), self.scale * fine)
        mask = np.asarray(image.resize((columns, rows), Image.BOX), np.float32) / 255
        self._blend(mask, (slice(0, rows), slice(0, columns)), color)

    def _blend(self, mask, where, color) -> None:
        if self.grain is not None:
            mask = self.grain(mask, where)
        self.ink[where] = np.maximum(self.ink[where], mask)
        part = self.color[where]
        self.color[where] = part + mask[..., None] * (np.float32(color) - part)


def embossed(place: Callable, height: np.ndarray, axis: int = 2) -> Callable:
    """The surface function `place` with heights (rows, columns) in mm along an axis of space.

    The sheet needs a grid about as fine as the letters' edges: `grid=(columns, rows)` of a label.
    """

    def pressed(uv):
        points = place(uv)
        rows, columns = height.shape
        y, x = (uv[:, 1] * (rows - 1)).astype(int), (uv[:, 0] * (columns - 1)).astype(int)
        points[:, axis] += height[y, x]
        return points

    return pressed


def _bend(along, radius, size, part, scale, name) -> np.ndarray:
    """Matrix (3, 3) that puts a character `along` mm on its baseline, straight or on a circle."""
    if not radius:
        return _shift(along, 0)
    half = font(name, size * scale).getlength(part) / scale / 2
    angle = (along + half) / radius
    return _shift(0, radius) @ _turn(angle) @ _shift(-half, -radius)


def _shift(x, y) -> np.ndarray:
    return np.array([[1, 0, x], [0, 1, y], [0, 0, 1]], float)


def _turn(angle) -> np.ndarray:
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])


def _apply(matrix, points) -> np.ndarray:
    return points @ matrix[:2, :2].T + matrix[:2, 2]
