"""Word images and their labels in an LMDB, laid out as MJSynth is (notebook 06).

The layout, from Jaderberg et al. 2014 as packed by clovaai/deep-text-recognition-benchmark:
key `num-samples` -> the count in ASCII; keys `image-000000001`, ... -> an encoded image;
keys `label-000000001`, ... -> its text in UTF-8. Samples count from 1.
"""

import functools
import itertools
import math
import os
import threading
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from ocr_utils.atomic import disk_message, new_folder
from ocr_utils.errors import OcrError
from ocr_utils.labels import required_steps

BATCH = 1000  # samples written in one transaction
PAGE = 4096  # LMDB's unit of storage, bytes
JPEG_QUALITY = 80
BLANK_STD = 3.0  # gray levels: an image with less spread shows nothing
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
    with _reading(folder) as txn:
        value = txn.get(b"num-samples")
    if value is None or not bytes(value).isdigit():
        found = "no key num-samples" if value is None else f"num-samples {bytes(value)[:20]!r}"
        raise OcrError(f"{folder} has {found}: it is not in MJSynth layout, {BUILD_HINT}.")
    return int(bytes(value))


class _reading:
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
    with _reading(folder) as txn:
        bgr = _decode(txn, index, folder, "IMREAD_COLOR")
        return np.ascontiguousarray(bgr[:, :, ::-1]), _label(txn, index, folder)


def _decode(txn, index: int, folder, mode: str = "IMREAD_GRAYSCALE") -> np.ndarray:
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


def _label(txn, index: int, folder) -> str:
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


def fit_case(label: str, characters: str) -> str:
    """The label in the case of the alphabet: upper case where the alphabet has no lower case.

    >>> fit_case("Lube", "ABELU"), fit_case("Lube", "LUBEube")
    ('LUBE', 'Lube')
    """
    return label.upper() if characters == characters.upper() else label


def label_problem(label: str, characters: str, time_steps: int) -> str | None:
    """Why a network with this alphabet and so many time steps cannot learn a label, or None.

    >>> label_problem("don't", "ADNOT", 24)
    'outside the alphabet'
    >>> label_problem("BOOK", "BKO", 4)
    'too long for CTC'
    """
    label = fit_case(label, characters)
    if not label:
        return "empty label"
    if set(label) - set(characters):
        return "outside the alphabet"
    return "too long for CTC" if required_steps(label) > time_steps else None


def audit(folder, characters: str, time_steps: int) -> dict[str, list[int]]:
    """Look at every sample: the problem -> the indexes that have it (notebook 06).

    Problems: "undecodable image", "blank image" (gray levels spread less than 3), "broken label",
    "empty label", "outside the alphabet", "too long for CTC". Only those found are there.

    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp()) / "three"
    >>> noise = np.random.default_rng(0).integers(0, 255, (31, 72, 3), np.uint8)
    >>> _ = write_words(folder, [(noise, "GOOD"), (noise * 0, "BLANK"), (noise, "3 %")])
    >>> audit(folder, "ABCDEFGHIJKLMNOPQRSTUVWXYZ", 24)
    {'blank image': [2], 'outside the alphabet': [3]}
    """
    found: dict[str, list[int]] = {}
    with _reading(folder) as txn:
        for index in range(1, count_words(folder) + 1):
            for problem in (
                _image_problem(txn, index, folder),
                _stored_label_problem(txn, index, folder, characters, time_steps),
            ):
                if problem:
                    found.setdefault(problem, []).append(index)
    return found


def _image_problem(txn, index: int, folder) -> str | None:
    try:
        return "blank image" if _decode(txn, index, folder).std() < BLANK_STD else None
    except OcrError:
        return "undecodable image"


def _stored_label_problem(txn, index, folder, characters, time_steps) -> str | None:
    try:
        return label_problem(_label(txn, index, folder), characters, time_steps)
    except OcrError:
        return "broken label"


# Feeding a network -------------------------------------------------------------------------------


