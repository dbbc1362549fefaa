"""A small text detector after CRAFT: where are characters, and which belong together? (02, 08)

A network paints two maps, region and affinity, and `score_maps` makes boxes of them (Baek et al.
2019, arXiv 1904.01941).
"""

import numpy as np

from ocr_utils import onnx_network, weights
from ocr_utils.craft_maps import (  # noqa: F401 - notebook 02 takes all of them from here
    STRIDE,
    affinity_boxes,
    find_boxes,
    heights,
    merge,
    score_maps,
)
from ocr_utils.images import load_image
from ocr_utils.paths import WEIGHTS

MULTIPLE = 32  # the network halves its input five times
CHANNELS = (16, 32, 64, 128, 192)
TILE, OVERLAP = 1280, 128  # pixels; larger images are painted in tiles, as far as it sees apart
FIRST_LOOK = 2560  # pixels; larger images are shrunk for the first look
LARGEST = 6400  # pixels; the longest side of an enlarged image
MOST = 4.0  # times that an image is enlarged
READABLE = 44.0  # pixels; letters smaller than this are enlarged to it
FROM_AFAR = (2, 60), (3, 100), (4, 150)  # how much smaller a look is; letters above so many pixels
HINT = 0.2  # of a character: where the first look sees less anywhere, the enlarged one is spared


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

    logits = ops.cast(logits, "float32")
    loss = ops.relu(logits) - logits * truth + ops.log1p(ops.exp(-ops.abs(logits)))
    positive = ops.cast(truth > 0.1, "float32")
    count = ops.sum(positive) + 64.0
    ground = ops.reshape(loss * (1 - positive), (-1,))
    worst = -ops.sort(-ground)
    rank = ops.cast(ops.arange(ops.shape(worst)[0]), "float32")
    chosen = ops.cast(rank < 3 * count, "float32")
    return (ops.sum(loss * positive) + ops.sum(worst * chosen) / 3) / count


# --- the detector ---------------------------------------------------------------------------------


class Detector:
    """Finds words in images of any size.

    model: what `build_detector` builds, trained. card: what it was trained on and reaches.
    """

    def __init__(self, model, card: dict | None = None):
        self.model, self.card = model, card or {}
        self.options = self.card.get("options", {})
        self.description = f"the course's own, by {onnx_network.runtime_of(model)}"

    def detect(self, images, **options) -> list[np.ndarray]:
        """For each image (anything `load_image` takes) its words: (N, 4, 2) float32, pixels.

        options: threshold and peak of `find_boxes`, instead of those in the card.
        """
        return [self._detect(load_image(image), self.options | options) for image in images]

    def maps(self, image: np.ndarray, scale: float = 1.0, part=None) -> np.ndarray:
        """Region and affinity of an image scaled first: (h, w, 2) float32, 0..1 (notebook 02).

        part: rows and columns of the scaled image, ((first, end), (first, end)) in multiples of 32;
        nothing else is looked at, and 0.
        """
        import cv2

        height, width = (max(8, round(side * scale)) for side in image.shape[:2])
        method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        resized = cv2.resize(image, (width, height), interpolation=method)
        painted = np.zeros((-(-height // STRIDE), -(-width // STRIDE), 2), np.float32)
        rows, columns = part or ((0, height), (0, width))
        for top, bottom in _tiles(*rows, height):
            for left, right in _tiles(*columns, width):
                y, x = max(0, top - OVERLAP), max(0, left - OVERLAP)
                tile = resized[y : bottom + OVERLAP, x : right + OVERLAP]
                answer = self._paint(tile)[(top - y) // STRIDE :, (left - x) // STRIDE :]
                target = painted[top // STRIDE :, left // STRIDE :]
                target = target[: -(-(bottom - top) // STRIDE), : -(-(right - left) // STRIDE)]
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
        """A look at the image as it is, three from afar for large letters; small ones enlarged."""
        side = max(image.shape[:2])
        scale = min(1.0, FIRST_LOOK / side)
        maps = self.maps(image, scale)
        boxes = _boxes(maps, scale, options)
        typical = np.median(heights(boxes)) if len(boxes) else np.inf
        if typical * scale < 0.75 * READABLE:
            larger = min(MOST, READABLE / typical, LARGEST / side)
            part = _hinted(maps[:, :, 0], STRIDE * larger / scale)
            boxes = _boxes(self.maps(image, larger, part), larger, options)
        for smaller, least in FROM_AFAR:
            large = _boxes(self.maps(image, scale / smaller), scale / smaller, options)
            boxes = merge(boxes, large[heights(large) * scale > least])
        return boxes


def _boxes(maps, scale: float, options) -> np.ndarray:
    """The boxes of an image in its own pixels, from the maps of it scaled."""
    return find_boxes(maps, **options) * np.float32(STRIDE / scale)


def _tiles(first: int, end: int, side: int) -> list[tuple[int, int]]:
    """A stretch of a side of an image, cut into as few pieces of at most TILE as it takes.

    They are about equally long and begin where the network's coarsest pixels do, if `first` does.

    >>> _tiles(0, 1500, 1500), _tiles(64, 1000, 900)
    ([(0, 768), (768, 1500)], [(64, 900)])
    """
    end = min(end, side)
    count = -(-(end - first) // TILE)
    length = -(-(end - first) // (count * MULTIPLE)) * MULTIPLE
    return [(start, min(start + length, end)) for start in range(first, end, length)]


def _hinted(region: np.ndarray, zoom: float) -> list[tuple[int, int]]:
    """Rows and columns in which a map hints at characters, in an image `zoom` times as large.

    >>> _hinted(np.pad([[0.5]], ((90, 20), (40, 70))), 4.0)
    [(288, 428), (96, 228)]
    """
    part = []
    for axis in (0, 1):
        where = np.flatnonzero(region.max(axis=1 - axis) > HINT)
        first = int(where[0] * zoom - OVERLAP / 2) // MULTIPLE * MULTIPLE
        part.append((max(0, first), int((where[-1] + 1) * zoom + OVERLAP / 2)))
    return part


def load_detector(
    name: str = "detector", runtime: str = "Keras", threads: int | None = None
) -> Detector:
    """The detector whose weights and card are data/weights/<name>.npz and .json.

    runtime: "Keras", or "onnxruntime" for <name>.onnx, which paints the same and starts at once,
    but cannot be trained; threads: how many onnxruntime takes, None for all cores. Raises OcrError
    where they are missing, damaged or another network's.
    """
    card = weights.read_card(WEIGHTS / f"{name}.json", weights.DETECTOR)
    if runtime == "onnxruntime":
        network = onnx_network.load_network(WEIGHTS / f"{name}.onnx", card, threads)
        return Detector(network, card)
    model = build_detector(tuple(card["channels"]))
    weights.load_weights(model, WEIGHTS / f"{name}.npz", card)
    return Detector(model, card)
