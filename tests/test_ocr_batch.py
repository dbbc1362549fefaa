"""The batch job: whatever dies on the way, its tables are those of an undisturbed run."""

import os
import shutil
import signal
import sys
from pathlib import Path

import psutil
import pyarrow as pa
import pytest
from PIL import Image
from pyarrow import parquet

from ocr_batch import __main__ as command
from ocr_batch import job, parts, plan, processes, sources, storage
from ocr_utils import end_to_end
from ocr_utils.errors import OcrError
from ocr_utils.images import load_image
from tests.batch_jobs import ODD_NAMES, PART, files, save, start, wait_for


def texts(out) -> dict[str, list[str]]:
    """Page -> what was read on it."""
    found: dict[str, list[str]] = {}
    for row in job.table(out, "words").to_pylist():
        found.setdefault(row["page"], []).append(row["text"].lower())
    return found


# --- what a job gives -----------------------------------------------------------------------------


def test_every_page_is_read_under_its_own_name(undisturbed):
    found = texts(undisturbed)
    assert {name: found[name] for name in ODD_NAMES} == {name: ["market"] for name in ODD_NAMES}
    assert found["page1.png"] == ["lantern"] and found["two.tif"] == ["left", "right"]
    assert ".hidden.png" not in found and "notes.txt" not in found


def test_a_bad_page_becomes_a_row_of_the_errors(undisturbed):
    errors = {row["page"]: row["error"] for row in job.table(undisturbed, "errors").to_pylist()}
    assert sorted(errors) == ["cut.png", "empty.png", "text.jpg"]
    assert errors["empty.png"].startswith("empty.png is empty (0 bytes)")
    assert errors["cut.png"].startswith("cut.png is damaged or cut off")
    assert errors["text.jpg"].startswith("text.jpg is not an image")


def test_the_words_are_those_of_the_reader(source, undisturbed):
    image = load_image(source / "page3.png")
    (word,) = end_to_end.read(image)
    rows = job.table(undisturbed, "words").to_pylist()
    (row,) = [row for row in rows if row["page"] == "page3.png"]
    assert row["text"] == word.text and row["confidence"] == pytest.approx(
        word.confidence, abs=1e-4
    )
    assert row["box"] == pytest.approx(word.polygon.ravel().tolist(), abs=0.01)
    pages = {(r["page"], r["frame"]): r for r in job.table(undisturbed, "pages").to_pylist()}
    assert pages["page3.png", 1] == dict(page="page3.png", frame=1, height=72, width=200, words=1)
    assert pages["two.tif", 2]["words"] == 1


def test_nothing_else_is_left(undisturbed):
    names = {name.rpartition("/")[0] for name in files(undisturbed)}
    assert names == {"", "words", "errors", "pages"}
    assert len(files(undisturbed)) == 1 + 3 * 6


def test_several_processes_write_the_same_bytes(source, undisturbed, tmp_path):
    job.run(source, tmp_path / "out", 3, PART)
    assert files(tmp_path / "out") == files(undisturbed)


def test_a_page_without_words_is_there_too(tmp_path):
    Image.new("RGB", (90, 60), "white").save(tmp_path / "blank.png", "PNG")
    assert job.run(tmp_path, tmp_path.parent / "blank_out", 1) == (1, 0, 0)
    assert job.table(tmp_path.parent / "blank_out", "pages").to_pylist()[0]["words"] == 0


# --- what dies ------------------------------------------------------------------------------------


def readers(process) -> list[psutil.Process]:
    """The workers of a driver that are at a part."""
    children = psutil.Process(process.pid).children()
    return [child for child in children if "spawn_main" in " ".join(child.cmdline())]


def test_a_killed_worker_changes_nothing(source, undisturbed, tmp_path):
    out = tmp_path / "out"
    process = start(source, out, "--processes", "2")
    assert wait_for(lambda: parts.done(out), process)
    victims = readers(process)
    assert victims
    victims[0].kill()
    output, errors = process.communicate(timeout=300)
    assert output.startswith("15 pages read, 3 not, 16 words"), errors
    assert files(out) == files(undisturbed)


