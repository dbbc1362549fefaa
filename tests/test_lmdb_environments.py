"""Readers of a word LMDB in threads and processes, while a writer replaces it under them."""

import os
import subprocess
import sys

import lmdb
import pytest

from ocr_data import lmdb_environments
from ocr_data.lmdb_environments import close_words, open_words, reading
from ocr_data.lmdb_words import count_words, read_word, write_words
from ocr_utils.errors import OcrError
from tests.word_sets import picture

# Each version of the data set: 40 words, whose label tells the brightness of their pictures.
COMMON = """
import sys, threading
import numpy as np
from ocr_utils.labels import TARGET_CHARACTERS, LabelConverter
from ocr_data.lmdb_sequence import MJDatasetSequence
from ocr_data.lmdb_words import close_words, write_words

folder, converter = sys.argv[1], LabelConverter(TARGET_CHARACTERS)

def write(version):
    image = np.full((32, 100, 3), 20 * (version % 10), np.uint8)
    write_words(folder, [(image, str(version % 10))] * 40)

def consistent(batch):
    images, labels = batch
    versions = {converter.decode(row[row > 0]) for row in labels}
    (version,) = versions
    return abs(255 * images.mean() - 20 * int(version)) < 3

write(0)
"""

THREADS = (
    COMMON
    + """
dataset = MJDatasetSequence(folder, converter, batch_size=8)
ready, done, wrong, read = threading.Barrier(4), threading.Event(), [], []

def reader():
    ready.wait()
    while not done.is_set():
        for i in range(len(dataset)):
            try:
                if not consistent(dataset[i]):
                    wrong.append("mixed pages")
            except BaseException as error:
                wrong.append(repr(error))
        read.append(1)

readers = [threading.Thread(target=reader) for _ in range(3)]
for thread in readers:
    thread.start()
ready.wait()
for version in range(1, 60):
    write(version)
    close_words(folder)
done.set()
for thread in readers:
    thread.join()
print(len(read) > 3, sorted(set(wrong)), consistent(dataset[0]))
"""
)

WORKERS = (
    COMMON
    + """
import keras

class Checked(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        write(batch)

if __name__ == "__main__":
    options = {"workers": 2, "use_multiprocessing": sys.argv[2] == "processes"}
    dataset = MJDatasetSequence(folder, converter, batch_size=4, **options)
    assert (dataset.workers, dataset.use_multiprocessing) == tuple(options.values())
    model = keras.Sequential([keras.Input((100, 32, 1)), keras.layers.Reshape((25, 128)),
                              keras.layers.Dense(37)])
    model.compile("sgd", loss=keras.losses.CTC(), run_eagerly=True)
    model.fit(dataset, epochs=2, verbose=0, callbacks=[Checked()])
    print("trained", all(consistent(dataset[i]) for i in range(10)))
"""
)


