"""Around every test run: isolation, the order of the tests, and the time of each notebook."""

from collections import defaultdict
from pathlib import Path

import pytest

from tools import claims, isolation

ROOT = Path(__file__).parent
ORDER = (
    "tests/test_notebook_lint.py",
    "tests/test_repository.py",
    "",
    "notebooks",
)
SECONDS = pytest.StashKey[dict]()  # notebook -> seconds, kernel start included


def pytest_configure(config):
    isolation.enter()
    config.stash[SECONDS] = defaultdict(float)


def pytest_collection_modifyitems(items):
    """The lint first, since it is quick and explains most; the notebooks last."""
    items.sort(key=lambda item: place(item.path))


def place(path: Path) -> int:
    name = path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else ""
    places = [index for index, start in enumerate(ORDER) if start and name.startswith(start)]
    return places[0] if places else ORDER.index("")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """After a cell of a lesson, in the same kernel: what the lesson claims there."""
    result = yield
    if item.path.suffix != ".ipynb":
        return result
    claim = claims.read(item.path).get(item.cell.get("id"))
    if claim and (failed := claims.failure(item.parent.kernel.kc, claim)):
        pytest.fail(f"a claim of {item.path.name} at cell {item.cell.id}: {failed}", pytrace=False)
    return result


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    if item.path.suffix == ".ipynb":
        notebook = item.path.relative_to(ROOT).as_posix()
        item.config.stash[SECONDS][notebook] += outcome.get_result().duration


def pytest_terminal_summary(terminalreporter, config):
    if seconds := config.stash[SECONDS]:
        terminalreporter.section("seconds of each notebook")
        for notebook, value in sorted(seconds.items()):
            terminalreporter.write_line(f"{value:7.1f}  {notebook}")
