"""Real formats, stand-ins, and which of them is used."""

import gzip
import json
import os
import pickle
import struct
import tarfile

import numpy as np
import pytest
from PIL import Image

from ocr_utils import datasets
from ocr_utils.downloads import Download, sha256_of
from ocr_utils.errors import OcrError

RNG = np.random.default_rng(0)
DIGITS = RNG.integers(0, 256, (6, 28, 28), dtype=np.uint8)
DIGIT_LABELS = np.array([3, 1, 4, 1, 5, 9], np.uint8)


@pytest.fixture
def places(tmp_path, monkeypatch):
    """Empty folders instead of the course's own, and no address that answers."""
    for name in ("GENERATED", "DOWNLOADS"):
        monkeypatch.setattr(datasets, name, tmp_path / name.lower())
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setenv("OCR_COURSE_DATA", "")
    for name in ("MNIST_FILE", "CIFAR10_FILE"):
        file = getattr(datasets, name)
        dead = Download(file.name, ("http://127.0.0.1:9/dead",), file.sha256, file.size)
        monkeypatch.setattr(datasets, name, dead)
    return tmp_path


def write_mnist_npz(path):
    np.savez(
        path,
        x_train=DIGITS[:4],
        y_train=DIGIT_LABELS[:4],
        x_test=DIGITS[4:],
        y_test=DIGIT_LABELS[4:],
    )


def write_idx(path, array):
    content = struct.pack(f">HBB{array.ndim}i", 0, 8, array.ndim, *array.shape) + array.tobytes()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)


def write_mnist_idx(folder, suffix):
    for name, array in (
        ("train-images-idx3-ubyte", DIGITS[:4]),
        ("train-labels-idx1-ubyte", DIGIT_LABELS[:4]),
        ("t10k-images-idx3-ubyte", DIGITS[4:]),
        ("t10k-labels-idx1-ubyte", DIGIT_LABELS[4:]),
    ):
        write_idx(folder / (name + suffix), array)


def write_cifar10(folder, per_batch=2):
    """As the official files are pickled: protocol 2, bytes as keys."""
    folder.mkdir(parents=True)
    images = np.zeros((per_batch, 3072), np.uint8)
    images[:, :1024] = 200  # red
    for name in [f"data_batch_{n}" for n in range(1, 6)] + ["test_batch"]:
        batch = {b"data": images, b"labels": [7] * per_batch, b"filenames": [b"a.png"] * per_batch}
        (folder / name).write_bytes(pickle.dumps(batch, protocol=2))


# --- MNIST ------------------------------------------------------------------------------------


def assert_is_the_written_mnist(loaded):
    (x_train, y_train), (x_test, y_test) = loaded
    assert np.array_equal(np.concatenate([x_train, x_test]), DIGITS)
    assert np.array_equal(np.concatenate([y_train, y_test]), DIGIT_LABELS)


def test_mnist_from_a_folder_with_npz(places, monkeypatch):
    write_mnist_npz(places / "mnist.npz")
    monkeypatch.setenv("OCR_COURSE_DATA", str(places))
    loaded, name = datasets.load_mnist()
    assert name == "MNIST (mnist.npz)"
    assert_is_the_written_mnist(loaded)


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_mnist_from_a_folder_with_idx_files(places, monkeypatch, suffix):
    write_mnist_idx(places, suffix)
    monkeypatch.setenv("OCR_COURSE_DATA", str(places))
    loaded, name = datasets.load_mnist()
    assert name == "MNIST (idx files)"
    assert_is_the_written_mnist(loaded)


def test_mnist_from_keras_cache_only_where_it_is_the_true_file(places, monkeypatch, capsys):
    cached = places / "keras" / "datasets" / "mnist.npz"
    cached.parent.mkdir(parents=True)
    write_mnist_npz(cached)
    assert datasets.load_mnist()[1] == datasets.MNIST_STANDIN
    assert "mnist.npz could not be downloaded" in capsys.readouterr().out
    file = Download("mnist.npz", (), sha256_of(cached), cached.stat().st_size)
    monkeypatch.setattr(datasets, "MNIST_FILE", file)
    loaded, name = datasets.load_mnist()
    assert name == "MNIST (mnist.npz)"
    assert_is_the_written_mnist(loaded)


def test_standin_is_forced_even_where_the_real_one_is_cached(places, monkeypatch):
    places.joinpath("downloads").mkdir()
    write_mnist_npz(places / "downloads" / "mnist.npz")
    monkeypatch.setenv("OCR_COURSE_DATA", "standin")
    assert datasets.load_mnist()[1] == datasets.MNIST_STANDIN


