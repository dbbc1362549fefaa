"""The set-up behind `course.py`: each step looks first, and works only where something is missing.

Standard library only, since it runs before anything is installed.
"""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WINDOWS = sys.platform == "win32"
SUPPORTED = ((3, 11), (3, 12))
CONDA = os.environ.get("CONDA_DEFAULT_ENV") == "ocr-course"  # made from environment.yml: use it
VENV = Path(sys.prefix) if CONDA else ROOT / ".venv"
VENV_PYTHON = VENV / ("Scripts/python.exe" if WINDOWS else "bin/python")
PYTHON = Path(sys.executable) if CONDA else VENV_PYTHON
STAMP = VENV / "ocr-course.json"  # what the last complete installation was made from
KERNEL = VENV / "share" / "jupyter" / "kernels" / "ocr-course" / "kernel.json"
NEWS = "@jupyterlab/apputils-extension:announcements"
NEEDED_GB = 4
LANGUAGES = ("eng", "kor")
OPENCV_LIBRARIES = ("libGL.so.1", "libgthread-2.0.so.0")
APT_PACKAGES = ("tesseract-ocr", "tesseract-ocr-kor", "libgl1", "libglib2.0-0")
WINDOWS_TESSERACT = Path(os.environ.get("PROGRAMFILES", "C:/Program Files")) / "Tesseract-OCR"
KOREAN_URL = "https://github.com/tesseract-ocr/tessdata_fast/raw/main/kor.traineddata"


class SetupError(Exception):
    """One sentence with what went wrong and what to type."""


def prepare() -> list[str]:
    """Do what is still missing of the set-up; returns what only the reader can do, as remedies."""
    require_supported_python()
    step("Python environment", environment_works, make_environment)
    step("packages (a few minutes, 3 GB)", packages_are_current, install_packages)
    step("notebook kernel", KERNEL.exists, register_kernel)
    step("Tesseract and system libraries", lambda: not missing_system(), install_system)
    step("course data", lambda: False, make_data)
    return [system_remedy()] if missing_system() else []


def step(name: str, is_done, work) -> None:
    """One line for what is there already; otherwise the work and the seconds it took."""
    if is_done():
        print(f"[ok] {name}", flush=True)
        return
    print(f"[..] {name}", flush=True)
    start = time.perf_counter()
    work()
    print(f"[ok] {name}: {time.perf_counter() - start:.0f} s", flush=True)


def environment() -> dict[str, str]:
    """The environment of everything the course starts: Windows finds Tesseract without PATH."""
    variables = dict(os.environ)
    if WINDOWS and not shutil.which("tesseract") and WINDOWS_TESSERACT.exists():
        variables["PATH"] = f"{WINDOWS_TESSERACT}{os.pathsep}{variables['PATH']}"
    return variables


def require_supported_python() -> None:
    if sys.version_info[:2] in SUPPORTED:
        return
    others = [name for name in ("python3.12", "python3.11") if shutil.which(name)]
    remedy = f"type `{others[0]} course.py ...`" if others else "install Python 3.12 (python.org)"
    this = ".".join(map(str, sys.version_info[:2]))
    raise SetupError(f"this is Python {this}, the course needs 3.11 or 3.12: {remedy}.")


# --- Python environment -----------------------------------------------------------------------


def environment_works() -> bool:
    """The interpreter starts, is where it was made (a moved folder breaks it), and has pip."""
    question = "import sys, pip; print(sys.prefix)"
    with contextlib.suppress(OSError):
        answer = subprocess.run([PYTHON, "-c", question], capture_output=True, text=True)
        return answer.returncode == 0 and Path(answer.stdout.strip()).samefile(VENV)
    return False


def make_environment() -> None:
    if importlib.util.find_spec("ensurepip") is None:
        install_venv_module()
    run(
        [sys.executable, "-m", "venv", "--clear", str(VENV)],
        "Python could not make .venv: delete the folder .venv and try again",
    )


def install_venv_module() -> None:
    package = f"python3.{sys.version_info[1]}-venv"
    command = privileged(["apt-get", "install", "-y", package])
    if command is None:
        raise SetupError(
            f"this Python lacks the venv module: type `sudo apt-get install -y {package}`."
        )
    run(privileged(["apt-get", "update"]), "apt-get update failed: is there a network?")
    run(command, f"apt-get could not install {package}")


def fingerprint() -> dict[str, str]:
    """What the installation depends on: changed lock, project file or place means work to do."""
    files = ("requirements.lock", "requirements.txt", "pyproject.toml")
    sums = {name: hashlib.sha256((ROOT / name).read_bytes()).hexdigest() for name in files}
    return {**sums, "place": str(VENV)}


def packages_are_current() -> bool:
    with contextlib.suppress(OSError, ValueError):
        return json.loads(STAMP.read_text(encoding="utf-8")) == fingerprint()
    return False


def install_packages() -> None:
    require_disk_space()
    pip = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check"]
    remedy = "pip could not install the packages: look at the lines above (is there a network?)"
    run([*pip, "-r", "requirements.lock"], remedy)
    run([*pip, "--no-deps", "--no-build-isolation", "-e", "."], remedy)
    STAMP.write_text(json.dumps(fingerprint(), indent=1), encoding="utf-8")


