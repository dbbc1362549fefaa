"""Execute notebooks in place and normalize them: the only way stored outputs are made.

Run by `python3 course.py refresh [NOTEBOOK ...]`. A notebook that fails, or that writes to stderr,
is left as it was.
"""

import base64
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from ocr_data.atomic import new_file
from tools import isolation

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = ROOT / "notebooks"
README_PICTURE = ROOT / "docs" / "engines.jpg"
KERNELSPEC = {"display_name": "OCR course", "language": "python", "name": "ocr-course"}


def find_notebooks(names: list[str]) -> list[Path]:
    """All notebooks and solutions, or those whose file name contains one of `names`."""
    found = sorted(NOTEBOOKS.glob("*.ipynb")) + sorted(NOTEBOOKS.glob("solutions/*.ipynb"))
    if not names:
        return found
    return [path for path in found if any(name in str(path) for name in names)]


def refresh(path: Path) -> float:
    """Run one notebook from its own folder, write it back normalized; returns seconds."""
    start = time.perf_counter()
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata["kernelspec"] = KERNELSPEC
    client = NotebookClient(
        notebook,
        timeout=600,
        kernel_name=KERNELSPEC["name"],
        coalesce_streams=True,
        resources={"metadata": {"path": str(path.parent)}},
    )
    client.widget_registry = {}  # nbclient's own Output widget may wait for ever (its issue 312)
    client.execute()
    normalize(notebook)
    with new_file(path) as temporary:
        nbformat.write(notebook, temporary)
    if picture := readme_picture(notebook):
        README_PICTURE.parent.mkdir(exist_ok=True)
        README_PICTURE.write_bytes(picture)
    return time.perf_counter() - start


def normalize(notebook: nbformat.NotebookNode) -> None:
    """Drop what changes from run to run; refuse stderr."""
    notebook.metadata = {"kernelspec": KERNELSPEC, "language_info": {"name": "python"}}
    for cell in notebook.cells:
        cell.metadata = {key: cell.metadata[key] for key in ("tags",) if cell.metadata.get(key)}
        for output in cell.get("outputs", []):
            if output.get("name") == "stderr":
                raise SystemExit(f"a cell writes to stderr:\n{cell.source}\n{output.text}")
            output.get("metadata", {}).clear()


def readme_picture(notebook: nbformat.NotebookNode) -> bytes:
    """The picture under the cell tagged "readme" as a JPEG file; b"" where there is none."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if "readme" in cell.metadata.get("tags", []) and "image/jpeg" in output.get("data", {}):
                return base64.b64decode(output.data["image/jpeg"])
    return b""


def main(names: list[str]) -> None:
    isolation.enter()  # the same surroundings as in the tests
    for path in find_notebooks(names):
        print(f"{path.relative_to(ROOT)} ...", flush=True)
        print(f"    {refresh(path):.0f} s", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
