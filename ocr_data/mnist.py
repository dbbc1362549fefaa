"""MNIST's two file formats, and the stand-in for it (notebook 04)."""

import gzip
import math
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

from ocr_data.atomic import new_file
from ocr_utils.errors import OcrError
from ocr_utils.image_sources import one_line


def read_mnist_npz(path):
    """Read MNIST from Keras's mnist.npz: ((x_train, y_train), (x_test, y_test)), uint8."""
    try:
        with np.load(path, allow_pickle=False) as file:
            parts = [file[key] for key in ("x_train", "y_train", "x_test", "y_test")]
    except Exception as error:  # damaged, an archive can raise anything
        raise OcrError(
            f"{path} is not MNIST's mnist.npz ({one_line(error)}): delete it and get it again."
        ) from None
    return checked(parts, (28, 28), path)


def read_mnist_idx(folder):
    """Read MNIST from its four idx files, plain or .gz: the same as `read_mnist_npz`."""
    names = (
        "train-images-idx3-ubyte",
        "train-labels-idx1-ubyte",
        "t10k-images-idx3-ubyte",
        "t10k-labels-idx1-ubyte",
    )
    return checked([read_idx(idx_path(folder, name)) for name in names], (28, 28), folder)


def idx_path(folder, name: str) -> Path:
    plain = Path(folder) / name
    return plain if plain.exists() else plain.with_name(name + ".gz")


def read_idx(path) -> np.ndarray:
    """Read one idx file (magic number, sizes as big-endian int32, then uint8), plain or gzipped."""
    try:
        content = Path(path).read_bytes()
        content = gzip.decompress(content) if str(path).endswith(".gz") else content
    except (OSError, EOFError, zlib.error) as error:
        raise OcrError(f"{path} cannot be read ({error}): get the file again.") from None
    if len(content) < 4 or content[:3] != b"\0\0\x08":
        raise OcrError(f"{path} is not an idx file of bytes: get the file again.")
    start = 4 + 4 * content[3]
    sizes = np.frombuffer(content[4:start].ljust(start - 4, b"\0"), ">i4")
    values = np.frombuffer(content[start:], np.uint8)
    if (
        len(content) < start
        or min(sizes, default=0) < 0
        or values.size != math.prod(sizes.tolist())
    ):
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
    from sklearn.datasets import load_digits

    digits = load_digits()
    small = (digits.images / 16 * 255).astype(np.uint8)
    large = np.zeros((len(small), 28, 28), np.uint8)
    for target, image in zip(large, small, strict=True):
        enlarged = Image.fromarray(image).resize((20, 20), Image.Resampling.BICUBIC)
        target[4:24, 4:24] = np.clip((np.asarray(enlarged, np.float32) - 64) * 1.6, 0, 255)
    labels, split = digits.target.astype(np.uint8), 1437
    with new_file(path) as temporary:
        np.savez_compressed(
            temporary,
            x_train=large[:split],
            y_train=labels[:split],
            x_test=large[split:],
            y_test=labels[split:],
        )
        read_mnist_npz(temporary)
    return path


def checked(parts, shape, path):
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
