"""The batch job between two buckets: a server on this machine speaks Amazon's S3."""

import importlib.util

import pyarrow as pa
import pytest
from pyarrow import fs

from ocr_batch import __main__ as command
from ocr_batch import job, parts, storage
from tests.batch_jobs import PART, save

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("moto") is None,
    reason='moto is an extra: pip install "moto[server]" to run these tests',
)
PAGES = 5


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Pages with plain and odd names (moto takes no line breaks), and one that is cut off."""
    folder = tmp_path_factory.mktemp("pages")
    for name, word in zip("ab", ("harbor", "lantern"), strict=True):
        save(folder, f"{name}.png", word)
    save(folder, "deep/er.folder/Straße 한글.png", "castle")
    save(folder, "100% sure? #1.png", "ferry")
    (folder / "cut.png").write_bytes((folder / "a.png").read_bytes()[:300])
    return folder


@pytest.fixture(scope="module")
def s3():
    """What stands behind an address of S3 whose server is on this machine; two empty buckets."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "secret")
        host, port = server.get_host_and_port()
        options = f"?scheme=http&endpoint_override={host}:{port}&allow_bucket_creation=true"
        for bucket in ("cellar", "tables"):
            filesystem, path = storage.open_place(f"s3://{bucket}{options}")
            filesystem.create_dir(path)
        yield options
    server.stop()


@pytest.fixture(scope="module")
def cellar(s3, folder) -> str:
    """A bucket that holds the pages."""
    address = f"s3://cellar/pages{s3}"
    filesystem, path = storage.open_place(address)
    fs.copy_files(folder.as_posix(), path, destination_filesystem=filesystem)
    return address


@pytest.fixture(scope="module")
def undisturbed(folder, tmp_path_factory):
    """From folder to folder."""
    out = tmp_path_factory.mktemp("undisturbed") / "out"
    assert job.run(folder, out, 1, PART) == (PAGES - 1, 1, PAGES - 1)
    return out


def tables(out) -> dict[str, bytes]:
    return {
        f"{name}/{file}": storage.read_file(out, f"{name}/{file}")
        for name in ("words", "errors", "pages")
        for file in storage.list_files(out, name)
    }


def test_from_bucket_to_bucket_the_bytes_are_those_of_folders(cellar, s3, undisturbed, capsys):
    out = f"s3://tables/whole{s3}"
    assert command.main([cellar, out, "--processes", "1", "--part-size", str(PART)]) == 0
    assert f"{PAGES - 1} pages read, 1 not, {PAGES - 1} words" in capsys.readouterr().out
    assert tables(out) == tables(undisturbed) and len(tables(out)) == 6
    assert not storage.list_files(out, "attempts")


def test_a_job_in_a_bucket_goes_on_with_what_is_missing(cellar, s3, undisturbed):
    out = f"s3://tables/halved{s3}"
    job.run(cellar, out, 1, PART)
    filesystem, path = storage.open_place(out)
    filesystem.delete_file(f"{path}/pages/{parts.file_of(1)}")
    filesystem.delete_file(f"{path}/words/{parts.file_of(1)}")
    assert parts.done(out) == {0}
    assert job.run(cellar, out, 1, PART) == (PAGES - 1, 1, PAGES - 1)
    assert tables(out) == tables(undisturbed)


def test_a_parquet_file_of_pages_may_lie_in_a_bucket(folder, s3, tmp_path):
    rows = {"page": ["first", "second"], "image": [(folder / "a.png").read_bytes(), None]}
    storage.write_table(pa.table(rows), f"s3://cellar{s3}", "tickets.parquet")
    out = tmp_path / "out"
    assert job.run(f"s3://cellar/tickets.parquet{s3}", out, 1) == (1, 1, 1)
    (word,) = job.table(out, "words").to_pylist()
    assert (word["page"], word["text"]) == ("first", "harbor")


def test_a_bucket_that_is_not_there_is_one_sentence(s3, tmp_path, capsys):
    assert command.main([f"s3://nowhere/pages{s3}", str(tmp_path / "out")]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "s3://nowhere/pages" in line and "secret" not in line


def test_a_server_that_does_not_answer_is_one_sentence(tmp_path, capsys):
    nobody = "?scheme=http&endpoint_override=127.0.0.1:9"
    assert command.main([f"s3://me:secret@cellar/pages{nobody}", str(tmp_path / "out")]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "s3://cellar/pages" in line and "secret" not in line