def test_a_folder_without_mnist_gives_the_standin_by_name(places, monkeypatch):
    monkeypatch.setenv("OCR_COURSE_DATA", str(places))
    assert datasets.load_mnist()[1] == datasets.MNIST_STANDIN


def test_a_folder_that_does_not_exist_is_named(places, monkeypatch):
    monkeypatch.setenv("OCR_COURSE_DATA", str(places / "nowhere"))
    with pytest.raises(OcrError, match="nowhere, which is no folder"):
        datasets.load_mnist()


def test_mnist_standin_is_handwriting_that_can_be_learned(places):
    ((x_train, y_train), (x_test, y_test)), _ = datasets.load_mnist()
    assert x_train.shape == (1437, 28, 28) and x_test.shape == (360, 28, 28)
    assert set(y_test) == set(range(10))
    assert x_train[:, :4].max() == 0 and x_train.max() == 255  # a black frame, as MNIST has
    distances = ((x_test[:60, None].astype(float) - x_train[None].astype(float)) ** 2).sum((2, 3))
    assert (y_train[distances.argmin(1)] == y_test[:60]).mean() > 0.8


@pytest.mark.parametrize("broken", [b"", b"PK\3\4 half a file", b"\0" * 5000])
def test_a_broken_npz_is_named(places, broken):
    (places / "mnist.npz").write_bytes(broken)
    with pytest.raises(OcrError, match="mnist.npz is not MNIST's .*get it again"):
        datasets.read_mnist_npz(places / "mnist.npz")


@pytest.mark.parametrize(
    "cut, message",
    [
        (slice(0, -10), "is cut off"),
        (slice(0, 9), "is cut off"),
        (slice(0, 16), "is cut off"),
        (slice(0, 2), "not an idx"),
        (slice(1, None), "not an idx"),
    ],
)
def test_a_broken_idx_file_is_named(places, cut, message):
    path = places / "train-images-idx3-ubyte"
    write_idx(path, DIGITS)
    path.write_bytes(path.read_bytes()[cut])
    with pytest.raises(OcrError, match=f"train-images-idx3-ubyte.*{message}"):
        datasets.read_idx(path)


def test_a_truncated_gz_and_a_missing_file_are_named(places):
    write_mnist_idx(places, ".gz")
    path = places / "t10k-images-idx3-ubyte.gz"
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(OcrError, match="t10k-images-idx3-ubyte.gz cannot be read"):
        datasets.read_mnist_idx(places)
    path.unlink()
    with pytest.raises(OcrError, match="t10k-images-idx3-ubyte.gz cannot be read"):
        datasets.read_mnist_idx(places)


# --- CIFAR-10 ---------------------------------------------------------------------------------


def test_cifar10_from_official_batches(places, monkeypatch):
    write_cifar10(places / "cifar-10-batches-py")
    monkeypatch.setenv("OCR_COURSE_DATA", str(places))
    ((x_train, y_train), (x_test, y_test)), name = datasets.load_cifar10()
    assert name == "CIFAR-10"
    assert x_train.shape == (10, 32, 32, 3) and y_train.tolist() == [7] * 10
    assert x_test[0, 5, 5].tolist() == [200, 0, 0]  # channels last, RGB


def test_cifar10_archive_is_unpacked_whole(places, monkeypatch):
    write_cifar10(places / "source" / "cifar-10-batches-py")
    archive = places / "downloads" / "cifar-10-python.tar.gz"
    archive.parent.mkdir()
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(places / "source" / "cifar-10-batches-py", "cifar-10-batches-py")
    file = Download(archive.name, (), sha256_of(archive), archive.stat().st_size)
    monkeypatch.setattr(datasets, "CIFAR10_FILE", file)
    assert datasets.load_cifar10()[1] == "CIFAR-10"
    assert (places / "downloads" / "cifar-10-batches-py" / "test_batch").exists()
    archive.unlink()
    assert datasets.load_cifar10()[1] == "CIFAR-10"  # from the unpacked folder


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x80\x04garbage",
        pickle.dumps({b"labels": [1]}),
        pickle.dumps({b"data": np.zeros((2, 5)), b"labels": [1, 2]}),
    ],
)
def test_a_broken_batch_is_named(places, content):
    write_cifar10(places / "batches")
    (places / "batches" / "data_batch_3").write_bytes(content)
    with pytest.raises(OcrError, match="data_batch_3 is not a batch of CIFAR-10"):
        datasets.read_cifar10(places / "batches")


