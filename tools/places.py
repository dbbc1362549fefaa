"""Where the course lies and works: its folder, its Python, a home to write to, a writable copy.

Standard library only, since it runs before anything is installed.
"""

from __future__ import annotations

import os
import shutil
import stat
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WINDOWS = sys.platform == "win32"
WINDOWS_TESSERACT = Path(os.environ.get("PROGRAMFILES", "C:/Program Files")) / "Tesseract-OCR"
MADE_HERE = (".git", ".venv", ".uv", ".home", "generated", "downloads", "runs", "*.egg-info")
LEFTOVERS = ("__pycache__", ".ipynb_checkpoints", ".pytest_cache", ".ruff_cache")
CONTAINER_MARKS = ("/.dockerenv", "/run/.containerenv")
CONTAINER_NAMES = ("docker", "kubepods", "containerd", "lxc", "libpod")


def conda_prefix() -> Path | None:
    """The active conda environment, if it is the one that environment.yml makes."""
    prefix = os.environ.get("CONDA_PREFIX", "")
    ours = os.environ.get("CONDA_DEFAULT_ENV") == "ocr-course"
    return Path(prefix) if ours and (Path(prefix) / "conda-meta").is_dir() else None


def environment_folder() -> Path:
    """Where the packages go: the course's conda environment if active, else `.venv` here."""
    return conda_prefix() or ROOT / ".venv"


def python_of(folder: Path) -> Path:
    """The interpreter of a virtual or conda environment."""
    if not WINDOWS:
        return folder / "bin" / "python"
    conda = (folder / "conda-meta").is_dir()
    return folder / "python.exe" if conda else folder / "Scripts" / "python.exe"


def writable(folder: Path) -> bool:
    """Whether a file can really be made there: permissions alone do not tell."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def home() -> Path:
    """The user's home, or `.home` in the course's folder where there is none to write to."""
    own = Path(os.path.expanduser("~"))
    return own if own.is_absolute() and writable(own) else ROOT / ".home"


def environment() -> dict[str, str]:
    """The environment of everything the course starts: a home, and Tesseract on Windows."""
    variables = dict(os.environ)
    if not WINDOWS and home() == ROOT / ".home":
        home().mkdir(exist_ok=True)
        variables["HOME"] = str(home())
    if WINDOWS and not shutil.which("tesseract") and WINDOWS_TESSERACT.exists():
        variables["PATH"] = f"{WINDOWS_TESSERACT}{os.pathsep}{variables['PATH']}"
    return variables


def writable_copy() -> Path:
    """For a folder that cannot be written to: the course copied to the home, once."""
    own = home().parent if home() == ROOT / ".home" else home()
    if not writable(own):
        own = Path(tempfile.gettempdir())
    target = own / f"ocr-course-{os.getuid()}" if not WINDOWS else own / "ocr-course"
    if not (target / "course.py").exists():
        copy_course(target)
    return target


def copy_course(target: Path, without: tuple[str, ...] = ()) -> None:
    """Copy what belongs to the course, not what it made here; the copy can be written to."""
    ignore = shutil.ignore_patterns(*MADE_HERE, *LEFTOVERS, *without)
    half = target.with_name(target.name + ".part")
    shutil.rmtree(half, ignore_errors=True)
    shutil.copytree(ROOT, half, ignore=ignore)
    for path in (half, *half.rglob("*")):
        path.chmod(path.stat().st_mode | stat.S_IWUSR)
    half.rename(target)


def in_container() -> bool:
    """Whether this system is a container, in which root is the ordinary user."""
    if any(map(os.path.exists, CONTAINER_MARKS)) or os.environ.get("container"):
        return True
    try:
        groups = Path("/proc/1/cgroup").read_text(encoding="utf-8")
    except OSError:
        return False
    return any(name in groups for name in CONTAINER_NAMES)
