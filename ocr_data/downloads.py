"""Download a public file once, whole and verified: nothing half-written is ever taken for it."""

import hashlib
import http.client
from dataclasses import dataclass
from pathlib import Path

import pooch
from tqdm import tqdm

from ocr_data.atomic import new_file
from ocr_data.network import open_address, within
from ocr_utils.errors import OcrError

TIMEOUT = 5  # seconds without an answer before the next address is tried
CHUNK, CHUNK_SECONDS = 1 << 20, 60  # what is slower than a megabyte a minute has stopped


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
    try:
        right = path.is_file() and path.stat().st_size == download.size
        return right and sha256_of(path) == download.sha256
    except OSError:
        return False


def fetch(download: Download, folder, cached=(), timeout: float = TIMEOUT) -> Path:
    """The path of the verified file: from `folder`, a `cached` copy, or one of its addresses.

    The file is checked each time, also when it was there before; several processes may ask for it
    at once. timeout: seconds for an address to begin with its answer.
    Raises OcrError where no address gave the file. Used by `ocr_data.datasets` (notebooks 04, 05).
    """
    path = Path(folder) / download.name
    for known in (path, *map(Path, cached)):
        if is_whole(known, download):
            return known
    failures = []
    for url in download.urls:
        try:
            _retrieve(url, path, download, timeout)
            return path
        except (OSError, http.client.HTTPException, OcrError) as error:
            failures.append(f"{url}: {getattr(error, 'reason', error)}")
    raise OcrError(
        f"{download.name} could not be downloaded ({'; '.join(failures)}): "
        f"check the network and the disk, or put the file into {folder} yourself."
    )


def _retrieve(url: str, path: Path, download: Download, timeout: float) -> None:
    """The file behind one address, through pooch, which verifies it; then under its name."""

    def receive(url, output_file, _pooch) -> None:
        response = open_address(url, timeout)
        with open(output_file, "wb") as file:
            _write(response, file, download)
        response.close()  # not in a `with`: while a read is stuck in its thread this would wait

    pooch.get_logger().setLevel("WARNING")
    with new_file(path) as temporary:
        try:
            pooch.retrieve(
                url,
                known_hash=f"sha256:{download.sha256}",
                fname=temporary.name,
                path=temporary.parent,
                downloader=receive,
            )
        except ValueError as error:
            raise OcrError("the checksum is wrong" if "hash" in str(error) else error) from None


def _write(response, file, download: Download) -> None:
    """Fill the file, with a progress bar; OcrError for another length than it should have."""
    announced = int(response.headers.get("Content-Length") or download.size)
    if announced != download.size:
        raise OcrError(f"announces {announced:,} bytes instead of {download.size:,}")
    with tqdm(desc=download.name, total=download.size, unit="B", unit_scale=True) as bar:
        while chunk := within(CHUNK_SECONDS, response.read, CHUNK):
            file.write(chunk)
            bar.update(len(chunk))
            if file.tell() > download.size:
                raise OcrError(f"gives more than {download.size:,} bytes")
    if file.tell() < download.size:
        raise OcrError(f"cut off after {file.tell():,} of {download.size:,} bytes")
