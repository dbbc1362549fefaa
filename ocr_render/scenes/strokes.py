"""Capital letters as lines, for neon tubes: strokes in a box one high, y upwards."""

import numpy as np

from ocr_utils.errors import OcrError


def arc(x, y, rx, ry, start, end, steps=24) -> list:
    """Points of an ellipse from `start` to `end` degrees, counterclockwise from the right."""
    t = np.radians(np.linspace(start, end, steps))
    return list(zip(x + rx * np.cos(t), y + ry * np.sin(t), strict=True))


R = 0.25
LETTERS = {  # letter: (width, strokes)
    "A": (
        0.72,
        [
            [(0, 0), (0.33, 0.97), (0.36, 1.0), (0.39, 0.97), (0.72, 0)],
            [(0.13, 0.32), (0.59, 0.32)],
        ],
    ),
    "B": (
        0.6,
        [
            [(0, 0), (0, 1), (0.32, 1), *arc(0.32, 0.76, 0.24, 0.24, 85, -90), (0.06, 0.52)],
            [(0.32, 0.50), *arc(0.32, 0.25, 0.28, 0.25, 85, -90), (0, 0)],
        ],
    ),
    "E": (0.55, [[(0.55, 1), (0, 1), (0, 0), (0.55, 0)], [(0.06, 0.52), (0.45, 0.52)]]),
    "F": (0.55, [[(0.55, 1), (0, 1), (0, 0)], [(0.06, 0.52), (0.45, 0.52)]]),
    "H": (0.64, [[(0, 0), (0, 1)], [(0.64, 0), (0.64, 1)], [(0.06, 0.52), (0.58, 0.52)]]),
    "I": (0.06, [[(0.03, 0), (0.03, 1)]]),
    "L": (0.52, [[(0, 1), (0, 0), (0.52, 0)]]),
    "N": (0.66, [[(0, 0), (0, 1), (0.66, 0), (0.66, 1)]]),
    "O": (0.74, [arc(0.37, 0.5, 0.37, 0.5, 95, 445, 60)]),
    "P": (0.58, [[(0, 0), (0, 1), (0.30, 1), *arc(0.30, 0.73, 0.28, 0.27, 85, -90), (0.06, 0.46)]]),
    "R": (
        0.62,
        [
            [(0, 0), (0, 1), (0.30, 1), *arc(0.30, 0.74, 0.27, 0.26, 85, -90), (0.06, 0.48)],
            [(0.28, 0.44), (0.62, 0)],
        ],
    ),
    "S": (
        0.58,
        [[*arc(0.29, 0.75, 0.27, 0.25, 25, 268, 30), *arc(0.29, 0.25, 0.29, 0.25, 88, -155, 30)]],
    ),
    "T": (0.6, [[(0, 1), (0.6, 1)], [(0.3, 0.94), (0.3, 0)]]),
}


def strokes(text, size, gap):
    """[(strokes, ink box (4, 2) with y down)] in mm for each letter but spaces, and the width."""
    lacking = sorted(set(text) - set(LETTERS) - {" "})
    if lacking:
        raise OcrError(f"There are no neon tubes for {' '.join(lacking)!r} of {text!r}.")
    x, letters = 0.0, []
    for character in text:
        if character == " ":
            x += 0.42 * size
            continue
        width, lines = LETTERS[character]
        lines = [smooth(np.array(line, float) * size + [x, 0]) for line in lines]
        points = np.concatenate(lines)
        low, high = points.min(axis=0), points.max(axis=0)
        box = np.array(
            [[low[0], -high[1]], [high[0], -high[1]], [high[0], -low[1]], [low[0], -low[1]]]
        )
        letters.append((lines, box))
        x += width * size + gap
    return letters, x - gap


def smooth(line, step=4.0) -> np.ndarray:
    """The line (n, 2) with a point each `step` mm and its corners rounded as glass bends."""
    for _ in range(3):
        if len(line) > 2:
            a, b = line[:-1], line[1:]
            near = np.minimum(0.25, 9.0 / np.maximum(np.linalg.norm(b - a, axis=1), 1e-9))[:, None]
            cut = np.stack([a + near * (b - a), b - near * (b - a)], axis=1).reshape(-1, 2)
            line = np.concatenate([line[:1], cut[1:-1], line[-1:]])
    length = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    along = np.linspace(0, length[-1], max(2, int(length[-1] / step)))
    return np.stack([np.interp(along, length, line[:, k]) for k in (0, 1)], axis=1)
