"""The lint before the notebooks run: their shape, and that the lint refuses what it should."""

import json

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tools import lint, lint_outputs
from tools.refresh import KERNELSPEC, find_notebooks

PAGES = [lint.Page.read(path) for path in find_notebooks([])]


def test_all_lessons_and_their_solutions_are_there():
    names = [(page.name, page.is_solution) for page in PAGES]
    assert sorted(names) == sorted((name, solved) for name in lint.LESSONS for solved in (0, 1))


def test_no_notebook_breaks_a_rule():
    found = [text for page in PAGES for text in lint.violations(page)]
    assert not found, "\n" + "\n".join(found)


def test_outputs_that_are_not_compared_stay_few():
    cells = lint_outputs.ignored_cells(PAGES)
    assert len(cells) <= lint_outputs.MAX_IGNORED, "\n" + "\n".join(cells)


def test_the_course_stays_light():
    total = sum(page.path.stat().st_size for page in PAGES)
    assert total <= lint.MAX_COURSE, f"the notebooks weigh {total / 1e6:.1f} MB"


# --- every rule refuses something -------------------------------------------------------------

HEADER = """# 03 Tesseract and cropping

Read a page.

**You will be able to**

- read a page
- crop its words

**Before you start:** [02 keras-ocr](02_keras_ocr.ipynb).

**Time:** about 25 minutes to read, 12 seconds to run on two CPU cores.

**Data and keys:** none."""

SAMPLE = [
    ("md", HEADER),
    ("code", "from ocr_lessons import notebook\n\nnotebook.setup()"),
    ("md", "## A page\n\nIt has words."),
    ("code", "len('two words'.split())"),
    ("md", "Two of them."),
    ("md", "## What you can do now\n\n- read a page\n- crop its words"),
    ("md", "## Exercises\n\n★ Count letters."),
    ("code exercise-1", "def count(text):\n    ...  # your code"),
    ("code", "check.exercise_1(count)"),
    ("md", "★★ Count words."),
    ("code exercise-2", "def words(text):\n    ...  # your code\n\n\ncheck.exercise_2(words)"),
    ("md", "**Next:** [04 MNIST](04_mnist_cnn.ipynb)"),
]
SOLUTION = [
    ("md", "# Solutions: 03 Tesseract and cropping\n\n[back](../03_tesseract_cropping.ipynb)"),
    ("code", "from ocr_lessons import notebook\n\nnotebook.setup()"),
    ("code exercise-1", "def count(text):\n    return len(text)"),
    ("code", "check.exercise_1(count)"),
    ("md", "Words stand between spaces."),
    ("code exercise-2", "def words(text):\n    return text.split()\n\n\ncheck.exercise_2(words)"),
]


def build(cells, feedback: str):
    notebook = new_notebook(metadata={"kernelspec": dict(KERNELSPEC)})
    count = 0
    for kind, source in cells:
        kind, *cell_tags = kind.split()
        if kind == "md":
            notebook.cells.append(new_markdown_cell(source))
            continue
        count += 1
        outputs = [stream(feedback)] if "check." in source else []
        notebook.cells.append(
            new_code_cell(
                source, execution_count=count, outputs=outputs, metadata={"tags": cell_tags}
            )
        )
    return notebook


def stream(text: str, name: str = "stdout"):
    return new_output("stream", name=name, text=text)


