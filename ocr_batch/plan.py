"""The plan: which page belongs to which part. Decided once and kept, so that a job can go on.

Were parts made anew at every start, one new file in the folder would move all pages behind it into
other parts, and a job that goes on would read some of them twice and others never (notebook 10).
"""

import json

from ocr_batch import storage
from ocr_batch.sources import Page, list_pages
from ocr_utils.errors import OcrError
from ocr_utils.paths import WEIGHTS

PLAN = "plan.parquet"
PART_SIZE = 64  # pages
ROWS = 16_384  # of a row group: to find its part, a worker reads one of them


def make_plan(source, out, part_size: int = PART_SIZE) -> int:
    """Write the plan of a job, or add parts for new pages to the one there; the number of parts.

    Raises OcrError where `out` belongs to another source or to other weights, lies inside the
    source, or there is nothing to read.
    """
    import pyarrow as pa

    if f"{_whole(out)}/".startswith(f"{_whole(source)}/"):
        raise OcrError(
            f"{storage.shown(out)} lies inside {storage.shown(source)}: "
            "choose a folder outside of it."
        )
    origin = {"source": _whole(source), "reader": reader_name()}
    with storage.reaching(out):
        rows = _planned(out, origin)
    known = {page for _, page, _, _ in rows}
    new = [page for page in list_pages(source) if page.name not in known]
    first = rows[-1][0] + 1 if rows else 0
    if new:
        rows += [(first + n // part_size, *page) for n, page in enumerate(new)]
        columns = dict(zip(("part", "page", "file", "row"), zip(*rows, strict=True), strict=True))
        table = pa.table(columns).replace_schema_metadata({"job": json.dumps(origin)})
        storage.write_table(table, out, PLAN, row_group_size=ROWS)
    return rows[-1][0] + 1


def _whole(address) -> str:
    return storage.open_place(address)[1].rstrip("/")


def _planned(out, origin: dict) -> list[tuple[int, str, str, int]]:
    """The rows of the plan that is there, [] where there is none."""
    try:
        file = storage.open_parquet(out, PLAN)
    except FileNotFoundError:
        return []
    with file:
        theirs = json.loads(file.schema_arrow.metadata[b"job"])
        for what, value in origin.items():
            if theirs[what] != value:
                raise OcrError(
                    f"{storage.shown(out)} holds a job with the {what} {theirs[what]}, "
                    f"this one has {value}: choose another folder."
                )
        table = file.read()
    return list(zip(*(column.to_pylist() for column in table.columns), strict=True))


def reader_name() -> str:
    """Which weights read: the beginnings of the two checksums. A table is the work of one reader.

    >>> len(reader_name())
    17
    """
    cards = [WEIGHTS / f"{name}.json" for name in ("detector", "recognizer")]
    sums = [json.loads(card.read_text(encoding="utf-8"))["sha256"] for card in cards]
    return "-".join(value[:8] for value in sums)


def pages_of(out, part: int) -> list[Page]:
    """The pages of a part, in their order."""
    from pyarrow import parquet

    filesystem, path = storage.open_place(out)
    table = parquet.read_table(
        f"{path}/{PLAN}", filesystem=filesystem, filters=[("part", "=", part)]
    )
    columns = (table[name].to_pylist() for name in ("page", "file", "row"))
    return [Page(*row) for row in zip(*columns, strict=True)]
