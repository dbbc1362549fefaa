"""A pytest plugin: which test runs which line of the packages, and how long each test takes.

`python -m tools.mutate` loads it once (`-p tools.line_map`); the map goes to the file named by
LINE_MAP. What a fixture runs counts for every test of its file, since the fixture may be shared.
"""

import json
import os
from collections import defaultdict
from pathlib import Path

import coverage
import pytest

from tools.mutants import PACKAGES

ROOT = Path(__file__).resolve().parent.parent
SETUP = " at setup"
tracer = coverage.Coverage(data_file=None, include=[str(ROOT / name / "*") for name in PACKAGES])
seconds: dict[str, float] = defaultdict(float)
failed: set[str] = set()


def pytest_configure(config):
    tracer.start()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item):
    tracer.switch_context(item.nodeid + SETUP)
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    tracer.switch_context(item.nodeid)
    return (yield)


def pytest_runtest_logreport(report):
    seconds[report.nodeid] += report.duration
    if report.outcome != "passed":
        failed.add(report.nodeid)


def pytest_sessionfinish(session):
    tracer.stop()
    tests = {name: round(time, 3) for name, time in seconds.items() if name not in failed}
    found = {"seconds": tests, "lines": lines_of(tracer.get_data(), tests)}
    Path(os.environ["LINE_MAP"]).write_text(json.dumps(found), encoding="utf-8")


def lines_of(data: coverage.CoverageData, tests) -> dict[str, dict[int, list[str]]]:
    """For each module and line the tests that run it, the fastest first."""
    of_file = defaultdict(list)
    for test in tests:
        of_file[test.split("::")[0]].append(test)
    result = {}
    for path in data.measured_files():
        lines = result.setdefault(Path(path).relative_to(ROOT).as_posix(), {})
        for line, contexts in data.contexts_by_lineno(path).items():
            names = set()
            for context in contexts:
                shared = of_file[context.split("::")[0]] if context.endswith(SETUP) else [context]
                names.update(shared)
            lines[line] = sorted(names & tests.keys(), key=lambda name: (tests[name], name))
    return result
