"""Word LMDBs that are missing, cut, spoilt or lie: one sentence, never the end of the process."""

import json
import os
import shutil
import subprocess
import sys
import zlib
from pathlib import Path

import lmdb
import numpy as np
import pytest

from ocr_data import lmdb_words
from ocr_data.lmdb_audit import audit
from ocr_data.lmdb_check import META, TREE, find_damage
from ocr_data.lmdb_sequence import MJDatasetSequence
from ocr_data.lmdb_words import count_words, read_word, write_words
from ocr_utils.errors import OcrError
from ocr_utils.labels import TARGET_CHARACTERS
from tests.word_sets import CONVERTER, change

# --- broken data sets -------------------------------------------------------------------------


def expect(message: str, folder, action=count_words, *args) -> None:
    """One sentence with the folder's name, whatever is asked of the data set."""
    with pytest.raises(OcrError, match=message) as caught:
        action(folder, *args)
    assert Path(folder).name in str(caught.value) and "\n" not in str(caught.value)
    assert caught.value.__context__ is None or caught.value.__suppress_context__


def test_a_missing_data_set(tmp_path):
    expect("holds no LMDB.*ocr_data.course_data", tmp_path / "nowhere")
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
def test_a_truncated_file(word_set, tmp_path, size, message):
    shutil.copytree(word_set, tmp_path / "cut")
    whole = (word_set / "data.mdb").stat().st_size
    os.truncate(tmp_path / "cut" / "data.mdb", size % whole)
    for action, args in ((count_words, ()), (read_word, (1,)), (audit, (TARGET_CHARACTERS, 24))):
        expect(message, tmp_path / "cut", action, *args)


def test_a_file_that_is_truncated_while_it_is_open(word_set, tmp_path):
    shutil.copytree(word_set, tmp_path / "cut")
    read_word(tmp_path / "cut", 100)
    os.truncate(tmp_path / "cut" / "data.mdb", 20_000)
    expect("truncated", tmp_path / "cut", read_word, 100)


def test_a_file_damaged_inside(word_set, tmp_path):
    shutil.copytree(word_set, tmp_path / "cut")
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
def test_a_wrong_number_of_samples(faulty_set, value, message):
    change(faulty_set, num_samples=value)
    expect(message, faulty_set)
    expect(message, faulty_set, audit, TARGET_CHARACTERS, 24)


@pytest.mark.parametrize("value", [b"999999999", b"9" * 5000, b"7" * 19])
def test_more_samples_announced_than_there_can_be(faulty_set, value):
    change(faulty_set, num_samples=value)
    message = "has num-samples [79]+ but only 13 entries"
    expect(message, faulty_set)
    expect(message, faulty_set, audit, TARGET_CHARACTERS, 24)
    expect(message, faulty_set, read_word, 1)


def gigantic_png() -> bytes:
    """The first bytes of a PNG file of 100,000 x 100,000 pixels."""
    content = b"IHDR" + (100_000).to_bytes(4, "big") * 2 + bytes([8, 2, 0, 0, 0])
    check = zlib.crc32(content).to_bytes(4, "big")
    return b"\x89PNG\r\n\x1a\n" + (13).to_bytes(4, "big") + content + check


@pytest.mark.parametrize("content", [gigantic_png(), b"\x76\x2f\x31\x01" + bytes(100)])
def test_a_picture_that_opencv_refuses_is_found_by_the_audit(faulty_set, content):
    change(faulty_set, image_000000001=content)
    expect("image-000000001 .* is no image", faulty_set, read_word, 1)
    assert audit(faulty_set, TARGET_CHARACTERS, 24)["undecodable image"] == [1, 2]


def test_an_index_that_is_not_there(word_set):
    for index in (0, -1, 101):
        expect(f"no sample {index}: choose 1 to 100", word_set, read_word, index)


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
def test_a_broken_sample(faulty_set, key, value, message):
    change(faulty_set, **{key: value})
    expect(message, faulty_set, read_word, 1)
    assert 1 in sum(audit(faulty_set, TARGET_CHARACTERS, 24).values(), [])
    with pytest.raises(OcrError, match=message):
        MJDatasetSequence(faulty_set, CONVERTER, skip=[2])[0]
    assert len(MJDatasetSequence(faulty_set, CONVERTER, skip=[1, 2]).index_list) == 2


