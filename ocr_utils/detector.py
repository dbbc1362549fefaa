"""A small text detector after CRAFT: where are characters, and which belong together? (02, 08)

Baek et al., "Character Region Awareness for Text Detection" (2019, arXiv 1904.01941): a network
paints two maps, one with a Gaussian on every character (region) and one with a Gaussian between
neighbors of a word (affinity). Their sum is high along a word and low between words, so words are
its connected components.
"""

import numpy as np

from ocr_utils import weights
from ocr_utils.paths import WEIGHTS

STRIDE = 2  # the maps are half as wide and high as the image
MULTIPLE = 32  # the network halves its input five times
CHANNELS = (16, 32, 64, 128, 192)
FALL_OFF = 2.5  # a Gaussian is exp(-2.5 r^2); r = 1 on the edge of the character's box
TILE, OVERLAP = 1280, 128  # pixels; larger images are painted in tiles, each with a margin
FIRST_LOOK = 2560  # pixels; larger images are shrunk for the first look
LARGEST = 6400  # pixels; the longest side of an enlarged image
MOST = 4.0  # times that an image is enlarged
READABLE = 44.0  # pixels; letters smaller than this are enlarged to it


# --- the truth: boxes -> maps ---------------------------------------------------------------------


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


# --- the network ----------------------------------------------------------------------------------


def build_detector(channels=CHANNELS):
    """A feature pyramid: images (B, H, W, 3) 0..255, sides multiples of 32 -> (B, H/2, W/2, 2).

    The sigmoid of these logits are the region and the affinity map. Coarse features are narrowed,
    enlarged and added to finer ones (Lin 2017, arXiv 1612.03144). About 1.1 million parameters.
    """
    from keras import Input, Model, layers

    def block(x, filters, name, stride=1, size=3):
        x = layers.Conv2D(filters, size, stride, "same", use_bias=False, name=f"{name}_conv")(x)
        return layers.ReLU()(layers.BatchNormalization(momentum=0.98, name=f"{name}_norm")(x))

    image = Input((None, None, 3))
    x = layers.Rescaling(1 / 127.5, offset=-1)(image)
    x = block(x, channels[0], "stem", stride=2)
    levels = [x]  # H/2, then H/4, H/8, H/16, H/32
    for level, filters in enumerate(channels[1:], start=1):
        x = block(block(x, filters, f"down{level}a", stride=2), filters, f"down{level}b")
        levels.append(x)
    for level, finer in reversed(list(enumerate(levels[:-1]))):
        x = layers.UpSampling2D(2)(block(x, finer.shape[-1], f"narrow{level}", size=1))
        x = block(layers.Add()([x, finer]), finer.shape[-1], f"up{level}")
    return Model(image, layers.Conv2D(2, 1, name="maps")(x), name="detector")


def detection_loss(truth, logits):
    """Cross-entropy with hard-negative mining (arXiv 1604.03540): a number for the batch.

    truth, logits: (B, h, w, 2). The mean over the pixels of characters, plus the mean over three
    times as many of the ground, the worst: most of a page is easy and would drown the rest.
    """
    from keras import ops

    loss = ops.relu(logits) - logits * truth + ops.log1p(ops.exp(-ops.abs(logits)))
    positive = ops.cast(truth > 0.1, "float32")
    count = ops.sum(positive) + 64.0
    ground = ops.reshape(loss * (1 - positive), (-1,))
    worst = -ops.sort(-ground)
    rank = ops.cast(ops.arange(ops.shape(worst)[0]), "float32")
    chosen = ops.cast(rank < 3 * count, "float32")
    return (ops.sum(loss * positive) + ops.sum(worst * chosen) / 3) / count


# --- from maps to boxes ---------------------------------------------------------------------------


def find_boxes(maps: np.ndarray, threshold: float = 0.5, peak: float = 0.6, smallest: int = 2):
    """Maps (h, w, 2), region and affinity 0..1 -> quadrilaterals (N, 4, 2) float32, in map pixels.

    A word is a connected component of region + affinity above `threshold` whose region somewhere
    exceeds `peak`. The component covers the inner part of the word; the Gaussian's shape says how
    far the word reaches beyond it.

    >>> one, two = [(4, 4), (24, 4), (24, 34), (4, 34)], [(24, 4), (44, 4), (44, 34), (24, 34)]
    >>> (find_boxes(score_maps([np.float32([one, two])], 40, 60)) * 2).round().tolist()
    [[[3.0, 2.0], [45.0, 2.0], [45.0, 36.0], [3.0, 36.0]]]
    """
    import cv2

    region = maps[:, :, 0]
    mask = ((region + maps[:, :, 1]) > threshold).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=4)
    boxes = []
    for number in range(1, count):
        left, top, width, height, area = stats[number]
        if area < smallest * smallest or min(width, height) < smallest:
            continue
        part = np.s_[top : top + height, left : left + width]
        own = labels[part] == number
        if region[part][own].max() >= peak:
            boxes.append(_rectangle(own, threshold) + [left, top])
    return np.asarray(boxes, np.float32).reshape(-1, 4, 2)


