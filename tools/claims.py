"""What a lesson claims, asserted in its own kernel and out of the reader's sight.

`tests/claims/NAME.py` belongs to `notebooks/NAME.ipynb`. A line `# %% after CELL-ID` begins a piece
that runs right after that cell, with everything the lesson has defined so far; it only asserts.
"""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CLAIMS = ROOT / "tests" / "claims"
MARK = re.compile(r"^# %% after (\S+)$", flags=re.MULTILINE)


def read(notebook: Path) -> dict[str, str]:
    """Cell id -> the Python that asserts what the lesson claims there; empty for solutions."""
    path = CLAIMS / f"{notebook.stem}.py"
    if notebook.parent.name != "notebooks" or not path.exists():
        return {}
    _, *parts = MARK.split(path.read_text(encoding="utf-8"))
    if len(set(parts[::2])) < len(parts[::2]):
        raise ValueError(f"{path} names a cell twice")
    return dict(zip(parts[::2], parts[1::2], strict=True))


def failure(client, source: str, timeout: float = 60) -> str:
    """Run a piece in the kernel of a blocking `client`; "" or the traceback of what failed."""
    code = f"exec({source!r}, dict(globals()))"  # names of a claim do not leak into the lesson
    reply = client.execute_interactive(
        code, store_history=False, allow_stdin=False, timeout=timeout, output_hook=lambda _: None
    )["content"]
    if reply["status"] == "ok":
        return ""
    return f"{reply['ename']}: {reply['evalue']}\n" + "\n".join(reply.get("traceback", []))
