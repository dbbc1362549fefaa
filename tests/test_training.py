"""Training goes on after a kill as if nothing had happened."""

import json

import numpy as np
import pytest

from ocr_utils.labels import PRINTABLE
from ocr_utils.paths import WEIGHTS
from ocr_utils.weights import save_weights
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
        model = keras.Sequential(
            [
                keras.layers.Input((6,)),
                keras.layers.Dense(4),
                keras.layers.BatchNormalization(),
                keras.layers.Dense(2),
            ]
        )
        model.compile(make(1e-2), loss="mse", jit_compile=False)
        return model

    data = [
        (np.random.default_rng(i).normal(size=(8, 6)).astype("float32"), np.ones((8, 2), "float32"))
        for i in range(6)
    ]
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


def test_muon_moves_a_kernel_alike_in_every_direction_and_leaves_biases_to_adam():
    import keras

    from training.muon import Muon

    kernel = keras.Variable(np.zeros((3, 3, 2, 4), "float32"), name="kernel")
    bias = keras.Variable(np.zeros(4, "float32"), name="bias")
    lopsided = np.random.default_rng(0).normal(size=(18, 4)).astype("float32") * [1, 10, 100, 1000]
    optimizer = Muon(0.1)
    optimizer.apply(
        [lopsided.reshape(kernel.shape).astype("float32"), np.ones(4, "float32")], [kernel, bias]
    )
    strengths = np.linalg.svd(np.array(kernel).reshape(18, 4), compute_uv=False)
    assert strengths.max() < 2 * strengths.min()
    np.testing.assert_allclose(np.array(bias), -0.1, rtol=1e-3)  # Adam's first step: the rate


def test_a_wider_network_goes_on_from_a_narrower_one(tmp_path):
    from ocr_utils import crnn
    from training import train_recognizer

    narrow = crnn.build_crnn_model((100, 32, 1), PRINTABLE, channels=(4, 6), lstm_units=(5,))
    wide = crnn.build_crnn_model((100, 32, 1), PRINTABLE, channels=(6, 8), lstm_units=(9,))
    shipped = json.loads((WEIGHTS / "recognizer.json").read_text(encoding="utf-8"))
    architecture = shipped["architecture"] | {"channels": (4, 6), "lstm_units": (5,)}
    sha256 = save_weights(narrow, tmp_path / "small.npz")
    card = shipped | {"architecture": architecture, "sha256": sha256}
    (tmp_path / "small.json").write_text(json.dumps(card))
    (tmp_path / "small_log.csv").write_text("step\n7\n")
    step = train_recognizer.go_on_from(tmp_path / "small.npz", wide, tmp_path)
    assert step == stream.EASY_STEPS and (tmp_path / "log.csv").read_text() == "step\n7\n"
    images = np.random.default_rng(0).random((2, 100, 32, 1), np.float32)
    np.testing.assert_allclose(np.array(wide(images)), np.array(narrow(images)), atol=1e-2)
