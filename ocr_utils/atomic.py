"""Data sets that are either whole or not there (notebook 06)."""

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from ocr_utils.errors import OcrError

ABANDONED_SECONDS = 600  # a build that lives writes more often than this


@contextlib.contextmanager
def new_folder(folder) -> Iterator[Path]:
    """Build a folder under a temporary name beside its place, then rename it (notebook 06).

    Yields the temporary folder to fill. When the block ends well it takes the place of `folder`;
    when it raises, it is removed and an older `folder` stays as it was. A killed process leaves
    only a hidden `.NAME.*` folder, which a later build removes.
    Raises OcrError where the disk is full or the place cannot be written.

    >>> place = Path(tempfile.mkdtemp()) / "words"
    >>> with new_folder(place) as temporary:
    ...     _ = (temporary / "a.txt").write_text("a")
    ...     place.exists()
    False
    >>> [path.name for path in place.iterdir()]
    ['a.txt']
    """
    folder = Path(folder)
    temporary = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        _remove_abandoned(folder)
        temporary = _hidden_folder(folder)
        yield temporary
        _move_into_place(temporary, folder)
    except OSError as error:
        raise OcrError(disk_message(folder, error)) from None
    finally:
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)


def disk_message(folder, error: Exception) -> str:
    """One sentence for an error of the disk, whoever raised it.

    >>> disk_message("words", OSError(28, "No space left on device"))
    'words could not be written, the disk is full: free some space and run it again.'
    """
    text = str(error)
    if "No space left" in text or "File too large" in text or "quota" in text.lower():
        state = "is full"
    elif "Input/output error" in text:  # what LMDB says when a disk takes only part of a write
        state = "seems to be full"
    else:
        return f"{folder} could not be written ({error}): check the path and its permissions."
    return f"{folder} could not be written, the disk {state}: free some space and run it again."


def _hidden_folder(folder: Path) -> Path:
    """A new folder `.NAME.PROCESS.*` beside `folder`."""
    prefix = f".{folder.name}.{os.getpid()}."
    hidden = Path(tempfile.mkdtemp(prefix=prefix, dir=folder.parent))
    hidden.chmod(0o755)
    return hidden


def _move_into_place(temporary: Path, folder: Path) -> None:
    if folder.exists():
        old = _hidden_folder(folder)
        folder.rename(old / "old")
        temporary.rename(folder)
        shutil.rmtree(old, ignore_errors=True)
    else:
        temporary.rename(folder)


def _remove_abandoned(folder: Path) -> None:
    """Remove the hidden folders that killed builds of `folder` left."""
    for path in folder.parent.glob(f".{folder.name}.*"):
        with contextlib.suppress(OSError):  # its owner may be removing it too
            newest = max(part.stat().st_mtime for part in [path, *path.rglob("*")])
            process = path.name.removeprefix(f".{folder.name}.").split(".")[0]
            if time.time() - newest > ABANDONED_SECONDS or not _may_live(process):
                shutil.rmtree(path, ignore_errors=True)


def _may_live(process: str) -> bool:
    if os.name == "nt" or not process.isdigit():
        return True  # Windows has no harmless way to ask
    try:
        os.kill(int(process), 0)  # signal 0 only asks
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
