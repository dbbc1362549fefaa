"""The bytes of a picture, wherever a learner has it: a file, an address, an open file."""

import contextlib
import os
import stat
from pathlib import Path

from ocr_data.network import open_address, within
from ocr_utils.errors import OcrError

READ_SECONDS = 60  # for a file, from the first byte to the last
DOWNLOAD_SECONDS = 60  # for an address, the same
SILENCE_SECONDS = 15  # of a server
FILE_BYTES = 500_000_000
DOWNLOAD_BYTES = 50_000_000


def read_bytes(source) -> tuple[bytes, str]:
    """The bytes behind a source that has to be decoded, and what to call it in a message.

    source: bytes, a path, an http(s) address or an open file. Raises OcrError for what is missing,
    forbidden, too large, no file, or does not end in time.

    >>> read_bytes(b"GIF")
    (b'GIF', 'the file of 3 bytes')
    """
    name = describe(source)
    if isinstance(source, (bytes, bytearray, memoryview)):
        return bytes(source), name
    if isinstance(source, str) and source.lower().startswith(("http://", "https://")):
        return _download(source, name), name
    if isinstance(source, (str, os.PathLike)):
        return _read_file(Path(os.fsdecode(source)), name), name
    if hasattr(source, "read"):
        return _read_open_file(source, name), name
    raise OcrError(
        f"An image cannot be read from a {type(source).__name__}: give a path, "
        "an http address, bytes, an open file, a PIL image or an array."
    )


def describe(source) -> str:
    """What a message calls a source: one line that any terminal can print.

    >>> describe("a\\nb.png"), describe(b"12")
    ('a b.png', 'the file of 2 bytes')
    """
    if isinstance(source, (bytes, bytearray, memoryview)):
        return f"the file of {len(source)} bytes"
    if isinstance(source, (str, os.PathLike)):
        return one_line(os.fsdecode(source))
    return one_line(getattr(source, "name", "") or "the open file")


def one_line(text) -> str:
    """A text cut to 300 characters without line breaks, control characters and broken Unicode."""
    text = str(text)[:300].encode("utf-8", "backslashreplace").decode()
    printable = (letter if letter.isprintable() else " " for letter in text)
    return " ".join("".join(printable).split())


def _read_file(path: Path, name: str) -> bytes:
    with contextlib.suppress(RuntimeError):  # "~photo.png": nobody's home
        path = path.expanduser()
    try:
        kind = path.stat().st_mode
        if stat.S_ISDIR(kind):
            raise OcrError(f"{name} is a folder: give the file inside it.")
        if not stat.S_ISREG(kind):
            raise OcrError(f"{name} is a pipe or a device: save the picture as a file.")
        with open(path, "rb") as file:
            return _limited(within(READ_SECONDS, _read_all, file), FILE_BYTES, name)
    except FileNotFoundError:
        raise OcrError(f"{name} does not exist: check the name and the folder.") from None
    except PermissionError as error:
        raise OcrError(f"{name} may not be read ({error.strerror}): change its rights.") from None
    except (OSError, ValueError) as error:
        reason = one_line(getattr(error, "strerror", None) or error)
        raise OcrError(f"{name[:200]} cannot be read ({reason}): check the path.") from None


def _read_all(file) -> bytes:
    """From the first byte to the last, or a little more than is allowed."""
    with contextlib.suppress(OSError, AttributeError):  # a pipe has no beginning to go back to
        file.seek(0)
    parts, size = [], 0
    while size <= FILE_BYTES and (part := file.read(1 << 20)):
        parts.append(memoryview(part))  # TypeError for text
        size += len(part)
    return b"".join(parts)


def _read_open_file(file, name: str) -> bytes:
    try:
        return _limited(within(READ_SECONDS, _read_all, file), FILE_BYTES, name)
    except OcrError:
        raise
    except Exception as error:  # closed, open for writing or as text, without read(size)
        raise OcrError(
            f'{name} cannot be read ({one_line(error)}): open it anew with open(path, "rb").'
        ) from None


def _download(address: str, name: str) -> bytes:
    """The bytes behind an http(s) address."""
    from http.client import HTTPException
    from urllib.error import HTTPError

    try:
        return _limited(within(DOWNLOAD_SECONDS, _receive, address), DOWNLOAD_BYTES, name)
    except HTTPError as error:
        raise OcrError(
            f"{name} answered {error.code} {one_line(error.reason)}: open it in a browser, "
            "save the picture and give its path."
        ) from None
    except (OSError, ValueError, HTTPException) as error:
        reason = one_line(getattr(error, "reason", None) or error)
        raise OcrError(
            f"{name} cannot be reached ({reason}): check the address and the "
            "network, or give the path of a saved picture."
        ) from None


def _receive(address: str) -> bytes:
    with open_address(address, min(SILENCE_SECONDS, DOWNLOAD_SECONDS)) as answer:
        return answer.read(DOWNLOAD_BYTES + 1)


def _limited(data: bytes, most: int, name: str) -> bytes:
    if len(data) > most:
        raise OcrError(
            f"{name} is larger than {most // 10**6} MB: make the picture smaller and give its path."
        )
    return data