def test_a_killed_driver_takes_its_workers_along_and_goes_on(source, undisturbed, tmp_path):
    out = tmp_path / "out"
    process = start(source, out, "--processes", "2")
    assert wait_for(lambda: parts.done(out), process)
    orphans = readers(process)
    process.kill()
    process.communicate()
    assert len(psutil.wait_procs(orphans, timeout=120)[1]) == 0
    before = {part: (out / "pages" / parts.file_of(part)).stat() for part in parts.done(out)}
    assert 0 < len(before) < 6
    output, errors = start(source, out).communicate(timeout=300)
    assert output.startswith("15 pages read, 3 not, 16 words"), errors
    assert files(out) == files(undisturbed)
    for part, stat in before.items():  # what was done was not done again
        assert (out / "pages" / parts.file_of(part)).stat().st_mtime_ns == stat.st_mtime_ns


@pytest.mark.skipif(os.name == "nt", reason="Windows sends no SIGINT to one process")
@pytest.mark.skipif(
    signal.getsignal(signal.SIGINT) == signal.SIG_IGN, reason="Ctrl-C is ignored in the background"
)
def test_ctrl_c_says_how_to_go_on(source, tmp_path):
    for copy in range(20):  # so many that no machine is done before it is told to stop
        shutil.copytree(source, tmp_path / "in" / str(copy))
    process = start(tmp_path / "in", tmp_path / "out")
    assert wait_for(lambda: parts.done(tmp_path / "out"), process)
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=60)[1].endswith(
        "Stopped: the same command goes on with what is missing.\n"
    )


def test_a_job_that_is_done_does_nothing(source, undisturbed):
    before = files(undisturbed)
    assert job.run(source, undisturbed, 1, part_size=7) == (15, 3, 16)
    assert files(undisturbed) == before


def test_a_page_that_kills_its_process_becomes_an_error(source, tmp_path, monkeypatch):
    """The plug-in that kills is real: Python imports `sitecustomize` in every new process."""
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "sitecustomize.py").write_text(
        "import os, PIL.Image\n"
        "whole = PIL.Image.open\n"
        "def open(file, *rest, **options):\n"
        "    image = whole(file, *rest, **options)\n"
        "    return os._exit(7) if image.size == (77, 77) else image\n"
        "PIL.Image.open = open\n"
    )
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path / "bad"), *sys.path[:1]]))
    folder = tmp_path / "pages"
    for name in ("a", "c"):
        save(folder, f"{name}.png", "castle")
    Image.new("RGB", (77, 77)).save(folder / "b.png")
    assert job.run(folder, tmp_path / "out", 1) == (2, 1, 2)
    (error,) = job.table(tmp_path / "out", "errors").to_pylist()
    assert error == dict(page="b.png", error="b.png ends the process that reads it (exit code 7).")


def die(task):
    os._exit(3)


def complain(task):
    raise OcrError(f"no {task}")


def test_a_task_at_which_every_process_dies_ends():
    assert list(processes.run(die, ["a", "b"], 2, deaths=2)) in (
        [("a", (3,)), ("b", (3,))],
        [("b", (3,)), ("a", (3,))],
    )


def test_an_exception_of_a_worker_arrives():
    with pytest.raises(OcrError, match="no bread"):
        list(processes.run(complain, ["bread"], 1))
    assert not [
        child for child in psutil.Process().children() if "spawn_main" in str(child.cmdline())
    ]


# --- the plan -------------------------------------------------------------------------------------


def test_new_pages_get_parts_of_their_own(tmp_path):
    source, out = tmp_path / "in", tmp_path / "out"
    for name in "bd":
        save(source, f"{name}.png", "river")
    assert job.run(source, out, 1, 2) == (2, 0, 2)
    first = files(out)
    save(source, "a.png", "garden")  # sorts before the others
    assert job.run(source, out, 1, 2) == (3, 0, 3)
    assert plan.pages_of(out, 1) == [("a.png", "a.png", -1)]
    assert {name: files(out)[name] for name in first if name != plan.PLAN} == {
        name: content for name, content in first.items() if name != plan.PLAN
    }


def test_a_page_that_is_gone_before_its_turn_is_an_error(tmp_path):
    source, out = tmp_path / "in", tmp_path / "out"
    for name in "ab":
        save(source, f"{name}.png", "river")
    plan.make_plan(source, out)
    (source / "b.png").unlink()
    assert job.run(source, out, 1) == (1, 1, 1)
    assert "does not exist any more" in job.table(out, "errors").to_pylist()[0]["error"]


