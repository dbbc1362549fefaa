"""The ONNX files read what the Keras networks read, without TensorFlow, and never a damaged one."""

import shutil
import subprocess
import sys

import numpy as np
import pytest

from ocr_synth.scene import scene_sample
from ocr_utils import classifier, detector, end_to_end, onnx_network, recognizer
from ocr_utils.errors import OcrError
from ocr_utils.paths import PHOTOGRAPHS, ROOT, WEIGHTS
from training.export_onnx import difference

RUNTIMES = "Keras", "onnxruntime"
PHOTO = PHOTOGRAPHS / "parcel_label.jpg"


def test_words_are_the_same_and_logits_nearly():
    keras, onnx = (recognizer.load_recognizer(runtime=runtime) for runtime in RUNTIMES)
    crops = [scene_sample(3, index)[0] for index in range(60)]
    pairs = zip(keras.predict(crops)[0], onnx.predict(crops)[0], strict=True)
    for a, b in pairs:
        assert a.text == b.text and abs(a.confidence - b.confidence) < 1e-3
        assert np.abs(a.logits - b.logits).max() < 1e-3


def test_pages_are_the_same():
    pages = [
        end_to_end.read(
            PHOTO, detector.load_detector(runtime=r), recognizer.load_recognizer(runtime=r)
        )
        for r in RUNTIMES
    ]
    keras, onnx = ([(word.text, np.round(word.box).tolist()) for word in page] for page in pages)
    assert keras == onnx and len(keras) > 5


def test_the_files_are_of_the_shipped_weights():
    networks = {
        "recognizer": lambda runtime: recognizer.load_recognizer(runtime=runtime).model,
        "detector": lambda runtime: detector.load_detector(runtime=runtime).model,
        "cifar10": lambda runtime: classifier.load_classifier(runtime)[0],
    }
    for name, load in networks.items():
        assert difference(*map(load, RUNTIMES)) < 1e-3, name


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
