"""What several tests read: word LMDBs, pages for a batch job, empty folders; how tests render."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ocr_batch import job
from ocr_data import datasets
from ocr_data.downloads import Download
from ocr_data.lmdb_words import encode_jpeg, write_words
from ocr_synth.words import plain_sample
from tests.batch_jobs import ODD_NAMES, PART, draw, save
from tests.word_sets import picture

RENDERS = "renders: runs in a process of its own; skipped without ocr_render/requirements.txt"
IN_CHILD = "OCR_COURSE_RENDERS_HERE"


def pytest_configure(config):
    config.addinivalue_line("markers", RENDERS)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    """Run a test that renders alone: Mitsuba's threads crash where other libraries' run too."""
    if pyfuncitem.get_closest_marker("renders") is None or IN_CHILD in os.environ:
        return None
    for name in ("mitsuba", "pyoidn"):
        if importlib.util.find_spec(name) is None:
            pytest.skip(f"{name} is not installed (ocr_render/requirements.txt)")
    command = [sys.executable, "-m", "pytest", "-q", pyfuncitem.nodeid]
    done = subprocess.run(
        command,
        cwd=pyfuncitem.config.rootpath,
        env=os.environ | {IN_CHILD: "1"},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        pytest.fail(done.stdout[-4000:] + done.stderr[-1000:], pytrace=False)
    return True


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


@pytest.fixture(scope="session")
def source(tmp_path_factory) -> Path:
    """18 pages: plain, with odd names, of two frames, and three that cannot be read."""
    folder = tmp_path_factory.mktemp("pages")
    for number, word in enumerate("harbor lantern ferry coffee bridge garden river castle".split()):
        save(folder, f"page{number}.png", word)
    for name in ODD_NAMES:
        save(folder, name, "market")
    draw("left").save(folder / "two.tif", save_all=True, append_images=[draw("right")])
    whole = (folder / "page0.png").read_bytes()
    (folder / "cut.png").write_bytes(whole[: len(whole) // 2])
    (folder / "empty.png").write_bytes(b"")
    (folder / "text.jpg").write_text("no image at all")
    (folder / ".hidden.png").write_bytes(whole)
    (folder / "notes.txt").write_text("no page")
    return folder


@pytest.fixture(scope="session")
def undisturbed(source, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("undisturbed") / "out"
    assert job.run(source, out, 1, PART) == (15, 3, 16)
    return out


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
