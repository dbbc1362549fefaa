"""Boxes to score maps, and score maps to boxes: the two ends of the detector (notebook 02).

Baek et al., "Character Region Awareness for Text Detection" (2019, arXiv 1904.01941): a network
paints two maps, one with a Gaussian on every character (region) and one with a Gaussian between
neighbors of a word (affinity). Their sum is high along a word and low between words, so words are
its connected components.
"""

import numpy as np

STRIDE = 2  # the maps are half as wide and high as the image
FALL_OFF = 2.5  # a Gaussian is exp(-2.5 r^2); r = 1 on the edge of the character's box
APART = 1.3  # times the usual distance of letters: at least so far apart are those beside a gap


# --- ground truth: boxes -> maps ------------------------------------------------------------


def affinity_boxes(characters) -> np.ndarray:
    """Character boxes (n, 4, 2) of one word, in order -> boxes between neighbors (n - 1, 4, 2).

    The diagonals of a character's box cut it into four triangles. The corners of the affinity box
    are the centroids of the upper and lower triangles of both (arXiv 1904.01941, fig. 3).

    >>> two = [[(0, 0), (6, 0), (6, 12), (0, 12)], [(6, 0), (12, 0), (12, 12), (6, 12)]]
    >>> affinity_boxes(two)[0].tolist()
    [[3.0, 2.0], [9.0, 2.0], [9.0, 10.0], [3.0, 10.0]]
    """
    boxes = np.asarray(characters, np.float32).reshape(-1, 4, 2)
    center = boxes.mean(axis=1)
    upper = (boxes[:, 0] + boxes[:, 1] + center) / 3
    lower = (boxes[:, 2] + boxes[:, 3] + center) / 3
    return np.stack([upper[:-1], upper[1:], lower[1:], lower[:-1]], axis=1)


