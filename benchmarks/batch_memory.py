"""Memory of a batch job over many pages: python -m benchmarks.batch_memory [PAGES] (notebook 10).

Draws small pages, reads them by two processes, and writes benchmarks/batch_memory.csv: pages done,
seconds, megabytes of the driver and of the larger worker.
"""

import csv
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import psutil
from PIL import Image, ImageDraw

from ocr_batch import job
from ocr_data.atomic import new_file
from ocr_synth.fonts import course_fonts, load_font

RESULT = Path(__file__).parent / "batch_memory.csv"
EVERY = 100  # pages


def draw_pages(folder: Path, count: int) -> None:
    """PNG files of one number each, of differing sizes, large enough to be read at one look."""
    rng, font = np.random.default_rng(0), load_font(course_fonts()[0], 44)
    for number in range(count):
        page = Image.new("RGB", (160 + int(rng.integers(60)), 64 + int(rng.integers(32))), "white")
        ImageDraw.Draw(page).text((12, 8), f"{number:05}", "black", font)
        page.save(folder / f"page{number:06}.png")


def measure(count: int) -> list[tuple[int, int, int, int]]:
    """Rows of the result: pages, seconds, MB of the driver, MB of the larger worker.

    None for the last page: its worker is ending.
    """
    rows, begin = [], time.perf_counter()
    driver = psutil.Process()

    def watch(numbers):
        finished = 0
        for number in numbers:
            finished += number
            if finished // EVERY > (finished - number) // EVERY and finished < count:
                sizes = [megabytes(child) for child in driver.children()]
                seconds = round(time.perf_counter() - begin)
                rows.append((finished, seconds, megabytes(driver), max(sizes, default=0)))
                print(*rows[-1], flush=True)
            yield number

    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "in")
        source.mkdir()
        draw_pages(source, count)
        begin = time.perf_counter()
        print(job.run(source, Path(folder, "out"), 2, 50, progress=watch))
    return rows


def megabytes(process: psutil.Process) -> int:
    """Resident memory of a process; 0 where it has just ended."""
    try:
        return process.memory_info().rss // 2**20
    except psutil.NoSuchProcess:
        return 0


def main(count: int) -> None:
    rows = measure(count)
    with new_file(RESULT) as temporary, open(temporary, "w", newline="") as file:
        csv.writer(file).writerows([("pages", "seconds", "driver_mb", "worker_mb"), *rows])


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
