"""Trace a stage with Mitsuba 3, clean it with OpenImageDenoise: what only this module needs."""

import glob
import importlib.util
import os
import re
import sys
import tempfile
from pathlib import Path

import numpy as np

from ocr_render.geometry import Mesh, write_ply
from ocr_render.stage import Stage
from ocr_utils.errors import OcrError

PASS = 16  # samples a pixel in one pass
LLVM = (
    "/usr/lib/*/libLLVM*.so*",
    "/usr/lib/llvm-*/lib/libLLVM*.so*",
    "/opt/homebrew/opt/llvm/lib/libLLVM*",
)
OLDEST_LLVM = 16  # 14 and 15 abort: they lack an instruction that drjit 1.5 uses
NO_LLVM = (
    f"There is no LLVM of version {OLDEST_LLVM} or newer, so rendering takes about four times as "
    "long: sudo apt-get install libllvm19"
)


def require() -> None:
    """OcrError with the command to type if a package that the renderer needs is missing."""
    for name in ("mitsuba", "pyoidn", "shapely", "mapbox_earcut"):
        if importlib.util.find_spec(name) is None:
            raise OcrError(
                f"The package {name} is missing: pip install -r ocr_render/requirements.txt"
            )


def backend(threads: int = 1):
    """The module mitsuba with a variant chosen: LLVM's where a new enough LLVM is installed.

    Where there is none, one sentence on stderr says what to install.
    """
    require()
    library = os.environ.setdefault("DRJIT_LIBLLVM_PATH", newest_llvm() or "")
    import mitsuba

    if mitsuba.variant() is None:
        chosen = "llvm_ad_rgb" if library else "scalar_rgb"
        mitsuba.set_variant(chosen)
        if library:
            import drjit

            drjit.set_thread_count(threads)
        else:
            print(NO_LLVM, file=sys.stderr, flush=True)
        mitsuba.set_log_level(mitsuba.LogLevel.Error)
    return mitsuba


def newest_llvm() -> str | None:
    """The newest LLVM library that works with drjit, or None."""
    best = (OLDEST_LLVM - 1, None)
    for pattern in LLVM:
        for path in glob.glob(pattern):
            version = re.search(r"libLLVM(?:-|\.so\.|\.)?(\d+)", os.path.basename(path))
            if version and int(version[1]) > best[0]:
                best = (int(version[1]), path)
    return best[1]


def render(stage: Stage, width: int, samples: int, denoise: bool = True) -> np.ndarray:
    """Linear light (rows, columns, 3) of the stage, `samples` rays a pixel."""
    mitsuba = backend()
    path = {"type": "path", "max_depth": stage.depth, "rr_depth": 4}
    integrator = {"type": "aov", "aovs": "albedo:albedo,normal:sh_normal", "image": path}
    with tempfile.TemporaryDirectory() as folder:
        scene = load(mitsuba, stage, width, integrator, folder)
        total, done = 0.0, 0
        while done < samples:
            count = min(PASS, samples - done)
            part = mitsuba.render(scene, spp=count, seed=1000 + done)
            total = total + np.array(part, np.float32) * count
            done += count
    total = np.nan_to_num(total / samples)
    if not denoise:
        return total[..., :3]
    return clean(total[..., :3], total[..., -6:-3], total[..., -3:])


def clean(light, albedo, normal) -> np.ndarray:
    """`light` without the noise of the path tracer."""
    import pyoidn

    parts = [np.ascontiguousarray(part, np.float32) for part in (light, albedo.clip(0, 1), normal)]
    return np.asarray(pyoidn.denoise(parts[0], albedo=parts[1], normal=parts[2], hdr=True))


def identify(stage: Stage, width: int, only_labels: bool = False, samples: int = 1):
    """What each pixel shows: (names of shapes, index (rows, columns), uv (rows, columns, 2)).

    Rays go through a pinhole; index -1 is nothing, or more than one shape within a pixel.
    """
    mitsuba = backend()
    kept = [label.shape for label in stage.labels] if only_labels else None
    with tempfile.TemporaryDirectory() as folder:
        integrator = {"type": "aov", "aovs": "shape:shape_index,uv:uv"}
        scene = load(mitsuba, stage, width, integrator, folder, pinhole=True, only=kept)
        image = np.array(mitsuba.render(scene, spp=samples, seed=7), np.float32)
    names = [shape.id() for shape in scene.shapes()]
    index = np.round(image[..., -3]).astype(int) - 1  # Mitsuba counts from 1
    mixed = np.abs(image[..., -3] - 1 - index) > 1e-3
    return names, np.where(mixed | (index < 0) | (index >= len(names)), -1, index), image[..., -2:]


def load(mitsuba, stage: Stage, width, integrator, folder, pinhole=False, only=None):
    """Mitsuba's scene of a stage; meshes are written to `folder` on the way."""
    scene = {"type": "scene", "integrator": integrator, "camera": _sensor(stage, width, pinhole)}
    scene |= {f"light_{name}": _ready(mitsuba, light) for name, light in stage.lights.items()}
    for name, (mesh, material, emitter) in stage.shapes.items():
        if only is not None and not any(name == n or name.startswith(f"{n}_") for n in only):
            continue
        shape = mesh if isinstance(mesh, dict) else _ply(mesh, Path(folder) / f"{name}.ply")
        shape = _ready(mitsuba, shape)
        if pinhole and material and material["type"] != "mask":
            material = {"type": "diffuse"}
        if material:
            shape["bsdf"] = _ready(mitsuba, material)
        if emitter and not pinhole:
            shape["emitter"] = _ready(mitsuba, emitter)
        scene[name] = shape
    return mitsuba.load_dict(scene, parallel=False, optimize=False)


def _ply(mesh: Mesh, path) -> dict:
    write_ply(path, mesh)
    return {"type": "ply", "filename": str(path), "face_normals": not mesh.smooth}


def _sensor(stage: Stage, width, pinhole) -> dict:
    camera, height = stage.camera, round(width * stage.height / stage.width)
    lens = camera.aperture > 0 and not pinhole
    import mitsuba

    sensor = {
        "type": "thinlens" if lens else "perspective",
        "fov": camera.view,
        "fov_axis": "x",
        "near_clip": 1.0,
        "far_clip": 1e6,
        "to_world": mitsuba.ScalarTransform4f(camera.to_world()),
        "film": {
            "type": "hdrfilm",
            "width": width,
            "height": height,
            "pixel_format": "rgb",
            "component_format": "float32",
            "rfilter": {"type": "box"},
        },
        "sampler": {"type": "independent"},
    }
    if lens:
        sensor |= {"aperture_radius": camera.aperture, "focus_distance": camera.focus_distance()}
    return sensor


def _ready(mitsuba, value):
    """A dict for Mitsuba: arrays of bitmaps and matrices become its own objects."""
    if not isinstance(value, dict):
        return value
    result = {k: _ready(mitsuba, v) for k, v in value.items() if k not in ("array", "to_world")}
    if "array" in value:
        result["bitmap"] = mitsuba.Bitmap(np.ascontiguousarray(value["array"]))
    if "to_world" in value:
        result["to_world"] = mitsuba.ScalarTransform4f(np.asarray(value["to_world"], float))
    return result
