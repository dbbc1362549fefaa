"""Real formats, stand-ins, and which of them is used."""

import contextlib
import gzip
import json
import struct
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from ocr_data import course_data, datasets
from ocr_data.atomic import hidden_folder
from ocr_data.downloads import Download, sha256_of
from ocr_utils.errors import OcrError
from tests.test_cifar10 import write_cifar10

RNG = np.random.default_rng(0)
DIGITS = RNG.integers(0, 256, (6, 28, 28), dtype=np.uint8)
DIGIT_LABELS = np.array([3, 1, 4, 1, 5, 9], np.uint8)


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


@pytest.mark.parametrize("seed", range(60))
def test_a_damaged_npz_is_named_or_read(places, seed):
    rng = np.random.default_rng(seed)
    write_mnist_npz(places / "mnist.npz")
    content = bytearray((places / "mnist.npz").read_bytes())
    for place in rng.integers(0, len(content), 1 + seed % 9):
        content[place] = rng.integers(256)
    (places / "mnist.npz").write_bytes(content[: rng.integers(len(content)) if seed % 3 else None])
    with contextlib.suppress(OcrError):
        datasets.read_mnist_npz(places / "mnist.npz")


@pytest.mark.parametrize("seed", range(60))
@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_damaged_idx_files_are_named_or_read(places, seed, suffix):
    rng = np.random.default_rng(seed)
    write_mnist_idx(places, suffix)
    path = places / f"train-images-idx3-ubyte{suffix}"
    content = bytearray(path.read_bytes())
    for place in rng.integers(0, 30 if seed % 2 else len(content), 1 + seed % 5):
        content[place] = rng.integers(256)
    path.write_bytes(content)
    with contextlib.suppress(OcrError):
        datasets.read_mnist_idx(places)


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


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b'{"pages": [{}]}', b'{"pages": 3}', b"\xff"]
)
def test_a_damaged_list_of_pages_is_named(places, content):
    folder = places / "generated" / "pages" / "signs"
    folder.mkdir(parents=True)
    (folder / "pages.json").write_bytes(content)
    with pytest.raises(OcrError, match="pages.json is damaged .*course_data"):
        datasets.load_pages("signs")


def test_korean_pages_are_read_as_utf8_whatever_the_system_writes_in():
    """Windows has an encoding of its own; Python can tell who relies on that."""
    rely = ["-X", "warn_default_encoding", "-W", "error::EncodingWarning:ocr_data.datasets"]
    code = "from ocr_data.datasets import load_pages; load_pages('korean')"
    assert subprocess.run([sys.executable, *rely, "-c", code]).returncode == 0


# --- what the loaders stand on ------------------------------------------------------------------


def test_every_name_that_the_loaders_offer_is_there():
    assert [name for name in datasets.__all__ if not hasattr(datasets, name)] == []


def test_data_come_over_https_from_addresses_that_end_in_the_files_name():
    for file in (datasets.MNIST_FILE, datasets.CIFAR10_FILE):
        assert len(file.urls) == 2  # the second helps where the first is gone
        for url in file.urls:
            assert url.startswith("https://") and url.endswith("/" + file.name)


def test_keras_keeps_its_data_below_home(places, monkeypatch):
    monkeypatch.delenv("KERAS_HOME")
    monkeypatch.setenv("HOME", str(places))
    monkeypatch.setenv("USERPROFILE", str(places))
    cached = places / ".keras" / "datasets" / "mnist.npz"
    cached.parent.mkdir(parents=True)
    write_mnist_npz(cached)
    file = Download("mnist.npz", (), sha256_of(cached), cached.stat().st_size)
    monkeypatch.setattr(datasets, "MNIST_FILE", file)
    assert_is_the_written_mnist(datasets.load_mnist()[0])


@pytest.mark.parametrize("content", [b"\0\0\x08\0", b"\0\0\x08\0more"])
def test_an_idx_file_without_a_size_is_cut_off(places, content):
    (places / "labels").write_bytes(content)
    with pytest.raises(OcrError, match="is cut off"):
        datasets.read_idx(places / "labels")


def test_the_standin_is_as_bright_as_the_handwriting_it_enlarges(places):
    from sklearn.datasets import load_digits

    ((x_train, y_train), _), _ = datasets.load_mnist()
    shares = load_digits().images[:1437].mean(axis=(1, 2)) / 16
    assert np.corrcoef(shares, x_train.mean(axis=(1, 2)))[0, 1] > 0.9
    edges = x_train[:, 4:24, 4:24].max(axis=0)
    assert edges[0].any() and edges[-1].any() and edges[:, 0].any()  # it fills the middle


def test_the_standin_is_white_on_black(places):
    ((x_train, _), (x_test, _)), _ = datasets.load_mnist()
    for images in (x_train, x_test):
        assert images[:, :4].max() == images[:, :, :4].max() == 0  # a margin as MNIST has it
        assert (images[:, 4:24, 4:24] == 0).mean() > 0.3 and images.max() == 255


def test_a_file_without_pictures_is_a_data_set_without_pictures(places):
    nothing = {"x": np.zeros((0, 28, 28), np.uint8), "y": np.zeros(0, np.uint8)}
    parts = {f"{name}_{part}": nothing[name] for name in "xy" for part in ("train", "test")}
    np.savez(places / "mnist.npz", **parts)
    (x_train, y_train), _ = datasets.read_mnist_npz(places / "mnist.npz")
    assert x_train.shape == (0, 28, 28) and y_train.shape == (0,)


def find_train():
    return datasets.find_mj("train")


# --- stand-ins that are still being made --------------------------------------------------------


def write_pages(folder):
    (folder / "signs").mkdir(parents=True)
    (folder / "signs" / "pages.json").write_text(json.dumps({"pages": []}))


@pytest.mark.parametrize(
    "name, write, load",
    [
        ("pages", write_pages, lambda: datasets.load_pages("signs")),
        ("mnist.npz", write_mnist_npz, datasets.load_mnist),
        ("cifar-10-batches-py", write_cifar10, datasets.load_cifar10),
        ("MJ/MJ_train", lambda folder: make_mj(folder.parents[1], "train"), find_train),
    ],
)
def test_a_loader_waits_for_the_set_up_that_makes_its_data(
    places, monkeypatch, capsys, name, write, load
):
    monkeypatch.setenv("OCR_COURSE_DATA", "standin")
    place = datasets.GENERATED / name
    monkeypatch.setattr(datasets.time, "sleep", lambda seconds: write(place))  # the other process
    with hidden_folder(datasets.GENERATED / course_data.BUILD):
        load()
        assert capsys.readouterr().out.startswith(f"{name} is still being made")
        load()
    assert capsys.readouterr().out == ""
