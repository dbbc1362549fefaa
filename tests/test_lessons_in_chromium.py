"""A lesson in JupyterLab in a real Chromium: cells, slider, question, a photograph of one's own."""

import nbformat
import pytest

from ocr_utils.paths import PHOTOGRAPHS
from tools import browse
from tools.refresh import KERNELSPEC

pytestmark = pytest.mark.skipif(not browse.CHROMIUM, reason="no Chromium is installed")


@pytest.fixture
def page():
    with browse.chromium_page() as page:
        yield page
    assert page.errors == []


def test_a_lesson_works_in_the_browser(page):
    with browse.jupyterlab() as address:
        assert browse.run(page, address, "01_google_vision_api.ipynb") == []
        assert page.evaluate(browse.TOO_WIDE) == []
        assert browse.move_slider(page)
        answers = browse.answer(page)
        assert len(answers) == 3 and sum("Right:" in text for text in answers) == 1
        said = browse.give_photograph(page, PHOTOGRAPHS / "bus_ticket.jpg")
        assert said.startswith("your own photograph:")


def test_what_is_wrong_on_a_page_is_seen(page, tmp_path):
    cells = [
        nbformat.v4.new_markdown_cell("|" + " very wide |" * 60 + "\n|" + "---|" * 60),
        nbformat.v4.new_code_cell("1 / 0"),
    ]
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": KERNELSPEC})
    (tmp_path / "pages").mkdir()
    nbformat.write(notebook, tmp_path / "pages" / "page.ipynb")
    with browse.jupyterlab(tmp_path / "pages") as address:
        errors = browse.run(page, address, "page.ipynb")
        assert "ZeroDivisionError" in errors[0] and errors[-1] == "not all cells were run"
        [wide] = page.evaluate(browse.TOO_WIDE)
        assert wide.startswith("TABLE very wide")
