"""A real server of `ocr_serve` in a process of its own, on a free port."""

import contextlib
import io
import os
import re
import socket
import subprocess
import sys
import time
import urllib.parse

import httpx
import numpy as np
from PIL import Image, ImageDraw

from ocr_synth.fonts import course_fonts, load_font
from ocr_utils.paths import ROOT


class Server:
    """What a test needs of it: its process, its address, a client for it."""

    def __init__(self, process, address: str, token: str):
        self.process, self.address = process, address
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.hang_up()

    def hang_up(self):
        """Ask through new connections from now on."""
        self.client = httpx.Client(
            base_url=self.address, timeout=120, trust_env=False, headers=self.headers
        )

    def read(self, picture: bytes, **query) -> httpx.Response:
        return self.client.post("/v1/read", content=picture, params=query)

    def connect(self) -> socket.socket:
        """A bare connection, to send what no client would."""
        parts = urllib.parse.urlsplit(self.address)
        return socket.create_connection((parts.hostname, parts.port), timeout=60)

    def metric(self, name: str) -> float:
        """The sum of a metric's lines; name may begin with labels: `ocr_requests_total{path="/`."""
        lines = self.client.get("/metrics").text.splitlines()
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(name))


@contextlib.contextmanager
def running(*options, token: str = "", environment: dict | None = None):
    """A server with these options of `python -m ocr_serve`, ready; it is stopped at the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "ocr_serve", "--port", "0", *map(str, options)],
        cwd=ROOT,
        env=os.environ | {"OCR_SERVE_TOKEN": token} | (environment or {}),
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        address = re.search(r"http://[\d.]+:\d+", process.stdout.readline()).group()
        server = Server(process, address, token)
        wait_until_ready(server)
        yield server
    finally:
        process.terminate()
        process.wait(60)
        process.stdout.close()


def wait_until_ready(server: Server) -> None:
    for _ in range(600):
        with contextlib.suppress(httpx.TransportError):
            if server.client.get("/healthz").status_code == 200:
                return
        time.sleep(0.1)
    raise AssertionError("the server did not start within a minute")


def picture(text: str = "lemon harbor", kind: str = "PNG", **options) -> bytes:
    """A small sign, as an image file."""
    lines = text.split("\n")
    image = Image.new("RGB", (60 + 21 * max(map(len, lines)), 40 + 50 * len(lines)), "white")
    font = load_font(course_fonts()[0], 32)
    for number, line in enumerate(lines):
        ImageDraw.Draw(image).text((30, 20 + 50 * number), line, "black", font)
    return encoded(image, kind, **options)


def encoded(image, kind: str = "PNG", **options) -> bytes:
    image = Image.fromarray(image) if isinstance(image, np.ndarray) else image
    image.save(file := io.BytesIO(), kind, **options)
    return file.getvalue()