def test_a_pickle_cannot_run_code(places):
    class Evil:
        def __reduce__(self):
            return os.mkdir, (str(places / "evil"),)

    write_cifar10(places / "batches")
    (places / "batches" / "test_batch").write_bytes(pickle.dumps({b"data": Evil()}))
    with pytest.raises(OcrError, match=r"it holds \w+.mkdir"):
        datasets.read_cifar10(places / "batches")
    assert not (places / "evil").exists()


def test_cifar10_standin_is_deterministic_and_official(places):
    first, second = (datasets.build_cifar10(places / name, per_batch=20) for name in "ab")
    for name in ("data_batch_1", "data_batch_5", "test_batch"):
        assert (first / name).read_bytes() == (second / name).read_bytes()
    (x_train, y_train), (x_test, y_test) = datasets.read_cifar10(first)
    assert x_train.shape == (100, 32, 32, 3) and np.bincount(y_test).tolist() == [2] * 10
    from keras.src.datasets.cifar import load_batch

    data, labels = load_batch(str(first / "test_batch"))  # Keras's own reader takes it too
    assert np.array_equal(data.transpose(0, 2, 3, 1), x_test) and labels == y_test.tolist()


@pytest.mark.filterwarnings("ignore:lbfgs failed")
def test_cifar10_standin_cannot_be_told_by_color(places):
    """Mean and spread of the colors, and the raw pixels in a linear model, say little."""
    from sklearn.linear_model import LogisticRegression

    (x_train, y_train), (x_test, y_test) = datasets.read_cifar10(
        datasets.build_cifar10(places, per_batch=200)
    )
    x_train, x_test = x_train / 255, x_test / 255

    def accuracy(features):
        model = LogisticRegression(max_iter=100).fit(features(x_train), y_train)
        return model.score(features(x_test), y_test)

    assert accuracy(lambda x: np.concatenate([x.mean((1, 2)), x.std((1, 2))], axis=1)) < 0.25
    assert accuracy(lambda x: x[:, ::4, ::4].reshape(len(x), -1)) < 0.4


def test_a_failed_build_leaves_nothing(places, monkeypatch):
    def full_disk(*args, **arrays):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(datasets, "_write_batch", full_disk)
    with pytest.raises(OcrError, match="cifar-10-batches-py .*the disk is full"):
        datasets.build_cifar10(places / "new", per_batch=10)
    assert list((places / "new").iterdir()) == []
    monkeypatch.setattr(np, "savez_compressed", full_disk)
    with pytest.raises(OcrError, match="mnist.npz"):
        datasets.build_mnist(places / "new")
    assert list((places / "new").iterdir()) == []


# --- words and pages --------------------------------------------------------------------------


def make_mj(root, split):
    folder = root / "MJ" / f"MJ_{split}"
    folder.mkdir(parents=True)
    (folder / "data.mdb").write_bytes(b"")
    return folder


def test_find_mj_prefers_the_real_one_and_names_what_it_found(places, monkeypatch):
    with pytest.raises(OcrError, match="MJ_train are not there yet: run .*course_data"):
        datasets.find_mj("train")
    standin = make_mj(places / "generated", "train")
    assert datasets.find_mj("train") == (standin, datasets.MJ_STANDIN)
    real = make_mj(places / "real", "train")
    monkeypatch.setenv("OCR_COURSE_DATA", str(places / "real"))
    assert datasets.find_mj("train") == (real, "MJSynth")
    monkeypatch.setenv("OCR_COURSE_DATA", "standin")
    assert datasets.find_mj("train") == (standin, datasets.MJ_STANDIN)
    with pytest.raises(OcrError, match="no split 'dev': choose train, valid or test"):
        datasets.find_mj("dev")


def test_load_pages_gives_images_and_legible_words(places):
    with pytest.raises(OcrError, match="no pages of the kind 'signs'.*course_data"):
        datasets.load_pages("signs")
    folder = places / "generated" / "pages" / "signs"
    (folder / "images").mkdir(parents=True)
    Image.new("RGB", (40, 30), (9, 8, 7)).save(folder / "images" / "0.png")
    box = [[1, 2], [9, 2], [9, 6], [1, 6]]
    words = [
        {"points": box, "text": "EXIT", "ignore": False},
        {"points": box, "text": "", "ignore": True},
    ]
    page = {"image": "images/0.png", "width": 40, "height": 30, "words": words}
    (folder / "pages.json").write_text(json.dumps({"pages": [page]}))
    [(image, found)] = datasets.load_pages("signs")
    assert image.shape == (30, 40, 3) and image[0, 0].tolist() == [9, 8, 7]
    assert [(word.text, word.bounds) for word in found] == [("EXIT", (1, 2, 9, 6))]
