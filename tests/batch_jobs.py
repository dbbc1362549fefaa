"""What the tests of the batch job share; its pages and tables are fixtures of conftest.py."""

import subprocess
import sys
import time
from pathlib import Path

from PIL import Image, ImageDraw

from ocr_synth.fonts import course_fonts, load_font

ODD_NAMES = [
    "-dash.png",
    "100% sure? #1.PNG",
    "deep/er.folder/Straße 한글.jpg",
    'it\'s "quoted".png',
    "line\nbreak.png",
    "s3:odd.png",
]
PART = 3  # pages


def draw(text: str) -> Image.Image:
    page = Image.new("RGB", (200, 72), "white")
    ImageDraw.Draw(page).text((16, 16), text, "black", load_font(course_fonts()[0], 28))
    return page


def save(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    draw(text).save(path)


def files(out) -> dict[str, bytes]:
    """Every file of a job with its bytes, hidden ones and leftovers too."""
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in sorted(Path(out).rglob("*"))
        if path.is_file()
    }


def start(source, out, *options) -> subprocess.Popen:
    arguments = [sys.executable, "-m", "ocr_batch", str(source), str(out)]
    return subprocess.Popen(
        [*arguments, "--part-size", str(PART), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for(condition, process, seconds=600):
    """Wait until a condition gives something true, as long as the process lives."""
    for _ in range(seconds * 50):
        if (result := condition()) or process.poll() is not None:
            return result
        time.sleep(0.02)
    raise AssertionError("nothing happens")
