"""`course.py refresh`: outputs come out clean, the same each time, or not at all."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from tools import refresh


@pytest.fixture
def notebook(tmp_path):
    """Writes a notebook of the given cells, as an editor would leave it; returns its path."""

    def write(*sources):
        cells = [
            new_code_cell(source, metadata={"collapsed": True, "tags": ["exercise-1"]})
            for source in sources
        ]
        path = tmp_path / "lesson.ipynb"
        nbformat.write(
            new_notebook(
                cells=cells,
                metadata={"kernelspec": {"name": "python3", "display_name": "mine"}, "colab": {}},
            ),
            path,
        )
        return path

    return write


def test_refreshing_twice_changes_nothing_more(notebook):
    path = notebook("import os\nprint('one')\nprint(os.environ['OCR_COURSE_DATA'])", "1 + 1")
    refresh.refresh(path)
    first = path.read_bytes()
    refresh.refresh(path)
    assert path.read_bytes() == first
    stored = nbformat.read(path, as_version=4)
    assert set(stored.metadata) == {"kernelspec", "language_info"}
    assert stored.metadata.kernelspec == refresh.KERNELSPEC
    assert [cell.execution_count for cell in stored.cells] == [1, 2]
    assert stored.cells[0].metadata == {"tags": ["exercise-1"]}
    assert stored.cells[0].outputs[0].text == "one\nstandin\n"
    assert [item.name for item in path.parent.iterdir()] == ["lesson.ipynb"]


@pytest.mark.parametrize("source", ["1 / 0", "import sys\nprint('careless', file=sys.stderr)"])
def test_a_notebook_that_fails_or_complains_stays_as_it_was(notebook, source):
    path = notebook(source)
    before = path.read_bytes()
    with pytest.raises(BaseException, match="ZeroDivisionError|writes to stderr"):
        refresh.refresh(path)
    assert path.read_bytes() == before
