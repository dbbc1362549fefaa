"""Tesseract and the libraries of the system: what is missing, and what brings it.

Standard library only, since it runs before anything is installed.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import shutil
import subprocess
import sys

from tools.places import WINDOWS, WINDOWS_TESSERACT, environment

LANGUAGES = ("eng", "kor")
OPENCV_LIBRARIES = ("libGL.so.1", "libgthread-2.0.so.0")
APT_PACKAGES = ("tesseract-ocr", "tesseract-ocr-kor", "libgl1", "libglib2.0-0")
KOREAN_URL = "https://github.com/tesseract-ocr/tessdata_fast/raw/4.1.0/kor.traineddata"
ANSWER_S = 60  # no question to another program takes longer


def missing() -> list[str]:
    """Names of what the system lacks: "tesseract", "tesseract-kor", "libGL.so.1" ..."""
    if not (5,) <= tesseract_version() < (6,):
        lacking = ["tesseract"]
    else:
        there = tesseract_languages()
        lacking = [f"tesseract-{name}" for name in LANGUAGES if name not in there]
    if sys.platform == "linux":
        lacking += [name for name in OPENCV_LIBRARIES if not can_load(name)]
    return lacking


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
    return ask([program, option]) if program else ""


def ask(command: list[str]) -> str:
    """What a program answers; nothing where it fails, is not there or takes too long."""
    try:
        answer = subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=ANSWER_S
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    if answer.returncode != 0:
        return ""
    return answer.stdout.replace("\r", "") or answer.stderr.replace("\r", "")


def install_commands() -> list[list[str]]:
    """What brings the missing things without a question; empty where nothing does."""
    if shutil.which("apt-get") and privileged([]) is not None:
        install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *APT_PACKAGES]
        return [privileged(["apt-get", "update", "-q"]), privileged(install)]
    if shutil.which("brew"):
        return [["brew", "install", "tesseract", "tesseract-lang"]]
    if WINDOWS and shutil.which("winget") and "tesseract" in missing():
        agreed = ["--accept-package-agreements", "--accept-source-agreements"]
        return [
            ["winget", "install", "--id", "UB-Mannheim.TesseractOCR", "-e", "--silent", *agreed]
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
    silent = subprocess.run(["sudo", "-n", "true"], capture_output=True, timeout=ANSWER_S)
    return ["sudo", "-n", *command] if silent.returncode == 0 else None


def remedy() -> str:
    """The one line to type."""
    if WINDOWS and "tesseract" not in missing():
        return f'curl -L -o "{WINDOWS_TESSERACT / "tessdata" / "kor.traineddata"}" {KOREAN_URL}'
    if WINDOWS:
        return "winget install --id UB-Mannheim.TesseractOCR -e"
    if sys.platform == "darwin":
        return "brew install tesseract tesseract-lang   (Homebrew itself: https://brew.sh)"
    return f"sudo apt-get install -y {' '.join(APT_PACKAGES)}   (or your system's names for them)"
