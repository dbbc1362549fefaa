"""The networks for phones read what the Keras networks read, by LiteRT's plain interpreter."""

import numpy as np
import pytest

from ocr_synth.scene import scene_sample
from ocr_utils import classifier, end_to_end
from ocr_utils.detector import Detector, load_detector
from ocr_utils.paths import PHOTOGRAPHS
from ocr_utils.recognizer import Recognizer, load_recognizer
from training.export_litert import to_litert
from training.export_onnx import difference
from training.litert_network import LitertNetwork

PHOTO = PHOTOGRAPHS / "tin_can.jpg"


@pytest.fixture(scope="module")
def recognizer():
    return Recognizer(LitertNetwork(to_litert(load_recognizer().model)), load_recognizer().card)


def test_words_are_the_same_and_logits_nearly(recognizer):
    crops = [scene_sample(3, index)[0] for index in range(24)]
    pairs = zip(load_recognizer().predict(crops)[0], recognizer.predict(crops)[0], strict=True)
    for a, b in pairs:
        assert a.text == b.text and abs(a.confidence - b.confidence) < 0.03  # a share of votes
        assert np.abs(a.logits - b.logits).max() < 0.5  # of logits from -26 to 23


def test_a_page_is_the_same(recognizer):
    keras = load_detector()
    small = Detector(LitertNetwork(to_litert(keras.model)), keras.card)
    pages = [
        [(word.text, np.round(word.box)) for word in end_to_end.read(PHOTO, *reader)]
        for reader in ((keras, load_recognizer()), (small, recognizer))
    ]
    texts = [[text for text, _ in page] for page in pages]
    assert texts[0] == texts[1] and len(texts[0]) > 2
    for (_, one), (_, other) in zip(*pages, strict=True):
        assert np.abs(one - other).max() <= 2  # pixels: a map's pixel at the edge of the threshold


def test_the_classifier_is_the_same():
    model, _ = classifier.load_classifier()
    assert difference(model, LitertNetwork(to_litert(model))) < 1e-3
