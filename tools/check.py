"""`python3 course.py check`: a line for each thing the course needs, and what to type if it lacks.

Runs with whatever Python there is, before and after the set-up. Ends with 1 if a thing is missing.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import platform
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tools import bootstrap, places, system

SETUP = "python3 course.py lab"
FREE_GB = 1
DATA_SETS = ("MJ", "pages", "mnist.npz", "cifar-10-batches-py")
FONTS = {
    "DejaVu": ("matplotlib", "mpl-data/fonts/ttf/DejaVuSans.ttf"),
    "NanumGothic": ("koreanize_matplotlib", "fonts/NanumGothic.ttf"),
}


@dataclass
class Row:
    """One line of the table."""

    ok: bool
    what: str
    needed: str
    found: str
    remedy: str = ""

    def __str__(self) -> str:
        mark = "[OK]" if self.ok else "[FAIL]"
        return f"{mark:7}{self.what:22}{self.needed:25}{self.found}"


def rows() -> Iterator[Row]:
    yield python()
    yield packages()
    yield kernel()
    yield from tesseract()
    if sys.platform == "linux":
        yield opencv_libraries()
    yield fonts()
    yield course_data()
    yield disk()
    yield from optional()


def python() -> Row:
    version = ".".join(map(str, sys.version_info[:2]))
    ok = sys.version_info[:2] in bootstrap.SUPPORTED
    found = f"{version}, {platform.machine()}"
    if sys.version_info[:2] > bootstrap.SUPPORTED[-1]:
        found += ": TensorFlow has no wheels for it yet"
    return Row(ok, "Python", bootstrap.names(bootstrap.SUPPORTED), found, SETUP)


def locked_versions() -> dict[str, str]:
    """Package -> version, of all that the lock names for this system."""
    text = (bootstrap.ROOT / "requirements.lock").read_text(encoding="utf-8")
    lines = re.findall(r"^([\w.-]+)==(\S+)(?: ; (.+?))?(?: \\)?$", text, flags=re.MULTILINE)
    return {name: version for name, version, marker in lines if applies(marker)}


def applies(marker: str) -> bool:
    from packaging.markers import Marker

    return not marker or Marker(marker).evaluate()


def packages() -> Row:
    needed = "as in requirements.lock"
    if importlib.util.find_spec("packaging") is None:
        return Row(False, "packages", needed, "none", SETUP)
    locked = locked_versions()
    wrong = [name for name, version in locked.items() if installed_version(name) != version]
    found = f"{len(locked) - len(wrong)} of {len(locked)} right"
    if wrong:
        found += f", not {', '.join(wrong[:4])}{' ...' if len(wrong) > 4 else ''}"
    return Row(not wrong, "packages", needed, found, SETUP)


def installed_version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def kernel() -> Row:
    there = bootstrap.KERNEL.exists()
    return Row(there, "notebook kernel", "ocr-course", "ocr-course" if there else "none", SETUP)


def tesseract() -> Iterator[Row]:
    version = system.tesseract_version()
    found = ".".join(map(str, version)) if version > (0,) else "none"
    remedy = system.remedy()
    yield Row(version[0] == 5, "Tesseract", "5", found, remedy)
    languages = system.tesseract_languages()
    ok = set(system.LANGUAGES) <= set(languages)
    yield Row(
        ok,
        "Tesseract languages",
        ", ".join(system.LANGUAGES),
        ", ".join(filter(None, languages)) or "none",
        remedy,
    )


def opencv_libraries() -> Row:
    missing = [name for name in system.OPENCV_LIBRARIES if not system.can_load(name)]
    found = f"not {', '.join(missing)}" if missing else "both"
    return Row(not missing, "OpenCV's libraries", "libGL, libgthread", found, system.remedy())


def fonts() -> Row:
    missing = [
        name
        for name, (package, file) in FONTS.items()
        if not (spec := importlib.util.find_spec(package))
        or not (Path(spec.origin).parent / file).exists()
    ]
    found = f"not {', '.join(missing)}" if missing else "both"
    return Row(not missing, "fonts", "DejaVu, NanumGothic", found, SETUP)


def course_data() -> Row:
    folder = bootstrap.ROOT / "data" / "generated"
    missing = [name for name in DATA_SETS if not (folder / name).exists()]
    found = f"not {', '.join(missing)}" if missing else f"all {len(DATA_SETS)}"
    return Row(not missing, "course data", "words, pages, pictures", found, SETUP)


def disk() -> Row:
    free = shutil.disk_usage(bootstrap.ROOT).free / 1e9
    needed = FREE_GB if bootstrap.packages_are_current() else bootstrap.NEEDED_GB
    return Row(free >= needed, "free disk", f"{needed} GB", f"{free:.0f} GB", "make room")


def optional() -> Iterator[Row]:
    yield Row(True, "GPU", "optional", graphics_card() or "none: the CPU is enough")
    yield vision_key()
    for what, folder, pattern, otherwise in (
        ("course weights", bootstrap.ROOT / "data" / "weights", "*.npz", "none yet"),
        ("keras-ocr weights", keras_ocr_cache(), "*.h5", "none: our own networks step in"),
        ("Keras data and models", keras_home(), "*/*", "none: the stand-ins are used"),
    ):
        files = sorted(path.name for path in folder.glob(pattern) if not path.name.startswith("."))
        yield Row(True, what, "optional", ", ".join(files[:6]) or otherwise)


def graphics_card() -> str:
    if not shutil.which("nvidia-smi"):
        return ""
    answer = system.ask(["nvidia-smi", "--query-gpu=name", "--format=csv,noheader"])
    return answer.strip().replace("\n", ", ")


def vision_key() -> Row:
    key = os.environ.get("GOOGLE_APPLICATION_CREDENTIALS")
    if not key:
        return Row(True, "Google Vision key", "optional", "none: the local server answers")
    return Row(
        Path(key).is_file(),
        "Google Vision key",
        "optional",
        "a key file" if Path(key).is_file() else f"no file at {key}",
        "unset GOOGLE_APPLICATION_CREDENTIALS or correct it",
    )


def keras_ocr_cache() -> Path:
    return Path(os.environ.get("KERAS_OCR_CACHE_DIR") or places.home() / ".keras-ocr")


def keras_home() -> Path:
    return Path(os.environ.get("KERAS_HOME") or places.home() / ".keras")


def main() -> int:
    print(f"{'':7}{'what':22}{'needed':25}found")
    remedies = []
    for row in rows():
        print(row, flush=True)
        remedies += [] if row.ok or row.remedy in remedies else [row.remedy]
    print("\nType, then check again:" if remedies else "\nReady.")
    print("".join(f"    {remedy}\n" for remedy in remedies), end="")
    return 1 if remedies else 0


if __name__ == "__main__":
    sys.exit(main())
