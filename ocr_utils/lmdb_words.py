"""Word images and their labels in an LMDB, laid out as MJSynth is (notebook 06).

The layout, from Jaderberg et al. 2014 as packed by clovaai/deep-text-recognition-benchmark:
key `num-samples` -> the count in ASCII; keys `image-000000001`, ... -> an encoded image;
keys `label-000000001`, ... -> its text in UTF-8. Samples count from 1.
"""

import itertools
import os
import threading
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from ocr_utils.atomic import disk_message, new_folder
from ocr_utils.errors import OcrError

BATCH = 1000  # samples written in one transaction
PAGE = 4096  # LMDB's unit of storage, bytes
JPEG_QUALITY = 80
BUILD_HINT = "build it with `python -m ocr_utils.course_data`"

_open_environments: dict[Path, tuple] = {}  # data.mdb -> (what was opened, the environment)
_lock = threading.Lock()


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
    with new_folder(folder) as temporary:
        count = _write(temporary, iter(samples), folder)
        _verify(temporary, count)
        close_words(temporary)
        close_words(folder)  # Windows does not replace an open file
    return count


def _refuse_other_files(folder: Path) -> None:
    if folder.is_file():
        raise OcrError(f"{folder} is a file: choose another folder for the data set.")
    others = [p.name for p in folder.glob("*") if p.name not in ("data.mdb", "lock.mdb")]
    if others:
        raise OcrError(f"{folder} holds other files ({min(others)}): choose an empty folder.")


def _write(temporary: Path, samples, folder: Path) -> int:
    import lmdb

    count = 0
    env = lmdb.open(str(temporary), map_size=1 << 20, sync=False)
    try:
        while batch := list(itertools.islice(samples, BATCH)):
            encoded = [_encode(*sample, count + i, folder) for i, sample in enumerate(batch, 1)]
            _make_room(env, encoded)
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
    import cv2

    bgr = np.ascontiguousarray(image[:, :, ::-1])
    return cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])[1].tobytes()


def _make_room(env, encoded) -> None:
    """Let the map grow by what this batch can need at most: whole pages for images, twice over."""
    pages = sum(2 + (len(image) + len(label)) // PAGE for image, label in encoded)
    used = (env.info()["last_pgno"] + 1) * PAGE
    needed = used + 2 * pages * PAGE + (1 << 20)
    if needed > env.info()["map_size"]:
        env.set_mapsize(needed)


def _put_batch(env, encoded, count: int) -> None:
    with env.begin(write=True) as txn:
        for number, (image, _) in enumerate(encoded, count + 1):
            txn.put(b"image-%09d" % number, image)
        for number, (_, label) in enumerate(encoded, count + 1):
            txn.put(b"label-%09d" % number, label)
        txn.put(b"num-samples", str(count + len(encoded)).encode())


def _verify(temporary: Path, count: int) -> None:
    env = open_words(temporary)
    if env.stat()["entries"] != 2 * count + 1 or count_words(temporary) != count:
        raise OcrError(f"{temporary} does not hold the {count} samples written: run it again.")
    read_word(temporary, count)


# Reading -----------------------------------------------------------------------------------------


def open_words(folder):
    """The `lmdb.Environment` of a word data set, opened once per process (notebook 06).

    Opened read-only and without locks, so that many processes can read; never handed to a child
    process, which opens its own. Raises OcrError for a data set that is missing or truncated.
    """
    path = Path(folder).resolve() / "data.mdb"
    if not path.is_file():
        raise OcrError(f"{folder} holds no LMDB (no data.mdb): {BUILD_HINT}, or check the path.")
    facts = path.stat()
    opened = (os.getpid(), facts.st_ino, facts.st_size, facts.st_mtime_ns)
    with _lock:
        known = _open_environments.get(path)
        if known and known[0] == opened:
            return known[1]
        if known:
            _open_environments.pop(path)[1].close()
        env = _open(path, facts.st_size)
        _open_environments[path] = (opened, env)
        return env


def _open(path: Path, size: int):
    import lmdb

    again = f"copy or {BUILD_HINT.replace('build', 'make', 1)} again"
    try:
        env = lmdb.open(
            str(path.parent),
            readonly=True,
            lock=False,
            readahead=False,
            meminit=False,
            max_readers=32,
        )
    except lmdb.Error as error:
        if "already open" in str(error):
            raise OcrError(
                f"{path} is already open in this program: call env.close() on the "
                "environment that lmdb.open gave."
            ) from None
        if "Permission denied" in str(error):
            raise OcrError(f"{path} may not be read: change its permissions.") from None
        raise OcrError(f"{path} is empty, damaged or no LMDB ({size} bytes): {again}.") from None
    whole = (env.info()["last_pgno"] + 1) * env.stat()["psize"]
    if size < whole:  # reading beyond the end of a mapped file would kill the process
        env.close()
        raise OcrError(f"{path} is truncated ({size:,} of {whole:,} bytes): {again}.")
    return env


def close_words(folder) -> None:
    """Close a data set that `open_words` keeps open, so that its files can be moved or removed."""
    with _lock:
        known = _open_environments.pop(Path(folder).resolve() / "data.mdb", None)
    if known:
        known[1].close()


def count_words(folder) -> int:
    """The number under the key `num-samples`. Raises OcrError where it is missing or no number."""
    with reading(folder) as txn:
        value = txn.get(b"num-samples")
    if value is None or not bytes(value).isdigit():
        found = "no key num-samples" if value is None else f"num-samples {bytes(value)[:20]!r}"
        raise OcrError(f"{folder} has {found}: it is not in MJSynth layout, {BUILD_HINT}.")
    return int(bytes(value))


class reading:
    """A read transaction whose damaged pages become an OcrError."""

    def __init__(self, folder):
        self.folder = folder

    def __enter__(self):
        self.txn = open_words(self.folder).begin(buffers=True)
        return self.txn.__enter__()

    def __exit__(self, kind, error, trace):
        import lmdb

        self.txn.__exit__(kind, error, trace)
        if isinstance(error, lmdb.Error):
            raise OcrError(
                f"{self.folder} is damaged inside ({error}): {BUILD_HINT} again."
            ) from None


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
    import cv2

    data = txn.get(b"image-%09d" % index)
    image = None
    if data:
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


# Checking ----------------------------------------------------------------------------------------


# Feeding a network -------------------------------------------------------------------------------
