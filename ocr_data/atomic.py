"""Files and data sets that are either whole or not there: the one way the course writes them."""

import contextlib
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from ocr_utils.errors import OcrError

try:
    import fcntl
except ImportError:  # Windows: a file that is open there cannot be removed, which serves as a lock
    fcntl = None

LOCK = "lock"
ABANDONED_SECONDS = 600  # where nothing can be locked, a build that lives writes more often


@contextlib.contextmanager
def new_file(path) -> Iterator[Path]:
    """Write a file under a temporary name, then rename it: whole, or as it was (notebook 06).

    Yields the path to write, of the same name and suffix in a hidden folder beside `path`. Raises
    OcrError where the disk is full or the place cannot be written; see `new_folder`.

    >>> place = Path(tempfile.mkdtemp()) / "a.txt"
    >>> with new_file(place) as temporary:
    ...     _ = temporary.write_text("whole")
    >>> place.read_text(), len(list(place.parent.iterdir()))
    ('whole', 1)
    """
    path = Path(path)
    with hidden_folder(path) as hidden:
        yield hidden / path.name
        (hidden / path.name).replace(path)


@contextlib.contextmanager
def new_folder(folder) -> Iterator[Path]:
    """Build a folder under a temporary name beside its place, then rename it (notebook 06).

    Yields the temporary folder to fill. When the block ends well it takes the place of `folder`;
    when it raises, it is removed and an older `folder` stays as it was. A killed process leaves
    only a hidden folder `.NAME.*`, which the next build removes.
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
    with hidden_folder(folder) as hidden:
        temporary = hidden / folder.name
        temporary.mkdir()
        yield temporary
        with contextlib.suppress(FileNotFoundError):
            folder.rename(hidden / f"{folder.name}.old")
        temporary.rename(folder)


@contextlib.contextmanager
def hidden_folder(place: Path) -> Iterator[Path]:
    """A folder `.NAME.*` beside `place`, locked while this process lives, removed at the end.

    Errors of the disk become an OcrError that names `place`.
    """
    hidden = lock = None
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        remove_abandoned(place)
        hidden = Path(tempfile.mkdtemp(prefix=f".{place.name}.", dir=place.parent))
        lock = _locked(hidden)
        yield hidden
    except OSError as error:
        raise OcrError(disk_message(place, error)) from None
    finally:
        if lock is not None:
            lock.close()
        if hidden is not None:
            shutil.rmtree(hidden, ignore_errors=True)


def disk_message(place, error: Exception) -> str:
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
        return f"{place} could not be written ({error}): check the path and its permissions."
    return f"{place} could not be written, the disk {state}: free some space and run it again."


def remove_abandoned(place) -> None:
    """Remove the hidden folders that killed builds of `place` left beside it."""
    place = Path(place)
    for hidden in place.parent.glob(f".{place.name}.*"):
        with contextlib.suppress(OSError):  # its owner may be removing it too
            if hidden.is_dir() and not _may_live(hidden):
                shutil.rmtree(hidden, ignore_errors=True)


def is_being_made(place) -> bool:
    """Whether a live process, this one or another, has a hidden folder of `place` now.

    >>> place = Path(tempfile.mkdtemp()) / "words"
    >>> with new_folder(place):
    ...     is_being_made(place)
    True
    >>> is_being_made(place)
    False
    """
    place = Path(place)
    with contextlib.suppress(OSError):  # its owner may be removing it
        return any(map(_may_live, place.parent.glob(f".{place.name}.*")))
    return False


def _locked(hidden: Path):
    """An open file `lock`, locked before it gets its name: to be held while the folder is in use.

    The system lets go of the lock when the process ends, however it ends; other machines that share
    the disk see it too.
    """
    file = open(hidden / "unlocked", "wb")
    if fcntl:
        with contextlib.suppress(OSError):  # a disk without locks: then age decides
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            (hidden / "unlocked").rename(hidden / LOCK)
    return file


def _may_live(hidden: Path) -> bool:
    lock = hidden / LOCK
    if fcntl and lock.exists():
        with open(lock, "rb+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
            return False
    if not fcntl and (hidden / "unlocked").exists():
        try:
            (hidden / "unlocked").unlink()
        except OSError:
            return True
        return False
    newest = max(part.stat().st_mtime for part in [hidden, *hidden.rglob("*")])
    return time.time() - newest < ABANDONED_SECONDS
