"""A notebook as the rules of the lint see it, and the list of these rules."""

import re
from dataclasses import dataclass
from pathlib import Path

import nbformat

RULES = []


@dataclass
class Page:
    """A notebook with what the rules ask about it."""

    path: Path
    cells: list
    metadata: dict

    @classmethod
    def read(cls, path: Path) -> "Page":
        notebook = nbformat.read(path, as_version=4)
        return cls(path, notebook.cells, notebook.metadata)

    @property
    def name(self) -> str:
        return self.path.stem

    @property
    def is_solution(self) -> bool:
        return self.path.parent.name == "solutions"

    @property
    def code(self) -> list[tuple[int, dict]]:
        """Code cells with their place among all cells, counted from 1."""
        return [(n, cell) for n, cell in enumerate(self.cells, 1) if cell.cell_type == "code"]

    @property
    def markdown(self) -> list[tuple[int, dict]]:
        return [(n, cell) for n, cell in enumerate(self.cells, 1) if cell.cell_type == "markdown"]

    @property
    def headings(self) -> list[str]:
        text = "\n".join(cell.source for _, cell in self.markdown)
        return re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)


def rule(function):
    """Register a rule."""
    RULES.append(function)
    return function


def lessons_only(function):
    """Register a rule that solutions need not follow."""

    def checked(page: Page):
        return [] if page.is_solution else function(page)

    checked.__name__, checked.__doc__ = function.__name__, function.__doc__
    return rule(checked)


def tags(cell) -> list[str]:
    return cell.metadata.get("tags", [])


def is_exercise(cell) -> bool:
    return any(tag.startswith("exercise-") for tag in tags(cell))


def printed(cells) -> str:
    return "".join(output.get("text", "") for cell in cells for output in cell.outputs)