def _rectangle(own: np.ndarray, threshold: float) -> np.ndarray:
    """The word's rectangle around a component (h, w) bool: (4, 2), clockwise from the top left.

    Upright unless a turned rectangle is clearly smaller.
    """
    import cv2

    height, width = own.shape
    corners = np.float32([[0, 0], [width, 0], [width, height], [0, height]])
    if width > 1.5 * height or height > 1.5 * width:
        contour = cv2.findContours(own.astype(np.uint8), 0, 2)[0][0]
        center, size, angle = cv2.minAreaRect(contour)
        size = np.array(size) + 1  # from the centers of the outer pixels to their edges
        if np.prod(size) < 0.8 * width * height:
            corners = _clockwise(cv2.boxPoints((np.array(center) + 0.5, size, angle)))
    return _grow(corners, threshold)


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


# --- the detector ---------------------------------------------------------------------------------


class Detector:
    """Finds words in images of any size.

    model: what `build_detector` builds, trained. card: what it was trained on and reaches.
    """

    def __init__(self, model, card: dict | None = None):
        self.model, self.card = model, card or {}
        self.options = self.card.get("options", {})

    def detect(self, images, **options) -> list[np.ndarray]:
        """For each image (anything `load_image` takes) its words: (N, 4, 2) float32, pixels.

        options: threshold and peak of `find_boxes`, instead of those in the card.
        """
        from ocr_utils.images import load_image

        return [self._detect(load_image(image), self.options | options) for image in images]

    def maps(self, image: np.ndarray, scale: float = 1.0) -> np.ndarray:
        """Region and affinity of an image scaled first: (h, w, 2) float32, 0..1 (notebook 02)."""
        import cv2

        height, width = (max(8, round(side * scale)) for side in image.shape[:2])
        method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        resized = cv2.resize(image, (width, height), interpolation=method)
        painted = np.empty((-(-height // STRIDE), -(-width // STRIDE), 2), np.float32)
        for top in range(0, height, TILE):
            for left in range(0, width, TILE):
                y, x = max(0, top - OVERLAP), max(0, left - OVERLAP)
                tile = resized[y : top + TILE + OVERLAP, x : left + TILE + OVERLAP]
                answer = self._paint(tile)[(top - y) // STRIDE :, (left - x) // STRIDE :]
                target = painted[top // STRIDE :, left // STRIDE :]
                target = target[: TILE // STRIDE, : TILE // STRIDE]
                target[:] = answer[: target.shape[0], : target.shape[1]]
        return painted

    def _paint(self, tile: np.ndarray) -> np.ndarray:
        """The network's maps of one tile (h, w, 3): (h / 2, w / 2, 2), rounded up."""
        height, width = tile.shape[:2]
        padding = ((0, -height % MULTIPLE), (0, -width % MULTIPLE), (0, 0))
        batch = np.pad(tile, padding, mode="edge")[None].astype(np.float32)
        logits = np.asarray(self.model.predict_on_batch(batch))[0]
        return 1 / (1 + np.exp(-logits[: -(-height // STRIDE), : -(-width // STRIDE)]))

    def _detect(self, image, options) -> np.ndarray:
        """A look at the image as it is, one at a third for large letters; small ones enlarged."""
        side = max(image.shape[:2])
        scale = min(1.0, FIRST_LOOK / side)
        boxes = self._at_scale(image, scale, options)
        heights = _heights(boxes)
        if len(boxes) and np.median(heights) * scale < 0.75 * READABLE:
            larger = min(MOST, READABLE / np.median(heights), LARGEST / side)
            boxes = self._at_scale(image, larger, options)
        large = self._at_scale(image, scale / 3, options)
        return _merge(boxes, large[_heights(large) * scale > 60])

    def _at_scale(self, image, scale, options) -> np.ndarray:
        return find_boxes(self.maps(image, scale), **options) * np.float32(STRIDE / scale)


def _heights(boxes: np.ndarray) -> np.ndarray:
    """The shorter side of each box, (N,)."""
    sides = np.linalg.norm(boxes[:, :2] - boxes[:, 1:3], axis=2)
    return sides.min(axis=1)


def _merge(fine: np.ndarray, coarse: np.ndarray) -> np.ndarray:
    """Boxes of both looks. Where a coarse one covers fine ones, it knows large letters better;
    but three and more much smaller ones are a paragraph, which looks like one word from afar.
    """
    if not len(coarse):
        return fine
    a = np.concatenate([fine.min(axis=1), fine.max(axis=1)], axis=1)
    b = np.concatenate([coarse.min(axis=1), coarse.max(axis=1)], axis=1)
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    shared = np.prod(np.maximum(0, high - low), axis=2)  # (fine, coarse)
    inside = shared > 0.5 * np.prod(a[:, 2:] - a[:, :2], axis=1)[:, None]
    smaller = _heights(fine)[:, None] < 0.5 * _heights(coarse)[None]
    word = (inside & smaller).sum(axis=0) < 3
    covered = (inside & word).any(axis=1)
    return np.concatenate([fine[~covered], coarse[word]])


def load_detector(name: str = "detector") -> Detector:
    """The detector whose weights and card are data/weights/<name>.npz and .json.

    Raises OcrError where they are missing, damaged or another network's.
    """
    card = weights.read_card(WEIGHTS / f"{name}.json", weights.DETECTOR)
    model = build_detector(tuple(card["channels"]))
    weights.load_weights(model, WEIGHTS / f"{name}.npz", card)
    return Detector(model, card)
