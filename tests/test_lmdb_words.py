"""Word LMDBs: what is written is read, what is broken is named, and half a data set never stays."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import lmdb
import numpy as np
import pytest

from ocr_data import lmdb_words
from ocr_data.lmdb_words import count_words, read_word, write_words
from ocr_synth.words import plain_sample
from ocr_utils.errors import OcrError
from tests.word_sets import picture

# --- writing and reading ----------------------------------------------------------------------


def test_what_is_written_is_read(tmp_path):
    labels = ["Lube", "한국어", "don't", "x" * 30]
    images = [picture(i, 40 + i) for i in range(4)]
    assert write_words(tmp_path / "w", zip(images, labels, strict=True)) == 4
    for index, (image, label) in enumerate(zip(images, labels, strict=True), 1):
        read, read_label = read_word(tmp_path / "w", index)
        assert read_label == label and read.shape == image.shape
        assert np.abs(read.astype(int) - image).mean() < 3  # JPEG


def test_colors_keep_their_order(tmp_path):
    red = np.zeros((31, 60, 3), np.uint8) + np.array([250, 20, 20], np.uint8)
    write_words(tmp_path / "w", [(red, "RED")])
    assert read_word(tmp_path / "w", 1)[0].mean((0, 1)).argmax() == 0


def test_the_layout_is_mjsynths(word_set):
    lmdb_words.close_words(word_set)
    with lmdb.open(str(word_set), readonly=True, lock=False) as env, env.begin() as txn:
        keys = [bytes(key) for key, _ in txn.cursor()]
        assert txn.get(b"num-samples") == b"100"
        assert txn.get(b"image-000000100")[:2] == b"\xff\xd8"
        assert txn.get(b"label-000000100").decode() == plain_sample(5, 99)[1]
    assert len(keys) == 201 and b"image-000000000" not in keys


def test_the_map_grows_with_the_data_and_the_file_is_no_larger(tmp_path, monkeypatch):
    monkeypatch.setattr(lmdb_words, "BATCH", 20)
    noise = np.random.default_rng(0).integers(0, 255, (300, 300, 3), np.uint8)
    write_words(tmp_path / "w", ((noise, "NOISE") for _ in range(100)))
    stored = 100 * len(lmdb_words.encode_jpeg(noise))
    assert stored > 4 << 20  # beyond the first map
    assert stored < (tmp_path / "w" / "data.mdb").stat().st_size < 1.2 * stored
    assert count_words(tmp_path / "w") == 100


@pytest.mark.parametrize("page_size", [4096, 16_384, 32_768])  # as on Intel, Apple M, 64 KB kernels
def test_it_can_be_built_whatever_the_page_of_the_system(tmp_path, monkeypatch, page_size):
    """LMDB takes the page size of the file: an empty one with such pages lies there first."""
    monkeypatch.setattr(lmdb_words, "BATCH", 20)
    real_open = lmdb.open

    def open_with_pages(path, **options):
        if not options.get("readonly"):
            (Path(path) / "data.mdb").write_bytes(empty_file(tmp_path, real_open, page_size))
        return real_open(path, **options)

    monkeypatch.setattr(lmdb, "open", open_with_pages)
    noise = np.random.default_rng(0).integers(0, 255, (100, 100, 3), np.uint8)
    assert write_words(tmp_path / "w", ((noise, f"WORD{i}") for i in range(400))) == 400
    assert lmdb_words.open_words(tmp_path / "w").stat()["psize"] == page_size
    assert read_word(tmp_path / "w", 400)[1] == "WORD399"


def empty_file(folder, real_open, page_size: int) -> bytes:
    """The two meta pages of a fresh LMDB, moved to pages of another size."""
    real_open(str(folder / "empty"), map_size=1 << 20).close()
    content = (folder / "empty" / "data.mdb").read_bytes()
    page = os.sysconf("SC_PAGE_SIZE")
    size = page_size.to_bytes(4, "little")
    metas = [content[i * page : i * page + 40] + size + content[i * page + 44 :] for i in (0, 1)]
    return b"".join(meta[:page].ljust(page_size, b"\0")[:page_size] for meta in metas)


def test_the_same_samples_give_the_same_bytes(tmp_path):
    for name in "ab":
        write_words(tmp_path / name, (plain_sample(1, i) for i in range(50)))
    pages = [read_word(tmp_path / name, 50)[0] for name in "ab"]
    assert np.array_equal(*pages)
    assert (tmp_path / "a/data.mdb").stat().st_size == (tmp_path / "b/data.mdb").stat().st_size


def test_an_older_data_set_is_replaced_even_while_it_is_read(tmp_path):
    folder = tmp_path / "w"
    write_words(folder, [(picture(), "OLD")] * 3)
    assert read_word(folder, 3)[1] == "OLD"
    write_words(folder, [(picture(), "NEW")])
    assert count_words(folder) == 1 and read_word(folder, 1)[1] == "NEW"
    assert [path.name for path in tmp_path.iterdir()] == ["w"]


@pytest.mark.parametrize(
    "samples, message",
    [
        ([], "got no samples"),
        ([(np.zeros((31, 60), np.uint8), "GRAY")], r"give \(H, W, 3\) uint8"),
        ([(np.zeros((31, 60, 3)), "FLOAT")], r"give \(H, W, 3\) uint8"),
        ([(np.zeros((31, 60, 3), np.uint8), 7)], "label 7: give a str"),
        ([(picture(), "OK"), (b"no image", "BAD")], "image-000000002"),
    ],
)
def test_samples_that_cannot_be_written(tmp_path, samples, message):
    write_words(tmp_path / "w", [(picture(), "BEFORE")])
    with pytest.raises(OcrError, match=message):
        write_words(tmp_path / "w", samples)
    assert read_word(tmp_path / "w", 1)[1] == "BEFORE"
    assert [path.name for path in tmp_path.iterdir()] == ["w"]


def test_a_folder_with_other_files_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(OcrError, match="thesis.txt"):
        write_words(tmp_path, [(picture(), "A")])
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


# --- interruption and full disk ---------------------------------------------------------------

SLOW_WRITER = """
import sys, time
from ocr_data import lmdb_words
from ocr_synth.words import plain_sample
lmdb_words.BATCH = 10
def samples():
    for i in range(1000):
        if i == 35:
            print("three batches", flush=True)
        if i > 35:
            time.sleep(0.1)
        yield plain_sample(0, i % 10)
