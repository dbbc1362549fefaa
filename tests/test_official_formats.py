"""Lessons 04, 05 and 06 on data in the official formats that are not the stand-ins."""

import nbformat
import numpy as np
import pytest

from ocr_data import datasets
from ocr_data.lmdb_words import count_words, read_label, reading
from tests import official_formats


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return official_formats.write(tmp_path_factory.mktemp("official"))


@pytest.fixture
def in_use(folder, monkeypatch):
    monkeypatch.setenv("OCR_COURSE_DATA", str(folder))


def test_the_loaders_take_them_for_the_published_sets(in_use):
    (train, test), name = datasets.load_mnist()
    assert name == "MNIST (mnist.npz)" and (len(train[0]), len(test[0])) == (12_000, 2_000)
    (train, test), name = datasets.load_cifar10()
    assert name == "CIFAR-10" and train[0].shape == (12_500, 32, 32, 3)
    assert [datasets.find_mj(split)[1] for split in ("train", "valid", "test")] == ["MJSynth"] * 3
    assert count_words(datasets.find_mj("train")[0]) == 3_000


def test_in_these_pictures_a_network_gains_nothing_over_the_mean_color(in_use):
    (train, test), _ = datasets.load_cifar10()
    color, unknown = train[0].mean((1, 2)), test[0].mean((1, 2))
    centers = np.stack([np.median(color[train[1] == k], axis=0) for k in range(10)])
    nearest = ((unknown[:, None] - centers) ** 2).sum(2).argmin(1)
    assert 0.70 < (nearest == test[1]).mean() < 0.78  # the labels allow 75 %


def test_in_these_words_lengths_and_case_are_others(in_use):
    folder, _ = datasets.find_mj("test")
    with reading(folder) as txn:
        labels = [read_label(txn, index, folder) for index in range(1, 301)]
    lengths = [len(label) for label in labels]
    assert lengths.count(1) >= 30 and max(lengths) > 16
    assert np.mean([label.islower() for label in labels]) > 0.8


@pytest.mark.parametrize("lesson", ["04", "05", "06"])
def test_a_lesson_runs_on_them_and_claims_nothing_false(lesson, folder):
    official_formats.run_lesson(lesson, folder)


def test_lesson_05_takes_resnet50_where_its_weights_lie(tmp_path):
    path = official_formats.write_resnet50(tmp_path)
    import keras
    from keras import layers

    cells = nbformat.read(official_formats.ROOT / "notebooks/05_cifar10_cnn.ipynb", 4).cells
    sources = {cell.id: cell.source for cell in cells}
    assert path.name in sources["which-backbone"]
    page = {"keras": keras, "layers": layers, "np": np, "weights": path}
    exec(sources["resnet50-backbone"], page)
    exec(sources["build-model"].split("\n\n\nmodel =")[0], page)
    model = page["build_model"](page["resnet50_backbone"]((96, 96)), 4)
    assert page["count_learning"](model) == 2_102_276
    picture = np.random.default_rng(0).random((1, 96, 96, 3), np.float32)
    answer = model.predict(picture, verbose=0)
    assert answer.shape == (1, 4)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(loaded.predict(picture, verbose=0), answer, atol=1e-4)
