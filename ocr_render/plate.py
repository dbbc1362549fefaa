"""A plate: what a camera sees of a sign, whatever is written on it.

Light is linear. A plate holds the picture with a black label, how much brighter each pixel gets
where the label is white, and which place of the label it shows. Then any texture gives
`black + texture(uv) * gain`, with the true light, shadow and gloss, in milliseconds.
`ocr_render.plates` renders them; what a colored label reflects onto its surroundings is lost, and
so is the blur of a lens.
"""

import functools
import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from ocr_render import materials, phone
from ocr_utils.errors import OcrError

LINEAR = materials.linear(np.arange(256) / 255).astype(np.float32)
TONE = phone.tone_table()


@dataclass
class Plate:
    """`black`, `gain` (rows, columns, 3) linear light; `uv` (rows, columns, 2) of the label.

    `shown` (rows, columns) bool: where nothing hides the label. `grid` (33, 65, 2): the pixels x, y
    where a net over the label lies, first u, v = 0, 0. `aspect` is the label's width in its
    heights, `factor` the exposure that the picture with a gray label gets.
    """

    black: np.ndarray
    gain: np.ndarray
    uv: np.ndarray
    shown: np.ndarray
    grid: np.ndarray
    aspect: float
    factor: float = 1.0

    def light(self, texture, window=None, area=(0.0, 0.0, 1.0, 1.0)) -> np.ndarray:
        """Linear light (rows, columns, 3) with the label `texture`, (h, w, 3) uint8 sRGB.

        `window` (left, top, right, bottom): only these pixels. `area` (u, v, u, v): the part of the
        label that the texture covers; it is continued beyond.
        """
        left, top, right, bottom = window or (0, 0, *self.shown.shape[::-1])
        part = slice(top, bottom), slice(left, right)
        texture = self._fitting(texture, area[2] - area[0])
        scale = np.array(texture.shape[1::-1]) / np.subtract(area[2:], area[:2])
        x = cv2.addWeighted(self.uv[part][..., 0], scale[0], 0, 0, -area[0] * scale[0] - 0.5)
        y = cv2.addWeighted(self.uv[part][..., 1], scale[1], 0, 0, -area[1] * scale[1] - 0.5)
        linear = cv2.LUT(texture, LINEAR)
        seen = cv2.remap(linear, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return cv2.add(self.black[part], cv2.multiply(seen, self.gain[part]))

    def picture(self, texture, window=None, area=(0.0, 0.0, 1.0, 1.0)) -> np.ndarray:
        """sRGB picture (rows, columns, 3) uint8: exposed and toned, without the phone's noise.

        `window` and `area` as in `light`.
        """
        if window is not None:
            return self._toned(self.light(texture, window, area))
        picture, window = self._empty.copy(), self._window
        left, top, right, bottom = window
        picture[top:bottom, left:right] = self._toned(self.light(texture, window, area))
        return picture

    def _toned(self, light) -> np.ndarray:
        root = cv2.sqrt(light * np.float32(self.factor * 1023**2 / 8))
        return TONE.take(np.minimum(root, 1023, out=root).astype(np.uint16))

    @functools.cached_property
    def _empty(self) -> np.ndarray:
        return self._toned(self.black)

    @functools.cached_property
    def _window(self) -> tuple:
        """The smallest window with all the pixels whose light depends on the label."""
        rows, columns = (np.flatnonzero(self.gain.any(axis=(2, axis))) for axis in (1, 0))
        return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1

    def pixels(self, uv) -> np.ndarray:
        """Where places (n, 2) of the label lie in the picture: (n, 2) float32, x and y."""
        steps = np.array(self.grid.shape[1::-1]) - 1
        at = (np.asarray(uv) * steps).astype(np.float32)
        found = cv2.remap(self.grid, at[:, :1].copy(), at[:, 1:].copy(), cv2.INTER_LINEAR)
        return found[:, 0]

    @functools.cached_property
    def width(self) -> float:
        """How wide the label is seen, in pixels."""
        step = np.linalg.norm(np.diff(self.grid, axis=1), axis=2)
        return float(np.median(step)) * step.shape[1]

    def _fitting(self, texture, share) -> np.ndarray:
        """The texture made as small as the picture shows it, so that thin lines do not flicker.

        `share`: of the label's width that it covers.
        """
        shrink = 1.3 * self.width * share / texture.shape[1]
        if shrink >= 1:
            return texture
        size = (max(2, round(texture.shape[1] * shrink)), max(2, round(texture.shape[0] * shrink)))
        return cv2.resize(texture, size, interpolation=cv2.INTER_AREA)

    def save(self, path) -> None:
        """Write the plate as an .npz, whole or not at all; `uv` in steps of 1/65535."""
        buffer = io.BytesIO()
        arrays = {name: getattr(self, name).astype(np.float16) for name in ("black", "gain")}
        arrays["uv"] = np.round(self.uv.clip(0, 1) * 65535).astype(np.uint16)
        for name in ("shown", "grid", "aspect", "factor"):
            arrays[name] = getattr(self, name)
        np.savez_compressed(buffer, **arrays)
        phone.write_whole(path, buffer.getvalue())


def load(path) -> Plate:
    """The plate of `Plate.save`; OcrError if the file is none."""
    try:
        with np.load(Path(path)) as data:
            arrays = {name: data[name].astype(np.float32) for name in ("black", "gain", "grid")}
            arrays["uv"] = data["uv"].astype(np.float32) / 65535
            numbers = {name: float(data[name]) for name in ("aspect", "factor")}
            return Plate(shown=data["shown"], **arrays, **numbers)
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise OcrError(f"{path} is no plate ({error}): render it again.") from None