@pytest.mark.skipif(sys.platform != "linux", reason="only there names may be any bytes")
def test_a_name_that_is_no_unicode_is_an_error_of_its_own(tmp_path):
    save(tmp_path / "in", "good.png", "river")
    os.rename(tmp_path / "in" / "good.png", os.fsencode(tmp_path / "in") + b"/bad\xff.png")
    assert job.run(tmp_path / "in", tmp_path / "out", 1) == (0, 1, 0)
    (error,) = job.table(tmp_path / "out", "errors").to_pylist()
    assert error["page"] == "bad\\udcff.png" and "no UTF-8" in error["error"]


def test_one_folder_holds_one_job(source, undisturbed, tmp_path):
    save(tmp_path, "other.png", "river")
    with pytest.raises(OcrError, match="holds a job with the source .*: choose another folder"):
        job.run(tmp_path, undisturbed, 1)


def test_tables_do_not_go_among_the_pages(source):
    with pytest.raises(OcrError, match="lies inside"):
        job.run(source, source / "out", 1)


def test_a_table_with_a_page_missing_or_twice_is_noticed(undisturbed, tmp_path):
    out = tmp_path / "out"
    for name, content in files(undisturbed).items():
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_bytes(content)
    job.summary(out)
    (out / "pages" / parts.file_of(9)).write_bytes((out / "pages" / parts.file_of(1)).read_bytes())
    with pytest.raises(OcrError, match="0 pages of 18 not yet, and 2 twice"):
        job.summary(out)


# --- other sources --------------------------------------------------------------------------------


def as_parquet(source: Path, path: Path, **options) -> list[str]:
    names = [page.name for page in sources.list_pages(source)]
    images = [(source / name).read_bytes() for name in names]
    parquet.write_table(pa.table({"page": names, "image": images}), path, **options)
    return names


def test_a_parquet_file_gives_what_its_folder_gives(source, undisturbed, tmp_path):
    as_parquet(source, tmp_path / "pages.parquet", row_group_size=5)  # across the parts
    job.run(tmp_path / "pages.parquet", tmp_path / "out", 1, PART)
    theirs, ours = files(tmp_path / "out"), files(undisturbed)
    theirs.pop(plan.PLAN), ours.pop(plan.PLAN)
    assert theirs == ours


def test_parquet_files_that_cannot_be_pages_are_refused(tmp_path):
    path = tmp_path / "x.parquet"
    parquet.write_table(pa.table({"page": ["a"], "jpeg": [b""]}), path)
    with pytest.raises(OcrError, match="has no column image"):
        sources.list_pages(path)
    parquet.write_table(pa.table({"page": ["a", "a"], "image": [b"", b""]}), path)
    with pytest.raises(OcrError, match="two pages named 'a'"):
        sources.list_pages(path)
    parquet.write_table(
        pa.table(
            {"page": ["a"], "image": [None]},
            schema=pa.schema({"page": pa.string(), "image": pa.binary()}),
        ),
        path,
    )
    ((page, error),) = sources.load(path, sources.list_pages(path))
    assert str(error) == "a has an empty cell `image`."


def test_an_address_gives_what_its_folder_gives(source, undisturbed, tmp_path):
    job.run(source.as_uri(), (tmp_path / "out").as_uri(), 1, PART)
    assert files(tmp_path / "out") == files(undisturbed)


def test_addresses_that_nothing_reaches_are_refused():
    with pytest.raises(OcrError, match="xyz://there cannot be opened"):
        storage.open_place("xyz://there")


# --- the command ----------------------------------------------------------------------------------


def test_an_empty_folder_is_refused_in_one_sentence(tmp_path, capsys):
    (tmp_path / "in").mkdir()
    for name in ("in", "nowhere"):
        assert command.main([str(tmp_path / name), str(tmp_path / "out")]) == 1
        assert "holds no images: give a folder" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_file_that_is_no_table_is_refused(tmp_path, capsys):
    (tmp_path / "page.png").write_bytes(b"")
    assert command.main([str(tmp_path / "page.png"), str(tmp_path / "out")]) == 1
    assert "is a file: give a folder of images, or a Parquet file" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--processes", "--part-size"])
def test_numbers_below_one_are_refused(option, capsys):
    with pytest.raises(SystemExit):
        command.main(["in", "out", option, "0"])
    assert "'0' is no number of 1 or more" in capsys.readouterr().err
