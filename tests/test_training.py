"""Training goes on after a kill as if nothing had happened; exports refuse what does not fit."""

import json

import cv2
import numpy as np
import pytest

from ocr_utils import OcrError, recognizer
from ocr_utils.labels import PRINTABLE
from training import checkpoint, stream


def test_batch_number_n_is_always_the_same_batch():
    first = stream.make_batch(5, 3, 4, (100, 32))
    again = stream.make_batch(5, 3, 4, (100, 32))
    other = stream.make_batch(5, 4, 4, (100, 32))
    np.testing.assert_array_equal(first[0], again[0])
    assert first[1] == again[1] != other[1]
    assert first[0].shape == (4, 100, 32, 1) and first[0].dtype == np.uint8


@pytest.mark.parametrize("name", ["AdamW", "Muon"])
def test_a_resumed_run_equals_an_uninterrupted_one(tmp_path, name):
    import keras

    from training.muon import Muon

    make = {"AdamW": keras.optimizers.AdamW, "Muon": Muon}[name]

    def fresh():
        keras.utils.set_random_seed(1)
        model = keras.Sequential([keras.layers.Input((6,)), keras.layers.Dense(4),
                                  keras.layers.BatchNormalization(), keras.layers.Dense(2)])
        model.compile(make(1e-2), loss="mse", jit_compile=False)
        return model

    data = [(np.random.default_rng(i).normal(size=(8, 6)).astype("float32"),
             np.ones((8, 2), "float32")) for i in range(6)]
    whole = fresh()
    for step, (x, y) in enumerate(data):
        if step == 3:
            checkpoint.save(tmp_path / "c.npz", whole, step)
        whole.train_on_batch(x, y)
    resumed = fresh()
    step = checkpoint.restore(tmp_path / "c.npz", resumed)
    assert step == 3
    for x, y in data[step:]:
        resumed.train_on_batch(x, y)
    for a, b in zip(whole.get_weights(), resumed.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-7)
    assert not list(tmp_path.glob("*.tmp"))


def test_no_checkpoint_means_step_zero(tmp_path):
    assert checkpoint.restore(tmp_path / "none.npz", None) == 0


def test_weights_of_another_alphabet_or_network_are_refused_by_name(tmp_path, monkeypatch):
    monkeypatch.setattr(recognizer, "WEIGHTS", tmp_path)
    with pytest.raises(OcrError, match="missing.json is missing"):
        recognizer.load_recognizer("missing")
    (tmp_path / "digits.json").write_text(json.dumps({"alphabet": "0123456789"}))
    with pytest.raises(OcrError, match="digits.json was trained for another alphabet"):
        recognizer.load_recognizer("digits")
    (tmp_path / "broken.json").write_text("{")
    with pytest.raises(OcrError, match="broken.json is not readable"):
        recognizer.load_recognizer("broken")
    (tmp_path / "other.json").write_text(json.dumps({"alphabet": PRINTABLE}))
    (tmp_path / "other.weights.h5").write_bytes(b"not weights")
    with pytest.raises(OcrError, match="other.weights.h5"):
        recognizer.load_recognizer("other")


def test_muon_moves_a_kernel_alike_in_every_direction_and_leaves_biases_to_adam():
    import keras

    from training.muon import Muon

    kernel = keras.Variable(np.zeros((3, 3, 2, 4), "float32"), name="kernel")
    bias = keras.Variable(np.zeros(4, "float32"), name="bias")
    lopsided = np.random.default_rng(0).normal(size=(18, 4)).astype("float32") * [1, 10, 100, 1000]
    optimizer = Muon(0.1)
    optimizer.apply([lopsided.reshape(kernel.shape).astype("float32"), np.ones(4, "float32")],
                    [kernel, bias])
    strengths = np.linalg.svd(np.array(kernel).reshape(18, 4), compute_uv=False)
    assert strengths.max() < 2 * strengths.min()
    np.testing.assert_allclose(np.array(bias), -0.1, rtol=1e-3)  # Adam's first step: the rate


def test_a_wider_network_goes_on_from_a_narrower_one(tmp_path):
    from ocr_utils import crnn
    from training import train_recognizer

    narrow = crnn.build_crnn_model((100, 32, 1), PRINTABLE, channels=(4, 6), lstm_units=(5,))
    wide = crnn.build_crnn_model((100, 32, 1), PRINTABLE, channels=(6, 8), lstm_units=(9,))
    narrow.save_weights(tmp_path / "small.weights.h5")
    card = {"architecture": {"channels": (4, 6), "lstm_units": (5,)}}
    (tmp_path / "small.json").write_text(json.dumps(card))
    (tmp_path / "small_log.csv").write_text("step\n7\n")
    step = train_recognizer.go_on_from(tmp_path / "small.weights.h5", wide, tmp_path)
    assert step == stream.EASY_STEPS and (tmp_path / "log.csv").read_text() == "step\n7\n"
    images = np.random.default_rng(0).random((2, 100, 32, 1), np.float32)
    np.testing.assert_allclose(np.array(wide(images)), np.array(narrow(images)), atol=1e-5)


def test_words_that_stand_on_end_are_read_lying():
    reader = recognizer.load_recognizer()
    word = np.full((40, 170, 3), 255, np.uint8)
    cv2.putText(word, "STATION", (8, 30), cv2.FONT_HERSHEY_SIMPLEX, 1.1, (0, 0, 0), 2, cv2.LINE_AA)
    lying, falling, rising = reader.read([word, np.rot90(word, -1), np.rot90(word)])
    assert lying.text == falling.text == rising.text == "STATION"
    assert lying.box[0] == (0, 0)  # a box begins at the text's own top left corner
    assert falling.box[0] == (40, 0) and rising.box[0] == (0, 170)


def test_a_second_look_never_makes_a_word_less_sure_and_leaves_sure_ones_alone():
    from ocr_utils.synth.scene import scene_sample

    shipped = recognizer.load_recognizer()
    reader = recognizer.Recognizer(shipped.model, shipped.card | {"temperature": 1.0})
    crops = [scene_sample(3, index)[0] for index in range(60)]
    pairs = list(zip(reader.read(crops, second_look=False), reader.read(crops), strict=True))
    assert all(second.confidence >= first.confidence - 1e-4 for first, second in pairs)
    assert any(second.confidence > first.confidence + 0.1 for first, second in pairs)
    assert all(second.text == first.text for first, second in pairs
               if first.confidence >= recognizer.UNSURE)
