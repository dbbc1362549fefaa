"""Read one part and write its tables: the step that may be done twice and counts once (nb 10).

A part is always the same pages in the same groups, read by one thread: whoever does it, and however
often, writes the same bytes under the same names.
"""

import functools
import io
import uuid
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from ocr_batch import plan, processes, sources, storage
from ocr_utils import end_to_end
from ocr_utils.errors import OcrError
from ocr_utils.images import load_frames
from ocr_utils.words import Word

GROUP, GROUP_PIXELS = 16, 40_000_000  # pages whose crops are read together, and how large
CAREFUL = 2  # attempts that ended in a death, after which each page is read by itself


class PageRead(NamedTuple):
    """What came of a page: (height, width) and the words of each frame, or an error."""

    name: str
    frames: list[tuple[tuple[int, int], list[Word]]]
    error: str = ""


def file_of(part: int) -> str:
    """The name of a part's files.

    >>> file_of(12)
    'part-00000012.parquet'
    """
    return f"part-{part:08}.parquet"


def done(out) -> set[int]:
    """The parts that are finished: `pages` is written last."""
    return {int(name[5:-8]) for name in storage.list_files(out, "pages")}


def do_part(part: int, source, out) -> tuple[int, int, int]:
    """Read a part and write its three tables; how many pages were read, were not, and words.

    A part at which processes died twice may hold a page that kills: then its pages are read one by
    one in a process beside, and one that kills it becomes an error as any other.
    """
    folder = f"attempts/{part}"
    attempts = len(storage.list_files(out, folder))
    storage.put(out, f"{folder}/{uuid.uuid4().hex}")
    pages = plan.pages_of(out, part)
    read = _carefully(source, pages) if attempts >= CAREFUL else read_pages(source, pages)
    counts = write_part(out, part, list(read))
    storage.remove_folder(out, folder)
    return counts


# --- read -----------------------------------------------------------------------------------------


def read_pages(source, pages) -> Iterator[PageRead]:
    """Read pages in groups, so that memory holds the pictures of one group and no more."""
    group, pixels = [], 0
    for page, content in sources.load(source, pages):
        frames = _decode(page.name, content)
        if isinstance(frames, PageRead):
            yield frames
            continue
        group.append((page.name, frames))
        pixels += sum(frame.shape[0] * frame.shape[1] for frame in frames)
        if len(group) == GROUP or pixels >= GROUP_PIXELS:
            yield from _read_group(group)
            group, pixels = [], 0
    if group:
        yield from _read_group(group)


def _decode(name: str, content) -> list[np.ndarray] | PageRead:
    """The frames of an image file, one or, of a TIFF file, many; or why there are none."""
    try:
        if isinstance(content, OcrError):
            raise content
        file = io.BytesIO(content)
        file.name = name  # what a message calls it
        return load_frames(file)
    except OcrError as error:
        return PageRead(name, [], str(error))


def _read_group(group) -> list[PageRead]:
    """The crops of all pages go to the recognizer together; if that fails, page by page."""
    frames = [frame for _, own in group for frame in own]
    try:
        words = iter(
            end_to_end.read_pages(
                frames, end_to_end.load_detector(1), end_to_end.load_recognizer(1)
            )
        )
    except Exception as error:  # of whatever library chokes on one of the pages
        if len(group) > 1:
            return [read for one in group for read in _read_group([one])]
        name = group[0][0]
        return [PageRead(name, [], f"{name} cannot be read ({type(error).__name__}: {error}).")]
    return [PageRead(name, [(one.shape[:2], next(words)) for one in own]) for name, own in group]


def _carefully(source, pages) -> Iterator[PageRead]:
    read_one = functools.partial(_read_one, source)
    for page, read in processes.run(read_one, pages, 1, deaths=1):
        if isinstance(read, processes.Died):
            read = PageRead(page.name, [], f"{page.name} ends the process that reads it ({read}).")
        yield read


def _read_one(source, page) -> PageRead:
    return next(iter(read_pages(source, [page])))


# --- write ----------------------------------------------------------------------------------------


def write_part(out, part: int, read: list[PageRead]) -> tuple[int, int, int]:
    """Write words, errors and, last, pages: the part counts as done when the last one is there."""
    import pyarrow as pa

    read = sorted(read)
    words = [
        (page.name, frame, place, word.text, _confidence(word), word.polygon.ravel().round(2))
        for page in read
        for frame, (_, own) in enumerate(page.frames, start=1)
        for place, word in enumerate(own, start=1)
    ]
    errors = [(page.name, page.error) for page in read if page.error]
    pages = [
        (page.name, frame, height, width, len(own))
        for page in read
        for frame, ((height, width), own) in enumerate(page.frames, start=1)
    ]
    whole, text = pa.int32(), pa.string()
    box = pa.list_(pa.float32(), 8)
    for name, rows, kinds in (
        (
            "words",
            words,
            dict(page=text, frame=whole, place=whole, text=text, confidence=pa.float32(), box=box),
        ),
        ("errors", errors, dict(page=text, error=text)),
        ("pages", pages, dict(page=text, frame=whole, height=whole, width=whole, words=whole)),
    ):
        columns = list(zip(*rows, strict=True)) or [()] * len(kinds)
        table = pa.table(
            [pa.array(c, k) for c, k in zip(columns, kinds.values(), strict=True)],
            schema=pa.schema(kinds),
        )
        storage.write_table(table, out, f"{name}/{file_of(part)}")
    return len(read) - len(errors), len(errors), len(words)


def _confidence(word: Word) -> float | None:
    return None if word.confidence is None else round(word.confidence, 4)
