"""Word images and their labels in an LMDB, laid out as MJSynth is (notebook 06).

The layout, from Jaderberg et al. 2014 as packed by clovaai/deep-text-recognition-benchmark:
key `num-samples` -> the count in ASCII; keys `image-000000001`, ... -> an encoded image;
keys `label-000000001`, ... -> its text in UTF-8. Samples count from 1.
"""

import contextlib
import itertools
from collections.abc import Iterable
from pathlib import Path

import cv2
import lmdb
import numpy as np

from ocr_data.atomic import disk_message, hidden_folder
from ocr_data.lmdb_environments import BUILD_HINT, close_words, open_words, reading
from ocr_utils.errors import OcrError

__all__ = ["close_words", "count_words", "open_words", "read_word", "reading", "write_words"]

BATCH = 1000  # samples written in one transaction
JPEG_QUALITY = 80


# Writing -----------------------------------------------------------------------------------------


def write_words(folder, samples: Iterable) -> int:
    """Write word images and labels as an LMDB in MJSynth layout; returns how many (notebook 06).

    samples: (image, label) pairs; an image is an array (H, W, 3) uint8 RGB, stored as JPEG,
    or bytes that are an encoded image already.
    An older LMDB in `folder` is replaced once the new one is written and verified.
    Raises OcrError for a folder that holds other files, no samples, a sample that cannot be
    written, or a full disk; `folder` is then as it was before.

    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp()) / "two"
    >>> write_words(folder, [(np.full((31, 72, 3), 200, np.uint8), "Lube")] * 2)
    2
    >>> image, label = read_word(folder, 2)
    >>> image.shape, label
    ((31, 72, 3), 'Lube')
    """
    folder = Path(folder)
    _refuse_other_files(folder)
    with hidden_folder(folder) as hidden:
        (temporary := hidden / folder.name).mkdir()
        count = _write(temporary, iter(samples), folder)
        _verify(temporary, count)
        close_words(temporary)
        if folder.is_dir():  # whoever reads meanwhile finds the old file or the new one
            close_words(folder)  # Windows does not replace an open file
            (temporary / "data.mdb").replace(folder / "data.mdb")
            (folder / "lock.mdb").unlink(missing_ok=True)
        else:
            temporary.rename(folder)
    return count


def _refuse_other_files(folder: Path) -> None:
    if folder.is_file():
        raise OcrError(f"{folder} is a file: choose another folder for the data set.")
    others = [p.name for p in folder.glob("*") if p.name not in ("data.mdb", "lock.mdb")]
    if others:
        raise OcrError(f"{folder} holds other files ({min(others)}): choose an empty folder.")


def _write(temporary: Path, samples, folder: Path) -> int:
    count = 0
    env = lmdb.open(str(temporary), map_size=1 << 20, sync=False)
    try:
        while batch := list(itertools.islice(samples, BATCH)):
            encoded = [_encode(*sample, count + i, folder) for i, sample in enumerate(batch, 1)]
            _put_batch(env, encoded, count)
            count += len(encoded)
        if count == 0:
            raise OcrError(f"{folder} got no samples: an LMDB needs at least one word.")
        env.sync(True)
    except lmdb.Error as error:
        raise OcrError(disk_message(folder, error)) from None
    finally:
        env.close()
    (temporary / "lock.mdb").unlink(missing_ok=True)  # only writers need it
    return count


def _encode(image, label: str, number: int, folder: Path) -> tuple[bytes, bytes]:
    if not isinstance(label, str):
        raise OcrError(f"Sample {number} for {folder} has the label {label!r}: give a str.")
    if isinstance(image, (bytes, bytearray)):
        return bytes(image), label.encode()
    image = np.asarray(image)
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or image.size == 0:
        raise OcrError(
            f"Sample {number} for {folder} is an image of shape {image.shape} and type "
            f"{image.dtype}: give (H, W, 3) uint8."
        )
    return encode_jpeg(image), label.encode()


