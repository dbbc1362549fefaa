"""Where words stand on a page: lines, columns and the order of reading (notebook 08)."""

import numpy as np

from ocr_utils.words import Word


def reading_order(words: list[Word]) -> list[Word]:
    """The same words in the order a person would read them (notebook 08).

    >>> b, a = Word.from_bounds("b", None, 12, 0, 20, 9), Word.from_bounds("a", None, 0, 0, 9, 9)
    >>> [word.text for word in reading_order([b, a])]
    ['a', 'b']
    """
    return [word for line in group_lines(words) for word in line]


def to_text(words: list[Word]) -> str:
    """The words as text: a space between words, a new line between lines (notebooks 00 and 08).

    >>> hi = Word.from_bounds("Hi", None, 0, 0, 9, 9)
    >>> you = Word.from_bounds("you", None, 12, 0, 30, 9)
    >>> to_text([you, hi])
    'Hi you'
    """
    return "\n".join(" ".join(word.text for word in line) for line in group_lines(words))


def group_lines(words: list[Word]) -> list[list[Word]]:
    """Words -> text lines in reading order, each from left to right (notebook 08).

    The page is first turned upright by the slant of its words. Words of the same height form a row.
    Where a gutter runs through three or more rows with running text on both sides, the left
    column is read before the right one; the cells of a table or form stay in their row.

    >>> a, b = Word.from_bounds("a", None, 0, 0, 9, 9), Word.from_bounds("b", None, 12, 1, 20, 10)
    >>> c = Word.from_bounds("c", None, 0, 20, 9, 29)
    >>> [[word.text for word in line] for line in group_lines([c, b, a])]
    [['a', 'b'], ['c']]
    """
    if not words:
        return []
    bounds = _upright_bounds(words, page_angle(words))
    lines = _read_block(list(range(len(words))), bounds)
    return [[words[i] for i in line] for line in lines]


def page_angle(words: list[Word]) -> float:
    """The direction of the text lines in radians, clockwise from horizontal (notebook 08).

    The median direction of the boxes; where boxes are upright rectangles around slanted words, the
    direction from each word to the next tells what they do not.

    >>> stairs = [Word.from_bounds("a", None, 30 * i, 3 * i, 30 * i + 25, 3 * i + 10)
    ...           for i in range(5)]
    >>> round(page_angle(stairs), 2)
    0.1
    """
    polygons = np.array([word.polygon for word in words])
    top_edges = polygons[:, 1] - polygons[:, 0]
    angle = float(np.median(np.arctan2(top_edges[:, 1], top_edges[:, 0])))
    steps = _steps_to_next_word(_upright_bounds(words, angle))
    return angle + (float(np.median(steps)) if len(steps) >= 3 else 0.0)


def _steps_to_next_word(bounds: np.ndarray) -> list[float]:
    """The angle from the middle of each word to that of its right neighbor, if it has one."""
    middles = (bounds[:, :2] + bounds[:, 2:]) / 2
    heights = bounds[:, 3] - bounds[:, 1]
    steps = []
    for i, (_, _, right, _) in enumerate(bounds):
        gap, (dx, dy) = bounds[:, 0] - right, (middles - middles[i]).T
        near = (gap > -heights[i] / 2) & (gap < 2 * heights[i]) & (abs(dy) < heights[i]) & (dx > 0)
        if near.any():
            j = np.flatnonzero(near)[np.argmin((abs(gap) + 2 * abs(dy))[near])]
            steps.append(float(np.arctan2(dy[j], dx[j])))
    return steps


def _upright_bounds(words: list[Word], angle: float) -> np.ndarray:
    """(N, 4) left, top, right, bottom of each word after turning the page back by `angle`."""
    polygons = np.array([word.polygon for word in words])
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    turned = polygons @ turn
    low, high = turned.min(axis=1), turned.max(axis=1)
    # An upright rectangle around a slanted word is too tall: take off what the slant adds.
    edge = turned[:, 1] - turned[:, 0]
    slant = abs(np.tan(np.clip(np.arctan2(edge[:, 1], edge[:, 0]), -0.5, 0.5)))
    height, width = (high - low)[:, 1], (high - low)[:, 0]
    excess = np.minimum(2 * slant * width, 0.6 * height) / 2
    low[:, 1] += excess
    high[:, 1] -= excess
    return np.concatenate([low, high], axis=1)


