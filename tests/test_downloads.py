"""Downloads against a local server: cut off, corrupt, dead, slow."""

import contextlib
import hashlib
import http.server
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from ocr_data import downloads
from ocr_data.downloads import Download, fetch
from ocr_utils.errors import OcrError

CONTENT = bytes(range(256)) * 2000  # half a megabyte
SHA256 = hashlib.sha256(CONTENT).hexdigest()


class Handler(http.server.BaseHTTPRequestHandler):
    """/good, /short (breaks off half-way), /corrupt, /page (another file), /gone (404), /endless,
    /slow (a byte ten times a second), /never (that slow from the status line on)."""

    requests = []

    def do_GET(self):
        Handler.requests.append(self.path)
        content = {"/corrupt": CONTENT[:-1] + b"!", "/page": b"<html>"}.get(self.path, CONTENT)
        if self.path == "/gone":
            return self.send_error(404)
        if self.path == "/never":
            return self.drip(b"HTTP/1.1 200 OK" + b" " * 1000)
        self.send_response(200)
        if self.path != "/endless":
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.path == "/slow":
            return self.drip(content)
        with contextlib.suppress(OSError):
            self.wfile.write(content[: len(content) // 2 if self.path == "/short" else None])
            if self.path == "/endless":
                self.wfile.write(content * 10)

    def drip(self, content):
        with contextlib.suppress(OSError):
            for byte in content:
                self.wfile.write(bytes([byte]))
                if self.server.stop.wait(0.1):
                    return

    def log_message(self, *args):
        pass


@pytest.fixture
def server():
    Handler.requests = []
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.stop = threading.Event()
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.stop.set()
        server.shutdown()


def download(*urls):
    return Download("file.bin", urls, SHA256, len(CONTENT))


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_the_file_arrives_whole_and_is_not_fetched_again(server, tmp_path, capsys, caplog):
    path = fetch(download(f"{server}/good"), tmp_path)
    assert path.read_bytes() == CONTENT and names(tmp_path) == ["file.bin"]
    assert "file.bin: 100%" in capsys.readouterr().err  # the progress bar
    assert not caplog.records  # and no log of a library beside it
    assert fetch(download(f"{server}/good"), tmp_path) == path
    assert len(Handler.requests) == 1


def test_a_file_that_changed_on_the_disk_is_fetched_again(server, tmp_path):
    (tmp_path / "file.bin").write_bytes(CONTENT[:-1] + b"?")
    assert fetch(download(f"{server}/good"), tmp_path).read_bytes() == CONTENT


def test_a_verified_copy_elsewhere_is_used(server, tmp_path):
    copy, broken = tmp_path / "copy.bin", tmp_path / "broken.bin"
    copy.write_bytes(CONTENT)
    broken.write_bytes(CONTENT[:100])
    assert fetch(download(f"{server}/good"), tmp_path / "new", cached=(broken, copy)) == copy
    assert Handler.requests == []


def test_an_interrupted_download_leaves_nothing_and_comes_afresh(server, tmp_path):
    with pytest.raises(OcrError, match="cut off after 256,000 of 512,000 bytes"):
        fetch(download(f"{server}/short"), tmp_path)
    assert names(tmp_path) == []
    assert fetch(download(f"{server}/good"), tmp_path).read_bytes() == CONTENT


def test_what_a_killed_download_left_is_gone_after_the_next(server, tmp_path):
    program = (
        "import sys; from ocr_data.downloads import Download, fetch\n"
        f"fetch(Download('file.bin', ('{server}/slow',), '{SHA256}', {len(CONTENT)}), sys.argv[1])"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)], stderr=subprocess.DEVNULL
    )
    while not list(tmp_path.glob(".file.bin.*/*")):
        assert process.poll() is None
        time.sleep(0.05)
    process.kill()
    process.wait()
    assert fetch(download(f"{server}/good"), tmp_path).read_bytes() == CONTENT
    assert names(tmp_path) == ["file.bin"]


def test_several_at_once_get_the_file(server, tmp_path):
    with ThreadPoolExecutor(6) as pool:
        paths = list(pool.map(lambda _: fetch(download(f"{server}/good"), tmp_path), range(18)))
    assert {path.read_bytes() for path in paths} == {CONTENT} and names(tmp_path) == ["file.bin"]


def test_a_server_that_drips_is_left_in_time(server, tmp_path, monkeypatch):
    monkeypatch.setattr(downloads, "CHUNK_SECONDS", 0.5)
    with pytest.raises(OcrError, match="no end after 0.5 seconds"):
        fetch(download(f"{server}/slow"), tmp_path)
    with pytest.raises(OcrError, match="no end after 0.3 seconds"):
        fetch(download(f"{server}/never"), tmp_path, timeout=0.3)
    assert names(tmp_path) == []


def test_more_bytes_than_there_should_be(server, tmp_path):
    with pytest.raises(OcrError, match="gives more than 512,000 bytes"):
        fetch(download(f"{server}/endless"), tmp_path)
    assert names(tmp_path) == []


def test_a_wrong_checksum_leaves_nothing(server, tmp_path):
    with pytest.raises(OcrError, match="file.bin could not be .*the checksum is wrong"):
        fetch(download(f"{server}/corrupt"), tmp_path)
    assert names(tmp_path) == []


def test_an_error_page_is_refused_before_it_is_written(server, tmp_path):
    with pytest.raises(OcrError, match="announces 6 bytes instead of 512,000"):
        fetch(download(f"{server}/page"), tmp_path)
    assert names(tmp_path) == []


@pytest.mark.parametrize(
    "first", ["{server}/gone", "{server}/corrupt", "{server}/short", "http://127.0.0.1:9/dead"]
)
def test_the_second_address_helps(server, tmp_path, first):
    path = fetch(download(first.format(server=server), f"{server}/good"), tmp_path)
    assert path.read_bytes() == CONTENT and names(tmp_path) == ["file.bin"]


def test_no_network_gives_one_sentence_with_the_remedy(tmp_path):
    with pytest.raises(OcrError, match="refused.*check the network.*put the file into") as raised:
        fetch(download("http://127.0.0.1:9/a", "http://127.0.0.1:9/b"), tmp_path)
    assert str(raised.value).count("127.0.0.1:9") == 2 and "\n" not in str(raised.value)