def encode_jpeg(image: np.ndarray) -> bytes:
    """An image (H, W, 3) uint8 RGB as a JPEG file, as `write_words` stores it (notebook 06).

    >>> encode_jpeg(np.zeros((31, 72, 3), np.uint8))[:3].hex()
    'ffd8ff'
    """
    bgr = np.ascontiguousarray(image[:, :, ::-1])
    return cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])[1].tobytes()


def _put_batch(env, encoded, count: int) -> None:
    """One transaction; where the map is too small it grows by half and the batch comes again."""
    while True:
        try:
            with env.begin(write=True) as txn:
                for number, (image, _) in enumerate(encoded, count + 1):
                    txn.put(b"image-%09d" % number, image)
                for number, (_, label) in enumerate(encoded, count + 1):
                    txn.put(b"label-%09d" % number, label)
                txn.put(b"num-samples", str(count + len(encoded)).encode())
            return
        except lmdb.MapFullError:
            env.set_mapsize(env.info()["map_size"] * 3 // 2)


def _verify(temporary: Path, count: int) -> None:
    env = open_words(temporary)
    if env.stat()["entries"] != 2 * count + 1 or count_words(temporary) != count:
        raise OcrError(f"{temporary} does not hold the {count} samples written: run it again.")
    read_word(temporary, count)


# Reading -----------------------------------------------------------------------------------------


def count_words(folder) -> int:
    """The number under the key `num-samples` (notebook 06).

    Raises OcrError where it is missing, no number, or more than the data set can hold.
    """
    with reading(folder) as txn:
        value, entries = bytes(txn.get(b"num-samples") or b""), txn.stat()["entries"]
    if not value.isdigit():
        found = f"num-samples {value[:20]!r}" if value else "no key num-samples"
        raise OcrError(f"{folder} has {found}: it is not in MJSynth layout, {BUILD_HINT}.")
    if len(value) > 20 or int(value) > entries:
        raise OcrError(
            f"{folder} has num-samples {str(value[:20], 'ascii')} but only {entries:,} entries: "
            f"{BUILD_HINT} again."
        )
    return int(value)


def read_word(folder, index: int) -> tuple[np.ndarray, str]:
    """Sample `index`, counted from 1 -> (image (H, W, 3) uint8 RGB, label) (notebook 06).

    Raises OcrError for an index that is not there and a broken image or label.
    """
    count = count_words(folder)
    if not 1 <= index <= count:
        raise OcrError(f"{folder} has no sample {index}: choose 1 to {count}.")
    with reading(folder) as txn:
        bgr = decode_image(txn, index, folder, "IMREAD_COLOR")
        return np.ascontiguousarray(bgr[:, :, ::-1]), read_label(txn, index, folder)


def decode_image(txn, index: int, folder, mode: str = "IMREAD_GRAYSCALE") -> np.ndarray:
    """The stored image, gray (H, W) or BGR (H, W, 3), uint8."""
    data = txn.get(b"image-%09d" % index)
    image = None
    if data:
        with contextlib.suppress(cv2.error, MemoryError):  # a header that announces too much
            image = cv2.imdecode(np.frombuffer(data, np.uint8), getattr(cv2, mode))
    if image is None:
        state = "missing" if data is None else "empty" if not data else "no image"
        raise OcrError(
            f"image-{index:09d} in {folder} is {state}: leave it out with "
            f"skip=[{index}], or find all such samples with audit."
        )
    return image


def read_label(txn, index: int, folder) -> str:
    data = txn.get(b"label-%09d" % index)
    try:
        return str(data, "utf-8")
    except (TypeError, UnicodeDecodeError):
        state = "missing" if data is None else "not UTF-8"
        raise OcrError(
            f"label-{index:09d} in {folder} is {state}: leave it out with "
            f"skip=[{index}], or find all such samples with audit."
        ) from None