def score_maps(words, height: int, width: int) -> np.ndarray:
    """What the network shall paint: (height // 2, width // 2, 2) float32, region and affinity.

    words: for each word its character boxes (n, 4, 2), pixels of the image of that size.

    >>> one, two = [(4, 4), (14, 4), (14, 22), (4, 22)], [(14, 4), (24, 4), (24, 22), (14, 22)]
    >>> maps = score_maps([np.float32([one, two])], 26, 28)
    >>> maps.shape, maps[6, [4, 9], 0].tolist(), (maps[6, [4, 6, 9], 1] > 0.5).tolist()
    ((13, 14, 2), [1.0, 1.0], [False, True, False])
    """
    maps = np.zeros((height // STRIDE, width // STRIDE, 2), np.float32)
    for boxes in words:
        _paint(maps[:, :, 0], np.asarray(boxes) / STRIDE)
        _paint(maps[:, :, 1], affinity_boxes(boxes) / STRIDE)
    return maps


def _paint(target: np.ndarray, boxes: np.ndarray) -> None:
    """A Gaussian on each box (n, 4, 2), sheared and turned as it is; the higher of two counts."""
    center = boxes.mean(axis=1)
    along = (boxes[:, 1] + boxes[:, 2] - boxes[:, 0] - boxes[:, 3]) / 4  # center -> right edge
    down = (boxes[:, 2] + boxes[:, 3] - boxes[:, 0] - boxes[:, 1]) / 4
    area = along[:, 0] * down[:, 1] - along[:, 1] * down[:, 0]
    reach = 1.3 * (np.abs(along) + np.abs(down))
    first = np.maximum(np.floor(center - reach), 0).astype(int)
    last = np.minimum(np.ceil(center + reach) + 1, target.shape[::-1]).astype(int)
    for n in np.flatnonzero((area > 0.05) & (first < last).all(axis=1)):
        (left, top), (right, bottom) = first[n], last[n]
        x = np.arange(left + 0.5, right)[None] - center[n, 0]
        y = np.arange(top + 0.5, bottom)[:, None] - center[n, 1]
        u = (x * down[n, 1] - y * down[n, 0]) / area[n]  # -1..1 from edge to edge
        v = (y * along[n, 0] - x * along[n, 1]) / area[n]
        patch = target[top:bottom, left:right]
        np.maximum(patch, np.exp(-FALL_OFF * (u * u + v * v)), out=patch)


# --- from maps to boxes ---------------------------------------------------------------------------


def find_boxes(
    maps: np.ndarray,
    threshold: float = 0.5,
    peak: float = 0.6,
    smallest: int = 2,
    gap: float = 0.0,
) -> np.ndarray:
    """Maps (h, w, 2), region and affinity 0..1 -> quadrilaterals (N, 4, 2) float32, in map pixels.

    A word is a connected component of region + affinity above `threshold` whose region somewhere
    exceeds `peak`. The component covers the inner part of the word; the Gaussian's shape says how
    far the word reaches beyond it. gap: as in `split_words`; 0 leaves every component whole.

    >>> one, two = [(4, 4), (24, 4), (24, 34), (4, 34)], [(24, 4), (44, 4), (44, 34), (24, 34)]
    >>> (find_boxes(score_maps([np.float32([one, two])], 40, 60)) * 2).round().tolist()
    [[[3.0, 2.0], [45.0, 2.0], [45.0, 36.0], [3.0, 36.0]]]
    """
    import cv2

    region, score = maps[:, :, 0], maps.sum(axis=2)
    mask = (score > threshold).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=4)
    boxes = []
    for number in range(1, count):
        left, top, width, height, area = stats[number]
        if area < smallest * smallest or min(width, height) < smallest:
            continue
        part = np.s_[top : top + height, left : left + width]
        own = labels[part] == number
        for word in split_words(own, score[part], gap) if gap else [own]:
            if region[part][word].max() >= peak:
                boxes.append(_grow(_rectangle(word), threshold) + [left, top])
    return np.asarray(boxes, np.float32).reshape(-1, 4, 2)


def split_words(own: np.ndarray, score: np.ndarray, gap: float) -> list[np.ndarray]:
    """One component that may be several words of a line -> the words, each (h, w) bool.

    own: the component's pixels, (h, w) bool; score: region + affinity, (h, w). Between letters the
    score dips. Where it dips below `gap` times the component's usual dip, between letters that
    stand farther apart than usual, a new word begins: what is usual, each line says itself.

    >>> letters = np.float32([1, 0.9, 1, 0.9, 1, 0.6, 0.6, 1, 0.9, 1])
    >>> words = split_words(np.ones((3, 10), bool), np.tile(letters, (3, 1)), 0.7)
    >>> [word[0].astype(int).tolist() for word in words]
    [[1, 1, 1, 1, 1, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 1, 1, 1, 1, 1]]
    """
    corner, along, _, down = _rectangle(own)
    width = np.linalg.norm(along - corner)
    if width < 6 or np.linalg.norm(down - corner) > 1.2 * width:
        return [own]  # no line
    pixels = np.argwhere(own)
    place = (pixels[:, ::-1] + 0.5 - corner) @ (along - corner) / width
    place = np.floor(place).astype(int) - int(np.floor(place.min()))
    ridge = np.zeros(place.max() + 1, np.float32)
    np.maximum.at(ridge, place, score[own])
    tops, dips = _tops_and_dips(ridge)
    if len(dips) < 2:
        return [own]
    depth, pitch = ridge[dips], np.diff(tops)
    new = (depth < gap * np.median(depth)) & (pitch > APART * np.median(pitch))
    part = np.searchsorted(dips[new], place, side="right")
    words = np.zeros((new.sum() + 1, *own.shape), bool)
    words[part, pixels[:, 0], pixels[:, 1]] = True
    return list(words[words.any(axis=(1, 2))])


def _tops_and_dips(ridge: np.ndarray, least: float = 0.05) -> tuple[np.ndarray, np.ndarray]:
    """Where a curve has its tops, and its lowest places between them; one dip less than tops.

    Ups and downs smaller than `least` do not count.
    """
    tops, dips, top, dip = [], [], 0, None
    for here, height in enumerate(ridge):
        if dip is None:  # on the way up
            if height > ridge[top]:
                top = here
            elif height < ridge[top] - least:
                tops.append(top)
                dip = here
        elif height < ridge[dip]:
            dip = here
        elif height > ridge[dip] + least:
            dips.append(dip)
            top, dip = here, None
    if dip is None:
        tops.append(top)
    return np.array(tops[: len(dips) + 1], int), np.array(dips, int)


def _rectangle(own: np.ndarray) -> np.ndarray:
    """The rectangle around a component (h, w) bool: (4, 2), clockwise from the top left.

    Upright unless a turned rectangle is clearly smaller.
    """
    import cv2

    rows, columns = own.any(axis=1).nonzero()[0], own.any(axis=0).nonzero()[0]
    top, left = rows[0], columns[0]
    own = own[top : rows[-1] + 1, left : columns[-1] + 1]
    height, width = own.shape
    corners = np.float32([[0, 0], [width, 0], [width, height], [0, height]])
    if width > 1.5 * height or height > 1.5 * width:
        contour = cv2.findContours(own.astype(np.uint8), 0, 2)[0][0]
        center, size, angle = cv2.minAreaRect(contour)
        size = np.array(size) + 1  # from the centers of the outer pixels to their edges
        if np.prod(size) < 0.8 * width * height:
            corners = _clockwise(cv2.boxPoints((np.array(center) + 0.5, size, angle)))
    return corners + np.float32([left, top])


def _clockwise(corners: np.ndarray) -> np.ndarray:
    """The corners of a turned rectangle, from the top left one of its level side on."""
    edges = np.roll(corners, -1, axis=0) - corners
    level = edges[:, 0] - np.abs(edges[:, 1])  # the top side runs to the right
    return np.roll(corners, -int(np.argmax(level)), axis=0)


def _grow(corners: np.ndarray, threshold: float) -> np.ndarray:
    """From the line where a Gaussian falls to the threshold out to the edge of the characters."""
    reach = np.sqrt(-np.log(min(threshold, 0.95)) / FALL_OFF)  # of a character's half height
    along, down = corners[1] - corners[0], corners[3] - corners[0]
    width, height = np.linalg.norm(along), np.linalg.norm(down)
    short = min(width, height) / reach
    more_down = (height / reach - height) if height <= width else 0.6 * short * (1 - reach)
    more_along = (width / reach - width) if width < height else 0.6 * short * (1 - reach)
    a, d = along / width * more_along / 2, down / height * more_down / 2
    return corners + np.stack([-a - d, a - d, a + d, -a + d])


# --- boxes of two scales ------------------------------------------------------------


def heights(boxes: np.ndarray) -> np.ndarray:
    """The shorter side of each box, (N,)."""
    sides = np.linalg.norm(boxes[:, :2] - boxes[:, 1:3], axis=2)
    return sides.min(axis=1)


def merge(fine: np.ndarray, coarse: np.ndarray) -> np.ndarray:
    """Boxes of both looks, no word twice. Where coarse ones cover a fine one, they know large
    letters better; but three and more much smaller ones are a paragraph, which looks like one word
    from afar. What the coarse look saw of a word that the fine one saw whole goes, and so does a
    box around several words that leaves a part of them out.
    """
    if not len(coarse) or not len(fine):
        return fine if len(fine) else coarse
    shared, fine_area, coarse_area = _overlaps(fine, coarse)
    part = shared / fine_area[:, None]
    smaller = heights(fine)[:, None] < 0.5 * heights(coarse)[None]
    inside = part > 0.5
    word = (inside & smaller).sum(axis=0) < 3
    whole = (shared * inside).sum(axis=0) >= 0.9 * (fine_area[:, None] * inside).sum(axis=0)
    word &= whole | (inside.sum(axis=0) < 2)
    kept = part @ word <= 0.5
    word &= ~(shared[kept] > 0.7 * coarse_area).any(axis=0)
    return np.concatenate([fine[kept], coarse[word]])


def _overlaps(fine: np.ndarray, coarse: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Areas that boxes share (fine, coarse), however they are turned, and the areas of each."""
    import cv2

    low = np.maximum(fine.min(axis=1)[:, None], coarse.min(axis=1)[None])  # of upright bounds
    high = np.minimum(fine.max(axis=1)[:, None], coarse.max(axis=1)[None])
    shared = np.zeros((len(fine), len(coarse)))
    for i, j in np.argwhere((low < high).all(axis=2)):
        shared[i, j] = cv2.intersectConvexConvex(fine[i], coarse[j])[0]
    areas = (np.array([cv2.contourArea(box) for box in boxes]) for boxes in (fine, coarse))
    return shared, *areas
