"""One render, a thousand signs: light is linear, so a label can be exchanged after the render.

    plate = make(stage, "sign", width=640, samples=16)      # two renders and a map, minutes
    picture = plate.picture(canvas.color)                   # any other label, milliseconds

A plate holds what the camera sees of a scene whose label is black, how much more it sees where the
label is white, and which place of the label each pixel shows. Then any texture gives
`black + texture(uv) * gain`, with the true light, shadow and gloss. What a colored label reflects
onto its surroundings is lost; the blur of a lens is not in the map, so plates are taken through a
pinhole.
"""

import zipfile
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from ocr_render import materials, phone
from ocr_render.phone import Look
from ocr_render.stage import Stage
from ocr_utils.errors import OcrError

PASS = 16  # rays a pixel of the map: fewer make the letters' edges rough
WHITE = 0.8  # reflectance of the white label
LINEAR = materials.linear(np.arange(256) / 255).astype(np.float32)


@dataclass
class Plate:
    """`black`, `gain` (rows, columns, 3) linear light; `uv` (rows, columns, 2) of the label.

    `factor` is the exposure that the picture with a gray label gets.
    """

    black: np.ndarray
    gain: np.ndarray
    uv: np.ndarray
    factor: float = 1.0

    def light(self, texture) -> np.ndarray:
        """Linear light (rows, columns, 3) with the label `texture`, (h, w, 3) uint8 sRGB."""
        texture = self._fitting(texture)
        rows, columns = texture.shape[:2]
        x = self.uv[..., 0] * np.float32(columns) - np.float32(0.5)
        y = self.uv[..., 1] * np.float32(rows) - np.float32(0.5)
        seen = cv2.remap(LINEAR[texture], x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return cv2.add(self.black, cv2.multiply(seen, self.gain))

    def picture(self, texture) -> np.ndarray:
        """sRGB picture (rows, columns, 3) uint8: exposed and toned, without the phone's noise."""
        light = self.light(texture) * np.float32(self.factor * 1023**2 / 8)
        return TONE[cv2.sqrt(light).clip(0, 1023).astype(np.uint16)]

    def _fitting(self, texture) -> np.ndarray:
        """The texture made as small as the picture shows it, so that thin lines do not flicker."""
        du = np.abs(np.diff(self.uv[..., 0], axis=1))[self.gain[:, 1:, 1] > 0]
        pixels = 1 / max(float(np.median(du)), 1e-6) if len(du) else texture.shape[1]
        share = 1.3 * pixels / texture.shape[1]
        if share >= 1:
            return texture
        size = (max(2, round(texture.shape[1] * share)), max(2, round(texture.shape[0] * share)))
        return cv2.resize(texture, size, interpolation=cv2.INTER_AREA)

    def save(self, path) -> None:
        """Write the plate as a compressed .npz, whole or not at all."""
        import io

        buffer = io.BytesIO()
        half = {name: getattr(self, name).astype(np.float16) for name in ("black", "gain")}
        np.savez_compressed(buffer, uv=self.uv, factor=self.factor, **half)
        phone.write_whole(path, buffer.getvalue())


def load(path) -> Plate:
    """The plate of `Plate.save`; OcrError if the file is none."""
    try:
        with np.load(Path(path)) as data:
            parts = {name: data[name].astype(np.float32) for name in ("black", "gain", "uv")}
            return Plate(**parts, factor=float(data["factor"]))
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise OcrError(f"{path} is no plate ({error}): render it again.") from None


TONE = phone.tone_table()


def make(stage: Stage, name: str, width: int, samples: int) -> Plate:
    """Render the plate of the printed label `name` of a stage."""
    from ocr_render import render

    sharp = replace(stage, camera=replace(stage.camera, aperture=0.0))
    black = render.render(_painted(sharp, name, 0.0), width, samples)
    white = render.render(_painted(sharp, name, WHITE), width, samples)
    names, index, uv = render.identify(sharp, width, samples=PASS)
    shown = index == names.index(name)
    near = cv2.dilate(shown.astype(np.uint8), np.ones((5, 5))) > 0
    gain = (white - black).clip(0) / WHITE
    gain[~near] = 0  # light that a white label throws onto its surroundings
    factor = phone.exposure(black + 0.2 * gain, Look().key)
    return Plate(black.clip(0), gain.astype(np.float32), _spread(uv, shown), factor)


def _painted(stage: Stage, name: str, value: float) -> Stage:
    """The stage with the label `name` in an even gray of reflectance `value`."""
    mesh, material, emitter = stage.shapes[name]
    even = {"type": "rgb", "value": [value] * 3}
    shapes = dict(stage.shapes)
    shapes[name] = (mesh, _exchanged(material, even), emitter)
    return replace(stage, shapes=shapes)


def _exchanged(material: dict, color: dict) -> dict:
    swapped = {}
    for key, value in material.items():
        if key in ("base_color", "reflectance"):
            value = color
        elif key == "bsdf":
            value = _exchanged(value, color)
        swapped[key] = value
    return swapped


def _spread(uv, shown) -> np.ndarray:
    """`uv` (rows, columns, 2) continued outwards from the pixels that show the label."""
    inverse = (~shown).astype(np.uint8)
    _, nearest = cv2.distanceTransformWithLabels(
        inverse, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    places = np.zeros((nearest.max() + 1, 2), np.float32)
    places[nearest[shown]] = uv[shown]
    return places[nearest]
