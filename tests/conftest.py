"""What several tests read: word LMDBs, and folders without any data."""

from pathlib import Path

import pytest

from ocr_data import datasets
from ocr_data.downloads import Download
from ocr_data.lmdb_words import encode_jpeg, write_words
from ocr_synth.words import plain_sample
from tests.word_sets import picture


@pytest.fixture(scope="module")
def word_set(tmp_path_factory) -> Path:
    """100 rendered words."""
    folder = tmp_path_factory.mktemp("words") / "MJ_train"
    write_words(folder, (plain_sample(5, i) for i in range(100)))
    return folder


@pytest.fixture
def faulty_set(tmp_path) -> Path:
    """Good, broken image, empty image, foreign character, too long for 12 steps, empty label."""
    broken = encode_jpeg(picture())[:200]
    samples = [
        (picture(), "GOOD"),
        (broken, "BROKEN"),
        (picture() * 0, "EMPTY"),
        (picture(), "don't"),
        (picture(), "BOOKKEEPER"),
        (picture(), ""),
    ]
    write_words(tmp_path / "faulty", samples)
    return tmp_path / "faulty"


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
