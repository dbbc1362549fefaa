"""Find the samples of a word LMDB that a network cannot learn from (notebook 06)."""

from ocr_data.lmdb_words import count_words, decode_image, read_label, reading
from ocr_utils.errors import OcrError
from ocr_utils.labels import required_steps

EMPTY_STD = 3.0  # gray levels: an image with less spread shows nothing


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

    Problems: "undecodable image", "empty image" (gray levels spread less than 3), "broken label",
    "empty label", "outside the alphabet", "too long for CTC". Only those found are there.

    >>> import tempfile
    >>> from pathlib import Path
    >>> import numpy as np
    >>> from ocr_data.lmdb_words import write_words
    >>> folder = Path(tempfile.mkdtemp()) / "three"
    >>> noise = np.random.default_rng(0).integers(0, 255, (31, 72, 3), np.uint8)
    >>> _ = write_words(folder, [(noise, "GOOD"), (noise * 0, "EMPTY"), (noise, "3 %")])
    >>> audit(folder, "ABCDEFGHIJKLMNOPQRSTUVWXYZ", 24)
    {'empty image': [2], 'outside the alphabet': [3]}
    """
    found: dict[str, list[int]] = {}
    with reading(folder) as txn:
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
        return "empty image" if decode_image(txn, index, folder).std() < EMPTY_STD else None
    except OcrError:
        return "undecodable image"


def _stored_label_problem(txn, index, folder, characters, time_steps) -> str | None:
    try:
        return label_problem(read_label(txn, index, folder), characters, time_steps)
    except OcrError:
        return "broken label"
