"""Seconds and memory of `python -m ocr_utils PHOTO`, from a cold start, for each photograph.

    python -m benchmarks.cold_start [PHOTO ...]       # the course's own where none is named

Memory is the most that the process ever held. Linux.
"""

import argparse
import os
import subprocess
import sys
import time

from ocr_utils.paths import PHOTOGRAPHS, ROOT


def measure(photo) -> tuple[float, float]:
    """Seconds and megabytes of one reading in a process of its own."""
    start = time.perf_counter()
    command = [sys.executable, "-m", "ocr_utils", str(photo)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, cwd=ROOT, **quiet)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"python -m ocr_utils {photo} failed: type it to see why.")
    return time.perf_counter() - start, usage.ru_maxrss / 1024  # KB on Linux


def main() -> None:
    """Print a line for each photograph, then the range of all."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cold_start")
    parser.add_argument("photos", nargs="*", default=sorted(PHOTOGRAPHS.glob("*.jpg")))
    results = []
    for photo in parser.parse_args().photos:
        results.append(measure(photo))
        print(f"{photo}: {results[-1][0]:.2f} s, {results[-1][1]:.0f} MB", flush=True)
    seconds, memory = zip(*results, strict=True)
    print(
        f"{len(results)} photographs: {min(seconds):.2f} to {max(seconds):.2f} s, "
        f"{min(memory):.0f} to {max(memory):.0f} MB"
    )


if __name__ == "__main__":
    main()