def fit_image(gray: np.ndarray, size: tuple[int, int] = (100, 32)) -> np.ndarray:
    """Scale a gray image (h, w) to the height of `size` -> (W, H) uint8, width first (notebook 06).

    The proportions stay; what is wider than `size` is squeezed, what is narrower is filled with 0:
    the same as `crnn.prepare_image(image, size, pad=True)`, before the division by 255.

    >>> fit_image(np.full((31, 62), 9, np.uint8))[[0, 63, 64], 0].tolist()
    [9, 9, 0]
    """
    import cv2

    width, height = size
    inner = min(max(1, gray.shape[1] * height // gray.shape[0]), width)
    shrinks = gray.shape[0] > height
    scaled = cv2.resize(
        gray, (inner, height), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    )
    fitted = np.zeros((width, height), np.uint8)
    fitted[:inner] = scaled.T
    return fitted


class MJDatasetSequence:
    """Batches of a word LMDB for `model.fit` of Keras 3, a `keras.utils.PyDataset` (notebook 06).

    dataset[i] -> (images (B, 100, 32, 1) float32 0..1, labels (B, max_text_len) int32 0-padded).
    label_converter: has `.encode_batch(texts, max_text_len)` (`labels.LabelConverter`).
    character: the alphabet; the converter's own where it is "".
    max_text_len: the longest label, in time steps of CTC: any network with at least so many fits.
    skip: indexes to leave out, as `audit` finds them.
    Every sample comes once an epoch, in a new order each time where `is_train`; the last batch may
    be smaller. Samples whose label cannot be learned are left out and counted in `.skipped`.
    Raises OcrError for a data set that cannot be read and a broken sample that is not skipped.
    """

    def __new__(cls, *_args, **_options):
        return super().__new__(_with_keras(cls))

    def __init__(
        self,
        dataset_path,
        label_converter,
        batch_size=1,
        img_size=(100, 32),
        max_text_len=22,
        is_train=False,
        character="",
        skip=(),
    ):
        super().__init__()
        self.dataset_path = Path(dataset_path).resolve()
        self.label_converter = label_converter
        self.batch_size = batch_size
        self.img_size = img_size
        self.max_text_len = max_text_len
        self.is_train = is_train
        self.character = character or label_converter.character.removeprefix("-")
        self.num_samples = count_words(dataset_path)
        self.index_list, self.skipped = self._usable(set(skip))
        self._random = np.random.default_rng(0)
        self.on_epoch_end()

    def _usable(self, skip: set) -> tuple[np.ndarray, Counter]:
        usable, skipped = [], Counter()
        with _reading(self.dataset_path) as txn:
            for index in range(1, self.num_samples + 1):
                problem = (
                    "left out by skip"
                    if index in skip
                    else label_problem(
                        _label(txn, index, self.dataset_path), self.character, self.max_text_len
                    )
                )
                if problem:
                    skipped[problem] += 1
                else:
                    usable.append(index)
        if not usable:
            raise OcrError(
                f"{self.dataset_path} has no usable sample ({dict(skipped)}): "
                "check the alphabet and max_text_len."
            )
        return np.array(usable), skipped

    def __len__(self):
        return math.ceil(len(self.index_list) / self.batch_size)

    @property
    def num_batches(self):
        return len(self)

    def __getitem__(self, idx):
        batch = self.index_list[idx * self.batch_size : (idx + 1) * self.batch_size]
        images = np.empty((len(batch), *self.img_size), np.uint8)
        texts = []
        with _reading(self.dataset_path) as txn:
            for row, index in enumerate(batch.tolist()):
                images[row] = fit_image(_decode(txn, index, self.dataset_path), self.img_size)
                texts.append(fit_case(_label(txn, index, self.dataset_path), self.character))
        labels = self.label_converter.encode_batch(texts, self.max_text_len)
        return images[..., None] * np.float32(1 / 255), labels

    def on_epoch_end(self):
        """A new order for the next epoch; Keras calls it."""
        if self.is_train:
            self._random.shuffle(self.index_list)

    def __reduce__(self):
        return _restore, (self.__dict__,)


@functools.cache
def _with_keras(cls):
    """The class as `model.fit` wants it: Keras is imported with the first data set, not before."""
    import keras

    return type(cls.__name__, (cls, keras.utils.PyDataset), {"__doc__": cls.__doc__})


def _restore(state: dict) -> MJDatasetSequence:
    dataset = MJDatasetSequence.__new__(MJDatasetSequence)
    dataset.__dict__.update(state)
    return dataset
