"""Checks of notebook 04: counting weights, the commonest mistake, reading a number."""

import numpy as np

from ocr_utils.checks import check


def exercise_1(conv_weights) -> None:
    """conv_weights(kernel, channels, filters) -> int."""
    check("conv_weights(3, 1, 32)", lambda: conv_weights(3, 1, 32), 320)
    check("conv_weights(3, 32, 64)", lambda: conv_weights(3, 32, 64), 18_496)
    check("conv_weights(5, 6, 16)", lambda: conv_weights(5, 6, 16), 2_416)


def exercise_2(most_confused) -> None:
    """most_confused(truth, predicted) -> (true, predicted, count)."""
    truth = np.array([4, 4, 4, 9, 9, 7, 7, 1, 1, 1])
    predicted = np.array([9, 4, 9, 9, 4, 1, 7, 1, 1, 1])
    check(
        "the pair confused most often", lambda: _plain(most_confused(truth, predicted)), (4, 9, 2)
    )
    check(
        "of several the smallest",
        lambda: _plain(most_confused(np.array([8, 3, 3]), np.array([3, 8, 5]))),
        (3, 5, 1),
    )


def _plain(answer):
    """The answer as a tuple of ints, so that NumPy's numbers count as well."""
    return answer if answer is None else tuple(int(value) for value in answer)


def exercise_3(read_number) -> None:
    """read_number(strip, classify) -> str; here a bar of width d stands for the digit d."""
    check(
        "a strip with bars of 2, 5 and 3 columns",
        lambda: read_number(_bars([2, 5, 3], gap=4), _count_columns),
        "253",
    )
    check(
        "bars that touch the border of the strip",
        lambda: read_number(_bars([7, 1], gap=1)[:, 1:-1], _count_columns),
        "71",
    )
    check("an empty strip", lambda: read_number(_bars([], gap=3), _count_columns), "")


def _bars(widths, gap: int) -> np.ndarray:
    """White bars on black, (28, W) uint8, `gap` empty columns before, between and after them."""
    empty, full = np.zeros((28, gap), np.uint8), np.full((28, 1), 255, np.uint8)
    parts = [part for width in widths for part in (np.repeat(full, width, axis=1), empty)]
    return np.hstack([empty, *parts])


def _count_columns(piece) -> int:
    return int((np.asarray(piece).max(axis=0) > 0).sum())
