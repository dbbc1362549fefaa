#!/usr/bin/env python3
"""The OCR course in one file to start: needs nothing but CPython 3.11 or 3.12.

    python3 course.py lab                  set up what is missing, then open JupyterLab
    python3 course.py test                 set up what is missing, then run the whole test suite
    python3 course.py check                show what is installed and what is missing
    python3 course.py refresh [NOTEBOOK]   execute notebooks in place: the only way outputs are made
    python3 course.py bench                measure speed and write benchmarks/RESULTS.md

What stands behind a command is passed on: `lab --no-browser --port 9999`, `test -k words`.
"""

from __future__ import annotations

import os
import subprocess
import sys

from tools import bootstrap

START = "--LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb"


def run(*arguments: str) -> int:
    """Run the course's own Python with these arguments, from the repository's folder."""
    command = [str(bootstrap.PYTHON), *arguments]
    return subprocess.call(command, cwd=bootstrap.ROOT, env=bootstrap.environment())


def lab(options: list[str]) -> int:
    for remedy in bootstrap.prepare():
        print(f"\nStill to do, for the lessons that use it:\n    {remedy}")
    if not has_screen() and "--no-browser" not in options:
        print("\nNo screen here: open one of the addresses below in a browser.", flush=True)
        options = ["--no-browser", *options]
    if hasattr(os, "geteuid") and os.geteuid() == 0 and "--allow-root" not in options:
        options = ["--allow-root", *options]
    return run("-m", "jupyterlab", START, *options)


def has_screen() -> bool:
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def test(options: list[str]) -> int:
    remedies = bootstrap.prepare()
    for remedy in remedies:
        print(f"\nThe tests need this first:\n    {remedy}")
    return 1 if remedies else run("-m", "pytest", *options)


def check(options: list[str]) -> int:
    if not bootstrap.PYTHON.exists():  # before the first set-up: this Python tells what is missing
        return subprocess.call([sys.executable, "-m", "tools.check", *options], cwd=bootstrap.ROOT)
    return run("-m", "tools.check", *options)


def refresh(options: list[str]) -> int:
    return 1 if bootstrap.prepare() else run("-m", "tools.refresh", *options)


def bench(options: list[str]) -> int:
    return 1 if bootstrap.prepare() else run("-m", "benchmarks.bench", *options)


COMMANDS = {"lab": lab, "test": test, "check": check, "refresh": refresh, "bench": bench}


def main(arguments: list[str]) -> int:
    if not arguments or arguments[0] not in COMMANDS:
        print(__doc__)
        return 0 if arguments in ([], ["-h"], ["--help"]) else 2
    try:
        return COMMANDS[arguments[0]](arguments[1:])
    except bootstrap.SetupError as error:
        print(f"\nThe set-up stopped: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        print("\nStopped; the same command goes on from here.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
