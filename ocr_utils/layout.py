"""Where words stand on a page: lines, columns and the order of reading (notebook 08)."""

import itertools
from collections import defaultdict

import numpy as np

from ocr_utils.words import Word

SAMPLE = 400  # words of a page that are asked for its slant


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
    """The direction of the text lines in radians, -pi..pi, clockwise from horizontal (notebook 08).

    The median direction of the boxes; where boxes are upright rectangles around slanted words, the
    direction from each word to the next tells what they do not.

    >>> stairs = [Word.from_bounds("a", None, 30 * i, 3 * i, 30 * i + 25, 3 * i + 10)
    ...           for i in range(5)]
    >>> round(page_angle(stairs), 2)
    0.1
    """
    polygons = np.array([word.polygon for word in words])
    angle = _median_direction(polygons[:, 1] - polygons[:, 0])
    steps = _steps_to_next_word(_upright_bounds(words, angle))
    return float(_wrapped(angle + (np.median(steps) if len(steps) >= 3 else 0.0)))


def _median_direction(vectors: np.ndarray) -> float:
    """The median angle of vectors (N, 2), counted from their mean direction: pi is next to -pi."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    x, y = (vectors / np.maximum(lengths, 1e-9)).sum(axis=0)
    mean = np.arctan2(y, x)
    return _wrapped(mean + np.median(_wrapped(np.arctan2(vectors[:, 1], vectors[:, 0]) - mean)))


def _wrapped(angle):
    """The same direction between -pi and pi."""
    return (angle + np.pi) % (2 * np.pi) - np.pi


def _steps_to_next_word(bounds: np.ndarray) -> list[float]:
    """The angle from the middle of a word to that of its right neighbor, of SAMPLE words or all."""
    middles = (bounds[:, :2] + bounds[:, 2:]) / 2
    heights = bounds[:, 3] - bounds[:, 1]
    steps = []
    for i in range(0, len(bounds), -(-len(bounds) // SAMPLE)):
        gap, (dx, dy) = bounds[:, 0] - bounds[i, 2], (middles - middles[i]).T
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
    height = float(np.median(bounds[members, 3] - bounds[members, 1]))
    lines: list[list[int]] = []
    start = 0
    while start < len(rows):
        first, end, gutter = _next_columns(rows, start, bounds, height)
        lines += rows[start:first]
        block = [i for row in rows[first:end] for i in row]
        for side in _split(block, bounds, gutter):
            lines += _read_block(side, bounds) if side else []
        start = end
    return lines


def _rows(members: list[int], bounds: np.ndarray) -> list[list[int]]:
    """Words side by side, however far apart: a word joins the row whose last word it overlaps
    vertically by at least half of the lower height.

    The page is cut into bands, so that a word is compared with the rows beside it alone.
    """
    tops, bottoms = bounds[:, 1].tolist(), bounds[:, 3].tolist()
    band = max(1e-6, sum(bottoms[i] - tops[i] for i in members) / len(members))
    rows: list[list[int]] = []
    in_band: dict[int, set[int]] = defaultdict(set)  # the rows whose last word reaches into it
    for i in sorted(members, key=bounds[:, 0].tolist().__getitem__):
        bands = range(int(tops[i] // band), int(bottoms[i] // band) + 1)
        near = sorted(set().union(*(in_band[b] for b in bands)))
        shared = [_vertical_overlap(tops, bottoms, rows[row][-1], i) for row in near]
        if shared and max(shared) >= 0.5:
            best = near[shared.index(max(shared))]
            last = rows[best][-1]
            for b in range(int(tops[last] // band), int(bottoms[last] // band) + 1):
                in_band[b].discard(best)
        else:
            best = len(rows)
            rows.append([])
        rows[best].append(i)
        for b in bands:
            in_band[b].add(best)
    return sorted(rows, key=lambda row: float(np.median(bounds[row][:, [1, 3]])))


def _vertical_overlap(tops, bottoms, a: int, b: int) -> float:
    """Shared height over the smaller of the two heights, 0..1."""
    shared = min(bottoms[a], bottoms[b]) - max(tops[a], tops[b])
    return max(0.0, shared) / max(1e-6, min(bottoms[a] - tops[a], bottoms[b] - tops[b]))


def _next_columns(rows, start: int, bounds, height: float) -> tuple[int, int, float]:
    """The next rows in columns: first row, end and gutter; first = end where there are none yet.

    Columns may begin below the start. The distance is doubled until some are found, then halved to
    the first of their rows: a long table costs few tries.
    """
    end, gutter = _columns_from(rows, start, bounds, height)
    if gutter is not None:
        return start, end, gutter
    failed, step = start, 1
    while start + step < end - 2:
        begin = start + step
        below, gutter = _columns_from(rows, begin, bounds, height)
        if gutter is not None:
            return _first_success(rows, failed, (begin, below, gutter), bounds, height)
        failed, step = begin, 2 * step
    end = max(start + 1, end - 2)  # the last two may be the first of columns
    return end, end, 0.0


def _first_success(rows, failed: int, found, bounds, height: float):
    """Between a row where no columns begin and one where they do: the first where they do."""
    while found[0] - failed > 1:
        middle = (failed + found[0]) // 2
        end, gutter = _columns_from(rows, middle, bounds, height)
        if gutter is None:
            failed = middle
        else:
            found = middle, end, gutter
    return found


def _columns_from(rows, start: int, bounds, height: float) -> tuple[int, float | None]:
    """Where the rows that share a gap with row `start` end, and the gutter if it is one."""
    covered: list[tuple[float, float]] = []
    shared: list[float] = []
    end = start
    while end < len(rows):
        wider = _union(
            covered + [(left, right) for left, _, right, _ in bounds[rows[end]].tolist()]
        )
        gaps = _gaps(wider, height)
        if not gaps and end - start >= 2:  # one or two rows may stand on one side only
            break
        covered, shared, end = wider, gaps, end + 1
    block = rows[start:end]
    return end, next((gap for gap in shared if _is_running_text(block, bounds, gap)), None)


def _union(intervals: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """The same stretch of a line in intervals that do not touch, from left to right."""
    joined: list[tuple[float, float]] = []
    for left, right in sorted(intervals):
        if joined and left <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(right, joined[-1][1])
        else:
            joined.append((left, right))
    return joined


def _gaps(covered: list[tuple[float, float]], height: float) -> list[float]:
    """The middles of the empty stripes between covered intervals, the widest first.

    A stripe has to be wider than the words are high: spaces between words are narrower.
    """
    stripes = [(a, b) for (_, a), (b, _) in itertools.pairwise(covered) if b - a > height]
    return [(a + b) / 2 for a, b in sorted(stripes, key=lambda stripe: stripe[0] - stripe[1])]


def _split(members: list[int], bounds: np.ndarray, x: float) -> tuple[list[int], list[int]]:
    return [i for i in members if bounds[i, 2] <= x], [i for i in members if bounds[i, 2] > x]


def _is_running_text(rows: list[list[int]], bounds: np.ndarray, gutter: float) -> bool:
    """Are there, on both sides, at least three rows, with three or more words on average, that
    mostly fill the width of their side? Labels, prices and cells of a table do not."""
    boxes = bounds[[i for row in rows for i in row]]
    starts = np.cumsum([0, *map(len, rows[:-1])])
    for on_side in (boxes[:, 2] <= gutter, boxes[:, 2] > gutter):
        counts = np.add.reduceat(on_side.astype(int), starts)
        filled = counts > 0
        if filled.sum() < 3 or counts[filled].mean() < 3:
            return False
        left = np.minimum.reduceat(np.where(on_side, boxes[:, 0], np.inf), starts)[filled]
        right = np.maximum.reduceat(np.where(on_side, boxes[:, 2], -np.inf), starts)[filled]
        if np.median(right - left) < 0.6 * (right.max() - left.min()):
            return False
    return True
