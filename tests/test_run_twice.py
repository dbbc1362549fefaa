"""A reader runs cells again, and changes what the page invites to change: neither breaks a lesson.

Each cell that took less than two seconds runs a second time in place, in the same kernel. Where the
page invites a change, the second run is the changed one, and the lesson goes on with that.
"""

import time
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from tools.refresh import KERNELSPEC, NOTEBOOKS

# The others train for minutes.
LESSONS = ("00", "01", "02", "03", "04", "06", "07b", "08", "09", "10")
FAST = 2.0  # seconds; slower cells run once
CHANGES = {  # lesson -> cell -> (a piece of its source, what the reader makes of it)
    "04": {
        "strokes": (
            "    7: [(70, 50), (140, 50), (95, 150)],\n",
            "    7: [(70, 50), (140, 50), (95, 150)],\n"
            "    4: [(120, 150), (120, 45), (70, 110), (145, 110)],\n",
        ),
    },
    "10": {"own": ('MY_FOLDER = ""', "MY_FOLDER = cellar")},
}


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_survives_cells_that_run_twice_and_invited_changes(lesson):
    [path] = NOTEBOOKS.glob(f"{lesson}_*.ipynb")
    changed = run_twice(path, CHANGES.get(lesson, {}))
    assert changed == set(CHANGES.get(lesson, {})), "a cell to be changed is gone from the page"


def test_a_cell_that_cannot_run_twice_is_found(tmp_path):
    cells = [
        nbformat.v4.new_code_cell("numbers = [1, 2]", id="good"),
        nbformat.v4.new_code_cell("numbers, total = None, sum(numbers)", id="bad"),
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "page.ipynb")
    with pytest.raises(AssertionError, match="cell bad, run again: .*not iterable"):
        run_twice(tmp_path / "page.ipynb", {})


def run_twice(path: Path, changes: dict[str, tuple[str, str]]) -> set[str]:
    """Run a notebook, fast cells twice; the ids of the cells that were changed.

    Raises AssertionError with the id of the cell that failed.
    """
    notebook = nbformat.read(path, as_version=4)
    changed = set()
    place = {"metadata": {"path": str(path.parent)}}
    client = NotebookClient(notebook, timeout=600, kernel_name=KERNELSPEC["name"], resources=place)
    client.widget_registry = {}  # as in tools.refresh
    with client.setup_kernel():
        for index, cell in enumerate(notebook.cells):
            if cell.cell_type != "code":
                continue
            seconds = run(client, cell, index, "")
            old, new = changes.get(cell.id, ("", ""))
            if old and old in cell.source:
                cell.source = cell.source.replace(old, new)
                changed.add(cell.id)
                run(client, cell, index, ", changed")
            elif seconds < FAST:
                run(client, cell, index, ", run again")
    return changed


def run(client, cell, index: int, how: str) -> float:
    """Run one cell; returns its seconds."""
    start = time.perf_counter()
    try:
        client.execute_cell(cell, index)
    except CellExecutionError as error:
        raise AssertionError(f"cell {cell.id}{how}: {error.ename}: {error.evalue}") from None
    return time.perf_counter() - start
