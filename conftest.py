"""Around every test run: isolation, the order of the tests, and the time of each notebook."""

from collections import defaultdict
from pathlib import Path

import pytest

from tools import isolation

ROOT = Path(__file__).parent
ORDER = ("tests/test_notebooks_gate.py", "tests/test_repository.py", "", "notebooks",
         "tests/test_notebook_times.py")
SECONDS = pytest.StashKey[dict]()  # notebook -> seconds, kernel start included


def pytest_configure(config):
    isolation.enter()
    config.stash[SECONDS] = defaultdict(float)


def pytest_collection_modifyitems(items):
    """The gate first, since it is quick and explains most; the notebooks last; then their times."""
    items.sort(key=lambda item: place(item.path))


def place(path: Path) -> int:
    name = path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else ""
    places = [index for index, start in enumerate(ORDER) if start and name.startswith(start)]
    return places[0] if places else ORDER.index("")


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


@pytest.fixture
def notebook_seconds(request) -> dict[str, float]:
    """Seconds of each notebook that ran before this test, by its path from the repository."""
    return dict(request.config.stash[SECONDS])
