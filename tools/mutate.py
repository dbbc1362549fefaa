"""Do the tests notice wrong code? Draw random mutants of the packages and run the tests on each.

    python -m tools.mutate                          300 mutants, seed 1
    python -m tools.mutate --count 40 --seed 2 --only metrics.py
    python -m tools.mutate --again                  those that survived last time
    python -m tools.mutate --map runs/mutants/map.json --go-on     after a stop, from there

First all unit tests run once, to learn which test runs which line. Then each mutant meets those
that run its line, the fastest first, until one fails or takes far too long. Survivors are printed.
Equivalent mutants, which no test can kill, stand with their reason in tools/equivalent_mutants.txt.
Needs Linux or macOS; an hour on one core for 300 mutants.

The notebooks, the checks of exercises and plots.py are left out; so are the tests that compare the
package with the lessons' source, or that only look at the repository.
"""

import argparse
import ast
import json
import os
import random
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from tools import isolation, places
from tools.mutants import PACKAGES, Mutant, mutants_of

ROOT = places.ROOT
RESULTS = ROOT / "runs" / "mutants"  # map.json, verdicts.json, survivors.json
EQUIVALENT = ROOT / "tools" / "equivalent_mutants.txt"
LEFT_OUT = ("checks", "plots.py", "__init__.py")
NO_UNIT_TESTS = (
    "mutations repository notebook_lint nbval_samples environment refresh take_home lesson_code "
    "ocr_render checks official_formats"
).split()
SETTINGS = ["-q", "-x", "-c", os.devnull, "--rootdir", ".", "-p", "no:cacheprovider"]
SETTINGS += ["--doctest-modules", "--tb=no", "--no-header"]
FIRST = 6  # tests that run before the files of the others are even imported
PASSED, BROKEN, ENDLESS = "SURVIVED", "(cannot be imported)", "(without end)"
HEAVY = "numpy cv2 PIL.Image matplotlib.pyplot scipy sklearn lmdb keras google.cloud.vision pytest"


def main() -> int:
    options = arguments()
    known = options.map and options.map.resolve()
    RESULTS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copy = copy_of_repository(Path(folder) / "course")
        os.chdir(copy)
        line_map = tests_of_lines(copy, known)
        chosen = again() if options.again else draw(options.count, options.seed, options.only)
        get_ready(copy)
        ends = known_verdicts(chosen) if options.go_on else {}
        for number, mutant in enumerate(chosen, start=1):
            if mutant not in ends:
                ends[mutant] = verdict(mutant, line_map, copy)
                keep_verdicts(ends)
                print(f"{number}/{len(chosen)} {ends[mutant]} {mutant}", flush=True)
        killers = {end for end in ends.values() if "::" in end}
        unfit = {test for test in killers if in_a_fork([test], 600) != PASSED}
    report([mutant for mutant, end in ends.items() if end in (PASSED, *unfit)], ends, unfit)
    return 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.mutate", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="part of the names of the modules")
    parser.add_argument("--again", action="store_true", help="the survivors of the last run")
    parser.add_argument("--go-on", action="store_true", help="with the verdicts of a stopped run")
    parser.add_argument("--map", type=Path, help="of an earlier run: runs/mutants/map.json")
    return parser.parse_args()


# --- which mutants ------------------------------------------------------------------------------


