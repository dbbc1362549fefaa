"""The course's data: whole or not there, made once, made again when it has to be."""

import hashlib
import os
import re
import runpy
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from ocr_data import cifar10, course_data, datasets, lmdb_audit, lmdb_words
from ocr_synth.words import plain_sample
from ocr_utils.errors import OcrError
from ocr_utils.labels import TARGET_CHARACTERS

WORD_SETS = dict(course_data.WORD_SETS)  # as the course has them: `small_sets` takes fewer

# A build of small word sets in a process of its own: `spawn` needs a main module.
BUILD = """
import sys
from ocr_data import course_data
from ocr_utils.errors import OcrError
course_data.WORD_SETS = {{"MJ/MJ_train": (1, {words}), "MJ/MJ_test": (3, 30)}}
course_data.OTHER_SETS = {{"mnist.npz": course_data.OTHER_SETS["mnist.npz"]}}
{before}
if __name__ == "__main__":
    try:
        print(course_data.build(sys.argv[1]))
    except OcrError as error:
        print("OcrError:", error)
"""


def start_build(folder: Path, words: int = 60, before: str = "") -> subprocess.Popen:
    script = folder.parent / f"build_{words}.py"
    script.write_text(BUILD.format(words=words, before=before))
    return subprocess.Popen(
        [sys.executable, str(script), str(folder)],
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def contents(folder: Path) -> dict[str, str]:
    """Every visible file and a hash of what is in it."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def small_sets():
    patch = pytest.MonkeyPatch()
    patch.setattr(course_data, "WORD_SETS", {"MJ/MJ_train": (1, 60), "MJ/MJ_test": (3, 30)})
    patch.setattr(course_data, "OTHER_SETS", {"mnist.npz": course_data.OTHER_SETS["mnist.npz"]})
    yield
    patch.undo()


@pytest.fixture(scope="module")
def built(tmp_path_factory, small_sets) -> Path:
    folder = tmp_path_factory.mktemp("data") / "generated"
    output = start_build(folder).communicate()[0]
    assert "['mnist.npz', 'MJ/MJ_train', 'MJ/MJ_test']" in output
    return folder


def test_the_words_are_the_renderers_in_order(built):
    for name, seed, count in (("MJ_train", 1, 60), ("MJ_test", 3, 30)):
        folder = built / "MJ" / name
        assert lmdb_words.count_words(folder) == count
        labels = [lmdb_words.read_word(folder, i + 1)[1] for i in range(count)]
        assert labels == [plain_sample(seed, i)[1] for i in range(count)]
        assert lmdb_audit.audit(folder, TARGET_CHARACTERS, 24) == {}


def test_the_splits_share_no_picture(built):
    pictures = {
        lmdb_words.read_word(built / "MJ" / name, i)[0].tobytes()
        for name in ("MJ_train", "MJ_test")
        for i in range(1, 31)
    }
    assert len(pictures) == 60


def test_a_second_run_does_nothing(built):
    before = {path: path.stat().st_mtime_ns for path in built.rglob("*")}
    assert course_data.build(built) == []
    assert {path: path.stat().st_mtime_ns for path in built.rglob("*")} == before


def test_only_a_changed_recipe_or_damaged_files_are_made_again(built, tmp_path, monkeypatch):
    def outdated():
        return [
            name
            for name in (*course_data.OTHER_SETS, *course_data.WORD_SETS)
            if not course_data.is_current(built, name)
        ]

    assert outdated() == []
    with monkeypatch.context() as patch:
        patch.setitem(course_data.WORD_SETS, "MJ/MJ_test", (4, 30))
        assert outdated() == ["MJ/MJ_test"]
    with monkeypatch.context() as patch:
        patch.setattr(course_data, "WORD_SOURCES", ("words.py",))
        assert outdated() == ["MJ/MJ_train", "MJ/MJ_test"]
    data = built / "MJ" / "MJ_test" / "data.mdb"
    content = data.read_bytes()
    data.write_bytes(content[:-4096])
    assert outdated() == ["MJ/MJ_test"]
    data.unlink()
    assert outdated() == ["MJ/MJ_test"]
    data.write_bytes(content)
    for path in (data, built / "mnist.npz"):  # the same size, another content
        whole = path.read_bytes()
        path.write_bytes(whole[: len(whole) // 2] + bytes(len(whole) - len(whole) // 2))
        assert len(outdated()) == 1
        path.write_bytes(whole)
    (built / "mnist.npz").rename(tmp_path / "mnist.npz")
    assert outdated() == ["mnist.npz"]
    (tmp_path / "mnist.npz").rename(built / "mnist.npz")
    assert outdated() == []


def test_what_killed_builds_left_is_gone_even_where_nothing_is_to_do(built):
    left = [built / ".mnist.npz.abc", built / "MJ" / ".MJ_test.xyz"]
    for hidden in left:
        hidden.mkdir()
        (hidden / "lock").touch()  # nobody holds it
        (hidden / "half").write_bytes(b"half")
    assert course_data.build(built) == []
    assert not any(hidden.exists() for hidden in left)


def test_what_is_damaged_is_made_again_and_is_the_same_as_before(built):
    before = contents(built)
    lmdb_words.close_words(built / "MJ" / "MJ_test")
    (built / "MJ" / "MJ_test" / "data.mdb").write_bytes(b"half")
    (built / "mnist.npz").write_bytes(b"half")
    output = start_build(built).communicate()[0]
    assert "['mnist.npz', 'MJ/MJ_test']" in output
    assert contents(built) == before
    made = [line for line in output.split("\n") if " MB " in line]
    assert len(made) == 2 and all(0 < float(line.split()[3]) < 1000 for line in made)  # seconds


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_kill_in_the_middle_leaves_no_half_and_no_process(tmp_path):
    folder = tmp_path / "generated"
    build = start_build(folder, words=20_000)
    hidden = _wait(lambda: list((folder / "MJ").glob(".MJ_train.*/*/data.mdb")))
    children = psutil.Process(build.pid).children()
    build.send_signal(signal.SIGKILL)
    build.wait()
    assert hidden and children and not (folder / "MJ" / "MJ_train").exists()
    assert not (folder / "recipes" / "MJ_train.txt").exists()
    _wait(lambda: not any(_alive(child) for child in children))
    assert not any(_alive(child) for child in children)
    output = start_build(folder).communicate()[0]
    assert "MJ/MJ_train" in output
    assert sorted(path.name for path in (folder / "MJ").iterdir()) == ["MJ_test", "MJ_train"]
    assert lmdb_words.count_words(folder / "MJ" / "MJ_train") == 60


MAIN = """
import sys
from ocr_data import course_data
course_data.OTHER_SETS = {"mnist.npz": course_data.OTHER_SETS["mnist.npz"]}
course_data.build.__defaults__ = (sys.argv[1],)
sys.exit(course_data.main())
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGTERM")
def test_a_build_that_is_stopped_leaves_nothing_and_says_one_sentence(tmp_path):
    folder = tmp_path / "generated"
    command = [sys.executable, "-c", MAIN, str(folder)]
    build = subprocess.Popen(command, text=True, stderr=subprocess.PIPE)
    assert _wait(lambda: list((folder / "MJ").glob(".MJ_train.*/*/data.mdb")))
    children = psutil.Process(build.pid).children()
    build.terminate()  # as `course.py lab` does when it ends
    said = build.communicate()[1]
    assert build.returncode == 130 and said.strip().count("\n") == 0
    _wait(lambda: not any(_alive(child) for child in children))
    assert not any(_alive(child) for child in children)
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert {name.split("/")[0] for name in names} == {"mnist.npz", "recipes"}
    assert not list(folder.rglob(".*"))


def test_who_loads_what_is_being_made_waits_for_it(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(datasets, "GENERATED", tmp_path / "generated")
    monkeypatch.setenv("OCR_COURSE_DATA", "standin")
    build = start_build(tmp_path / "generated", words=1500)
    _wait(lambda: list((tmp_path / "generated").glob(".build.*/lock")))
    folder, _ = datasets.find_mj("train")
    assert lmdb_words.count_words(folder) == 1500
    said = capsys.readouterr().out
    assert said.count("\n") == 1 and said.startswith("MJ/MJ_train is still being made")
    build.communicate()
    datasets.find_mj("train")
    assert capsys.readouterr().out == ""


def test_a_second_build_waits_for_the_first_and_finds_all_done(tmp_path):
    builds = [start_build(tmp_path / "generated", words=600)]
    _wait(lambda: list((tmp_path / "generated").glob(".build.*/lock")))
    builds.append(start_build(tmp_path / "generated", words=600))
    said = [build.communicate()[0] for build in builds]
    assert said[1].strip() == "[]" and "Traceback" not in said[0]
    assert lmdb_words.count_words(tmp_path / "generated" / "MJ" / "MJ_train") == 600


@pytest.mark.skipif(os.name == "nt", reason="needs a limit of the file size")
def test_a_full_disk_is_named_and_what_was_finished_stays(tmp_path):
    folder = tmp_path / "generated"
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))"
    output = start_build(folder, words=1000, before=limit).communicate()[0]
    assert "OcrError:" in output and "full: free some space" in output
    assert "Traceback" not in output
    assert [path.name for path in (folder / "MJ").iterdir()] == []


