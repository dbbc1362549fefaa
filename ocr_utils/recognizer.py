"""The shipped word recognizer: a CRNN trained on rendered words, and its card (notebook 07)."""

import functools
import itertools
from typing import NamedTuple

import numpy as np

from ocr_utils import augmentation, beam, crnn, ctc, onnx_network, weights
from ocr_utils.errors import OcrError
from ocr_utils.images import load_image
from ocr_utils.labels import PRINTABLE, LabelConverter
from ocr_utils.language_model import load_language_model
from ocr_utils.paths import WEIGHTS
from ocr_utils.words import Word

IMAGE_SIZE = (128, 32)  # width, height; every crop is stretched to it
TALL = 1.5  # height of a crop in widths from which its word may stand on end
UNSURE = 0.65  # confidence, before calibration, below which more views of a crop are read
ARCHITECTURE = {
    "channels": (32, 64, 128, 224, 288),
    "lstm_units": (224,),
    "convolutions": 1,
    "batch_norm": True,
}


def build_recognizer(width: int = IMAGE_SIZE[0]):
    """The untrained network: images (B, width, 32, 1) float32 -> logits (B, width / 4, 95)."""
    return crnn.build_crnn_model((width, IMAGE_SIZE[1], 1), PRINTABLE, **ARCHITECTURE)


class Reading(NamedTuple):
    """What was read in a crop: the text, its confidence before calibration, logits (T, 95).

    appearance: log contrast and log sharpness of the crop. voted: whether several views voted; the
    confidence is then the text's share of the votes.
    """

    text: str
    confidence: float
    logits: np.ndarray
    appearance: tuple[float, float] = (0.0, 0.0)
    voted: bool = False


