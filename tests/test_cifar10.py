"""CIFAR-10: the official files, damaged ones, and the stand-in."""

import gzip
import inspect
import os
import pickle
import tarfile
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from ocr_data import cifar10, course_data, datasets
from ocr_data.downloads import Download, sha256_of
from ocr_synth import object_scenes
from ocr_utils.errors import OcrError


def write_cifar10(folder, per_batch=2):
    """As the official files are pickled: protocol 2, bytes as keys."""
    folder.mkdir(parents=True)
    images = np.zeros((per_batch, 3072), np.uint8)
    images[:, :1024] = 200  # red
    for name in [f"data_batch_{n}" for n in range(1, 6)] + ["test_batch"]:
        batch = {b"data": images, b"labels": [7] * per_batch, b"filenames": [b"a.png"] * per_batch}
        (folder / name).write_bytes(pickle.dumps(batch, protocol=2))


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
    monkeypatch.delattr(tarfile, "data_filter", raising=False)  # as before Python 3.11.4
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
def test_color_helps_with_the_cifar10_standin_and_is_not_enough(places):
    """Mean and spread of the colors say something, a linear model of pixels not much more."""
    from sklearn.linear_model import LogisticRegression

    (x_train, y_train), (x_test, y_test) = datasets.read_cifar10(
        datasets.build_cifar10(places, per_batch=200)
    )
    x_train, x_test = x_train / 255, x_test / 255

    def accuracy(features):
        model = LogisticRegression(max_iter=100).fit(features(x_train), y_train)
        return model.score(features(x_test), y_test)

    colors = accuracy(lambda x: np.concatenate([x.mean((1, 2)), x.std((1, 2))], axis=1))
    assert 0.2 < colors < 0.45
    assert accuracy(lambda x: x[:, ::4, ::4].reshape(len(x), -1)) < 0.6


def test_many_objects_can_be_told_from_their_ground_by_color_alone():
    """Three in four are as bright as the ground behind them, and have another hue."""
    gray_steps, color_steps = [], []
    for number in range(80):
        rng = np.random.default_rng([5, number])
        ground = object_scenes.ground("horse", 32, rng)
        body = object_scenes.colors("horse", ground, rng)[0]
        canvas = np.full_like(ground, body)
        object_scenes.match_brightness(canvas, ground, np.ones((32, 32), np.float32))
        step = canvas.astype(float) - ground
        gray_steps.append(np.abs(step @ object_scenes.BRIGHTNESS).mean())
        color_steps.append(np.abs(step).mean())
    assert np.median(gray_steps) < 4 and np.quantile(color_steps, 0.1) > 12
    assert 0.6 < object_scenes.AS_BRIGHT < 0.9


def test_a_failed_build_leaves_nothing(places, monkeypatch):
    def full_disk(*args, **arrays):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cifar10, "_write_batch", full_disk)
    with pytest.raises(OcrError, match="cifar-10-batches-py .*the disk is full"):
        datasets.build_cifar10(places / "new", per_batch=10)
    assert list((places / "new").iterdir()) == []
    monkeypatch.setattr(np, "savez_compressed", full_disk)
    with pytest.raises(OcrError, match="mnist.npz"):
        datasets.build_mnist(places / "new")
    assert list((places / "new").iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"no archive", gzip.compress(b"x" * 2000)[:-9]])
def test_a_damaged_archive_is_named_and_leaves_nothing(tmp_path, content):
    (tmp_path / "cifar-10-python.tar.gz").write_bytes(content)
    with pytest.raises(OcrError, match="cifar-10-python.tar.gz cannot be unpacked .*: delete it"):
        cifar10.unpack_cifar10(tmp_path / "cifar-10-python.tar.gz", tmp_path / "batches")
    assert [path.name for path in tmp_path.iterdir()] == ["cifar-10-python.tar.gz"]


def test_an_archive_cannot_write_elsewhere(tmp_path):
    write_cifar10(tmp_path / "source")
    with tarfile.open(tmp_path / "evil.tar.gz", "w:gz") as tar:
        tar.add(tmp_path / "source" / "test_batch", "../../evil")
        tar.add(tmp_path / "source", "cifar-10-batches-py")
        link = tarfile.TarInfo("cifar-10-batches-py/data_batch_1")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    cifar10.unpack_cifar10(tmp_path / "evil.tar.gz", tmp_path / "deep" / "er" / "batches")
    names = [path.name for path in (tmp_path / "deep" / "er" / "batches").iterdir()]
    assert sorted(names) == sorted(cifar10.BATCHES) and not (tmp_path / "evil").exists()


def test_the_stand_in_lies_in_a_folder_of_the_official_name(tmp_path):
    built = cifar10.build_cifar10(tmp_path, per_batch=1)
    assert built == tmp_path / "cifar-10-batches-py"
    assert built.name in course_data.OTHER_SETS


def test_batches_drawn_side_by_side_are_those_drawn_one_after_the_other(tmp_path):
    one = cifar10.build_cifar10(tmp_path / "one", per_batch=7)
    with ThreadPoolExecutor(3) as pool:
        other = cifar10.build_cifar10(tmp_path / "other", per_batch=7, each=pool.map)
    for name in cifar10.BATCHES:
        assert (one / name).read_bytes() == (other / name).read_bytes()
    assert len({(one / name).read_bytes()[-5000:] for name in cifar10.BATCHES}) == 6


def test_the_classes_are_the_official_ones_in_their_order():
    names = "airplane automobile bird cat deer dog frog horse ship truck"
    assert " ".join(cifar10.CIFAR10_CLASSES) == names


def test_a_batch_of_the_stand_in_is_as_large_as_an_official_one():
    assert inspect.signature(cifar10.build_cifar10).parameters["per_batch"].default == 10_000


def test_official_pickles_of_old_numpy_are_read(places):
    """The module of NumPy 1 was numpy.core.multiarray, and Python 2 wrote data as text."""
    write_cifar10(places / "batches")
    images = np.full((2, 3072), 9, np.uint8)
    batch = {b"data": images, b"labels": [1, 2]}
    for protocol in (0, 2):
        content = pickle.dumps(batch, protocol).replace(b"numpy._core.", b"numpy.core.")
        (places / "batches" / "test_batch").write_bytes(content)
        _, (x_test, y_test) = datasets.read_cifar10(places / "batches")
        assert (x_test == 9).all() and y_test.tolist() == [1, 2]
