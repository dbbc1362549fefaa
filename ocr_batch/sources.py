"""What there is to read: image files below a folder, or rows of Parquet files (notebook 10)."""

import itertools
import time
from collections.abc import Iterator
from typing import NamedTuple

from ocr_batch import storage
from ocr_output.command import IMAGE_SUFFIXES
from ocr_utils.errors import OcrError

TRIES, PAUSE = 3, 0.2  # of a file that storage does not hand out; seconds before the second try


class Page(NamedTuple):
    """One page to read.

    name: what the tables call it, its path below the source or its cell in the column `page`.
    file: where it lies below the source, "" for the source itself. row: -1 for an image file.
    """

    name: str
    file: str
    row: int = -1


def list_pages(source) -> list[Page]:
    """All pages of a folder or bucket, by name, or of a Parquet file, in its order.

    A Parquet file needs a column `page` of names, none twice, and a column `image` of bytes: image
    files as they are. Raises OcrError where there is nothing to read.
    """
    name = storage.shown(source)
    if storage.is_file(source):
        files, where = [""], f"{name} has no rows"
        if not name.lower().endswith(".parquet"):
            raise OcrError(f"{name} is a file: give a folder of images, or a Parquet file.")
    else:
        files, where = storage.list_files(source), f"{name} holds no images"
    pages: list[Page] = []
    for file in files:
        suffix = "." + file.lower().rpartition(".")[2]
        if suffix == ".parquet" or not file:
            pages += _rows(source, file)
        elif suffix in IMAGE_SUFFIXES:
            pages.append(Page(file, file))
    if not pages:
        raise OcrError(f"{where}: give a folder with PNG or JPEG files, or a Parquet file.")
    _refuse_doubles(source, pages)
    return pages


def _rows(source, file: str) -> Iterator[Page]:
    """The rows of a Parquet file; the images themselves are not read."""
    name = f"{storage.shown(source)}/{file}".rstrip("/")
    with storage.open_parquet(source, file) as table:
        if missing := {"page", "image"} - set(table.schema_arrow.names):
            raise OcrError(
                f"{name} has no column {' and no column '.join(sorted(missing))}: name the pages "
                "`page` and the bytes of their image files `image`."
            )
        names = table.read(columns=["page"])["page"].to_pylist()
    for row, page in enumerate(names):
        yield Page(str(page), file, row)


def _refuse_doubles(source, pages: list[Page]) -> None:
    seen: set[str] = set()
    for page in pages:
        if page.name in seen:
            where = storage.shown(source)
            raise OcrError(f"{where} has two pages named {page.name!r}: give each its own name.")
        seen.add(page.name)


def load(source, pages: list[Page]) -> Iterator[tuple[Page, bytes | OcrError]]:
    """The image file of each page, one at a time, or the error of one that cannot be had."""
    for file, group in itertools.groupby(pages, key=lambda page: page.file):
        group = list(group)
        if group[0].row < 0:
            yield from ((page, _image_file(source, page)) for page in group)
        else:
            yield from _images_of_rows(source, file, group)


def _image_file(source, page: Page) -> bytes | OcrError:
    for attempt in itertools.count(1):
        try:
            return storage.read_file(source, page.file)
        except FileNotFoundError:
            return OcrError(f"{page.name} does not exist any more, or its name is no UTF-8.")
        except OSError as error:  # a bucket may be out of breath, a disk is not
            if attempt == TRIES:
                reason = str(error).split("\n")[0][:200]
                return OcrError(f"{page.name} cannot be read ({reason}): check its rights.")
            time.sleep(PAUSE * 4**attempt / 4)


def _images_of_rows(source, file: str, pages: list[Page]):
    """Row groups of a Parquet file are read one by one, and only those that are asked for."""
    wanted = {page.row: page for page in pages}
    with storage.open_parquet(source, file) as table:
        first = 0
        for group in range(table.num_row_groups):
            rows = range(first, first := first + table.metadata.row_group(group).num_rows)
            if not any(row in wanted for row in rows):
                continue
            numbers = iter(rows)
            for batch in table.iter_batches(16, row_groups=[group], columns=["image"]):
                for image in batch["image"]:
                    if page := wanted.get(next(numbers)):
                        missing = OcrError(f"{page.name} has an empty cell `image`.")
                        yield page, image.as_py() if image.is_valid else missing
