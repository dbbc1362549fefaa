"""Put a trained network into a wider one that reads the same (Net2Net, arXiv 1511.05641).

The old weights become a corner of the new ones. What the new channels send to the old ones
is zero at first, what they receive is random: they are free to learn something else.
"""

import numpy as np


def widen(narrow, wide) -> None:
    """Copy the weights of one CRNN into another of the same layers with as many channels or more.

    >>> from ocr_utils.crnn import build_crnn_model
    >>> narrow, wide = (build_crnn_model(channels=c, lstm_units=u) for c, u in (
    ...     ((4, 6), (5,)), ((6, 8), (9,))))
    >>> widen(narrow, wide)
    >>> image = np.random.default_rng(0).random((1, 100, 32, 1), np.float32)
    >>> bool(np.allclose(narrow(image), wide(image), atol=1e-5))
    True
    """
    for old, new in zip(narrow.weights, wide.weights, strict=True):
        rows = 2 if "output" in new.path else 1  # of both directions of the recurrent layer
        columns = 4 if "lstm" in new.path else 1  # its gates
        new.assign(_corner(np.array(old), np.array(new), rows, columns))


def _corner(old, new, rows: int, columns: int):
    """`new` (..., rows, columns) with `old` in it; the axes are made of that many equal parts."""
    column = _places(old.shape[-1], new.shape[-1], columns)
    if old.ndim == 1:
        new[column] = old
        return new
    row = _places(old.shape[-2], new.shape[-2], rows)
    new[..., column] = 0
    new[..., row[:, None], column] = old
    return new


def _places(old: int, new: int, parts: int):
    """Where the entries of an axis of length `old` come to lie on one of length `new`."""
    starts = np.arange(parts)[:, None] * (new // parts)
    return (starts + np.arange(old // parts)).ravel()