lmdb_words.write_words(sys.argv[1], samples())
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_kill_leaves_no_data_set_and_the_next_build_cleans_up(tmp_path):
    folder = tmp_path / "w"
    writer = subprocess.Popen(
        [sys.executable, "-c", SLOW_WRITER, str(folder)], stdout=subprocess.PIPE
    )
    assert writer.stdout.readline() == b"three batches\n"
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    assert not folder.exists()
    assert len(list(tmp_path.iterdir())) == 1  # the hidden, unfinished folder
    write_words(folder, [(picture(), "AGAIN")])
    assert [path.name for path in tmp_path.iterdir()] == ["w"]
    assert read_word(folder, 1)[1] == "AGAIN"


FULL_DISK = """
import resource, sys
from ocr_utils.errors import OcrError
from ocr_data.lmdb_words import write_words
from ocr_synth.words import plain_sample
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
try:
    write_words(sys.argv[1], (plain_sample(0, i % 10) for i in range(200)))
except OcrError as error:
    print(error)
"""


@pytest.mark.skipif(os.name == "nt", reason="needs a limit of the file size")
def test_a_full_disk_leaves_nothing(tmp_path):
    folder = tmp_path / "w"
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(folder)], capture_output=True, text=True
    )
    assert done.stdout.startswith(f"{folder} could not be written, the disk ")
    assert done.stdout.endswith(" full: free some space and run it again.\n")
    assert done.stderr == "" and list(tmp_path.iterdir()) == []


def test_reading_leaves_no_file_behind(word_set, tmp_path):
    """A data set may lie where nobody may write."""
    shutil.copytree(word_set, tmp_path / "words")
    assert read_word(tmp_path / "words", 1)
    assert [path.name for path in (tmp_path / "words").iterdir()] == ["data.mdb"]
