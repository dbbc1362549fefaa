"""Word LMDBs: what is written is read, what is broken is named, and half a data set never stays."""

import multiprocessing
import os
import pickle
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import lmdb
import numpy as np
import pytest

from ocr_synth.words import plain_sample
from ocr_utils import lmdb_audit, lmdb_words
from ocr_utils.crnn import prepare_image
from ocr_utils.errors import OcrError
from ocr_utils.labels import TARGET_CHARACTERS, LabelConverter
from ocr_utils.lmdb_audit import audit
from ocr_utils.lmdb_sequence import MJDatasetSequence
from ocr_utils.lmdb_words import count_words, read_word, write_words

CONVERTER = LabelConverter(TARGET_CHARACTERS)


def picture(seed: int = 0, width: int = 60) -> np.ndarray:
    """A smooth picture that JPEG keeps well."""
    slope = np.linspace(20 + seed % 50, 220, width)[None, :, None]
    return np.broadcast_to(slope, (31, width, 3)).astype(np.uint8)


@pytest.fixture(scope="module")
def words(tmp_path_factory) -> Path:
    """100 rendered words."""
    folder = tmp_path_factory.mktemp("words") / "MJ_train"
    write_words(folder, (plain_sample(5, i) for i in range(100)))
    return folder


@pytest.fixture
def faulty(tmp_path) -> Path:
    """Good, broken image, blank, foreign character, too long for 12 steps, empty label."""
    broken = lmdb_words.encode_jpeg(picture())[:200]
    samples = [
        (picture(), "GOOD"),
        (broken, "BROKEN"),
        (picture() * 0, "BLANK"),
        (picture(), "don't"),
        (picture(), "BOOKKEEPER"),
        (picture(), ""),
    ]
    write_words(tmp_path / "faulty", samples)
    return tmp_path / "faulty"


def change(folder: Path, **values) -> None:
    """Put (or with None, delete) raw values under keys, as a faulty program would."""
    with lmdb.open(str(folder), map_size=1 << 24) as env, env.begin(write=True) as txn:
        for key, value in values.items():
            key = key.replace("_", "-").encode()
            txn.put(key, value) if value is not None else txn.delete(key)


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


def test_the_layout_is_mjsynths(words):
    lmdb_words.close_words(words)
    with lmdb.open(str(words), readonly=True, lock=False) as env, env.begin() as txn:
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
from ocr_utils import lmdb_words
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


def test_a_build_by_another_live_process_is_left_alone(tmp_path):
    other = tmp_path / f".w.{os.getpid()}.abc"
    other.mkdir()
    write_words(tmp_path / "w", [(picture(), "A")])
    assert other.exists()
    long_ago = time.time() - 3600
    os.utime(other, (long_ago, long_ago))
    write_words(tmp_path / "w", [(picture(), "A")])
    assert not other.exists()


FULL_DISK = """
import resource, sys
from ocr_utils.errors import OcrError
from ocr_utils.lmdb_words import write_words
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


# --- broken data sets -------------------------------------------------------------------------


def expect(message: str, folder, action=count_words, *args) -> None:
    """One sentence with the folder's name, whatever is asked of the data set."""
    with pytest.raises(OcrError, match=message) as caught:
        action(folder, *args)
    assert Path(folder).name in str(caught.value) and "\n" not in str(caught.value)
    assert caught.value.__context__ is None or caught.value.__suppress_context__


def test_a_missing_data_set(tmp_path):
    expect("holds no LMDB.*ocr_utils.course_data", tmp_path / "nowhere")
    expect("holds no LMDB", tmp_path)
    with pytest.raises(OcrError, match="holds no LMDB"):
        MJDatasetSequence(tmp_path, CONVERTER)