def result(**data):
    return new_output("execute_result", data={k.replace("__", "/"): v for k, v in data.items()})


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A small folder of notebooks, all in order; a test breaks one and asks the lint."""
    (tmp_path / "solutions").mkdir()
    for name in ("02_keras_ocr", "04_mnist_cnn"):
        (tmp_path / f"{name}.ipynb").write_text(json.dumps(build([], "")))
    monkeypatch.setattr(lint, "NOTEBOOKS", tmp_path)
    return tmp_path


def ask_lint(folder, lesson=None, solution=None) -> str:
    """Write the lesson and its solution; what the lint says of both."""
    text = []
    lesson = lesson or build(SAMPLE, "TODO  nothing returned yet\n")
    solution = solution or build(SOLUTION, "PASS  right\n")
    name = "03_tesseract_cropping.ipynb"
    paths = [folder / name, folder / "solutions" / name]
    for path, notebook in zip(paths, (lesson, solution), strict=True):
        nbformat.write(notebook, path)
    for path in paths:
        text += lint.violations(lint.Page.read(path))
    return "\n".join(text)


def test_the_lint_lets_a_good_notebook_pass(course):
    assert ask_lint(course) == ""


def change(index, tags=(), **fields):
    """A change to one cell of the sample: more tags, or another source, output or count."""

    def apply(notebook):
        cell = notebook.cells[index]
        cell.metadata["tags"] = [*cell.metadata.get("tags", []), *tags]
        cell.update(fields)

    return apply


def replace(old: str, new: str):
    def apply(notebook):
        for cell in notebook.cells:
            cell.source = cell.source.replace(old, new)

    return apply


REFUSED = {
    "instead of 'ocr-course'": lambda nb: nb.metadata.kernelspec.update(name="python3"),
    "was not run": change(3, execution_count=None),
    "(1 cells, the first 1)": change(3, execution_count=1),
    "writes to stderr": change(3, outputs=[stream("Warning", "stderr")]),
    "cell 4 fails": change(3, outputs=[new_output("error", ename="E", evalue="", traceback=[])]),
    "no longer fails": change(3, tags=["raises-exception"]),
    "shows image/svg+xml": change(3, outputs=[result(**{"image__svg+xml": "<svg/>"})]),
    "shows application/vnd.jupyter.widget": change(
        3, outputs=[result(**{"application__vnd.jupyter.widget-view+json": "{}"})]
    ),
    "end the line with": change(3, outputs=[result(text__plain="<Axes: title='page'>")]),
    "machine path '/home/": change(3, outputs=[stream("saved to /home/kim/page.png")]),
    "machine path '/Users/": change(3, source="open('/Users/kim/page.png')"),
    "machine path 'at 0x": change(3, outputs=[stream("<Reader object at 0x7f3a2b1c>")]),
    "a picture of": change(3, outputs=[result(image__png="AAAA" * 150_000)]),
    "prints 20000 characters": change(3, outputs=[stream("x" * 20_000)]),
    "`# not compared: <reason>`": change(3, tags=["nbval-ignore-output"]),
    "carries the tag nbval-skip": change(3, tags=["nbval-skip"]),
    "an nbval comment": change(3, source="# NBVAL_IGNORE_OUTPUT\n1 + 1"),
    "asserts: move it": change(3, source="assert len('two words'.split()) == 2"),
    "prints a truth value": change(3, outputs=[stream("psm 3 makes no mistake: True\n")]),
    "has 26 lines": change(3, source="\n".join(["x = 1"] * 26)),
    "median of": lambda nb: [
        cell.update(source=cell.source + "\n# more" * 12) for cell in nb.cells
    ],
    "of markdown cells": lambda nb: nb.cells.extend(new_markdown_cell("words") for _ in range(9)),
    "without a sentence between": lambda nb: nb.cells.insert(4, new_code_cell("2")),
    "does not call `notebook.setup()`": change(1, source="1"),
    "which does not exist": change(4, source="[there](05_nowhere.ipynb)"),
    "which has no such heading": change(4, source="[there](#A-book)"),
    "does not begin with the header": replace("**You will be able to**", "You will"),
    "in its title and 03 in its name": replace("# 03 ", "# 04 "),
    "announces 151 seconds": replace("12 seconds", "151 seconds"),
    "does not end with the sections": replace("## Exercises", "## Things to do"),
    "a number of results other": change(5, source="## What you can do now\n\n- read a page"),
    "does not end on `**Next:**": replace("**Next:**", "Then"),
    "instead of two or three": change(10, metadata={}, source="1"),
    "exercises without stars": replace("★", ""),
    "does not call a check": replace("check.exercise_1(count)", "count"),
    "shows no TODO": change(8, outputs=[stream("PASS  at once")]),
}


@pytest.mark.parametrize("message", REFUSED)
def test_the_lint_refuses_a_lesson(course, message):
    lesson = build(SAMPLE, "TODO  nothing returned yet\n")
    REFUSED[message](lesson)
    assert message in ask_lint(course, lesson=lesson)


REFUSED_SOLUTIONS = {
    "does not begin with `# Solutions": replace("# Solutions:", "# Answers:"),
    "does not link back": replace("../03_tesseract", "../02_tesseract"),
    "its solutions have": change(2, metadata={}, source="1"),
    "the solution does not define def count(text)": replace("count(text)", "count(text, deep)"),
    "does not print PASS": change(5, outputs=[stream("TRY AGAIN  expected 2, got 3")]),
}


@pytest.mark.parametrize("message", REFUSED_SOLUTIONS)
def test_the_lint_refuses_a_solution(course, message):
    solution = build(SOLUTION, "PASS  right\n")
    REFUSED_SOLUTIONS[message](solution)
    assert message in ask_lint(course, solution=solution)


def test_the_lint_misses_an_absent_solution(course):
    ask_lint(course)
    (course / "solutions" / "03_tesseract_cropping.ipynb").unlink()
    page = lint.Page.read(course / "03_tesseract_cropping.ipynb")
    assert "has no solutions/03_tesseract_cropping.ipynb" in "\n".join(lint.violations(page))
