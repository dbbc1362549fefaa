"""The rules of the lint for what a notebook executed and what came out; `tools.lint` runs them."""

import base64
import re

from tools.lint_pages import rule, tags

MAX_PNG, MAX_TEXT, MAX_NOTEBOOK = 400_000, 10_000, 3_500_000
MAX_IGNORED = 132  # cells in the whole course whose outputs are not compared; it may only fall
MACHINE_PATH = re.compile(
    r"/home/\w|/Users/\w|/root\b|/tmp/|/private/var|/mnt/\w|[A-Z]:\\|site-packages|ipykernel_\d|"
    r"\.venv\b|/usr/l|\bat 0x[0-9a-f]{6,}"
)
BARE_OBJECT = re.compile(r"^(\[?<|Text\(|\(?array\(\[.*<|\{'whiskers')")


@rule
def kernel(page):
    """The kernel that the set-up registers."""
    name = page.metadata.get("kernelspec", {}).get("name")
    if name != "ocr-course":
        yield f"names the kernel {name!r} instead of 'ocr-course': refresh it"


@rule
def executed(page):
    """Every code cell was executed, in order: nbval compares nothing in a cell that was not."""
    counts = [cell.execution_count for _, cell in page.code]
    wrong = [count for right, count in enumerate(counts, 1) if count != right]
    if wrong:
        yield f"was not run from top to bottom ({len(wrong)} cells, the first {wrong[0]}): refresh"


@rule
def no_stderr(page):
    for n, cell in page.code:
        for output in cell.outputs:
            if output.get("name") == "stderr":
                yield f"cell {n} writes to stderr: {output.text[:80]!r}"


@rule
def errors_are_announced(page):
    """A traceback only in a cell tagged for it, and a cell tagged for it only with a traceback."""
    for n, cell in page.code:
        raised = any(output.output_type == "error" for output in cell.outputs)
        if raised != ("raises-exception" in tags(cell)):
            yield f"cell {n} {'fails' if raised else 'no longer fails'}, against its tags"


@rule
def plain_outputs(page):
    """No SVG (compared byte by byte), widget or script, and no address of an object."""
    for n, cell in page.code:
        for output in cell.outputs:
            kinds = set(output.get("data", {}))
            for kind in sorted(kinds):
                if kind in ("image/svg+xml", "application/javascript") or (
                    "widget" in kind and "widget" not in tags(cell)
                ):
                    yield f"cell {n} shows {kind}"
            shown = output.get("data", {}).get("text/plain", "")
            if BARE_OBJECT.match(shown) and not kinds & {"image/png", "image/jpeg", "text/html"}:
                yield f"cell {n} ends in the value {shown[:50]!r}: end the line with `;`"


@rule
def no_machine_path(page):
    """Nothing that names one person's machine, in outputs or sources."""
    for n, cell in enumerate(page.cells, 1):
        texts = [cell.source] if cell.cell_type == "code" else []
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            texts += [
                output.get("text", ""),
                data.get("text/plain", ""),
                data.get("text/html", ""),
                *output.get("traceback", []),
            ]
        if found := MACHINE_PATH.search("\n".join(texts)):
            yield f"cell {n} holds the machine path {found.group()!r}"


@rule
def sizes(page):
    total = len(page.path.read_bytes()) if page.path.exists() else 0
    if total > MAX_NOTEBOOK:
        yield f"weighs {total / 1e6:.1f} MB, more than {MAX_NOTEBOOK / 1e6:.1f}"
    for n, cell in page.code:
        for output in cell.outputs:
            data = output.get("data", {})
            picture = data.get("image/png") or data.get("image/jpeg", "")
            size = len(base64.b64decode(picture))
            if size > MAX_PNG:
                yield f"cell {n} has a picture of {size // 1000} kB, more than {MAX_PNG // 1000}"
            text = output.get("text", "") + output.get("data", {}).get("text/plain", "")
            if len(text) > MAX_TEXT:
                yield f"cell {n} prints {len(text)} characters, more than {MAX_TEXT}"


@rule
def ignored_outputs(page):
    """What nbval does not compare says why; cells are never skipped."""
    for n, cell in page.code:
        first = cell.source.split("\n")[0]
        if "nbval-ignore-output" in tags(cell) and not re.match(r"# not compared: \w+", first):
            yield f"cell {n} is not compared and does not begin with `# not compared: <reason>`"
        for tag in set(tags(cell)) & {"nbval-skip", "nbval-check-output", "nbval-raises-exception"}:
            yield f"cell {n} carries the tag {tag}"
        if re.search(r"^\s*#+ *(NBVAL_|PYTEST_VALIDATE)", cell.source, flags=re.MULTILINE):
            yield f"cell {n} carries an nbval comment: use the tag nbval-ignore-output"


def ignored_cells(pages) -> list[str]:
    """Where in the course outputs are not compared."""
    return [
        f"{page.path.name} cell {n}"
        for page in pages
        for n, cell in page.code
        if "nbval-ignore-output" in tags(cell)
    ]
