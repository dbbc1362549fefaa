"""Measure the course against the tutorial recipe it grew out of: `python3 course.py bench`.

Each side of each comparison runs in a process of its own, one after the other. The results go to
benchmarks/RESULTS.md. About ten minutes; the machine should have nothing else to do.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RESULTS = Path(__file__).with_name("RESULTS.md")
SIDES = ("tutorial", "course")
WORDS, BATCHES = 500, 40


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seconds", type=float, default=150, help="of training, for each side")
    parser.add_argument("--words", type=int, default=WORDS, help="to decode and to recognize")
    parser.add_argument("--output", type=Path, default=RESULTS)
    parser.add_argument("--side", choices=SIDES, help=argparse.SUPPRESS)
    parser.add_argument("--job", choices=JOBS, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.side:
        print(json.dumps(run_job(args)))
        return
    results = {job: {side: run_side(side, job, args) for side in SIDES} for job in JOBS}
    rows = make_rows(results, args)
    args.output.write_text(report(rows), encoding="utf-8")
    print(args.output.read_text(encoding="utf-8"))


def run_side(side: str, job: str, args) -> dict:
    """One job of one side in a new process."""
    print(f"{job}, {side} ...", flush=True)
    command = [
        sys.executable,
        "-m",
        "benchmarks.bench",
        "--side",
        side,
        "--job",
        job,
        "--seconds",
        str(args.seconds),
        "--words",
        str(args.words),
    ]
    environment = os.environ | {
        "OCR_COURSE_DATA": "standin",
        "TF_USE_LEGACY_KERAS": "1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{job} of the {side} side failed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def run_job(args) -> dict:
    if args.side == "tutorial":
        from benchmarks import tutorial_side as side
    else:
        from benchmarks import course_side as side
    return JOBS[args.job](side, args)


JOBS = {
    "training": lambda side, args: side.train(args.seconds, args.words),
    "reading the LMDB": lambda side, args: side.read_batches(BATCHES),
    "decoding": lambda side, args: side.decode_batch(args.words),
    "recognizing": lambda side, args: side.recognize(make_crops(args.words)),
}


def make_crops(count: int) -> list:
    """Word crops of any size, (H, W, 3) uint8."""
    from ocr_synth.words import plain_sample

    return [plain_sample(5, index)[0] for index in range(count)]


def make_rows(results: dict, args) -> list[tuple]:
    """(what, tutorial, course, ratio, wanted ratio) for each comparison."""
    (tutorial, course), readers = results["training"].values(), results["reading the LMDB"].values()
    rates = [side["images_per_second"] for side in (tutorial, course)]
    batches = [side["batches_per_second"] for side in readers]
    rows = [
        ("training, images/s", *rates, rates[1] / rates[0], 4),
        (
            f"word accuracy after {args.seconds:.0f} s of training, %",
            100 * tutorial["accuracy"],
            100 * course["accuracy"],
            None,
            None,
        ),
        ("reading the LMDB, batches of 128 a second", *batches, batches[1] / batches[0], 5),
    ]
    for job, wanted in (("decoding", 100), ("recognizing", 20)):
        seconds = [side["seconds"] for side in results[job].values()]
        what = f"{job} {args.words} words, seconds"
        rows.append((what, *seconds, seconds[0] / seconds[1], wanted))
    return rows


def report(rows) -> str:
    """The results as markdown."""
    lines = [
        "# Speed against the tutorial recipe",
        "",
        "Made by `python3 course.py bench`: both sides in one run, each job in its own process.",
        "The two recipes stand in `tutorial_side.py` and `course_side.py`. All words are rendered",
        "ones (the stand-in for MJSynth); accuracy is on its test split.",
        "",
        f"Machine: {machine()}",
        "",
        "| | tutorial | course | ratio | wanted |",
        "|---|---|---|---|---|",
    ]
    for what, tutorial, course, ratio, wanted in rows:
        verdict = f"{ratio:.1f}x | {wanted}x" if wanted else "| no lower"
        lines.append(f"| {what} | {tutorial:.4g} | {course:.4g} | {verdict} |")
    return "\n".join(lines) + "\n"


def machine() -> str:
    import importlib.metadata as metadata

    packages = ", ".join(
        f"{name} {metadata.version(name)}" for name in ("tensorflow", "keras", "tf-keras")
    )
    return (
        f"{_processor()}, {os.cpu_count()} cores, {platform.system()}, "
        f"Python {platform.python_version()}, {packages}, no GPU used."
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


if __name__ == "__main__":
    main()