def test_an_environment_that_is_open_elsewhere(word_set):
    lmdb_words.close_words(word_set)
    with lmdb.open(str(word_set), readonly=True, lock=False):
        expect(r"already open in this program: call env.close\(\)", word_set)
    assert count_words(word_set) == 100


# --- wrong bytes --------------------------------------------------------------------------------

READ_ALL = """
import json, sys
from pathlib import Path
from ocr_utils.errors import OcrError
from ocr_utils.labels import TARGET_CHARACTERS
from ocr_data.lmdb_audit import audit
from ocr_data.lmdb_words import close_words, count_words, read_word

folder, source, results = Path(sys.argv[1]), Path(sys.argv[2]).read_bytes(), open(sys.argv[4], "a")
changes = json.load(open(sys.argv[3]))[int(sys.argv[5]):]
for size, bytes_ in changes:
    content = bytearray(source)
    for place, value in bytes_:
        content[place] = value
    close_words(folder)
    (folder / "data.mdb").write_bytes(content[:size])
    try:
        for index in range(1, count_words(folder) + 1):
            try:
                read_word(folder, index)
            except OcrError:
                pass
        audit(folder, TARGET_CHARACTERS, 24)
        result = "read"
    except OcrError as error:
        result = "refused"
    print(result, file=results, flush=True)
"""


def read_with_changes(source: Path, folder: Path, changes: list) -> list[str]:
    """Read a copy of an LMDB after each (size, [(place, byte), ...]) in a process of its own.

    "read", "refused", or how the process ended, for each change.
    """
    (folder / "copy").mkdir()
    (folder / "changes.json").write_text(json.dumps(changes))
    results = folder / "results.txt"
    results.touch()
    names = [folder / "copy", source, folder / "changes.json", results]
    while (done := len(results.read_text().splitlines())) < len(changes):
        command = [sys.executable, "-c", READ_ALL, *map(str, names), str(done)]
        run = subprocess.run(command, capture_output=True, text=True, timeout=600)
        if run.returncode:
            with open(results, "a") as file:
                print(f"ended by {run.returncode}: {run.stderr[-300:]!r}", file=file)
    return results.read_text().splitlines()


@pytest.fixture(scope="module")
def small_file(tmp_path_factory) -> Path:
    """60 words, some of whose pictures need pages of their own: a root, leaves, overflow pages."""
    folder = tmp_path_factory.mktemp("small") / "w"
    noise = np.random.default_rng(0).integers(0, 255, (60, 90, 3), np.uint8)
    gray = np.full((31, 60, 3), 90, np.uint8)
    write_words(folder, [(noise if i % 4 == 0 else gray, f"WORD{i}") for i in range(60)])
    return folder / "data.mdb"


def structure_bytes(content: bytes) -> list[int]:
    """Places of both meta pages, of the headers and node tables, and of the headers of nodes."""
    places = [*range(152), *range(4096, 4096 + 152)]
    for page in range(2 * 4096, len(content), 4096):
        lower = int.from_bytes(content[page + 12 : page + 14], "little")
        if content[page + 10] in (1, 2):
            places += range(page, page + min(lower, 4096))
            for slot in range(page + 16, page + lower, 2):
                node = page + int.from_bytes(content[slot : slot + 2], "little")
                places += range(node, node + 8)
    return places


