"""Checks of notebook 06."""

import tempfile
from pathlib import Path

import numpy as np

from ocr_utils import lmdb_words
from ocr_utils.checks import check


def exercise_1(sample_keys) -> None:
    """The keys of the MJSynth layout."""
    check("sample_keys(1)", lambda: sample_keys(1), (b"image-000000001", b"label-000000001"))
    check(
        "sample_keys(20000)", lambda: sample_keys(20000), (b"image-000020000", b"label-000020000")
    )


def exercise_2(fits_ctc) -> None:
    """The length rule of CTC."""
    for label, steps, expected in (
        ("HELO", 4, True),
        ("HELLO", 5, False),
        ("HELLO", 6, True),
        ("BOOKKEEPER", 12, False),
        ("AAA", 5, True),
    ):
        check(f"fits_ctc({label!r}, {steps})", lambda a=(label, steps): fits_ctc(*a), expected)


def exercise_3(merge) -> None:
    """Two data sets become one."""
    with tempfile.TemporaryDirectory() as temporary:
        parts, target = [Path(temporary) / name for name in "ab"], Path(temporary) / "merged"
        for folder, labels in zip(parts, (["ONE", "TWO"], ["THREE"]), strict=True):
            lmdb_words.write_words(folder, [(_stripes(label), label) for label in labels])
        check("merge of 2 + 1 samples", lambda: merge(parts, target), 3)
        check("their labels", lambda: _labels(target) or None, ["ONE", "TWO", "THREE"])
        for folder in (*parts, target):
            lmdb_words.close_words(folder)


def _stripes(label: str) -> np.ndarray:
    image = np.full((31, 20 * len(label), 3), 255, np.uint8)
    image[:, ::20] = 0
    return image


def _labels(folder: Path) -> list[str]:
    """The labels in `folder`; none where nothing was written yet."""
    if not folder.exists():
        return []
    count = lmdb_words.count_words(folder)
    return [lmdb_words.read_word(folder, index)[1] for index in range(1, count + 1)]
