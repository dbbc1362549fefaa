"""What goes into the Docker image: the locked versions, all that the server imports, not more."""

import re
import subprocess
import sys

import pytest
import yaml

from ocr_utils.paths import ROOT
from tests.test_environment import LOCKED

LINES = (ROOT / "ocr_serve" / "requirements.txt").read_text(encoding="utf-8").splitlines()
PINNED = dict(line.split("==") for line in LINES if "==" in line)
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


def test_versions_are_those_of_the_lock():
    locked = {name: LOCKED[name.removesuffix("-headless")] for name in PINNED}
    assert locked == PINNED


@pytest.mark.parametrize(
    "heavy", ["tensorflow", "keras", "matplotlib", "google.cloud", "scipy", "shapely"]
)
def test_the_server_reads_without_what_the_image_lacks(heavy):
    program = (
        "import sys, importlib.abc\n"
        "class Refuse(importlib.abc.MetaPathFinder):\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name == {heavy!r} or name.startswith({heavy!r} + '.'):\n"
        "            raise ImportError(name)\n"
        "sys.meta_path.insert(0, Refuse())\n"
        "import ocr_serve.__main__\n"
        "from ocr_serve.app import EXAMPLE, _classify, _read, create_app\n"
        "from ocr_serve.reader import Reader\n"
        "create_app()\n"
        "reader, data = Reader(), EXAMPLE.read_bytes()\n"
        "for kind in ('text', 'pdf'):\n"
        "    answer = _read(reader, data, 'a', kind, 0.4, float('inf'))\n"
        "    print(answer if kind == 'text' else answer[:4])\n"
        "print(len(_classify(data, float('inf'))['classes']))\n"
    )
    run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert "Lantern Street" in run.stdout and "%PDF" in run.stdout and "10" in run.stdout


def test_what_is_copied_is_there_and_root_does_not_serve():
    sources = re.findall(r"^COPY (.+) \S+$", DOCKERFILE, re.MULTILINE)
    for pattern in " ".join(sources).split():
        assert list(ROOT.glob(pattern)), pattern
    assert re.search(r"^USER [1-9]\d*$", DOCKERFILE, re.MULTILINE)
    assert "HEALTHCHECK" in DOCKERFILE


def test_compose_publishes_to_this_machine_alone_and_takes_rights_away():
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    reader = compose["services"]["reader"]
    assert all(port.startswith("127.0.0.1:") for port in reader["ports"])
    assert reader["read_only"] and reader["cap_drop"] == ["ALL"]
