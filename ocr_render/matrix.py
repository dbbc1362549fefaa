"""A matrix of light-emitting diodes: words of lit dots on a dark board."""

from dataclasses import dataclass, field

import numpy as np
from PIL import Image, ImageDraw

from ocr_render.fonts import check_glyphs, font
from ocr_render.lettering import Canvas, Word
from ocr_utils.errors import OcrError

DOT, BOARD, OFF = 10, (0.012, 0.012, 0.013), (0.055, 0.05, 0.045)  # pixels of a dot, two colors
LENS = 0.36  # radius of a diode in its pitch


@dataclass
class Matrix:
    """`columns` x `rows` diodes, `pitch` mm apart; `canvas` is their label, `lit` which shine."""

    columns: int
    rows: int
    pitch: float
    canvas: Canvas = field(init=False)
    lit: np.ndarray = field(init=False)

    def __post_init__(self):
        size = self.columns * self.pitch, self.rows * self.pitch
        self.canvas = Canvas(*size, DOT / self.pitch, BOARD)
        self.lit = np.zeros((self.rows, self.columns), bool)
        self.canvas.color += self._dots(np.ones_like(self.lit)) * np.subtract(OFF, BOARD)

    def write(self, text, column, row, name, size, gap: int = 1) -> int:
        """Light one line with its baseline below `row`; returns the column after it.

        `size` is the font's em and `gap` the distance of characters, both in dots.
        """
        check_glyphs(name, text)
        self.canvas.lines += 1
        for part in text.split():
            quads, first = [], self.canvas.count + 1
            for character in part:
                dots, top = glyph(character, name, size)
                quads.append(self._place(dots, column, row + 1 + top, text))
                column += dots.shape[1] + gap
            word = Word(part, np.array(quads), "en", self.canvas.lines, True, first)
            self.canvas.words.append(word)
            column += round(0.35 * size)
        return column

    def _place(self, dots, column, row, text) -> np.ndarray:
        """Light `dots`, top left at (column, row); their quad (4, 2) in mm."""
        rows, columns = dots.shape
        if min(row, column) < 0 or row + rows > self.rows or column + columns > self.columns:
            raise OcrError(
                f"{text!r} does not fit on a matrix of {self.columns} x {self.rows} dots: "
                "shorten it or make the letters smaller."
            )
        alone = np.zeros_like(self.lit)
        alone[row : row + rows, column : column + columns] = dots
        self.lit |= alone
        self.canvas.count += 1
        self.canvas.ids[self._dots(alone)[..., 0] > 0.5] = self.canvas.count
        box = [(0, 0), (columns, 0), (columns, rows), (0, rows)]
        return (np.array(box) + [column, row]) * self.pitch

    def _dots(self, which) -> np.ndarray:
        """A disc on each diode of `which`: (rows, columns, 1) of the canvas, from 0 to 1."""
        y, x = (np.mgrid[0:DOT, 0:DOT] + 0.5) / DOT - 0.5
        disc = ((LENS - np.hypot(x, y)) * DOT + 0.5).clip(0, 1)
        return np.kron(which, disc)[..., None].astype(np.float32)

    def glow(self, color, rng) -> np.ndarray:
        """Radiance (rows, columns, 3) of the canvas: no two diodes are equally bright."""
        bright = self.lit * rng.normal(1.0, 0.06, self.lit.shape)
        return self._dots(bright) * np.float32(color)


def glyph(character, name, size):
    """The dots (rows, columns) bool of a character, and the row of the first over its baseline."""
    face = font(name, size)
    left, top, right, bottom = face.getbbox(character, mode="1", anchor="ls")
    image = Image.new("1", (right - left, bottom - top))
    pen = ImageDraw.Draw(image)
    pen.fontmode = "1"
    pen.text((-left, -top), character, 1, font=face, anchor="ls")
    dots = np.asarray(image)
    rows, columns = (np.flatnonzero(dots.any(axis=axis)) for axis in (1, 0))
    return dots[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1], int(top + rows[0])
