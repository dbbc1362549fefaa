"""Training goes on after a kill as if nothing had happened."""

import csv
import itertools
import json
from types import SimpleNamespace

import keras
import numpy as np
import pytest

from ocr_utils.labels import PRINTABLE
from ocr_utils.paths import WEIGHTS
from ocr_utils.weights import save_weights
from training import checkpoint, grafts, log, loop, rectify, stream


def test_batch_number_n_is_always_the_same_batch():
    first = stream.make_batch(5, 3, 4, (100, 32))
    again = stream.make_batch(5, 3, 4, (100, 32))
    other = stream.make_batch(5, 4, 4, (100, 32))
    np.testing.assert_array_equal(first[0], again[0])
    assert first[1] == again[1] != other[1]
    assert first[0].shape == (4, 100, 32, 1) and first[0].dtype == np.uint8


ROW = {"generated": 0, "real": ""}


def _model(name="Muon"):
    import keras

    from training.muon import Muon

    keras.utils.set_random_seed(1)
    layers = keras.layers
    model = keras.Sequential(
        [layers.Input((6,)), layers.Dense(4), layers.BatchNormalization(), layers.Dense(2)]
    )
    make = {"AdamW": keras.optimizers.AdamW, "Muon": Muon}[name]
    model.compile(make(1e-2, use_ema=True), loss="mse", jit_compile=False)
    return model


def _batches(step):
    """Batch number n is a function of n, from batch `step` on; 8 samples each."""
    while True:
        x = np.random.default_rng(step).normal(size=(8, 6)).astype("float32")
        yield x, np.ones((8, 2), "float32")
        step += 1


def _train(folder, name="Muon", steps=7):
    """Start a run, or go on with it; returns the model."""
    model = _model(name)
    progress = loop.resume(model, folder)
    args = SimpleNamespace(steps=steps, minutes=9, every=2, rate=0.01, warmup=1, decay=0.5)
    loop.train(model, folder, progress, _batches(progress.step), lambda: ROW, args)
    return model


def _log(folder):
    rows = csv.DictReader((folder / "log.csv").open())
    return [(int(row["step"]), int(row["samples"])) for row in rows]


@pytest.mark.parametrize("name", ["AdamW", "Muon"])
@pytest.mark.parametrize("killed", ["before the log", "before the checkpoint"])
def test_a_killed_run_goes_on_as_if_nothing_had_happened(tmp_path, monkeypatch, name, killed):
    """Weights, averages, rows and samples are those of a run that nobody killed."""
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    whole.mkdir()
    broken.mkdir()
    expected = _train(whole, name)
    module, function = {
        "before the log": (log, "append"),
        "before the checkpoint": (checkpoint, "save"),
    }[killed]
    real, calls = getattr(module, function), []

    def dies_the_second_time(*args, **kwargs):
        calls.append(args)
        if len(calls) == 2:
            raise KeyboardInterrupt
        real(*args, **kwargs)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(module, function, dies_the_second_time)
        _train(broken, name)
    resumed = _train(broken, name)
    assert _log(broken) == _log(whole) == [(2, 16), (4, 32), (6, 48), (7, 56)]
    for a, b in zip(
        expected.get_weights() + expected.optimizer.variables,
        resumed.get_weights() + resumed.optimizer.variables,
        strict=True,
    ):
        np.testing.assert_allclose(np.array(a), np.array(b), rtol=1e-5, atol=1e-6)
    assert not list(broken.glob("*.tmp"))


