"""CIFAR-10's file format, and the stand-in for it (notebook 05)."""

import pickle
import tarfile
import zlib
from pathlib import Path

import numpy as np

from ocr_data.atomic import new_folder
from ocr_data.mnist import checked
from ocr_synth.objects import draw_object
from ocr_utils.errors import OcrError
from ocr_utils.image_sources import one_line

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
BATCHES = (*(f"data_batch_{n}" for n in range(1, 6)), "test_batch")


def unpack_cifar10(archive, target: Path) -> Path:
    """Unpack the official archive, read it once to be sure, and only then call it `target`."""
    with new_folder(target) as temporary:
        for name, content in _batches_in(archive):
            (temporary / name).write_bytes(content)
        read_cifar10(temporary)
    return target


def _batches_in(archive):
    """The six batches of an archive, each (name, content): nothing else that it may hold."""
    try:
        with tarfile.open(archive) as tar:
            for member in tar:
                name = Path(member.name).name
                if member.isfile() and name in BATCHES:
                    yield name, tar.extractfile(member).read()
    except (OSError, EOFError, tarfile.TarError, zlib.error) as error:
        raise OcrError(f"{archive} cannot be unpacked ({one_line(error)}): delete it.") from None


def read_cifar10(folder):
    """Read the official folder cifar-10-batches-py: as `load_cifar10`, without the name."""
    *batches, (x_test, y_test) = [_read_batch(Path(folder) / name) for name in BATCHES]
    x_train, y_train = (np.concatenate(part) for part in zip(*batches, strict=True))
    return checked([x_train, y_train, x_test, y_test], (32, 32, 3), folder)


def _read_batch(path):
    """One batch: rows of 3,072 bytes, first all red, then all green, then all blue."""
    try:
        with open(path, "rb") as file:
            batch = _ArrayUnpickler(file, encoding="bytes").load()
        data, labels = batch[b"data"], np.array(batch[b"labels"], np.uint8)
        return data.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1), labels
    except Exception as error:  # a broken pickle can raise anything
        raise OcrError(
            f"{path} is not a batch of CIFAR-10 ({type(error).__name__}: "
            f"{one_line(error)}): "
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


def build_cifar10(folder, per_batch: int = 10_000, each=map) -> Path:
    """Write the stand-in folder/cifar-10-batches-py unless it is there, in the official format.

    Five training batches and a test batch of `per_batch` pictures each, of `ocr_synth.objects`.
    each: works as `map`; that of a pool of processes draws several batches at a time.
    """
    path = Path(folder) / "cifar-10-batches-py"
    if path.exists():
        return path
    with new_folder(path) as target:
        paths = [target / name for name in BATCHES]
        list(each(_draw_batch, paths, range(len(paths)), [per_batch] * len(paths)))
        read_cifar10(target)
    return path


def _draw_batch(path: Path, seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.arange(count) % 10)
    images = np.stack([draw_object(CIFAR10_CLASSES[label], rng) for label in labels])
    _write_batch(path, images, labels)


def _write_batch(path, images, labels) -> None:
    batch = {
        b"batch_label": path.name.encode(),
        b"labels": [int(label) for label in labels],
        b"data": images.transpose(0, 3, 1, 2).reshape(len(images), -1),
    }
    path.write_bytes(pickle.dumps(batch, protocol=4))
