"""The cells that learners take home: they run where the course's packages are not installed."""

import os
import subprocess
import sys

import nbformat
import pytest

from ocr_utils.paths import PHOTOGRAPHS
from ocr_vision import emulator
from tools.refresh import NOTEBOOKS

WITHOUT_THE_COURSE = """
import sys


class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.startswith("ocr_"):
            raise ImportError(name + " is not installed here")


sys.meta_path.insert(0, Refuse())
"""
TRY = {
    "01_google_vision_api": """
from google.cloud.vision_v1.services.image_annotator import transports
import grpc

channel = grpc.insecure_channel(sys.argv[2])
transport = transports.ImageAnnotatorGrpcTransport(channel=channel)
words = read_words(sys.argv[1], vision.ImageAnnotatorClient(transport=transport))
print(" ".join(text for text, _, _ in words))
""",
    "02_keras_ocr": """
import pytesseract


class Tesseract:  # in the place of 118 MB of weights
    def detect(self, images, **options):
        table = pytesseract.image_to_data(images[0], output_type=pytesseract.Output.DICT)
        rows = [i for i, text in enumerate(table["text"]) if text.strip()]
        self.texts = [table["text"][i] for i in rows]
        sides = [[table[name][i] for name in ("left", "top", "width", "height")] for i in rows]
        corners = [[(x, y), (x + w, y), (x + w, y + h), (x, y + h)] for x, y, w, h in sides]
        return [np.float32(corners)]

    def recognize_from_boxes(self, images, box_groups, **options):
        return [self.texts]


engine = Tesseract()
words = read_words(sys.argv[1], keras_ocr.pipeline.Pipeline(engine, engine, scale=1))
print(" ".join(text for text, _ in words))
""",
    "03_tesseract_cropping": """
print(" ".join(text for text, _, _ in read_words(sys.argv[1])))
""",
    "08_end_to_end_ocr": """
print(read_flat(sys.argv[1]))
""",
}


def take_home(name: str) -> str:
    """The source of the cell tagged take-home."""
    notebook = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)
    found = [cell.source for cell in notebook.cells if "take-home" in cell.metadata.get("tags", [])]
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize("name", TRY)
def test_it_reads_the_street_plate_without_the_course(name, tmp_path):
    source = take_home(name)
    assert "ocr_" not in source.replace("keras_ocr", "") and len(source.splitlines()) <= 25
    program = tmp_path / "mine.py"
    program.write_text(WITHOUT_THE_COURSE + source + TRY[name], encoding="utf-8")
    _server, address = emulator.start()
    environment = {**os.environ, "PYTHONPATH": "", "GRPC_ENABLE_FORK_SUPPORT": "0"}
    environment |= {"no_grpc_proxy": "127.0.0.1"}
    answer = subprocess.run(
        [sys.executable, program, PHOTOGRAPHS / "street_plate.jpg", address],
        capture_output=True, text=True, timeout=300, cwd=tmp_path, env=environment,
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr
    assert all(word in answer.stdout for word in ("Old", "Harbor", "Lantern", "Street"))


JOB = """
import sys
from collections import Counter

calls = Counter()


def size(path):
    calls[path] += 1
    if path.endswith("5.png") and calls[path] == 1:
        raise KeyboardInterrupt  # stopped in the middle of the second part
    return len(open(path, "rb").read())


try:
    run_job(sys.argv[1:], "out", size, size=4)
except KeyboardInterrupt:
    print("stopped with", sorted(path.name for path in Path("out").glob("*.jsonl")))
run_job(["another plan"], "out", size, size=4)
rows = [json.loads(line) for part in sorted(Path("out").glob("*.jsonl")) for line in open(part)]
print([row.get("result", "error") for row in rows], max(calls[path] for path in sys.argv[1:4]))
"""


def test_the_job_of_lesson_10_goes_on_where_it_was(tmp_path):
    program = tmp_path / "mine.py"
    source = take_home("10_from_a_photograph_to_millions")
    assert len(source.splitlines()) <= 25
    program.write_text(WITHOUT_THE_COURSE + source + JOB, encoding="utf-8")
    for number in range(9):
        (tmp_path / f"{number}.png").write_bytes(b"x" * number)
    (tmp_path / "7.png").unlink()
    names = [f"{number}.png" for number in range(9)]
    answer = subprocess.run(
        [sys.executable, program, *names], capture_output=True, text=True, cwd=tmp_path
    )
    assert answer.stdout.splitlines() == [
        "stopped with ['part-00000000.jsonl']",
        "[0, 1, 2, 3, 4, 5, 6, 'error', 8] 1",
    ], answer.stderr