def run(program: str, *arguments, tmp_path) -> subprocess.CompletedProcess:
    script = tmp_path / "program.py"
    script.write_text(program)
    command = [sys.executable, str(script), str(tmp_path / "w"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=300)


def test_threads_read_while_the_data_set_is_replaced_and_closed(tmp_path):
    done = run(THREADS, tmp_path=tmp_path)
    assert (done.returncode, done.stdout) == (0, "True [] True\n"), done.stderr[-2000:]


@pytest.mark.parametrize("kind", ["threads", "processes"])
def test_workers_of_keras_read_while_the_data_set_is_replaced(tmp_path, kind):
    done = run(WORKERS, kind, tmp_path=tmp_path)
    assert (done.returncode, done.stdout) == (0, "trained True\n"), done.stderr[-2000:]


def test_whoever_reads_keeps_the_old_pages_and_the_next_gets_the_new(tmp_path):
    write_words(tmp_path / "w", [(picture(), "OLD")] * 3)
    with reading(tmp_path / "w") as txn:
        write_words(tmp_path / "w", [(picture(), "NEW")])
        assert count_words(tmp_path / "w") == 1
        assert bytes(txn.get(b"label-000000003")) == b"OLD"
    assert read_word(tmp_path / "w", 1)[1] == "NEW"


def test_a_closed_data_set_is_closed_when_its_last_reader_ends(tmp_path):
    write_words(tmp_path / "w", [(picture(), "A")])
    env = open_words(tmp_path / "w")
    with reading(tmp_path / "w") as txn:
        close_words(tmp_path / "w")
        assert bytes(txn.get(b"label-000000001")) == b"A"
    with pytest.raises(Exception, match="closed"):
        env.begin()


def test_a_file_that_was_changed_in_its_place_is_read_anew(tmp_path):
    for name, label in (("a", "FIRST"), ("b", "OTHER")):
        write_words(tmp_path / name, [(picture(), label)])
    assert read_word(tmp_path / "a", 1)[1] == "FIRST"
    place = tmp_path / "a" / "data.mdb"
    time = place.stat().st_mtime_ns
    place.write_bytes((tmp_path / "b" / "data.mdb").read_bytes())
    os.utime(place, ns=(time + 1, time + 1))
    assert read_word(tmp_path / "a", 1)[1] == "OTHER"


def test_a_large_file_is_looked_over_once_until_it_changes(tmp_path, monkeypatch):
    looked = []
    monkeypatch.setattr(lmdb_environments, "LARGE", 0)
    monkeypatch.setattr(lmdb_environments, "CHECKED", tmp_path / "notes" / "checked.txt")
    real = lmdb_environments.find_damage
    monkeypatch.setattr(
        lmdb_environments, "find_damage", lambda path: looked.append(path) or real(path)
    )
    write_words(tmp_path / "w", [(picture(), "A")])
    looked.clear()
    for _ in range(3):
        assert read_word(tmp_path / "w", 1)[1] == "A"
        close_words(tmp_path / "w")
    assert len(looked) == 1
    place = tmp_path / "w" / "data.mdb"
    place.write_bytes(place.read_bytes()[:-4096])
    for _ in range(2):
        with pytest.raises(OcrError, match="truncated"):
            read_word(tmp_path / "w", 1)
    assert len(looked) == 3


def test_reading_leaves_open_what_was_open(tmp_path):
    write_words(tmp_path / "w", [(picture(), "A")])
    env = open_words(tmp_path / "w")
    with reading(tmp_path / "w") as txn:
        assert bytes(txn.get(b"label-000000001")) == b"A"
    assert env.begin().get(b"label-000000001") == b"A"
    close_words(tmp_path / "w")
    with lmdb.open(str(tmp_path / "w"), readonly=True, lock=False) as own:  # nobody else has it
        assert own.begin().get(b"num-samples") == b"1"


def test_a_large_damaged_file_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(lmdb_environments, "LARGE", 0)
    monkeypatch.setattr(lmdb_environments, "CHECKED", tmp_path / "checked.txt")
    write_words(tmp_path / "w", [(picture(), "A")] * 9)
    close_words(tmp_path / "w")
    place = tmp_path / "w" / "data.mdb"
    place.write_bytes(place.read_bytes()[:-4096])
    with pytest.raises(OcrError, match="is truncated"):
        open_words(tmp_path / "w")


def test_a_folder_in_hangul_is_remembered_whatever_the_systems_encoding(tmp_path):
    """Python warns of every file that is opened in the system's encoding, if asked to."""
    write_words(tmp_path / "단어", [(picture(), "A")])
    program = (
        "import sys, pathlib; from ocr_data import lmdb_environments as le\n"
        "le.LARGE, le.CHECKED = 0, pathlib.Path(sys.argv[1], 'checked.txt')\n"
        "folder = pathlib.Path(sys.argv[1], '단어')\n"
        "le.open_words(folder), le.close_words(folder), le.open_words(folder)"
    )
    command = [sys.executable, "-X", "warn_default_encoding", "-c", program, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "lmdb_environments.py" not in done.stderr
    assert "단어" in (tmp_path / "checked.txt").read_text(encoding="utf-8")


def test_a_data_set_is_looked_over_and_opened_once_for_many_words(tmp_path, monkeypatch):
    looked, real = [], lmdb_environments.find_damage
    write_words(tmp_path / "w", [(picture(), "A")] * 3)
    close_words(tmp_path / "w")
    monkeypatch.setattr(
        lmdb_environments, "find_damage", lambda path: looked.append(path) or real(path)
    )
    assert [read_word(tmp_path / "w", i)[1] for i in (1, 2, 3)] == ["A"] * 3
    assert len(looked) == 1
