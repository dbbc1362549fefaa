"""keras-ocr's Pipeline with the course's parts, the course's reader with keras-ocr's parts."""

import socket
import threading

import numpy as np
import pytest

from ocr_lessons import notebook
from ocr_synth.fonts import course_fonts, load_font
from ocr_utils import end_to_end, keras_ocr_bridge
from ocr_utils.end_to_end import TesseractDetector, TesseractRecognizer
from ocr_utils.metrics import normalize, word_f1
from ocr_utils.stderr import quiet_stderr


@pytest.fixture(scope="module")
def keras_ocr():
    notebook.setup(tensorflow=True)
    with quiet_stderr():
        return keras_ocr_bridge.import_keras_ocr()


@pytest.fixture(scope="module")
def sign():
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (420, 160), "white")
    font = load_font(course_fonts()[0], 40)
    ImageDraw.Draw(image).text((20, 20), "Harbor", "black", font)
    ImageDraw.Draw(image).text((220, 80), "lemon", "black", font)
    return np.array(image)


def test_the_pipeline_runs_with_parts_of_ours_on_images_of_two_sizes(keras_ocr, sign):
    pipeline = keras_ocr.pipeline.Pipeline(
        keras_ocr_bridge.CourseDetector(TesseractDetector()),
        keras_ocr_bridge.CourseRecognizer(TesseractRecognizer()),
        scale=1,
    )
    blank = np.full((90, 200, 3), 255, np.uint8)
    groups = pipeline.recognize([sign, blank], **keras_ocr_bridge.SILENT)
    assert sorted(normalize(text) for text, _ in groups[0]) == ["HARBOR", "LEMON"]
    left = min(box[:, 0].min() for _, box in groups[0])
    assert abs(left - 20) < 12  # boxes are in pixels of the original image
    assert groups[1] == []


def test_read_gives_words_in_reading_order(keras_ocr, sign, capfd):
    pipeline, sentence = keras_ocr_bridge.make_pipeline()
    capfd.readouterr()
    words = keras_ocr_bridge.read(sign, pipeline)
    assert capfd.readouterr().out == ""  # no progress bar of a network
    assert word_f1(["Harbor", "lemon"], words).f1 >= 0.5, [word.text for word in words]
    assert "keras-ocr" in sentence


def test_our_reader_runs_with_untrained_parts_of_keras_ocr(keras_ocr, sign):
    """Without a download they are untrained: what counts here is that they fit."""
    detector = keras_ocr_bridge.KerasOcrDetector(keras_ocr.detection.Detector(weights=None))
    recognizer = keras_ocr_bridge.KerasOcrRecognizer(
        keras_ocr.recognition.Recognizer(weights=None, alphabet="abc")
    )
    assert detector.detect([sign])[0].shape[1:] == (4, 2)
    for words in (
        end_to_end.read(sign, TesseractDetector(), recognizer),
        end_to_end.read(sign, detector, TesseractRecognizer()),
    ):
        assert all(0 <= word.bounds[0] <= sign.shape[1] for word in words)
    [word] = recognizer.read([sign])
    height, width = np.asarray(sign).shape[:2]
    assert word.box == ((0, 0), (width, 0), (width, height), (0, height))
    assert set(word.text) <= set("abc")
    assert detector.detector.model.count_params() == 20_780_770


def test_a_truncated_download_is_removed(keras_ocr, tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_OCR_CACHE_DIR", str(tmp_path))
    (tmp_path / "craft_mlt_25k.h5").write_bytes(b"<html>")
    assert len(keras_ocr_bridge.official_weights()) == 1
    keras_ocr_bridge._remove_broken_weights(keras_ocr)
    assert keras_ocr_bridge.official_weights() == []


def test_the_official_weights_are_used_where_they_are(keras_ocr, sign):
    if len(keras_ocr_bridge.official_weights()) < 2:
        pytest.skip("keras-ocr's weights are not in the cache")
    _, sentence = keras_ocr_bridge.make_pipeline()
    assert sentence.startswith("official weights")


def test_a_folder_of_data_forbids_the_network_here_too(keras_ocr, tmp_path, monkeypatch):
    """Without a network any attempt would end in an error; here none is even made."""
    monkeypatch.setenv("KERAS_OCR_CACHE_DIR", str(tmp_path))
    asked = []
    monkeypatch.setattr(
        keras_ocr.tools,
        "download_and_verify",
        lambda *a, **k: asked.append(socket.getdefaulttimeout()),
    )
    for value, count in (("standin", 0), (str(tmp_path), 0), ("", 1)):
        monkeypatch.setenv("OCR_COURSE_DATA", value)
        asked.clear()
        keras_ocr_bridge.make_pipeline(timeout=1)
        assert (len(asked) > 0) == count, value
        assert set(asked) <= {1} and socket.getdefaulttimeout() is None  # for the download alone


def test_weights_that_never_arrive_are_given_up(keras_ocr, tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_OCR_CACHE_DIR", str(tmp_path))
    monkeypatch.setenv("OCR_COURSE_DATA", "")
    monkeypatch.setattr(keras_ocr_bridge, "DOWNLOAD_SECONDS", 0.5)
    never = threading.Event()
    monkeypatch.setattr(keras_ocr.tools, "download_and_verify", lambda *a, **k: never.wait(60))
    assert keras_ocr_bridge.make_pipeline()[1].startswith("keras-ocr's weights are not here")
    never.set()