class Recognizer:
    """Reads word crops with a trained CRNN.

    alphabet: the characters it knows, 94 of printable ASCII.
    card: what it was trained on and what it reaches, as in `data/weights/recognizer.json`.
    image_size: (width, height) to which every crop is stretched.
    """

    def __init__(self, model, card: dict):
        self.model, self.card = model, card
        self.alphabet: str = card["alphabet"]
        self.image_size: tuple[int, int] = model.input_shape[1:3]
        self.description = f"the course's own, by {onnx_network.runtime_of(model)}"

    def read(
        self,
        crops,
        batch_size: int = 64,
        beam_width: int | None = None,
        lexicon: list[str] | None = None,
        augment: bool = True,
        language_model: bool = True,
    ) -> list[Word]:
        """One Word for each crop, in order; its box is the whole crop.

        crops: a list of images of any size, anything `load_image` takes. One much higher than wide
        is read lying on either side too, for words written up or down; the surest reading counts.
        beam_width, lexicon: as in `ctc.decode_predict_ctc`; greedy decoding without them.
        augment: read unsure ones in more views, leveled, closer and blurred; the views vote.
        language_model: how English spells has a say in that vote; switch it off for codes.
        """
        crops = [load_image(crop) for crop in crops]
        readings, turns = self.predict(crops, batch_size, augment, language_model)
        texts = [reading.text for reading in readings]
        if beam_width or lexicon is not None:
            logits = np.reshape([reading.logits for reading in readings], self._shape())
            texts = ctc.decode_predict_ctc(logits, self.alphabet, beam_width, lexicon=lexicon)
        return [
            _word(text, self.confidence(text, reading), crop, turn)
            for text, reading, crop, turn in zip(texts, readings, crops, turns, strict=True)
        ]

    def confidence(self, text: str, reading: Reading) -> float:
        """How likely `text` stands in the crop of a reading, 0..1.

        Calibrated where it is the text that was read; else, from a beam or a lexicon, its own
        probability by CTC, however near the text that was read may be.
        """
        if text == reading.text:
            return self.calibrate(reading)
        label = LabelConverter(self.alphabet).encode_batch([text], max(1, len(text)))
        probabilities = ctc.softmax(reading.logits / self.card["temperature"])
        return float(np.exp(ctc.ctc_log_probability(probabilities, label)[0]))

    def predict(
        self, crops, batch_size: int = 64, augment: bool = True, language_model: bool = True
    ):
        """Each crop's reading, and by how many quarters to the left it was turned for it.

        crops: arrays (H, W, 3) uint8. The other arguments are those of `read`.
        """
        readings, turns = self._at_first_sight(crops, batch_size)
        unsure = [i for i, reading in enumerate(readings) if reading.confidence < UNSURE]
        if augment and unsure:
            views = [self._views(np.rot90(crops[i], turns[i])) for i in unsure]
            images = [view for kind in zip(*views, strict=True) for view in kind]
            logits = [*(readings[i].logits for i in unsure), *self.logits(images, batch_size)]
            logits = np.reshape(logits, (-1, len(unsure), *self._shape()[1:]))  # (views, N, T, C)
            for i, voted in zip(unsure, self._vote(logits, language_model), strict=True):
                readings[i] = voted._replace(appearance=readings[i].appearance)
        return readings, turns

    def _vote(self, logits, language_model: bool) -> list[Reading]:
        """The reading that all views of a word agree on most; logits (views, N, T, C)."""
        model = load_language_model() if language_model else None
        all_views = logits.reshape(-1, *logits.shape[2:])
        beams = beam.beam_search_batch(all_views, self.alphabet, language_model=model)
        readings, count = [], logits.shape[1]
        for i in range(count):
            texts = beams[i::count]  # of every view
            text, share, view = augmentation.vote(texts)
            readings.append(Reading(text, share, logits[view, i], voted=True))
        return readings

    def calibrate(self, reading: Reading) -> float:
        """How likely a reading is right, 0..1, by the card's logistic curve for its kind.

        Platt scaling of the confidence's log odds, with contrast and sharpness of the crop beside:
        a reading on a faint picture is less often right than another that is as sure.
        """
        curve = self.card["calibration"]["voted" if reading.voted else "at first sight"]
        return float(1 / (1 + np.exp(-calibration_features(reading) @ curve)))

    def _at_first_sight(self, crops, batch_size: int):
        """Each crop's reading, a high one's on its surest side, and by how many quarters."""
        images = [self._prepare(np.rot90(crop, turn)) for crop in crops for turn in _turns(crop)]
        logits = self.logits(images, batch_size)
        texts, probabilities = ctc.greedy_decode(logits, self.alphabet)
        confidences = map(ctc.word_confidence, probabilities)
        looks = map(Reading, texts, confidences, logits, map(appearance, images))
        chosen, turns = [], []
        for crop in crops:
            own = list(itertools.islice(looks, len(_turns(crop))))
            best = int(np.argmax([reading.confidence for reading in own]))
            chosen.append(own[best])
            turns.append(_turns(crop)[best])
        return chosen, turns

    def _prepare(self, image) -> np.ndarray:
        return crnn.prepare_image(image, self.image_size)

    def _views(self, crop) -> list[np.ndarray]:
        return [self._prepare(view) for view in augmentation.views(crop)]

    def _shape(self) -> tuple[int, int, int]:
        """Of logits, for any number of images."""
        return -1, *self.model.output_shape[1:]

    def logits(self, images, batch_size: int = 64) -> np.ndarray:
        """Prepared images (N, W, H, 1) -> logits (N, T, 95), in batches."""
        if not len(images):
            return np.zeros((0, *self._shape()[1:]), np.float32)
        batches = [
            self._predict(np.stack(images[i : i + batch_size]))
            for i in range(0, len(images), batch_size)
        ]
        return np.concatenate(batches)

    def _predict(self, batch: np.ndarray) -> np.ndarray:
        """A batch padded to 1, 2, 4 or a multiple of 8: few shapes, since each is compiled."""
        count = len(batch)
        step = min(8, 1 << (count - 1).bit_length())
        full = -(-count // step) * step
        padded = np.concatenate([batch, np.zeros((full - count, *batch.shape[1:]), batch.dtype)])
        return np.asarray(self.model.predict_on_batch(padded))[:count]


def appearance(image: np.ndarray) -> tuple[float, float]:
    """Log contrast and log sharpness of a prepared image (W, H, 1): how hard it is to read.

    >>> stripes = np.tile(np.float32([0, 0, 1, 1]), 32)[:, None, None].repeat(32, axis=1)
    >>> [round(value, 1) for value in appearance(stripes)], round(appearance(stripes / 9)[0], 1)
    ([-0.7, -0.0], -2.7)
    """
    levels = np.sort(image, axis=None)
    steps = np.sort(abs(np.diff(image, axis=0)), axis=None)
    low, high, steepest = _at(levels, 0.05), _at(levels, 0.95), _at(steps, 0.98)
    sharpness = (steepest + 0.01) / (high - low + 0.02)
    return float(np.log(image.std() + 0.01)), float(np.log(sharpness))


def _at(ordered: np.ndarray, share: float) -> float:
    """The percentile of sorted numbers; ten times as fast as NumPy's own."""
    return ordered[round(share * (len(ordered) - 1))]


def calibration_features(reading: Reading) -> np.ndarray:
    """What the calibration weighs: log odds of the confidence, appearance, and 1."""
    return np.array([log_odds(reading.confidence), *reading.appearance, 1.0])


def log_odds(probability) -> np.ndarray:
    """log p / (1 - p), kept finite.

    >>> log_odds([0.5, 1.0]).round(1)
    array([ 0. , 13.8])
    """
    probability = np.clip(probability, 1e-6, 1 - 1e-6)
    return np.log(probability) - np.log1p(-probability)


def _turns(crop: np.ndarray) -> tuple[int, ...]:
    """By how many quarters, to the left, a crop is turned to be read: 0; a high one 1 and 3 too."""
    height, width = crop.shape[:2]
    return (0, 1, 3) if height > TALL * width else (0,)


def _word(text: str, confidence: float, crop: np.ndarray, turns: int) -> Word:
    """The word of a whole crop; its box begins where the text does."""
    height, width = crop.shape[:2]
    corners = [(0, 0), (width, 0), (width, height), (0, height)]
    return Word(text, confidence, corners[turns:] + corners[:turns])


@functools.lru_cache(maxsize=4)
def load_recognizer(
    name: str = "recognizer", runtime: str = "Keras", threads: int | None = None
) -> Recognizer:
    """The recognizer whose weights and card are data/weights/<name>.npz and .json.

    runtime: "Keras", or "onnxruntime" for <name>.onnx, which starts at once and computes in 8 bits,
    so that it reads as well in half the time, but cannot be trained; threads: how many onnxruntime
    takes, None for all cores. Raises OcrError where they are missing, damaged or another network's.
    """
    card = weights.read_card(WEIGHTS / f"{name}.json", weights.RECOGNIZER)
    if card["alphabet"] != PRINTABLE:
        raise OcrError(
            f"{name}.json was trained for another alphabet ({len(card['alphabet'])} "
            f"characters instead of {len(PRINTABLE)}): take the weights of this course."
        )
    if runtime == "onnxruntime":
        file = WEIGHTS / f"{name}.onnx"
        network = onnx_network.load_network(file, card, threads, share_batches=True)
        return Recognizer(network, card)
    model = crnn.build_crnn_model((*card["image_size"], 1), PRINTABLE, **card["architecture"])
    weights.load_weights(model, WEIGHTS / f"{name}.npz", card)
    return Recognizer(model, card)