def test_a_finished_run_started_again_stays_as_it_is(tmp_path):
    finished, again = _train(tmp_path), _train(tmp_path)
    assert len(_log(tmp_path)) == 4
    for a, b in zip(finished.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    further = _train(tmp_path, steps=9)  # its end moved, it goes on
    assert _log(tmp_path)[-1] == (9, 72)
    assert any(
        (a != b).any() for a, b in zip(finished.get_weights(), further.get_weights(), strict=True)
    )


def test_no_checkpoint_means_the_beginning(tmp_path):
    assert loop.resume(_model(), tmp_path) == loop.Progress(0, 0, 0.0)


def test_a_checkpoint_of_another_network_is_refused(tmp_path):
    _train(tmp_path, "Muon")
    with pytest.raises(SystemExit, match="another network"):
        loop.resume(_model("AdamW"), tmp_path)


def test_the_averaged_weights_are_a_mean_of_those_passed_through(tmp_path):
    model = _model()
    model.optimizer.ema_momentum = 0.5
    passed = []
    for x, y in itertools.islice(_batches(0), 3):
        model.train_on_batch(x, y)
        passed.append(np.array(model.trainable_variables[0]))
    with loop.averaged(model):
        average = np.array(model.trainable_variables[0])
    np.testing.assert_allclose(average, passed[0] / 4 + passed[1] / 4 + passed[2] / 2, rtol=1e-5)
    np.testing.assert_array_equal(np.array(model.trainable_variables[0]), passed[2])


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
    wide = crnn.build_crnn_model((128, 32, 1), PRINTABLE, channels=(6, 8), lstm_units=(9,))
    shipped = json.loads((WEIGHTS / "recognizer.json").read_text(encoding="utf-8"))
    architecture = shipped["architecture"] | {"channels": (4, 6), "lstm_units": (5,)}
    sha256 = save_weights(narrow, tmp_path / "small.npz")
    card = shipped | {"architecture": architecture, "sha256": sha256}
    (tmp_path / "small.json").write_text(json.dumps(card))
    (tmp_path / "small_log.csv").write_text("samples,minutes\n7,0.5\n")
    progress = train_recognizer.go_on_from(tmp_path / "small.npz", wide, tmp_path)
    assert progress == (stream.EASY_STEPS, 7, 0.5)
    images = np.random.default_rng(0).random((2, 128, 32, 1), np.float32)
    longer = crnn.build_crnn_model((128, 32, 1), PRINTABLE, channels=(4, 6), lstm_units=(5,))
    longer.set_weights(narrow.get_weights())
    np.testing.assert_allclose(np.array(wide(images)), np.array(longer(images)), atol=1e-2)


def test_the_fused_step_has_the_gradients_and_averages_of_the_plain_one():
    import tensorflow as tf

    from ocr_utils.crnn import build_crnn_model
    from training.fused import fuse

    keras.utils.set_random_seed(0)
    model = build_crnn_model((64, 32, 1), PRINTABLE, channels=(8, 16, 16, 16), lstm_units=(16,))
    start, images = model.get_weights(), np.random.default_rng(0).random((8, 64, 32, 1), np.float32)
    labels = np.arange(1, 41).reshape(8, 5)

    def step():
        model.set_weights(start)
        with tf.GradientTape() as tape:
            loss = keras.losses.CTC()(labels, model(images, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        return float(loss), *map(np.array, [*gradients, *model.non_trainable_variables])

    plain = step()
    fuse(model)
    for one, other in zip(plain, step(), strict=True):
        assert np.abs(one - other).max() < 1e-3 * max(1e-3, np.abs(one).max())
    assert {"Fused", "Turned"} <= {type(layer).__name__ for layer in model.layers}


@pytest.mark.parametrize(
    "row",
    [
        "a convolution along the line before the recurrent layer",
        "straightened first (TPS)",
        "wider layers",
    ],
)
def test_a_graft_reads_at_first_as_what_it_was_grafted_on(row):
    image = np.random.default_rng(0).random((2, 128, 32, 1), np.float32)
    before, after = (grafts.ROWS[name]() for name in ("as it is", row))
    assert after.count_params() > before.count_params()
    np.testing.assert_allclose(before(image), after(image), atol=2e-3)


def test_pins_that_move_by_three_pixels_move_the_picture_by_three():
    image = np.random.default_rng(0).random((1, 64, 32, 1), np.float32)
    shifts = np.zeros((1, rectify.PINS, 2), np.float32)
    shifts[..., 0] = 2 * 3 / 63
    moved = np.array(rectify.Rectify()([image, shifts]))
    np.testing.assert_allclose(moved[0, :-4], image[0, 3:-1], atol=1e-3)
