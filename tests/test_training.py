"""Training goes on after a kill as if nothing had happened; exports refuse what does not fit."""

import json

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


def test_a_resumed_run_equals_an_uninterrupted_one(tmp_path):
    import keras

    def fresh():
        keras.utils.set_random_seed(1)
        model = keras.Sequential([keras.layers.Input((6,)), keras.layers.Dense(4),
                                  keras.layers.BatchNormalization(), keras.layers.Dense(2)])
        model.compile(keras.optimizers.AdamW(1e-2), loss="mse", jit_compile=False)
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