def test_wrong_bytes_never_end_the_process(small_file, tmp_path):
    content, rng = small_file.read_bytes(), np.random.default_rng(1)
    structure, size = structure_bytes(content), len(content)
    changes = []
    for _ in range(300):  # one wrong byte where it hurts
        changes.append((size, [(int(rng.choice(structure)), int(rng.integers(256)))]))
    for _ in range(60):  # anywhere, several at once, or cut off as well
        changes.append((size, [(int(rng.integers(size)), int(rng.integers(256)))]))
        places = rng.integers(0, size, 40).tolist()
        changes.append((size, [(place, int(rng.integers(256))) for place in places]))
        changes.append((int(rng.integers(size)), changes[int(rng.integers(300))][1]))
    results = read_with_changes(small_file, tmp_path, changes)
    ends = [(r, c) for r, c in zip(results, changes, strict=True) if r not in ("read", "refused")]
    assert ends == []
    assert results.count("refused") > 200  # the bytes did matter


def test_a_value_that_would_reach_beyond_the_end_is_damage(small_file, tmp_path):
    """A value in pages of its own begins behind both meta pages: it cannot be nearly as long."""
    content, big = bytearray(small_file.read_bytes()), 0
    for page in range(2 * 4096, len(content), 4096):
        lower = int.from_bytes(content[page + 12 : page + 14], "little")
        slots = range(page + 16, page + min(lower, 4096), 2) if content[page + 10] == 2 else ()
        for slot in slots:
            node = page + int.from_bytes(content[slot : slot + 2], "little")
            if content[node + 4] == 1:
                content[node : node + 4] = (len(content) - 4096).to_bytes(4, "little")
                big += 1
    assert big
    (tmp_path / "data.mdb").write_bytes(content)
    assert "a value beyond the end" in find_damage(tmp_path / "data.mdb")


def test_a_file_that_lmdb_itself_finds_sound_is_not_refused(small_file, word_set):
    from lmdb import verify

    for path in (small_file, word_set / "data.mdb"):
        assert verify.verify(str(path)) == [] and find_damage(path) == ""


def test_a_file_of_several_transactions_and_other_values_is_not_refused(tmp_path):
    with lmdb.open(str(tmp_path), map_size=1 << 24) as env:
        for step in range(12):
            with env.begin(write=True) as txn:
                for i in range(200):
                    txn.put(b"%d-%d" % (step, i), bytes(37 * i))
                if step > 5:
                    for i in range(0, 200, 3):
                        txn.delete(b"%d-%d" % (step - 5, i))
    assert find_damage(tmp_path / "data.mdb") == ""


def test_an_empty_lmdb_lacks_its_number_of_samples(tmp_path):
    lmdb.open(str(tmp_path / "w")).close()
    expect("no key num-samples", tmp_path / "w")


def test_an_empty_tree_that_points_to_a_page_is_damaged(tmp_path):
    lmdb.open(str(tmp_path)).close()
    path = tmp_path / "data.mdb"
    content = bytearray(path.read_bytes())
    place = META.fields["main"][1] + TREE.fields["root"][1]
    page_size = int(np.frombuffer(content, META, 1)["free"]["page_size"][0])
    for start in (place, page_size + place):  # in both meta pages
        content[start : start + 8] = (2).to_bytes(8, "little")
    assert find_damage(path) == ""
    path.write_bytes(content)
    assert "root without a tree" in find_damage(path)


@pytest.mark.parametrize("page_size, reason", [(32768, "truncated"), (65536, "no LMDB")])
def test_larger_pages_than_lmdb_has_are_damage(small_file, tmp_path, page_size, reason):
    """Both meta pages agree on a size; above 32 KB LMDB itself has none."""
    content = bytearray(max(2 * page_size, small_file.stat().st_size))
    old = int(np.frombuffer(small_file.read_bytes(), META, 1)["free"]["page_size"][0])
    for number in (0, 1):
        meta = bytearray(small_file.read_bytes()[number * old : number * old + META.itemsize])
        place = META.fields["free"][1] + TREE.fields["page_size"][1]
        meta[place : place + 4] = page_size.to_bytes(4, "little")
        content[number * page_size : number * page_size + len(meta)] = meta
    (tmp_path / "data.mdb").write_bytes(content)
    assert reason in find_damage(tmp_path / "data.mdb")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no FIFO")
def test_a_pipe_in_its_place_is_no_lmdb(tmp_path):
    os.mkfifo(tmp_path / "data.mdb")
    expect("holds no LMDB", tmp_path)
