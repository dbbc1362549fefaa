"""Word crops as files 0000.png, 0001.png, ...: whole, marked, no others touched (notebook 03)."""

import os
import re
from pathlib import Path

import numpy as np
from PIL import Image, PngImagePlugin

from ocr_data.atomic import new_file
from ocr_utils.errors import OcrError

MADE_BY = ("Software", "ocr_utils.crop_word_regions")  # a text chunk in each file


def save(crops: list[np.ndarray], folder: Path, image_path=None) -> list[str]:
    """Save crops (h, w, 3) uint8 as PNG files -> their paths, in the same order.

    The folder is made where it is missing. Crops that an earlier call left in it are removed, and
    nothing else. Raises OcrError, also where a crop would replace the image at `image_path`.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     [Path(path).name for path in save([np.zeros((9, 9, 3), np.uint8)] * 2, Path(folder))]
    ['0000.png', '0001.png']
    """
    folder = _make_folder(folder)
    paths = [folder / f"{index:04d}.png" for index in range(len(crops))]
    _spare_the_image(image_path, paths)
    for crop, path in zip(crops, paths, strict=True):
        _save(crop, path)
    for stale in set(folder.glob("*.png")) - set(paths):
        if re.fullmatch(r"[0-9]{4,}", stale.stem) and _is_crop(stale):
            stale.unlink()
    return [str(path) for path in paths]


def _make_folder(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise OcrError(f"{folder} is a file: give a folder for the cuttings.") from None
    except OSError as error:
        raise OcrError(
            f"{folder} cannot be made ({error.strerror}): choose a folder of your own "
            "on a disk with free space."
        ) from None
    return folder


def _spare_the_image(image_path, paths: list[Path]) -> None:
    """Raise OcrError where a cutting would take the place of the image it is cut from."""
    if not isinstance(image_path, str | os.PathLike) or not os.path.exists(image_path):
        return
    for path in paths:
        if path.exists() and path.samefile(image_path):
            raise OcrError(
                f"{path} is the image itself and would be replaced by a cutting: "
                "give another folder."
            )


def _is_crop(path: Path) -> bool:
    try:
        with Image.open(path) as image:
            return image.info.get(MADE_BY[0]) == MADE_BY[1]
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return False  # whatever it is, it was not cut here


def _save(image: np.ndarray, path: Path) -> None:
    mark = PngImagePlugin.PngInfo()
    mark.add_text(*MADE_BY)
    with new_file(path) as temporary:
        Image.fromarray(image).save(temporary, format="PNG", pnginfo=mark)