@pytest.mark.parametrize(
    "size, message",
    [
        (0, "empty, damaged or no LMDB"),
        (100, "empty, damaged or no LMDB"),
        (8192, "truncated"),
        (100_000, "truncated"),
        (-1, "truncated"),
    ],
)
def test_a_truncated_file(words, tmp_path, size, message):
    shutil.copytree(words, tmp_path / "cut")
    whole = (words / "data.mdb").stat().st_size
    os.truncate(tmp_path / "cut" / "data.mdb", size % whole)
    for action, args in ((count_words, ()), (read_word, (1,)), (audit, (TARGET_CHARACTERS, 24))):
        expect(message, tmp_path / "cut", action, *args)


def test_a_file_that_is_truncated_while_it_is_open(words, tmp_path):
    shutil.copytree(words, tmp_path / "cut")
    read_word(tmp_path / "cut", 100)
    os.truncate(tmp_path / "cut" / "data.mdb", 20_000)
    expect("truncated", tmp_path / "cut", read_word, 100)


def test_a_file_damaged_inside(words, tmp_path):
    shutil.copytree(words, tmp_path / "cut")
    with open(tmp_path / "cut" / "data.mdb", "r+b") as file:
        size = file.seek(0, 2)
        file.seek(8192)
        file.write(bytes(size - 8192))
    expect("damaged inside", tmp_path / "cut", read_word, 1)


def test_another_file_by_that_name(tmp_path):
    (tmp_path / "data.mdb").write_bytes(b"hello" * 5000)
    expect("no LMDB", tmp_path)


@pytest.mark.parametrize(
    "value, message",
    [(None, "no key num-samples"), (b"many", "num-samples b'many'"), (b"-3", "num-samples")],
)
def test_a_wrong_number_of_samples(faulty, value, message):
    change(faulty, num_samples=value)
    expect(message, faulty)
    expect(message, faulty, audit, TARGET_CHARACTERS, 24)


def test_an_index_that_is_not_there(words):
    for index in (0, -1, 101):
        expect(f"no sample {index}: choose 1 to 100", words, read_word, index)


@pytest.mark.parametrize(
    "key, value, message",
    [
        ("image_000000001", None, "image-000000001 .* is missing"),
        ("image_000000001", b"", "image-000000001 .* is empty"),
        ("image_000000001", b"GIF", "image-000000001 .* is no image"),
        ("label_000000001", None, "label-000000001 .* is missing"),
        ("label_000000001", b"\xff\xfe", "label-000000001 .* is not UTF-8"),
    ],
)
def test_a_broken_sample(faulty, key, value, message):
    change(faulty, **{key: value})
    expect(message, faulty, read_word, 1)
    assert 1 in sum(audit(faulty, TARGET_CHARACTERS, 24).values(), [])
    with pytest.raises(OcrError, match=message):
        MJDatasetSequence(faulty, CONVERTER, skip=[2])[0]
    assert len(MJDatasetSequence(faulty, CONVERTER, skip=[1, 2]).index_list) == 2


def test_an_environment_that_is_open_elsewhere(words):
    lmdb_words.close_words(words)
    with lmdb.open(str(words), readonly=True, lock=False):
        expect(r"already open in this program: call env.close\(\)", words)
    assert count_words(words) == 100


# --- audit ------------------------------------------------------------------------------------


def test_the_audit_finds_each_fault_and_nothing_else(faulty, words):
    assert audit(faulty, TARGET_CHARACTERS, 12) == {
        "undecodable image": [2],
        "blank image": [3],
        "outside the alphabet": [4],
        "too long for CTC": [5],
        "empty label": [6],
    }
    assert "too long for CTC" not in audit(faulty, TARGET_CHARACTERS, 13)
    assert "outside the alphabet" not in audit(faulty, TARGET_CHARACTERS + "'", 13)
    assert audit(words, TARGET_CHARACTERS, 24) == {}


def test_the_case_of_labels_follows_the_alphabet():
    assert lmdb_audit.label_problem("Lube", TARGET_CHARACTERS, 4) is None
    assert lmdb_audit.label_problem("Lube", TARGET_CHARACTERS + "ube", 4) is None
    assert lmdb_audit.label_problem("Lube", "LUBEube", 4) is None
    assert lmdb_audit.label_problem("Lube", "LUBEub", 4) == "outside the alphabet"


