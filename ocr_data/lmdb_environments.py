"""Word LMDBs that are open: one environment a file and process, whoever reads (notebook 06)."""

import contextlib
import os
import stat
import threading
from dataclasses import dataclass
from pathlib import Path

import lmdb

from ocr_data.lmdb_check import find_damage
from ocr_utils.errors import OcrError
from ocr_utils.paths import DOWNLOADS

LARGE = 1_000_000_000  # bytes
CHECKED = DOWNLOADS / "checked_lmdbs.txt"
BUILD_HINT = "build it with `python -m ocr_data.course_data`"


@dataclass
class _Opened:
    env: lmdb.Environment
    file: tuple  # which file was opened: inode, size, time of the last change
    readers: int = 0
    closing: bool = False


_opened: dict[Path, _Opened] = {}  # data.mdb -> what is open
_lock = threading.RLock()


def open_words(folder) -> lmdb.Environment:
    """The `lmdb.Environment` of a word data set, opened once per process (notebook 06).

    Opened read-only and without locks, so that many processes can read; a child process opens its
    own. Its pages are looked over first (`lmdb_check`), some seconds a gigabyte.
    Raises OcrError for a data set that is missing, truncated or damaged.
    """
    with _lock:
        return _find(folder).env


def close_words(folder) -> None:
    """Close a data set that is kept open, so that its files can be moved or removed.

    Threads that are reading in it finish first; the last one closes it.
    """
    with _lock:
        opened = _opened.get(Path(folder).resolve() / "data.mdb")
        if opened:
            opened.closing = True
            _close_unused(opened)


def _close_unused(opened: _Opened) -> None:
    if opened.closing and not opened.readers:
        opened.env.close()
        for path in [path for path, other in _opened.items() if other is opened]:
            del _opened[path]


class reading:
    """A read transaction that no other thread can close, for `with`.

    `get` gives memoryviews that are good inside the block. An error of LMDB becomes an OcrError.
    """

    def __init__(self, folder):
        self.folder = folder

    def __enter__(self):
        with _lock:
            self.opened = _find(self.folder)
            self.txn = self.opened.env.begin(buffers=True)
            self.opened.readers += 1
        return self.txn

    def __exit__(self, kind, error, trace):
        with _lock:
            self.txn.abort()
            self.opened.readers -= 1
            _close_unused(self.opened)
        if isinstance(error, lmdb.Error):
            raise OcrError(
                f"{self.folder} is damaged inside ({error}): {BUILD_HINT} again."
            ) from None


def _find(folder) -> _Opened:
    """What is open of `folder`; a file that has changed or was replaced is opened anew.

    Who still reads in a file that was replaced goes on there, and its environment ends then.
    """
    path = Path(folder).resolve() / "data.mdb"
    file = _identity(path, folder)
    opened = _opened.get(path)
    if opened and opened.file == file:
        opened.closing = False
    else:
        if opened and opened.file[0] == file[0]:  # the same file, changed
            close_words(folder)
        opened = _opened[path] = _Opened(_open(path, file), file)
        if _identity(path, folder) != file:  # replaced while it was opened
            return _find(folder)
    return opened


def _identity(path: Path, folder) -> tuple:
    try:
        facts = path.stat()
    except OSError:
        facts = None
    if facts is None or not stat.S_ISREG(facts.st_mode):
        raise OcrError(f"{folder} holds no LMDB (no data.mdb): {BUILD_HINT}, or check the path.")
    return facts.st_ino, facts.st_size, facts.st_mtime_ns


def _open(path: Path, file: tuple) -> lmdb.Environment:
    try:
        if damage := _damage(path, file):
            raise OcrError(
                f"{path} is {damage}: copy or {BUILD_HINT.replace('build', 'make', 1)} again."
            )
        return lmdb.open(
            str(path.parent),
            readonly=True,
            lock=False,
            readahead=False,
            meminit=False,
            max_readers=32,
        )
    except OSError as error:
        raise OcrError(f"{path} may not be read ({error.strerror}): check it.") from None
    except lmdb.Error as error:
        if "already open" in str(error):
            raise OcrError(
                f"{path} is already open in this program: call env.close() on the "
                "environment that lmdb.open gave."
            ) from None
        raise OcrError(f"{path} cannot be opened ({error}): check its permissions.") from None


def _damage(path: Path, file: tuple) -> str:
    """What `find_damage` says; a large file that was found sound is remembered on the disk."""
    if file[1] < LARGE:
        return find_damage(path)
    line = f"{path} {file}\n"
    if CHECKED.exists() and line in CHECKED.read_text(encoding="utf-8"):
        return ""
    print(f"Looking over {path} ({file[1] / 1e9:.0f} GB), once; it takes some minutes.")
    if not (damage := find_damage(path)):
        with contextlib.suppress(OSError):  # where nothing can be written it is looked over again
            CHECKED.parent.mkdir(parents=True, exist_ok=True)
            with open(CHECKED, "a", encoding="utf-8") as note:
                note.write(line)
    return damage


def _forget_after_fork() -> None:
    """A child process opens its own environments, and its lock is free."""
    global _lock
    _lock = threading.RLock()
    _opened.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_after_fork)
