"""The shape every notebook has, as rules; `python -m tools.lint [NAME ...]` lists what breaks them.

Each rule takes a `Page` and yields one sentence per violation. `tests/test_notebook_lint.py` runs
them all, and shows each of them a notebook that it must refuse.
"""

import ast
import re
import statistics
import sys
from pathlib import Path

from tools import claims, lint_outputs  # noqa: F401 - which has rules, too
from tools.lint_pages import RULES, Page, is_exercise, lessons_only, printed, rule, tags
from tools.refresh import NOTEBOOKS, find_notebooks

LESSONS = tuple(sorted(path.stem for path in NOTEBOOKS.glob("[0-9]*.ipynb")))
MAX_LINES, MAX_MEDIAN_LINES = 25, 10
MAX_COURSE = 30_000_000  # bytes of all notebooks
MAX_SECONDS = {"07_crnn_ctc_training": 240}
DEFAULT_MAX_SECONDS = 150
HEADER = re.compile(
    r"\A# (?P<number>\d\d[a-z]?) (?P<title>\S.*)\n\n(?P<aim>\S.*(?:\n\S.*)*)\n\n"
    r"\*\*You will be able to\*\*\n\n(?P<goals>(?:- .+\n(?:  .+\n)*){2,4})\n"
    r"\*\*Before you start:\*\* (?P<before>.+(?:\n\S.*)*?)\n\n"
    r"\*\*Time:\*\* about (?P<minutes>\d+) minutes? to read, (?P<seconds>\d+) seconds? to run"
    r" on two CPU cores\.\n\n"
    r"\*\*Data and keys:\*\* (?P<keys>.+)"
)
LINK = re.compile(r"(?<!`)!?\[[^\]]*\]\(([^)\s]+)\)")
EXERCISES = ["exercise-1", "exercise-2", "exercise-3"]


def violations(page: Page) -> list[str]:
    """All that is wrong with a notebook, one line each."""
    place = page.path.relative_to(NOTEBOOKS) if page.path.is_relative_to(NOTEBOOKS) else page.path
    return [f"{place}: {text}" for check in RULES for text in check(page)]


# --- how a notebook reads ---------------------------------------------------------------------


@rule
def cell_lengths(page):
    lengths = [len(cell.source.split("\n")) for _, cell in page.code]
    for (n, _), length in zip(page.code, lengths, strict=True):
        if length > MAX_LINES:
            yield f"cell {n} has {length} lines, more than {MAX_LINES}"
    if lengths and not page.is_solution and statistics.median(lengths) > MAX_MEDIAN_LINES:
        yield (
            f"its code cells have a median of {statistics.median(lengths)} lines, "
            f"more than {MAX_MEDIAN_LINES}"
        )


@rule
def no_scaffolding(page):
    """What protects a lesson stands in tests/claims; a page shows numbers, no truth values."""
    for n, cell in page.code:
        source = re.sub(r"^[%!].*$", "", cell.source, flags=re.MULTILINE)
        if any(isinstance(node, ast.Assert) for node in ast.walk(ast.parse(source))):
            yield f"cell {n} asserts: move it to tests/claims/{page.name}.py"
        if re.search(r": (True|False)$", printed([cell]), flags=re.MULTILINE):
            yield f"cell {n} prints a truth value: print the numbers behind it"


@rule
def claims_belong(page):
    """Every piece of tests/claims belongs to a cell that is there."""
    ids = {cell.get("id") for cell in page.cells}
    for cell_id in claims.read(page.path):
        if cell_id not in ids:
            yield f"has no cell {cell_id!r}, which tests/claims/{page.name}.py names"


@lessons_only
def prose(page):
    """Words before each code cell; half to three quarters of the cells are prose."""
    share = len(page.markdown) / len(page.cells)
    if not 0.4 <= share <= 0.75:
        yield f"has {share:.0%} of markdown cells instead of 40 to 75 %"
    for n, cell in page.code:
        before = page.cells[n - 2]
        split_on_purpose = (
            is_exercise(before)
            or is_exercise(cell)
            or "nbval-ignore-output" in (tags(cell) + tags(before))
        )
        if before.cell_type == "code" and not split_on_purpose:
            yield f"cell {n} follows another code cell without a sentence between them"


@rule
def setup_first(page):
    if not page.code or "notebook.setup(" not in page.code[0][1].source:
        yield "does not call `notebook.setup()` in its first code cell"


@rule
def links(page):
    """Every link to a file or a heading leads somewhere."""
    for n, cell in page.markdown:
        for target in LINK.findall(cell.source):
            if re.match(r"https?://|mailto:|data:|attachment:", target):
                continue
            file, _, anchor = target.partition("#")
            linked = (page.path.parent / file).resolve() if file else page.path
            if not linked.exists() and file:
                yield f"cell {n} links to {target}, which does not exist"
            elif anchor and linked.suffix == ".ipynb":
                other = page if not file else Page.read(linked)
                if anchor not in {heading.replace(" ", "-") for heading in other.headings}:
                    yield f"cell {n} links to {target}, which has no such heading"


