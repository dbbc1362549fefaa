"""Download a public file once, whole and verified: nothing half-written is ever taken for it."""

import hashlib
import http.client
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from ocr_utils.errors import OcrError

TIMEOUT = 5  # seconds without an answer before the next address is tried
CHUNK = 1 << 16


@dataclass(frozen=True)
class Download:
    """A file on the network: its name here, its addresses, its SHA-256 and its size in bytes."""

    name: str
    urls: tuple[str, ...]
    sha256: str
    size: int


def sha256_of(path) -> str:
    """The SHA-256 of a file, in hexadecimal.

    >>> import tempfile; file = Path(tempfile.mkdtemp()) / "a.txt"
    >>> _ = file.write_bytes(b"OCR")
    >>> sha256_of(file)[:12]
    '5e5bea5354e3'
    """
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def is_whole(path, download: Download) -> bool:
    """True where `path` is this very file: size and SHA-256 agree."""
    path = Path(path)
    return (
        path.is_file()
        and path.stat().st_size == download.size
        and sha256_of(path) == download.sha256
    )


def fetch(download: Download, folder, cached=(), timeout: float = TIMEOUT) -> Path:
    """The path of the verified file: from `folder`, a `cached` copy, or one of its addresses.

    The file is checked each time, also when it was there before. While it comes it is called
    NAME.part; an interrupted download goes on where it stopped, where the server can do that.
    Raises OcrError where no address gave the file. Used by `ocr_utils.datasets` (notebooks 04, 05).
    """
    path = Path(folder) / download.name
    for known in (path, *map(Path, cached)):
        if is_whole(known, download):
            return known
    part = path.with_name(path.name + ".part")
    failures = []
    for url in download.urls:
        try:
            _receive(url, part, download, timeout)
            part.replace(path)
            return path
        except (OSError, http.client.HTTPException, OcrError) as error:
            failures.append(f"{url}: {getattr(error, 'reason', error)}")
    raise OcrError(
        f"{download.name} could not be downloaded ({'; '.join(failures)}): "
        f"check the network and the disk, or put the file into {folder} yourself."
    )


def _receive(url: str, part: Path, download: Download, timeout: float) -> None:
    """Fill `part` from one address and verify it; what is wrong is removed and got once afresh."""
    part.parent.mkdir(parents=True, exist_ok=True)
    have = part.stat().st_size if part.exists() else 0
    if have < download.size:
        request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})
        with urllib.request.urlopen(request, timeout=timeout) as response:
            _write(response, part, have if response.status == 206 else 0, download)
    if part.stat().st_size < download.size:
        raise OcrError(f"cut off after {part.stat().st_size:,} of {download.size:,} bytes")
    if is_whole(part, download):
        return
    part.unlink()
    if not have:
        raise OcrError("the checksum is wrong")
    _receive(url, part, download, timeout)


def _write(response, part: Path, start: int, download: Download) -> None:
    """Append to `part` from byte `start` on, with a progress bar."""
    from tqdm import tqdm

    announced = response.headers.get("Content-Length")
    if announced and start + int(announced) != download.size:
        raise OcrError(f"announces {start + int(announced):,} bytes instead of {download.size:,}")
    bar = tqdm(desc=download.name, initial=start, total=download.size, unit="B", unit_scale=True)
    with bar, open(part, "ab") as file:
        file.truncate(start)
        while file.tell() < download.size and (chunk := response.read(CHUNK)):
            file.write(chunk)
            bar.update(len(chunk))
