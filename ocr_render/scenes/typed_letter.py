"""A letter written on a typewriter, as a flatbed scanner sees it: no light is traced."""

from dataclasses import dataclass

import cv2
import numpy as np

from ocr_render import surfaces
from ocr_render.geometry import flat
from ocr_render.lettering import Canvas
from ocr_render.stage import Label, Stage

SIZE, MARGIN, TILT = (148.0, 210.0), 3.0, 0.9
LINES = (
    (22, "Nora Whitlock"),
    (22, "12 Lantern Street"),
    (22, "Larkhaven LH4 2QE"),
    (0, ""),
    (78, "3 August 2026"),
    (0, ""),
    (22, "Dear Nora,"),
    (0, ""),
    (22, "The keeper of the harbor light is going to"),
    (22, "retire this autumn, and nobody in the town"),
    (22, "knows the lamp as well as you do. When you"),
    (22, "were nine you could trim the wick in the"),
    (22, "dark while I held the ladder."),
    (0, ""),
    (22, "Come for the festival on 12 September. The"),
    (22, "ferry leaves pier 3 at half past five. Bring"),
    (22, "a warm coat and the copper oil can; it has"),
    (22, "been yours since the storm of 2009."),
    (0, ""),
    (22, "Marlow still bakes the little bread boats,"),
    (22, "and the dog Biscuit waits for you every day."),
    (0, ""),
    (22, "Your friend,"),
    (0, ""),
    (0, ""),
    (22, "Edmund Teague"),
)


@dataclass
class Glass:
    """The scanner's glass: a sheet turned a little, seen straight from above."""

    eye: tuple = (0.0, 0.0, 1e6)

    def project(self, points, width, height) -> np.ndarray:
        """Pixels (n, 2) of `points` (n, 3) mm on the glass."""
        scale = width / (SIZE[0] + 2 * MARGIN)
        return np.asarray(points)[:, :2] * [scale, -scale] + [width / 2, height / 2]


class Scan(Stage):
    """A stage whose picture is `scan(width)` instead of traced light."""

    def scan(self, width: int) -> np.ndarray:
        """sRGB picture (rows, columns, 3) uint8."""
        rng = np.random.default_rng(self.seed)
        height = round(width * self.height / self.width)
        letter, label = self.letter, self.labels[0]
        corners = label.place(np.array([[0, 0], [1, 0], [1, 1]], float))
        spots = self.camera.project(corners, width, height).astype(np.float32)
        rows, columns = letter.ink.shape
        source = np.float32([[0, 0], [columns, 0], [columns, rows]])
        matrix = cv2.getAffineTransform(source - 0.5, spots - 0.5)
        fine = cv2.GaussianBlur(letter.color, (0, 0), 0.45 * letter.scale * SIZE[0] / width)
        ground = self._lid(
            width, height, cv2.transform(corners[None, :, :2], np.eye(2))[0], spots, rng
        )
        sheet = cv2.warpAffine(fine, matrix, (width, height), flags=cv2.INTER_AREA)
        mask = cv2.warpAffine(np.ones((rows, columns), np.float32), matrix, (width, height))
        picture = ground * (1 - mask[..., None]) + sheet * mask[..., None]
        band = (
            1 + 0.0025 * rng.normal(0, 1, (1, width, 1)) + 0.0015 * rng.normal(0, 1, (height, 1, 1))
        )
        picture = picture * band + rng.normal(0, 0.012, picture.shape)
        soft = cv2.GaussianBlur(picture, (0, 0), 1.0)
        return ((picture + 0.5 * (picture - soft)).clip(0, 1) * 255 + 0.5).astype(np.uint8)

    def _lid(self, width, height, _corners, spots, rng) -> np.ndarray:
        """The gray lid behind the sheet, darker in the sheet's shadow."""
        fourth = spots[0] + spots[2] - spots[1]
        shadow = np.zeros((height, width), np.float32)
        cv2.fillConvexPoly(shadow, np.int32([*spots, fourth] + np.float32([5, 6])), 1.0)
        shadow = cv2.GaussianBlur(shadow, (0, 0), 5)
        lid = 0.80 + 0.01 * surfaces.cloud((height, width), 200, rng)
        return (lid * (1 - 0.30 * shadow))[..., None] * np.float32([0.98, 0.99, 1.0])


def build(view: str = "") -> Stage:
    """The stage."""
    rng = np.random.default_rng(68)
    letter = canvas(rng)
    height = round(1280 * (SIZE[1] + 2 * MARGIN) / (SIZE[0] + 2 * MARGIN))
    stage = Scan(Glass(), width=1280, height=height, seed=68)
    stage.letter = letter
    stage.labels = [
        Label("letter", letter.words, flat(*SIZE, (0.6, -0.4, 0), TILT), SIZE, letter.ids)
    ]
    return stage


def canvas(rng) -> Canvas:
    """The typed sheet: 12 characters to the inch, each struck a little differently."""
    letter = Canvas(*SIZE, 13)
    letter.color[:] = surfaces.paper(letter.ink.shape, 13, rng, (0.935, 0.91, 0.845), 1.6)
    ribbon = 0.80 + 0.16 * surfaces.cloud(letter.ink.shape, 16, rng, 3)
    ribbon += 0.10 * surfaces.cloud(letter.ink.shape, 3, rng, 2)
    letter.grain = lambda mask, where: mask * ribbon[where].clip(0.3, 1)
    for k, (x, text) in enumerate(LINES):
        if text:
            letter.write(text, x - 4, 22 + 6.6 * k, "typewriter", 4.15, strike=rng)
    letter.grain = None
    letter.write("Edmund", 20, 182.5, "brush", 15, (0.10, 0.13, 0.36), jitter=rng)
    age(letter, rng)
    return letter


def age(letter, rng) -> None:
    """Two folds, a yellowed edge, a few specks."""
    rows, columns = letter.ink.shape
    y, x = np.mgrid[0:rows, 0:columns] / letter.scale
    edge = np.minimum(np.minimum(x, SIZE[0] - x), np.minimum(y, SIZE[1] - y))
    tone = 1 - 0.05 * np.exp(-edge / 7)
    for fold in (70.5, 140.8):
        near = y - fold + 0.15 * surfaces.cloud((rows, columns), 200, rng, 2)
        tone += 0.035 * np.exp(-((near / 0.5) ** 2)) - 0.06 * np.exp(-(((near - 0.7) / 0.35) ** 2))
    specks = (surfaces.cloud((rows, columns), 7, rng, 2) - 3.9).clip(0, 1)
    letter.color = (letter.color * (tone - 0.5 * specks)[..., None]).clip(0, 1).astype(np.float32)
