"""The shipped classifier reads drawn pictures, and its training writes what can be loaded."""

import json

import numpy as np
import pytest
from PIL import Image

from ocr_data import datasets
from ocr_utils import OcrError, classifier, weights
from ocr_utils.paths import WEIGHTS
from tests import official_formats


def test_the_shipped_network_reads_drawn_pictures_as_its_card_says():
    model, card = classifier.load_classifier()
    (_, (images, labels)), source = datasets.load_cifar10()
    answers = model.predict(images[:1000].astype("float32") / 255, verbose=0).argmax(axis=1)
    reached = 100 * (answers == labels[:1000]).mean()
    assert card["data"] == source == datasets.CIFAR10_STANDIN
    assert card["classes"] == list(datasets.CIFAR10_CLASSES)
    assert abs(reached - card["results"]["accuracy, 10000 drawn test pictures"]) < 2.5
    assert reached > 93


def test_pictures_of_any_size_and_kind_are_named(tmp_path):
    (_, (images, labels)), _ = datasets.load_cifar10()
    hits = 0
    for label, name in enumerate(datasets.CIFAR10_CLASSES):
        picture = Image.fromarray(images[labels == label][0])
        picture.resize((320, 256), Image.Resampling.NEAREST).save(tmp_path / f"{name}.png")
        answers = classifier.image_classification(tmp_path / f"{name}.png")
        names, probabilities = zip(*answers, strict=True)
        hits += names[0] == name
        assert sorted(names) == sorted(datasets.CIFAR10_CLASSES)
        assert list(probabilities) == sorted(probabilities, reverse=True)
        assert sum(probabilities) == pytest.approx(1, abs=1e-4)
    assert hits >= 9
    with pytest.raises(OcrError, match="gone.png does not exist"):
        classifier.image_classification("gone.png")


@pytest.fixture
def small_cifar10(tmp_path, monkeypatch):
    """The official format with 500 + 100 pictures that are told apart by their hue."""
    official_formats.write_cifar10(tmp_path / "cifar-10-batches-py", 100)
    monkeypatch.setenv("OCR_COURSE_DATA", str(tmp_path))
    return tmp_path


def test_training_writes_weights_and_a_card_that_load_again(small_cifar10, monkeypatch):
    from training import train_classifier

    out = small_cifar10 / "run" / "cifar10.npz"
    monkeypatch.setattr("sys.argv", ["train_classifier", "--epochs", "2", "--out", str(out)])
    train_classifier.main()
    card = json.loads(out.with_suffix(".json").read_text(encoding="utf-8"))
    assert (card["data"], card["samples_seen"]) == ("CIFAR-10", 900)
    assert card["results"]["accuracy, CIFAR-10's test pictures"] > 20  # guessing gives 10

    monkeypatch.setattr(classifier, "WEIGHTS", out.parent)
    model, again = classifier.load_classifier.__wrapped__()
    assert again == card
    assert np.array(model(np.zeros((2, 32, 32, 3)))).shape == (2, 10)
    damaged = bytearray(out.read_bytes())
    damaged[-100] ^= 1
    out.write_bytes(bytes(damaged))
    with pytest.raises(OcrError, match="damaged"):
        classifier.load_classifier.__wrapped__()


def test_a_card_without_class_names_is_refused(tmp_path):
    path = tmp_path / "cifar10.json"
    path.write_text(json.dumps({"sha256": 64 * "0", "image_size": [32, 32], "data": "none"}))
    with pytest.raises(OcrError, match="does not describe this network"):
        weights.read_card(path, weights.CLASSIFIER)
    card = json.loads((WEIGHTS / "cifar10.json").read_text(encoding="utf-8"))
    path.write_text(json.dumps([card]))
    with pytest.raises(OcrError, match="does not describe this network"):
        weights.read_card(path, weights.CLASSIFIER)
    for change in ({"classes": ["cat"]}, {"classes": ["cat", ""]}, {"image_size": [28, 28]}):
        path.write_text(json.dumps(card | change))
        with pytest.raises(OcrError, match=f"does not describe this network .*{[*change][0]}"):
            weights.read_card(path, weights.CLASSIFIER)