def _read_block(members: list[int], bounds: np.ndarray) -> list[list[int]]:
    """The rows of a block from top to bottom, columns inside it one after the other."""
    rows = _rows(members, bounds)
    lines: list[list[int]] = []
    start = 0
    while start < len(rows):
        end, gutter = _longest_columns(rows[start:], bounds)
        if end:
            block = [i for row in rows[start : start + end] for i in row]
            for side in _split(block, bounds, gutter):
                lines += _read_block(side, bounds)
        else:
            lines.append(rows[start])
        start += max(1, end)
    return lines


def _rows(members: list[int], bounds: np.ndarray) -> list[list[int]]:
    """Words side by side, however far apart: a word joins the row whose last word it overlaps
    vertically by at least half of the lower height."""
    rows: list[list[int]] = []
    for i in sorted(members, key=lambda i: bounds[i, 0]):
        overlaps = [_vertical_overlap(bounds[row[-1]], bounds[i]) for row in rows]
        best = int(np.argmax(overlaps)) if overlaps else -1
        if overlaps and overlaps[best] >= 0.5:
            rows[best].append(i)
        else:
            rows.append([i])
    return sorted(rows, key=lambda row: float(np.median(bounds[row][:, [1, 3]])))


def _vertical_overlap(a: np.ndarray, b: np.ndarray) -> float:
    """Shared height over the smaller of the two heights, 0..1."""
    shared = min(a[3], b[3]) - max(a[1], b[1])
    return max(0.0, shared) / max(1e-6, min(a[3] - a[1], b[3] - b[1]))


def _longest_columns(rows: list[list[int]], bounds: np.ndarray) -> tuple[int, float]:
    """How many of the rows, from the first on, stand in columns, and the x of the gutter; or 0."""
    block: list[int] = []
    shared: list[float] = []
    end = 0
    for end, row in enumerate(rows, start=1):
        gaps = _gaps(block + row, bounds)
        if not gaps and end >= 3:  # one or two rows may stand on one side only
            end -= 1
            break
        block, shared = block + row, gaps
    for gutter in shared:
        if _is_running_text(rows[:end], bounds, gutter):
            return end, gutter
    return 0, 0.0


def _gaps(members: list[int], bounds: np.ndarray) -> list[float]:
    """The middles of the empty stripes from top to bottom of a block, the widest first.

    A stripe has to be wider than the words are high: spaces between words are narrower.
    """
    boxes = bounds[sorted(members, key=lambda i: bounds[i, 0])]
    reach = np.maximum.accumulate(boxes[:, 2])[:-1]
    widths, height = boxes[1:, 0] - reach, np.median(boxes[:, 3] - boxes[:, 1])
    wide = [i for i in np.argsort(-widths) if widths[i] > height]
    return [float(reach[i] + widths[i] / 2) for i in wide]


def _split(members: list[int], bounds: np.ndarray, x: float) -> tuple[list[int], list[int]]:
    return [i for i in members if bounds[i, 2] <= x], [i for i in members if bounds[i, 2] > x]


def _is_running_text(rows: list[list[int]], bounds: np.ndarray, gutter: float) -> bool:
    """Are there, on both sides, at least three rows, with three or more words on average, that
    mostly fill the width of their side? Labels, prices and cells of a table do not."""
    for side in zip(*(_split(row, bounds, gutter) for row in rows), strict=True):
        parts = [bounds[part] for part in side if part]
        if len(parts) < 3 or np.mean([len(part) for part in parts]) < 3:
            return False
        left, right = np.transpose([(part[:, 0].min(), part[:, 2].max()) for part in parts])
        if np.median(right - left) < 0.6 * (right.max() - left.min()):
            return False
    return True
