"""Files, addresses and open files: read in time, or one sentence says why not."""

import contextlib
import http.server
import io
import os
import subprocess
import sys
import tempfile
import threading

import numpy as np
import pytest
from PIL import Image

from ocr_utils import image_sources
from ocr_utils.images import load_image
from tests.test_images import RED_AND_BLUE, encode, message

PNG = encode(Image.fromarray(RED_AND_BLUE), "PNG")

# --- from the network ---------------------------------------------------------------------------


class Handler(http.server.BaseHTTPRequestHandler):
    png = encode(Image.fromarray(RED_AND_BLUE), "PNG")

    def do_GET(self):
        if self.path == "/drip.png":
            return self.drip()
        if self.path == "/slow.png":
            self.server.stop.wait(5)
        self.send_response(200 if "page" in self.path else 404)
        self.end_headers()
        self.wfile.write(b"<html></html>" if "html" in self.path else self.png)

    def drip(self):
        """A byte ten times a second, the status line already."""
        with contextlib.suppress(OSError):
            for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + bytes(1000):
                self.wfile.write(bytes([byte]))
                if self.server.stop.wait(0.1):
                    return

    def log_message(self, *args):
        pass


@pytest.fixture
def address(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.stop = threading.Event()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.stop.set()
    server.shutdown()
    server.server_close()


def test_url(address):
    np.testing.assert_array_equal(load_image(f"{address}/page.png"), RED_AND_BLUE)


def test_url_that_is_not_there(address):
    assert "answered 404 Not Found: open it in a browser" in message(f"{address}/no.png")


def test_url_of_a_web_page(address):
    assert "is a web page" in message(f"{address}/page.html")


def test_url_that_does_not_answer(address, monkeypatch):
    monkeypatch.setattr(image_sources, "DOWNLOAD_SECONDS", 0.3)
    assert "cannot be reached (" in message(f"{address}/slow.png")


def test_url_without_a_server(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    assert "cannot be reached" in message("http://127.0.0.1:9/page.png")


def test_url_that_is_too_large(address, monkeypatch):
    monkeypatch.setattr(image_sources, "DOWNLOAD_BYTES", 10)
    assert "is larger than" in message(f"{address}/page.png")


def test_url_with_hangul_and_blanks(address):
    np.testing.assert_array_equal(load_image(f"{address}/page 간판.png?이름=값"), RED_AND_BLUE)
    assert "cannot be reached" in message("http://없는호스트.invalid/간판.png")


@pytest.mark.parametrize(
    "address", ["http://", "http://[", "https://a b c/", "http://\x00/", "http://x:y"]
)
def test_url_that_is_none(address):
    assert "cannot be reached" in message(address)


def test_url_that_drips(address, monkeypatch):
    """Each byte comes in time, the picture never."""
    monkeypatch.setattr(image_sources, "DOWNLOAD_SECONDS", 1)
    assert "cannot be reached (no end after 1 seconds)" in message(f"{address}/drip.png")


# --- files and open files -----------------------------------------------------------------------


class BytesPath:
    def __fspath__(self):
        return os.fsencode(self.path)


def test_a_path_of_bytes_and_a_pipe_that_ends(tmp_path):
    source = BytesPath()
    source.path = str(tmp_path / "간판.png")
    (tmp_path / "간판.png").write_bytes(PNG)
    np.testing.assert_array_equal(load_image(source), RED_AND_BLUE)
    reader, writer = os.pipe()
    os.write(writer, PNG)
    os.close(writer)
    with open(reader, "rb") as pipe:
        np.testing.assert_array_equal(load_image(pipe), RED_AND_BLUE)


def test_a_name_that_begins_like_a_home(tmp_path, monkeypatch):
    assert "~photo.png does not exist" in message("~photo.png")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "~photo.png").write_bytes(PNG)
    np.testing.assert_array_equal(load_image("~photo.png"), RED_AND_BLUE)


@pytest.mark.skipif(os.name == "nt", reason="Windows has neither")
def test_pipes_and_devices_are_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "fifo.png")
    assert "is a pipe or a device" in message(tmp_path / "fifo.png")
    assert "is a pipe or a device" in message("/dev/zero")


def test_an_open_file_without_an_end(monkeypatch):
    monkeypatch.setattr(image_sources, "FILE_BYTES", 10_000_000)
    if os.name != "nt":
        with open("/dev/zero", "rb") as file:
            assert "is larger than 10 MB" in message(file)
    monkeypatch.setattr(image_sources, "READ_SECONDS", 0.5)
    reader, writer = os.pipe()
    with open(reader, "rb") as pipe:
        assert "cannot be read (no end after 0.5 seconds)" in message(pipe)
        os.close(writer)


def test_an_open_file_is_called_by_its_name(tmp_path):
    (tmp_path / "half.png").write_bytes(PNG[:20])
    with open(tmp_path / "half.png", "rb") as file:
        assert message(file).startswith(f"{tmp_path / 'half.png'} ")
    assert message(io.BytesIO(PNG[:20])).startswith("the open file ")


class Reader(io.RawIOBase):
    """Gives what it is told to, whatever was asked for."""

    def __init__(self, answer):
        self.answer = answer

    def read(self, size=-1):
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def closed_file():
    file = tempfile.TemporaryFile()
    file.close()
    return file


@pytest.mark.parametrize(
    "make",
    [
        lambda: open(os.devnull, "w"),
        lambda: open(os.devnull, "wb"),
        lambda: open(__file__, encoding="utf-8"),
        lambda: io.StringIO("text"),
        closed_file,
        lambda: Reader("text"),
        lambda: Reader(7),
        lambda: Reader(RuntimeError("two\nlines")),
        lambda: Reader(UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad")),
    ],
)
def test_open_files_that_give_no_bytes(make):
    source = make()
    text = message(source)
    assert "cannot be read" in text and 'open(path, "rb")' in text
    source.close()


@pytest.mark.parametrize(
    "name", ["two\nlines.png", "nul\0.png", "x" * 5000, "half \udcff.png", "bell \a.png"]
)
def test_any_name_gives_one_line_that_can_be_printed(name):
    text = message(name)
    assert text.encode("utf-8") and text.isprintable() and len(text) < 500


def test_a_file_that_is_too_large_or_never_ends(tmp_path, monkeypatch):
    with open(tmp_path / "huge.png", "wb") as file:
        file.truncate(20_000_000)
    monkeypatch.setattr(image_sources, "FILE_BYTES", 10_000_000)
    assert "is larger than 10 MB" in message(tmp_path / "huge.png")
    with open(tmp_path / "huge.png", "wb") as file:
        file.truncate((1 << 20) + 1)  # one byte too many, after a whole number of reads
    monkeypatch.setattr(image_sources, "FILE_BYTES", 1 << 20)
    assert "is larger than" in message(tmp_path / "huge.png")


def test_a_call_that_never_returns_does_not_keep_the_program_alive():
    code = "import time; from ocr_data.network import within; within(0.1, time.sleep, 600)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert "TimeoutError: no end after 0.1 seconds" in done.stderr