def draw(count: int, seed: int, only: str) -> list[Mutant]:
    """So many different mutants, equally likely each, without the equivalent ones."""
    everything = []
    for path in sorted(path for name in PACKAGES for path in (ROOT / name).rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        if only in name and not any(part in LEFT_OUT for part in Path(name).parts):
            everything += mutants_of(name, path.read_bytes())
    known = equivalent()
    random.Random(seed).shuffle(everything)
    return [mutant for mutant in everything if key(mutant) not in known][:count]


def key(mutant: Mutant) -> str:
    """A mutant without its line number, which changes with every edit above it."""
    text = (ROOT / mutant.path).read_text(encoding="utf-8").split("\n")[mutant.line - 1]
    return f"{mutant.path}: {text.strip()}: {str(mutant).split(': ', 1)[1]}"


def equivalent() -> set[str]:
    """The file holds a mutant's key in one line and the reason, indented, in the next."""
    lines = EQUIVALENT.read_text(encoding="utf-8").split("\n") if EQUIVALENT.exists() else []
    return {line for line in lines if line and not line.startswith((" ", "#"))}


def again() -> list[Mutant]:
    """The survivors of the last run, wherever their line stands now."""
    keys = set(json.loads((RESULTS / "survivors.json").read_text(encoding="utf-8")))
    return [mutant for mutant in draw(10**9, 0, "") if key(mutant) in keys]


def known_verdicts(chosen: list[Mutant]) -> dict[Mutant, str]:
    """What a stopped run found out about these mutants."""
    kept = json.loads((RESULTS / "verdicts.json").read_text(encoding="utf-8"))
    return {mutant: kept[key(mutant)] for mutant in chosen if key(mutant) in kept}


def keep_verdicts(ends: dict[Mutant, str]) -> None:
    kept = {key(mutant): end for mutant, end in ends.items()}
    (RESULTS / "verdicts.json").write_text(json.dumps(kept, indent=1), encoding="utf-8")


# --- running the tests --------------------------------------------------------------------------


def copy_of_repository(folder: Path) -> Path:
    ignored = shutil.ignore_patterns(*places.MADE_HERE, *places.LEFTOVERS, "node_modules")
    shutil.copytree(ROOT, folder, ignore=ignored)
    if (ROOT / "data" / "generated").exists():
        (folder / "data" / "generated").symlink_to((ROOT / "data" / "generated").resolve())
    return folder


def tests_of_lines(copy: Path, known: Path | None) -> dict:
    """What `tools.line_map` found out; some minutes unless an earlier map is given."""
    if known is None:
        known = RESULTS / "map.json"
        tests = [str(p.relative_to(copy)) for p in sorted((copy / "tests").glob("test_*.py"))]
        tests = [test for test in tests if not any(name in test for name in NO_UNIT_TESTS)]
        command = [sys.executable, "-m", "pytest", *(set_ for set_ in SETTINGS if set_ != "-x")]
        command += ["-p", "tools.line_map", *tests, *PACKAGES, "--ignore=ocr_lessons/checks"]
        variables = {"PYTHONPATH": str(copy), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
        variables["LINE_MAP"] = str(known)
        subprocess.run(command, env=os.environ | variables, cwd=copy)
    return json.loads(known.read_text(encoding="utf-8"))


def get_ready(copy: Path) -> None:
    """Import here what is heavy, so that each mutant's process, a fork of this one, has it.

    Collecting all tests once leaves the bytecode of every module behind.
    """
    collect = [sys.executable, "-m", "pytest", "--collect-only", *SETTINGS, "-qq", "tests"]
    variables = {"PYTHONPATH": str(copy), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run(collect, env=os.environ | variables, cwd=copy, **silent)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    os.environ["PYTHONPATH"] = str(copy)
    sys.dont_write_bytecode = True
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    isolation.enter()
    for name in HEAVY.split():
        __import__(name)
    for name in [name for name in sys.modules if name.split(".")[0] in ("tools", *PACKAGES)]:
        del sys.modules[name]
    sys.path = [str(copy), *(path for path in sys.path if path not in ("", str(ROOT)))]


def verdict(mutant: Mutant, line_map: dict, copy: Path) -> str:
    """The test that failed, how else the mutant was noticed, or PASSED."""
    path = copy / mutant.path
    source = path.read_bytes()
    tests = covering(mutant, line_map)
    limit = 30 + 5 * sum(line_map["seconds"][test] for test in tests)
    times = path.stat().st_atime_ns, path.stat().st_mtime_ns
    path.write_bytes(mutant.apply(source))
    os.utime(path, (0, mutant.start))  # by its time Python knows that the stored bytecode is old
    try:
        return in_a_fork(tests, limit) if tests else PASSED
    finally:
        path.write_bytes(source)
        os.utime(path, ns=times)


def covering(mutant: Mutant, line_map: dict) -> list[str]:
    """The tests that run the mutant's line; where it runs at import, those that use the module."""
    of_line = line_map["lines"].get(mutant.path, {})
    lines = range(mutant.line, mutant.line + mutant.old.count("\n") + 1)
    tests = {test for line in lines for test in of_line.get(str(line), ())}
    if not tests or not in_a_body(mutant):
        tests = {test for names in of_line.values() for test in names}
    tests = tests or line_map["seconds"].keys()  # a module without functions: who knows
    return sorted(tests, key=lambda test: (line_map["seconds"][test], test))


def in_a_body(mutant: Mutant) -> bool:
    """Whether the line runs when a function is called, not when the module is imported."""
    nodes = ast.walk(ast.parse((ROOT / mutant.path).read_bytes()))
    functions = [node for node in nodes if isinstance(node, ast.FunctionDef)]
    return any(f.body[0].lineno <= mutant.line <= f.end_lineno for f in functions)


def in_a_fork(tests: list[str], limit: float) -> str:
    """The first test that fails in a process of its own, else PASSED, BROKEN or ENDLESS."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        _child(tests, writer)
    os.close(writer)
    with open(reader, encoding="utf-8") as file:
        heard = select.select([file], [], [], limit)[0]
        answer = file.readline().strip() or BROKEN if heard else ENDLESS
    _end_group(child)  # with the servers that the tests left behind
    os.waitpid(child, 0)
    return answer


class Listener:
    """A plugin of pytest's that keeps the name of the test that failed."""

    failed = ""

    def pytest_runtest_logreport(self, report):
        if report.failed:
            self.failed = report.nodeid


def _child(tests: list[str], writer: int) -> None:
    os.setsid()
    silent = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(silent, stream)
    try:
        import pytest

        listener, status = Listener(), 0
        for some in filter(None, (tests[:FIRST], tests[FIRST:])):
            status = status or pytest.main([*SETTINGS, *some], plugins=[listener])
        answer = listener.failed or (BROKEN if status else PASSED)
        os.write(writer, answer.encode() + b"\n")
    finally:
        os._exit(0)


def _end_group(child: int) -> None:
    try:
        os.killpg(child, signal.SIGKILL)
    except ProcessLookupError:
        pass


# --- the report ---------------------------------------------------------------------------------


def report(survivors: list[Mutant], ends: dict[Mutant, str], unfit: set[str]) -> None:
    path = RESULTS / "survivors.json"
    path.write_text(json.dumps([key(mutant) for mutant in survivors], indent=1), encoding="utf-8")
    if unfit:
        print("\nThese tests fail without a mutant, and count for nothing:", *unfit, sep="\n")
    print("\nSurvivors:", *map(key, survivors), sep="\n")
    print(f"\n{len(ends) - len(survivors)} of {len(ends)} mutants killed.")


if __name__ == "__main__":
    sys.exit(main())
