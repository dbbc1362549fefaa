"""Checks of the exercises in notebook 02."""

import numpy as np

from ocr_utils.checks import check
from ocr_utils.detector import score_maps


def exercise_1(leftmost_text) -> None:
    """`leftmost_text(predictions)`: (text, box) pairs -> a text."""
    box = np.float32([[0, 0], [30, 0], [30, 10], [0, 10]])
    predictions = [("lemon", box + 50), ("harbor", box + [4, 90]), ("hotel", box + [9, 0])]
    check("the leftmost of three", lambda: leftmost_text(predictions), "harbor")
    check(
        "the leftmost of the first and the third", lambda: leftmost_text(predictions[::2]), "hotel"
    )


def exercise_2(gaussian_map) -> None:
    """`gaussian_map(height, width, box)`: -> an array (height, width)."""

    def values(height, width, box, *points):
        answer = gaussian_map(height, width, box)
        return None if answer is None else [round(float(answer[y, x]), 2) for y, x in points]

    box = (2, 1, 7, 6)
    check(
        "middle, right edge and corner of a square box",
        lambda: values(8, 9, box, (3, 4), (3, 6), (1, 2)),
        [1.0, 0.2, 0.04],
    )
    check(
        "a wide box falls off slowly along its width",
        lambda: values(5, 21, (0, 0, 21, 5), (2, 10), (2, 15), (4, 10)),
        [1.0, 0.57, 0.2],
    )


def exercise_3(count_words) -> None:
    """`count_words(region, affinity, threshold)`: -> an int."""
    letters = [[(x, 4), (x + 16, 4), (x + 16, 28), (x, 28)] for x in (4, 20, 36, 68, 84)]
    words = [np.float32(letters[:3]), np.float32(letters[3:])]
    maps = score_maps(words, 32, 104)
    region, affinity = maps[..., 0], maps[..., 1]
    check("two words", lambda: count_words(region, affinity, 0.5), 2)
    check("five letters without the affinity", lambda: count_words(region, 0 * affinity, 0.5), 5)
    dirty = region.copy()
    dirty[0, 26] = 1
    check("two words and a speck", lambda: count_words(dirty, affinity, 0.5), 2)