def test_a_failing_recipe_stops_with_its_sentence(tmp_path, monkeypatch, small_sets):
    (tmp_path / "MJ").write_text("a file where a folder should be")
    output = start_build(tmp_path).communicate()[0]
    assert "OcrError:" in output and "MJ_train" in output and "Traceback" not in output


def test_the_command_says_when_there_is_nothing_to_do(built, monkeypatch, capsys):
    monkeypatch.setattr(course_data, "build", lambda: [])
    assert course_data.main() == 0
    assert capsys.readouterr().out == "course data: there, nothing to do\n"

    def fail():
        raise OcrError("data/generated could not be written, the disk is full.")

    monkeypatch.setattr(course_data, "build", fail)
    assert course_data.main() == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_the_module_run_as_a_program_ends_with_the_state_of_the_build(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setattr("ocr_utils.paths.GENERATED", tmp_path / "file" / "generated")
    monkeypatch.delitem(sys.modules, "ocr_data.course_data")
    with pytest.raises(SystemExit) as stopped:
        runpy.run_module("ocr_data.course_data", run_name="__main__")
    assert stopped.value.code == 1


def _wait(condition, seconds: float = 60):
    """Wait until `condition()` is true; returns its last value."""
    end = time.monotonic() + seconds
    while not (value := condition()) and time.monotonic() < end:
        time.sleep(0.02)
    return value


def _alive(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def test_every_source_of_a_recipe_is_there():
    """A recipe whose code cannot be found would be made again at every start."""
    sources = {name for _, names in course_data.OTHER_SETS.values() for name in names}
    for source in {*sources, *course_data.WORD_SOURCES}:
        assert (course_data.ROOT / source).is_file(), source


def test_the_report_tells_size_and_seconds(built, monkeypatch, capsys):
    for name in (*course_data.OTHER_SETS, *course_data.WORD_SETS):
        course_data._report(built, name, 2.04)
        megabytes, unit, seconds, _ = capsys.readouterr().out.split()[1:]
        files = [built / name] if (built / name).is_file() else (built / name).glob("data.mdb")
        assert float(megabytes) == pytest.approx(
            sum(f.stat().st_size for f in files) / 1e6, abs=0.1
        )
        assert (unit, seconds) == ("MB", "2.0")


def test_what_all_processes_make_together_is_what_one_makes(tmp_path):
    few = "from ocr_data import cifar10; cifar10.build_cifar10.__defaults__ = (5, map)"
    sets = "course_data.OTHER_SETS = {'cifar-10-batches-py': (course_data._build_cifar10, ())}"
    output = start_build(tmp_path / "generated", before=f"{few}; {sets}").communicate()[0]
    assert "['cifar-10-batches-py', 'MJ/MJ_train', 'MJ/MJ_test']" in output
    alone = cifar10.build_cifar10(tmp_path, per_batch=5)
    assert contents(alone) == contents(tmp_path / "generated" / "cifar-10-batches-py")
    assert re.search(r"cifar-10-batches-py +0\.1 MB +\d+\.\d s", output)


def test_the_word_sets_are_as_large_as_the_description_of_the_data_says():
    text = (course_data.ROOT / "data" / "README.md").read_text(encoding="utf-8")
    sizes = [f"{count:,}" for _, count in WORD_SETS.values()]
    assert f"{' + '.join(sizes)} rendered words" in text
