"""Files in folders and buckets, by one kind of address (notebook 10).

A path, or whatever pyarrow reaches: s3://, gs://, abfs://, hdfs://; what it does not know is left
to fsspec, where that is installed. pyarrow is imported when the first address is opened.
"""

import contextlib
import io
import os
from pathlib import Path

from ocr_data.atomic import new_file
from ocr_utils.errors import OcrError


def open_place(address):
    """A path or address -> the file system of pyarrow that reaches it, and the path in it.

    >>> open_place("s3://bucket/pages?region=eu-west-1")[1]
    'bucket/pages'
    """
    import pyarrow
    from pyarrow import fs

    address = os.fspath(address)
    if "://" not in address:
        return fs.LocalFileSystem(), Path(address).absolute().as_posix()
    try:
        return fs.FileSystem.from_uri(address)
    except (pyarrow.ArrowInvalid, pyarrow.ArrowNotImplementedError) as error:
        reason = str(error).split("\n")[0]
    try:
        import fsspec

        filesystem, path = fsspec.core.url_to_fs(address)
    except (ImportError, ValueError):
        raise OcrError(
            f"{shown(address)} cannot be opened ({reason}): give a folder, an address such as "
            "s3://bucket/pages, or install what fsspec needs for it."
        ) from None
    return fs.PyFileSystem(fs.FSSpecHandler(filesystem)), path


def shown(address) -> str:
    """An address as a message shows it: without its keys and options.

    >>> shown("s3://me:secret@bucket/pages?region=eu-west-1")
    's3://bucket/pages'
    """
    scheme, separator, rest = os.fspath(address).partition("://")
    if not separator:
        return scheme
    return f"{scheme}://{rest.split('?')[0].rpartition('@')[2]}"


@contextlib.contextmanager
def reaching(address):
    """Raises OcrError where the storage at an address does not answer, or refuses."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        reason = str(error).split("\n")[0][:200]
        raise OcrError(
            f"{shown(address)} cannot be reached ({reason}): check the address, keys and rights."
        ) from None


def list_files(address, below: str = "") -> list[str]:
    """The paths of all files below a folder, or [] where there is none; hidden ones are left out.

    They are relative to `address`/`below`, with slashes, and sorted.
    """
    from pyarrow import fs

    filesystem, path = open_place(address)
    root = f"{path}/{below}".rstrip("/")
    if isinstance(filesystem, fs.LocalFileSystem):
        names = _walk(root)
    else:
        selector = fs.FileSelector(root, recursive=True, allow_not_found=True)
        files = [info for info in filesystem.get_file_info(selector) if info.is_file]
        names = [info.path.removeprefix(root).lstrip("/") for info in files]
    return sorted(
        name for name in names if not any(part.startswith(".") for part in name.split("/"))
    )


def _walk(root: str):
    """As pyarrow lists a folder, but names that are no UTF-8 come too, with their bytes escaped."""
    for folder, _, names in os.walk(root, followlinks=False):
        for name in names:
            path = Path(folder, name).relative_to(root).as_posix()
            yield path.encode("utf-8", "backslashreplace").decode()


def is_file(address) -> bool:
    """Whether an address is that of a file, and not of a folder or nothing."""
    with reaching(address):
        filesystem, path = open_place(address)
        return filesystem.get_file_info(path).is_file


def read_file(address, name: str) -> bytes:
    """The bytes of a file; raises OSError."""
    filesystem, path = open_place(address)
    with filesystem.open_input_stream(f"{path}/{name}") as file:
        return file.read()


def open_parquet(address, name: str):
    """A `pyarrow.parquet.ParquetFile`; name: below the address, or "" for the address itself."""
    from pyarrow import parquet

    filesystem, path = open_place(address)
    return parquet.ParquetFile(f"{path}/{name}".rstrip("/"), filesystem=filesystem)


def write_table(table, address, name: str, **options) -> None:
    """Write a table as a Parquet file that is whole or not there: renamed, or put as one object.

    Raises OcrError where a disk is full.
    """
    from pyarrow import fs, parquet

    filesystem, path = open_place(address)
    if isinstance(filesystem, fs.LocalFileSystem):
        with new_file(f"{path}/{name}") as temporary:
            parquet.write_table(table, temporary, **options)
        return
    buffer = io.BytesIO()
    parquet.write_table(table, buffer, **options)
    put(address, name, buffer.getvalue())


def put(address, name: str, content: bytes = b"") -> None:
    """Write a small file in one go; folders on the way are made."""
    filesystem, path = open_place(address)
    filesystem.create_dir(f"{path}/{name}".rpartition("/")[0], recursive=True)
    with filesystem.open_output_stream(f"{path}/{name}") as file:
        file.write(content)


def remove_folder(address, name: str) -> None:
    """Remove a folder with all in it, if it is there."""
    filesystem, path = open_place(address)
    with contextlib.suppress(FileNotFoundError):
        filesystem.delete_dir(f"{path}/{name}")
