"""Checks of notebook 07."""

import numpy as np

from ocr_utils.checks import check
from ocr_utils.ctc import ctc_log_probability, softmax


def exercise_1(collapse) -> None:
    """The collapse of CTC on strings."""
    for path, expected in (
        ("AAAPP-PPLLLEE", "APPLE"),
        ("AAAPPPPLLLLEE", "APLE"),
        ("---", ""),
        ("-7-7-", "77"),
        ("", ""),
    ):
        check(f"collapse({path!r})", lambda path=path: collapse(path), expected)


def exercise_2(read_with_confidence) -> None:
    """Greedy decoding with a confidence."""
    steps = np.array(
        [[0.2, 0.7, 0.1], [0.1, 0.8, 0.1], [0.9, 0.05, 0.05], [0.1, 0.6, 0.3], [0.2, 0.3, 0.5]]
    )
    check(
        "the reading of five steps",
        lambda: _rounded(read_with_confidence(steps, "AB")),
        ("AAB", 0.24),
    )
    check(
        "the reading of the first two",
        lambda: _rounded(read_with_confidence(steps[:2], "AB")),
        ("A", 0.8),
    )
    check(
        "the reading of a blank",
        lambda: _rounded(read_with_confidence(steps[2:3], "AB")),
        ("", 0.0),
        same=lambda found, expected: found[0] == expected[0],
    )


def _rounded(answer):
    """(text, confidence) to four digits; None where nothing was returned."""
    if answer is None or answer is Ellipsis:
        return answer
    return answer[0], round(float(answer[1]), 4)


def exercise_3(ctc_probability) -> None:
    """The forward algorithm."""
    steps = np.array([[0.2, 0.7, 0.1], [0.5, 0.3, 0.2], [0.3, 0.1, 0.6], [0.6, 0.1, 0.3]])
    _check_probability("p(AB), four steps", ctc_probability, steps, [1, 2])
    _check_probability("p(AA), four steps", ctc_probability, steps, [1, 1])
    _check_probability("p(nothing), four steps", ctc_probability, steps, [])
    long = softmax(np.random.default_rng(0).normal(0, 0.3, (12, 3)))  # 531,441 paths
    _check_probability("p(ABBA), twelve steps", ctc_probability, long, [1, 2, 2, 1])


def _check_probability(title: str, function, probabilities, label) -> None:
    expected = round(float(np.exp(ctc_log_probability(probabilities, [label])[0])), 4)
    check(title, lambda: _number(function(probabilities, label)), expected)


def _number(value):
    return value if value is None or value is Ellipsis else round(float(value), 4)