def require_disk_space() -> None:
    free = shutil.disk_usage(ROOT).free / 1e9
    if free < NEEDED_GB:
        raise SetupError(
            f"{ROOT} has {free:.1f} GB left, the packages need {NEEDED_GB} GB: make room."
        )


def register_kernel() -> None:
    run(
        [
            str(PYTHON),
            "-m",
            "ipykernel",
            "install",
            "--sys-prefix",
            "--name",
            "ocr-course",
            "--display-name",
            "OCR course",
        ],
        "the notebook kernel could not be registered",
    )
    settings = VENV / "etc" / "jupyter" / "labconfig" / "page_config.json"
    settings.parent.mkdir(parents=True, exist_ok=True)  # JupyterLab would ask to fetch its news
    settings.write_text(json.dumps({"disabledExtensions": {NEWS: True}}), encoding="utf-8")


def make_data() -> None:
    run(
        [str(PYTHON), "-m", "ocr_utils.course_data"], "the course data could not be made", show=True
    )


# --- Tesseract and system libraries -----------------------------------------------------------


def missing_system() -> list[str]:
    """Names of what the system lacks: "tesseract", "tesseract-kor", "libGL.so.1" ..."""
    languages = tesseract_languages()
    missing = [f"tesseract-{name}" for name in LANGUAGES if name not in languages]
    if not (5,) <= tesseract_version() < (6,):
        missing = ["tesseract"]
    if sys.platform == "linux":
        missing += [name for name in OPENCV_LIBRARIES if not can_load(name)]
    return missing


def can_load(library: str) -> bool:
    with contextlib.suppress(OSError):
        return bool(ctypes.CDLL(library))
    return False


def tesseract_version() -> tuple[int, ...]:
    """(5, 3, 0); (0,) where there is none."""
    found = re.search(r"tesseract v?(\d+)\.(\d+)\.(\d+)", tesseract_says("--version"))
    return tuple(map(int, found.groups())) if found else (0,)


def tesseract_languages() -> list[str]:
    return tesseract_says("--list-langs").split("\n")[1:]


def tesseract_says(option: str) -> str:
    program = shutil.which("tesseract", path=environment().get("PATH"))
    if program is None:
        return ""
    answer = subprocess.run([program, option], capture_output=True, text=True)
    return answer.stdout.replace("\r", "") or answer.stderr.replace("\r", "")


def install_system() -> None:
    """Through the system's own package manager where that needs no password; else nothing."""
    commands = system_commands()
    for command in commands:
        run(command, f"`{' '.join(command)}` failed", show=True)
    if not commands:
        print(f"     missing: {', '.join(missing_system())}")


def system_commands() -> list[list[str]]:
    if shutil.which("apt-get") and privileged([]) is not None:
        install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *APT_PACKAGES]
        return [privileged(["apt-get", "update", "-q"]), privileged(install)]
    if shutil.which("brew"):
        return [["brew", "install", "tesseract", "tesseract-lang"]]
    if WINDOWS and shutil.which("winget") and "tesseract" in missing_system():
        return [
            [
                "winget",
                "install",
                "--id",
                "UB-Mannheim.TesseractOCR",
                "-e",
                "--silent",
                "--accept-package-agreements",
                "--accept-source-agreements",
            ]
        ]
    return []


def privileged(command: list[str]) -> list[str] | None:
    """The command as it may run without a question: as root, or with sudo that asks no password."""
    if WINDOWS or not shutil.which("apt-get"):
        return None
    if os.geteuid() == 0:
        return command
    if not shutil.which("sudo"):
        return None
    silent = subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode == 0
    return ["sudo", "-n", *command] if silent else None


def system_remedy() -> str:
    """The one line to type."""
    if WINDOWS and "tesseract" not in missing_system():
        return f'curl -L -o "{WINDOWS_TESSERACT / "tessdata" / "kor.traineddata"}" {KOREAN_URL}'
    if WINDOWS:
        return "winget install --id UB-Mannheim.TesseractOCR -e"
    if sys.platform == "darwin":
        return "brew install tesseract tesseract-lang   (Homebrew itself: https://brew.sh)"
    return f"sudo apt-get install -y {' '.join(APT_PACKAGES)}   (or your system's names for them)"


# --- running ----------------------------------------------------------------------------------


def run(command: list[str], problem: str, show: bool = False) -> None:
    """Run a command; its last line is shown while it works, all of its end where it fails."""
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment(),
        text=True,
        errors="replace",
        stdout=None if show else subprocess.PIPE,
        stderr=None if show else subprocess.STDOUT,
    )
    lines = []
    for line in process.stdout or ():
        lines.append(line.rstrip())
        show_progress(lines[-1])
    show_progress("")
    if process.wait() != 0:
        print("\n".join(lines[-15:]), file=sys.stderr)
        raise SetupError(f"{problem}.")


def show_progress(line: str) -> None:
    """The line in place of the one before, on a terminal only."""
    if sys.stdout.isatty():
        width = shutil.get_terminal_size().columns - 6
        print(f"\r     {line[:width]:{width}}\r", end="", flush=True)
