"""The commands of `course.py`. Standard library only; what is heavy runs in the course's Python."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tools import bootstrap, handout, places, system
from tools.check import course_data as check_data

AS_ROOT = """You are root, outside a container: whoever reaches JupyterLab would own this machine.
Start it as an ordinary user, or add --allow-root if you must."""
BESIDE = "[..] course data: made from now on, a minute or two; a lesson that needs them waits"
READ_ONLY = "This folder cannot be written to; the course goes on in its copy {}"


def run(*arguments: str) -> int:
    """Run the course's own Python with these arguments, from the repository's folder."""
    command = [str(bootstrap.PYTHON), *arguments]
    return subprocess.call(command, cwd=places.ROOT, env=places.environment())


def lab(options: list[str]) -> int:
    if is_root() and "--allow-root" not in options:
        if not places.in_container():
            print(AS_ROOT, file=sys.stderr)
            return 1
        print("Root in a container: JupyterLab is started with --allow-root.", flush=True)
        options = ["--allow-root", *options]
    if bootstrap.prepare(data=False):
        print(f"\nStill to do, for the lessons that use it:\n    {system.remedy()}", flush=True)
    if not has_screen() and "--no-browser" not in options:
        options = ["--no-browser", *options]
    if check_data().ok:
        print("[ok] course data", flush=True)
    else:
        print(BESIDE, flush=True)
    with bootstrap.data_beside():
        return run("-m", "tools.serve", *options)


def is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def has_screen() -> bool:
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def test(options: list[str]) -> int:
    lacking = bootstrap.prepare()
    if lacking == ["tesseract-kor"]:
        print(f"\nWithout Korean, whose tests will be red. To have it:\n    {system.remedy()}")
    elif lacking:
        print(f"\nThe tests need this first:\n    {system.remedy()}")
        return 1
    return run("-m", "pytest", *options)


def check(options: list[str]) -> int:
    if not bootstrap.PYTHON.exists():  # before the first set-up: this Python tells what is missing
        return subprocess.call([sys.executable, "-m", "tools.check", *options], cwd=places.ROOT)
    return run("-m", "tools.check", *options)


def refresh(options: list[str]) -> int:
    return 1 if bootstrap.prepare() else run("-m", "tools.refresh", *options)


def bench(options: list[str]) -> int:
    return 1 if bootstrap.prepare() else run("-m", "benchmarks.bench", *options)


def serve(options: list[str]) -> int:
    """The reader as a web page and an API."""
    return 1 if bootstrap.prepare(data=False) else run("-m", "ocr_serve", *options)


def hand_out(options: list[str]) -> int:
    if len(options) != 1:
        raise bootstrap.SetupError("`handout` wants the folder to write, which must not exist yet.")
    print(handout.write(Path(options[0])))
    return 0


COMMANDS = {
    "lab": lab,
    "test": test,
    "check": check,
    "refresh": refresh,
    "bench": bench,
    "serve": serve,
    "handout": hand_out,
}
WRITING = ("lab", "test", "refresh", "bench", "serve")  # what needs a folder that can be written to


def main(arguments: list[str], usage: str) -> int:
    if not arguments or arguments[0] not in COMMANDS:
        print(usage)
        return 0 if arguments in ([], ["-h"], ["--help"]) else 2
    try:
        if arguments[0] in WRITING and not places.writable(places.ROOT):
            return elsewhere(arguments)
        return COMMANDS[arguments[0]](arguments[1:])
    except bootstrap.SetupError as error:
        print("\n".join(["", *error.lines, f"The set-up stopped: {error}"]), file=sys.stderr)
    except KeyboardInterrupt:
        print("\nStopped; the same command goes on from here.", file=sys.stderr)
    return 1


def elsewhere(arguments: list[str]) -> int:
    """The same command in a copy of the course that can be written to."""
    copy = places.writable_copy()
    print(READ_ONLY.format(copy), flush=True)
    return subprocess.call([sys.executable, str(copy / "course.py"), *arguments], cwd=copy)
