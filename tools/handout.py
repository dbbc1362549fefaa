"""`course.py handout FOLDER`: a copy of the course without the solutions, and no link to them."""

from __future__ import annotations

import re
from pathlib import Path

from tools import places
from tools.running import SetupError

LINK = re.compile(r"\[([^\]]*)\]\([^()\s]*solutions\b[^()\s]*\)")


def write(folder: Path) -> str:
    """Write the copy; one sentence with what it holds. The folder must not exist yet."""
    folder = folder.expanduser().resolve()
    if folder.exists():
        raise SetupError(f"{folder} exists already: name a folder that does not.")
    if places.ROOT in folder.parents:
        raise SetupError(f"{folder} lies inside the course: name a folder outside.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    places.copy_course(folder, without=("solutions",))
    for page in (*folder.rglob("*.md"), *folder.glob("notebooks/*.ipynb")):
        text = page.read_text(encoding="utf-8")
        page.write_text(LINK.sub(without_link, text), encoding="utf-8")
    lessons = len(list(folder.glob("notebooks/*.ipynb")))
    return f"{folder}: {lessons} notebooks, without the solutions."


def without_link(link: re.Match) -> str:
    """A path becomes "your instructor's copy"; any other label stays, and says where it is.

    >>> LINK.sub(without_link, "They are in [solutions/00.ipynb](solutions/00.ipynb).")
    "They are in your instructor's copy."
    >>> LINK.sub(without_link, "[Solved twins](notebooks/solutions) lie beside them.")
    "Solved twins (in your instructor's copy) lie beside them."
    """
    label = link[1]
    return (
        "your instructor's copy" if "solutions" in label else f"{label} (in your instructor's copy)"
    )