@lessons_only
def header(page):
    found = HEADER.match(page.cells[0].source)
    if not found:
        yield "does not begin with the header: title, aim, goals, Before you start, Time, Data"
    elif found["number"] != number(page):
        yield f"is number {found['number']} in its title and {number(page)} in its name"
    elif int(found["seconds"]) > max_seconds(page.path):
        yield f"announces {found['seconds']} seconds, more than {max_seconds(page.path)}"


def number(page: Page) -> str:
    """The number of a lesson, the beginning of its name: 03, 07b.

    >>> number(Page(Path("07b_ctc_pitfalls.ipynb"), [], {}))
    '07b'
    """
    return page.name.split("_")[0]


def max_seconds(path: Path) -> int:
    return MAX_SECONDS.get(path.stem, DEFAULT_MAX_SECONDS)


def read_header(page: Page) -> tuple[int, int]:
    """(minutes to read, seconds to run) that a lesson announces."""
    found = HEADER.match(page.cells[0].source)
    return int(found["minutes"]), int(found["seconds"])


@lessons_only
def ending(page):
    """The goals again as results, exercises, and the way on, in this order."""
    wanted = ["What you can do now", "Exercises"]
    positions = [page.headings.index(name) if name in page.headings else -1 for name in wanted]
    if -1 in positions or positions != sorted(positions):
        yield "does not end with the sections `## What you can do now` and `## Exercises`"
        return
    goals = HEADER.match(page.cells[0].source)
    closing = next(cell.source for _, cell in page.markdown if f"## {wanted[0]}" in cell.source)
    if goals and count_bullets(closing) != count_bullets(goals["goals"]):
        yield "closes on a number of results other than the goals it began with"
    last = page.cells[-1]
    following = dict(zip(LESSONS, LESSONS[1:], strict=False)).get(page.name)
    if following and not re.search(rf"\*\*Next:\*\* \[.+\]\({following}\.ipynb\)", last.source):
        yield f"does not end on `**Next:** [...]({following}.ipynb)`"


def count_bullets(text: str) -> int:
    return len(re.findall(r"^- ", text, flags=re.MULTILINE))


@rule
def solution_header(page):
    first = page.cells[0].source
    if page.is_solution and not re.match(rf"# Solutions: {number(page)} \S", first):
        yield f"does not begin with `# Solutions: {number(page)} ...`"
    if page.is_solution and f"](../{page.path.name})" not in first:
        yield f"does not link back to ../{page.path.name} in its first cell"


# --- exercises --------------------------------------------------------------------------------


def exercises(page: Page) -> dict[str, list]:
    """Cells of each exercise by its tag: the tagged ones, and the check call behind them."""
    found, current = {}, None
    for cell in page.cells:
        mine = [tag for tag in tags(cell) if tag.startswith("exercise-")]
        if cell.cell_type == "markdown":
            current = None
        current = mine[0] if mine else current
        if current:
            found.setdefault(current, []).append(cell)
    return found


def definitions(cells) -> set[str]:
    """The `def` and `class` lines of the cells, with their arguments."""
    source = re.sub(r"^[%!].*$", "", "\n".join(cell.source for cell in cells), flags=re.MULTILINE)
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            found.add(f"def {node.name}({ast.unparse(node.args)})")
        if isinstance(node, ast.ClassDef):
            found.add(f"class {node.name}")
    return found


@lessons_only
def exercise_stubs(page):
    """Two or three exercises with stars, which run as they stand and are not solved yet."""
    found = exercises(page)
    if sorted(found) not in (EXERCISES[:2], EXERCISES):
        yield f"has the exercises {sorted(found)} instead of two or three from exercise-1 on"
    stars = "\n".join(cell.source for _, cell in page.markdown)
    if stars.count("★") < len(found):
        yield "has exercises without stars"
    for name, cells in found.items():
        if "check." not in "\n".join(cell.source for cell in cells):
            yield f"does not call a check right after {name}"
        if "TODO" not in printed(cells):
            yield f"shows no TODO under the stub of {name}"


@lessons_only
def solution_belongs(page):
    """The solved twin has the same exercises with the same definitions, and passes the checks."""
    twin = page.path.parent / "solutions" / page.path.name
    if not twin.exists():
        yield f"has no solutions/{twin.name}"
        return
    stubs, solved = exercises(page), exercises(Page.read(twin))
    if set(stubs) != set(solved):
        yield f"has {sorted(stubs)}, its solutions have {sorted(solved)}"
    for name in sorted(set(stubs) & set(solved)):
        for missing in sorted(definitions(stubs[name]) - definitions(solved[name])):
            yield f"{name}: the solution does not define {missing}"
        if not solution_passes(printed(solved[name])):
            yield f"{name}: the solution does not print PASS and nothing else of the check"


def solution_passes(text: str) -> bool:
    return "PASS" in text and "TODO" not in text and "TRY AGAIN" not in text


def main(names: list[str]) -> int:
    found = [text for path in find_notebooks(names) for text in violations(Page.read(path))]
    print("\n".join(found) or "nothing to complain about")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
