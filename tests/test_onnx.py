"""The ONNX files read as the Keras networks do, without TensorFlow, and never a damaged one."""

import shutil
import subprocess
import sys

import numpy as np
import onnx
import pytest

from ocr_lessons.unrounded import unrounded
from ocr_synth.scene import scene_sample
from ocr_utils import classifier, detector, end_to_end, onnx_network, recognizer
from ocr_utils.errors import OcrError
from ocr_utils.metrics import word_accuracy
from ocr_utils.paths import PHOTOGRAPHS, ROOT, WEIGHTS
from training.export_onnx import WORST, difference

RUNTIMES = "Keras", "onnxruntime"
PHOTO = PHOTOGRAPHS / "parcel_label.jpg"


def test_rounded_to_8_bits_it_reads_as_well():
    """Hard words, of which Keras reads some two thirds: single ones differ, either way."""
    readers = [recognizer.load_recognizer(runtime=runtime) for runtime in RUNTIMES]
    crops, texts = zip(*(scene_sample(3, index) for index in range(200)), strict=True)
    keras, whole = (reader.predict(crops)[0] for reader in readers)
    same = [a.text == b.text for a, b in zip(keras, whole, strict=True)]
    assert np.mean(same) >= 0.9
    right = [word_accuracy(texts, [word.text for word in words]) for words in (keras, whole)]
    assert right[1] > right[0] - 0.02 and right[0] > 0.5
    moved = [abs(a.confidence - b.confidence) for a, b in zip(keras, whole, strict=True)]
    assert np.mean(moved) < 0.03


def test_a_word_is_read_alike_alone_and_among_others():
    reader = recognizer.load_recognizer(runtime="onnxruntime")
    crops = [scene_sample(3, index)[0] for index in range(16)]
    alone = [reader.predict([crop])[0][0] for crop in crops]
    for a, b in zip(alone, reader.predict(crops)[0], strict=True):
        assert a.text == b.text and np.abs(a.logits - b.logits).max() < 1e-4


def test_pages_are_the_same():
    pages = [
        end_to_end.read(
            PHOTO, detector.load_detector(runtime=r), recognizer.load_recognizer(runtime=r)
        )
        for r in RUNTIMES
    ]
    keras, whole = ([(word.text, np.round(word.box).tolist()) for word in page] for page in pages)
    assert keras == whole and len(keras) > 5


def test_the_files_are_of_the_shipped_weights():
    networks = {
        "recognizer": lambda runtime: recognizer.load_recognizer(runtime=runtime).model,
        "detector": lambda runtime: detector.load_detector(runtime=runtime).model,
        "cifar10": lambda runtime: classifier.load_classifier(runtime)[0],
    }
    rounded = {"recognizer": 2.0}  # of logits between -26 and 23, on noise
    for name, load in networks.items():
        assert difference(*map(load, RUNTIMES)) < rounded.get(name, 1e-3), name


def test_the_recognizers_convolutions_and_lstm_compute_in_whole_numbers():
    kinds = {node.op_type for node in onnx.load(WEIGHTS / "recognizer.onnx").graph.node}
    assert {"QLinearConv", "Scan"} < kinds and not {"Conv", "LSTM"} & kinds


def test_turned_back_into_floats_it_is_the_network_that_was_trained():
    arrays = dict(np.load(WEIGHTS / "recognizer.npz"))
    back = unrounded(onnx.load(WEIGHTS / "recognizer.onnx"), arrays)
    network = onnx_network.OnnxNetwork(back.SerializeToString())
    assert difference(recognizer.load_recognizer().model, network) < WORST


def test_the_reader_needs_no_tensorflow():
    code = (
        "import sys; from ocr_utils import classifier, end_to_end; print(end_to_end.describe()); "
        f"classifier.image_classification({str(PHOTO)!r}); "
        f"print(len(end_to_end.read({str(PHOTO)!r})) > 5, 'tensorflow' in sys.modules)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=300
    )
    described, read = answer.stdout.strip().splitlines()
    assert described.count("by onnxruntime") == 2 and read == "True False", answer.stderr


@pytest.mark.parametrize(
    "damage, sentence",
    [
        (lambda file: file.unlink(), "is missing: restore it with git checkout"),
        (lambda file: file.write_bytes(file.read_bytes()[:-9]), "is damaged or not its card's"),
    ],
)
def test_a_missing_or_damaged_file_is_named(tmp_path, monkeypatch, damage, sentence):
    for file in WEIGHTS.glob("detector*"):
        shutil.copy(file, tmp_path)
    monkeypatch.setattr(detector, "WEIGHTS", tmp_path)
    damage(tmp_path / "detector.onnx")
    with pytest.raises(OcrError, match=sentence):
        detector.load_detector(runtime="onnxruntime")


def test_without_onnxruntime_keras_reads(monkeypatch):
    monkeypatch.setattr(onnx_network, "is_installed", lambda: False)
    assert onnx_network.runtime_for(WEIGHTS / "detector.onnx") == "Keras"
    with pytest.raises(OcrError, match="pip install onnxruntime"):
        onnx_network.load_network(WEIGHTS / "detector.onnx", {})
