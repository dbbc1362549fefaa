"""What is written whole, and what killed builds leave behind."""

import os
import signal
import subprocess
import sys
import time

import pytest

from ocr_data import atomic
from ocr_data.atomic import new_file, new_folder
from ocr_utils.errors import OcrError

BUILDER = """
import sys, time
from ocr_data.atomic import new_folder
with new_folder(sys.argv[1]) as temporary:
    (temporary / "half").write_text("half")
    print("half", flush=True)
    time.sleep(600)
"""


def names(folder) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def start_builder(place) -> subprocess.Popen:
    builder = subprocess.Popen([sys.executable, "-c", BUILDER, str(place)], stdout=subprocess.PIPE)
    assert builder.stdout.readline() == b"half\n"
    return builder


def test_a_file_replaces_the_older_one_only_when_it_is_whole(tmp_path):
    place = tmp_path / "scores.json"
    place.write_text("old")
    with pytest.raises(ZeroDivisionError), new_file(place) as temporary:
        temporary.write_text("half")
        assert temporary.name == "scores.json" and place.read_text() == "old"
        raise ZeroDivisionError
    assert place.read_text() == "old" and names(tmp_path) == ["scores.json"]
    with new_file(place) as temporary:
        temporary.write_text("new")
    assert place.read_text() == "new" and names(tmp_path) == ["scores.json"]


@pytest.mark.parametrize("name", ["words", "old"])
def test_a_folder_replaces_the_older_one_only_when_it_is_whole(tmp_path, name):
    for content in ("old", "new"):
        with new_folder(tmp_path / name) as temporary:
            (temporary / content).touch()
    with pytest.raises(ZeroDivisionError), new_folder(tmp_path / name) as temporary:
        raise ZeroDivisionError
    assert names(tmp_path) == [name] and names(tmp_path / name) == ["new"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_what_a_killed_build_left_is_gone_even_while_its_process_is_a_zombie(tmp_path):
    builder = start_builder(tmp_path / "words")
    builder.send_signal(signal.SIGKILL)
    time.sleep(0.2)  # nobody has waited for it: its number still lives
    with new_folder(tmp_path / "words"):
        pass
    builder.wait()
    assert names(tmp_path) == ["words"]


def test_a_live_build_is_left_alone_whoever_runs_it_and_however_slow(tmp_path):
    builder = start_builder(tmp_path / "words")
    [hidden] = tmp_path.iterdir()
    for path in (hidden, *hidden.rglob("*")):
        os.utime(path, (time.time() - 10_000,) * 2)
    with new_folder(tmp_path / "words"):
        pass
    assert (hidden / "words" / "half").exists()
    builder.kill()
    builder.wait()


def test_without_locks_the_time_of_the_last_write_decides(tmp_path):
    """As on a disk shared with another computer that knows no locks."""
    hidden = tmp_path / ".words.abc"
    (hidden / "words").mkdir(parents=True)
    with new_folder(tmp_path / "words"):
        pass
    assert hidden.exists()
    long_ago = (time.time() - atomic.ABANDONED_SECONDS - 5,) * 2
    os.utime(hidden, long_ago)  # what is inside was written just now
    with new_folder(tmp_path / "words"):
        pass
    assert hidden.exists()
    os.utime(hidden / "words", long_ago)
    with new_folder(tmp_path / "words"):
        pass
    assert names(tmp_path) == ["words"]


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OcrError, match="file.words could not be written.*check the path"):
        with new_folder(tmp_path / "file" / "words"):
            pass
    with pytest.raises(OcrError, match="a.txt could not be written, the disk is full"):
        with new_file(tmp_path / "a.txt"):
            raise OSError(28, "No space left on device")
    assert names(tmp_path) == ["file"]
