"""Downloads against a local server: cut off, corrupt, dead, resumed."""

import hashlib
import http.server
import threading

import pytest

from ocr_utils.downloads import Download, fetch
from ocr_utils.errors import OcrError

CONTENT = bytes(range(256)) * 2000  # half a megabyte
SHA256 = hashlib.sha256(CONTENT).hexdigest()


class Handler(http.server.BaseHTTPRequestHandler):
    """/good, /norange, /short (breaks off half-way), /corrupt, /page (another file altogether)."""

    requests = []

    def do_GET(self):
        start = self.headers.get("Range", "bytes=0-").removeprefix("bytes=").rstrip("-")
        Handler.requests.append((self.path, int(start)))
        start = 0 if self.path == "/norange" else int(start)
        content = {"/corrupt": CONTENT[:-1] + b"!", "/page": b"<html>"}.get(self.path, CONTENT)
        if self.path == "/gone":
            return self.send_error(404)
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        self.wfile.write(content[start : len(content) // 2 if self.path == "/short" else None])

    def log_message(self, *args):
        pass


@pytest.fixture
def server():
    Handler.requests = []
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def download(*urls):
    return Download("file.bin", urls, SHA256, len(CONTENT))


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_the_file_arrives_whole_and_is_not_fetched_again(server, tmp_path, capsys):
    path = fetch(download(f"{server}/good"), tmp_path)
    assert path.read_bytes() == CONTENT and names(tmp_path) == ["file.bin"]
    assert "file.bin: 100%" in capsys.readouterr().err  # the progress bar
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


def test_an_interrupted_download_goes_on_where_it_stopped(server, tmp_path):
    with pytest.raises(OcrError, match="cut off after 256,000 of 512,000 bytes"):
        fetch(download(f"{server}/short"), tmp_path)
    assert names(tmp_path) == ["file.bin.part"]
    assert fetch(download(f"{server}/good"), tmp_path).read_bytes() == CONTENT
    assert Handler.requests[-1] == ("/good", 256_000) and names(tmp_path) == ["file.bin"]


def test_a_server_that_cannot_resume_sends_it_afresh(server, tmp_path):
    (tmp_path / "file.bin.part").write_bytes(CONTENT[:1000])
    assert fetch(download(f"{server}/norange"), tmp_path).read_bytes() == CONTENT


def test_a_wrong_beginning_is_dropped_and_the_file_got_once_afresh(server, tmp_path):
    (tmp_path / "file.bin.part").write_bytes(b"x" * 1000)
    assert fetch(download(f"{server}/good"), tmp_path).read_bytes() == CONTENT
    assert [start for _, start in Handler.requests] == [1000, 0]


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
