"""The shipped word recognizer: a CRNN trained on rendered words, and its card (notebook 07)."""

import functools
import itertools
import json
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ocr_utils import crnn, ctc
from ocr_utils.errors import OcrError
from ocr_utils.images import load_image
from ocr_utils.labels import PRINTABLE
from ocr_utils.paths import WEIGHTS
from ocr_utils.words import Word

IMAGE_SIZE = (128, 32)  # width, height; every crop is stretched to it
TALL = 1.5  # height of a crop in widths from which its word may stand on end
UNSURE = 0.5  # confidence, before calibration, below which a crop is looked at again
RISE = 0.3  # how far a line that a second look levels rises or falls, in heights of the crop
ZOOM = 1.1  # how much closer a second look goes
BLUR = 1 / 40  # standard deviation, in heights of the crop, of a look with half-closed eyes
ARCHITECTURE = {
    "channels": (32, 64, 128, 224, 288),
    "lstm_units": (224,),
    "convolutions": 1,
    "batch_norm": True,
}


def build_recognizer():
    """The untrained network: images (B, 128, 32, 1) float32 -> logits (B, 32, 95)."""
    return crnn.build_crnn_model((*IMAGE_SIZE, 1), PRINTABLE, **ARCHITECTURE)


class Reading(NamedTuple):
    """What one look at a crop gave: the text, its confidence before calibration, logits (T, 95)."""

    text: str
    confidence: float
    logits: np.ndarray


