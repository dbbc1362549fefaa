"""Render plates: one sign each, on which any words can be written afterwards.

python -m ocr_render.plates --out FOLDER --count 300     # hours; goes on where it was stopped

plate = make(stage, "sign", width=640, samples=16)       # two renders and a map, minutes
picture = plate.picture(canvas.color)                    # any other label, milliseconds
"""

import argparse
import sys
import time
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from ocr_render import phone, plate_scenes
from ocr_render.command import status
from ocr_render.phone import Look
from ocr_render.plate import Plate
from ocr_render.stage import Stage

PASS = 16  # rays a pixel of the map: fewer make the letters' edges rough
WHITE = 0.8  # reflectance of the white label
NET = (65, 33)  # nodes of the net over the label
LEAST = 0.12  # share of the picture that must show the label


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
    label = next(label for label in stage.labels if label.shape == name)
    grid = _grid(stage, label, black.shape)
    arrays = (black.clip(0), gain.astype(np.float32), _spread(uv, shown), shown, grid)
    return Plate(*arrays, label.size[0] / label.size[1], factor)


def _grid(stage, label, shape) -> np.ndarray:
    """Where the net over a label lies in the picture, (33, 65, 2) float32."""
    u, v = np.meshgrid(*(np.linspace(0, 1, count) for count in NET))
    points = label.place(np.stack([u.ravel(), v.ravel()], axis=1))
    spots = stage.camera.project(points, shape[1], shape[0])
    return spots.reshape(*u.shape, 2).astype(np.float32)


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


# --- many plates ------------------------------------------------------------------------------


def make_many(folder: Path, count: int, seed: int = 0, samples: int = 24) -> None:
    """Render plates number 0 to `count` - 1 into `folder`; those that are there stay as they are.

    A plate is a function of (seed, number). A killed run goes on where it was stopped.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        file = folder / f"plate_{number:05}.npz"
        if file.exists():
            continue
        start = time.perf_counter()
        plate = _random_plate(np.random.default_rng([seed, number]), samples)
        plate.save(file)
        print(f"{file.name}: {plate.shown.mean():.0%} label, {_seconds(start)}", flush=True)


def _random_plate(rng, samples) -> Plate:
    while True:  # now and then something hides the whole sign
        width = int(rng.integers(320, 481))
        plate = make(plate_scenes.build(rng), plate_scenes.SIGN, width, samples)
        if plate.shown.mean() >= LEAST and plate.gain[plate.shown].mean() * plate.factor > 0.02:
            return plate


def _seconds(start) -> str:
    return f"{time.perf_counter() - start:.0f} s"


def main(argv=None) -> int:
    """Render what the command line asks for; 0 when all went well."""
    parser = argparse.ArgumentParser(prog="python -m ocr_render.plates")
    parser.add_argument("--out", type=Path, required=True, help="folder of the plates")
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--samples", type=int, default=24, help="rays a pixel (24)")
    options = parser.parse_args(argv)
    return status(make_many, options.out, options.count, options.seed, options.samples)


if __name__ == "__main__":
    sys.exit(main())
