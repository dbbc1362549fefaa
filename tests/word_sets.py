"""What the tests of word LMDBs share; the data sets themselves are fixtures of conftest.py."""

from pathlib import Path

import lmdb
import numpy as np

from ocr_utils.labels import TARGET_CHARACTERS, LabelConverter

CONVERTER = LabelConverter(TARGET_CHARACTERS)


def picture(seed: int = 0, width: int = 60) -> np.ndarray:
    """A smooth picture that JPEG keeps well."""
    slope = np.linspace(20 + seed % 50, 220, width)[None, :, None]
    return np.broadcast_to(slope, (31, width, 3)).astype(np.uint8)


def change(folder: Path, **values) -> None:
    """Put (or with None, delete) raw values under keys, as a faulty program would."""
    with lmdb.open(str(folder), map_size=1 << 24) as env, env.begin(write=True) as txn:
        for key, value in values.items():
            key = key.replace("_", "-").encode()
            txn.put(key, value) if value is not None else txn.delete(key)