class Recognizer:
    """Reads word crops with a trained CRNN.

    alphabet: the characters it knows, 94 of printable ASCII.
    card: what it was trained on and what it reaches, as in `data/weights/recognizer.json`.
    """

    def __init__(self, model, card: dict):
        self.model, self.card = model, card
        self.alphabet: str = card["alphabet"]

    def read(
        self,
        crops,
        batch_size: int = 64,
        beam_width: int | None = None,
        lexicon: list[str] | None = None,
        second_look: bool = True,
    ) -> list[Word]:
        """One Word for each crop, in order; its box is the whole crop.

        crops: a list of images of any size, anything `load_image` takes. One much higher than wide
        is read lying on either side too, for words written up or down; the surest reading counts.
        beam_width, lexicon: as in `ctc.decode_predict_ctc`; greedy decoding without them.
        second_look: read unsure ones again, leveled, closer and blurred; the looks vote.
        """
        crops = [load_image(crop) for crop in crops]
        logits, turns = self.look(crops, batch_size, second_look)
        texts, chances = ctc.greedy_decode(logits / self.card["temperature"], self.alphabet)
        if beam_width or lexicon:
            texts = ctc.decode_predict_ctc(logits, self.alphabet, beam_width, lexicon=lexicon)
        return [
            _word(text, ctc.word_confidence(chance), crop, turn)
            for text, chance, crop, turn in zip(texts, chances, crops, turns, strict=True)
        ]

    def look(self, crops, batch_size: int = 64, second_look: bool = True):
        """The logits (N, T, 95) of each crop's chosen look, and by how many quarters it was turned.

        crops: arrays (H, W, 3) uint8.
        """
        chosen, turns = self._first_looks(crops, batch_size)
        unsure = [
            i for i, reading in enumerate(chosen) if second_look and reading.confidence < UNSURE
        ]
        again = [second_looks(np.rot90(crops[i], turns[i])) for i in unsure]
        for i, readings in zip(unsure, self._readings(again, batch_size), strict=True):
            chosen[i] = elect([chosen[i], *readings])
        shape = -1, IMAGE_SIZE[0] // 4, len(self.alphabet) + 1
        return np.reshape([reading.logits for reading in chosen], shape), turns

    def _first_looks(self, crops, batch_size: int):
        """Each crop's reading, a high one's on its surest side, and by how many quarters."""
        looks = [[np.rot90(crop, turns) for turns in _turns(crop)] for crop in crops]
        chosen, turns = [], []
        for crop, readings in zip(crops, self._readings(looks, batch_size), strict=True):
            best = int(np.argmax([reading.confidence for reading in readings]))
            chosen.append(readings[best])
            turns.append(_turns(crop)[best])
        return chosen, turns

    def _readings(self, looks, batch_size: int) -> list[list[Reading]]:
        """A Reading for every look; looks: a list of images for each crop."""
        logits = self.logits(
            [crnn.prepare_image(look, IMAGE_SIZE) for crop in looks for look in crop], batch_size
        )
        texts, chances = ctc.greedy_decode(logits, self.alphabet)
        readings = (
            Reading(text, ctc.word_confidence(chance), one)
            for text, chance, one in zip(texts, chances, logits, strict=True)
        )
        return [list(itertools.islice(readings, len(crop))) for crop in looks]

    def logits(self, images, batch_size: int = 64) -> np.ndarray:
        """Prepared images (N, W, H, 1) -> logits (N, T, 95), in batches."""
        if not len(images):
            return np.zeros((0, IMAGE_SIZE[0] // 4, len(self.alphabet) + 1), np.float32)
        batches = [
            self._predict(np.stack(images[i : i + batch_size]))
            for i in range(0, len(images), batch_size)
        ]
        return np.concatenate(batches)

    def _predict(self, batch: np.ndarray) -> np.ndarray:
        """A batch padded to a power of two, so that few shapes have to be compiled."""
        count = len(batch)
        full = 1 << (count - 1).bit_length()
        padded = np.concatenate([batch, np.zeros((full - count, *batch.shape[1:]), batch.dtype)])
        return np.asarray(self.model.predict_on_batch(padded))[:count]


def _turns(crop: np.ndarray) -> tuple[int, ...]:
    """By how many quarters, to the left, a crop is turned to be read: 0; a high one 1 and 3 too."""
    height, width = crop.shape[:2]
    return (0, 1, 3) if height > TALL * width else (0,)


def second_looks(crop: np.ndarray) -> list[np.ndarray]:
    """The crop with a rising line leveled, with a falling one leveled, closer, and blurred.

    crop: (H, W, 3) uint8; the looks are as wide, the leveled ones lower. Notebook 07 shows them.

    >>> [look.shape for look in second_looks(np.zeros((40, 90, 3), np.uint8))]
    [(28, 90, 3), (28, 90, 3), (40, 90, 3), (40, 90, 3)]
    """
    import cv2

    height, width = crop.shape[:2]
    closer = cv2.getRotationMatrix2D((width / 2, height / 2), 0, ZOOM)
    return [
        _level(crop, RISE),
        _level(crop, -RISE),
        cv2.warpAffine(crop, closer, (width, height), borderMode=cv2.BORDER_REPLICATE),
        cv2.GaussianBlur(crop, (0, 0), max(0.6, BLUR * height)),
    ]


def _level(crop: np.ndarray, rise: float) -> np.ndarray:
    """Shear a line that rises by so many heights of the crop; only its band, (h, W, 3), remains."""
    import cv2

    height, width = crop.shape[:2]
    band = max(1, round(height * (1 - abs(rise))))
    down = np.float32([[1, 0, 0], [rise * height / width, 1, (band - height - rise * height) / 2]])
    return cv2.warpAffine(crop, down, (width, band), borderMode=cv2.BORDER_REPLICATE)


def elect(readings: list[Reading]) -> Reading:
    """The reading whose text has most votes, each counting as much as it is sure; its surest one.

    >>> elect([Reading("0UR", 0.4, None), Reading("OUR", 0.3, None), Reading("OUR", 0.2, None)])
    Reading(text='OUR', confidence=0.3, logits=None)
    """
    votes = Counter()
    for reading in readings:
        votes[reading.text] += reading.confidence
    return max(readings, key=lambda reading: (votes[reading.text], reading.confidence))


def _word(text: str, confidence: float, crop: np.ndarray, turns: int) -> Word:
    """The word of a whole crop; its box begins where the text does."""
    height, width = crop.shape[:2]
    corners = [(0, 0), (width, 0), (width, height), (0, height)]
    return Word(text, confidence, corners[turns:] + corners[:turns])


@functools.lru_cache(maxsize=2)
def load_recognizer(name: str = "recognizer") -> Recognizer:
    """The recognizer whose weights and card are data/weights/<name>.weights.h5 and .json.

    Raises OcrError where they are missing or do not fit this network, by name.
    """
    card = read_card(WEIGHTS / f"{name}.json")
    if card["alphabet"] != PRINTABLE:
        raise OcrError(
            f"{name}.json was trained for another alphabet ({len(card['alphabet'])} "
            f"characters instead of {len(PRINTABLE)}): take the weights of this course."
        )
    model = build_recognizer()
    crnn.load_weights(model, WEIGHTS / f"{name}.weights.h5")
    return Recognizer(model, card)


def read_card(path: Path) -> dict:
    """The json file beside the weights, or OcrError."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise OcrError(
            f"{path} is missing: the weights come with the repository, clone it again."
        ) from None
    except ValueError:
        raise OcrError(f"{path} is not readable as JSON: restore it with git checkout.") from None