# --- MJDatasetSequence ------------------------------------------------------------------------


def test_batches_have_the_shapes_of_the_network(words):
    dataset = MJDatasetSequence(words, CONVERTER, batch_size=32)
    images, labels = dataset[0]
    assert images.shape == (32, 100, 32, 1) and images.dtype == np.float32
    assert labels.shape == (32, 22) and labels.dtype == np.int32
    assert 0 <= images.min() and 0.5 < images.max() <= 1
    assert len(dataset) == 4 and dataset[3][0].shape[0] == 4
    assert CONVERTER.decode(labels[1][labels[1] > 0]) == plain_sample(5, 1)[1].upper()


def test_an_image_is_prepared_as_for_recognition(words):
    images, _ = MJDatasetSequence(words, CONVERTER, batch_size=100)[0]
    for index in (1, 40, 100):
        alone = prepare_image(read_word(words, index)[0], pad=True)
        assert np.abs(images[index - 1] - alone).mean() < 0.01


@pytest.mark.parametrize("is_train", [False, True])
def test_every_sample_comes_once_an_epoch(words, is_train):
    dataset = MJDatasetSequence(words, CONVERTER, batch_size=7, is_train=is_train)
    wanted = sorted(plain_sample(5, i)[1].upper() for i in range(100))
    orders = []
    for _ in range(2):
        rows = np.concatenate([labels for _, labels in (dataset[i] for i in range(len(dataset)))])
        texts = [CONVERTER.decode(row[row > 0]) for row in rows]
        assert sorted(texts) == wanted
        orders.append(texts)
        dataset.on_epoch_end()
    assert (orders[0] == orders[1]) != is_train
    assert (orders[0] == [plain_sample(5, i)[1].upper() for i in range(100)]) != is_train


def test_labels_that_ctc_cannot_fit_are_left_out_and_counted(faulty):
    dataset = MJDatasetSequence(faulty, CONVERTER, batch_size=8, max_text_len=12, skip=[2])
    assert dataset.skipped == {
        "left out by skip": 1,
        "outside the alphabet": 1,
        "too long for CTC": 1,
        "empty label": 1,
    }
    assert dataset[0][1].shape == (2, 12)
    with pytest.raises(OcrError, match="no usable sample.*check the alphabet"):
        MJDatasetSequence(faulty, LabelConverter("xyz"), max_text_len=3)


def test_character_may_be_smaller_than_the_converters_alphabet(words):
    dataset = MJDatasetSequence(words, CONVERTER, batch_size=100, character=TARGET_CHARACTERS[:26])
    assert dataset[0][1].max() <= 26 and dataset.skipped["outside the alphabet"] > 20


def test_keras_trains_on_it(words):
    import keras

    dataset = MJDatasetSequence(words, CONVERTER, batch_size=40, is_train=True)
    assert isinstance(dataset, keras.utils.PyDataset) and isinstance(dataset, MJDatasetSequence)
    model = keras.Sequential(
        [keras.Input((100, 32, 1)), keras.layers.Reshape((25, 128)), keras.layers.Dense(37)]
    )
    model.compile("adam", loss=keras.losses.CTC())
    history = model.fit(
        dataset,
        validation_data=MJDatasetSequence(words, CONVERTER, batch_size=64),
        epochs=2,
        verbose=0,
    ).history
    assert history["loss"][1] < history["loss"][0] and len(history["val_loss"]) == 2


def first_labels(dataset) -> list:
    """Runs in another process."""
    return dataset[0][1].tolist()


@pytest.mark.parametrize("method", ["spawn", "fork"] if hasattr(os, "fork") else ["spawn"])
def test_other_processes_open_it_for_themselves(words, method):
    dataset = MJDatasetSequence(words, CONVERTER, batch_size=8, is_train=True)
    expected = dataset[0][1].tolist()  # it is open here when the process starts
    with multiprocessing.get_context(method).Pool(1) as pool:
        assert pool.apply(first_labels, [dataset]) == expected
    assert pickle.loads(pickle.dumps(dataset)).skipped == dataset.skipped
