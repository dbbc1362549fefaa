"""The whole job: plan, read what is missing, count what is there (notebook 10)."""

import functools
import os
from collections.abc import Iterable
from typing import NamedTuple

from ocr_batch import parts, plan, processes, storage
from ocr_utils.errors import OcrError


class Summary(NamedTuple):
    """What lies in OUT when a job has ended: pages read, pages that could not be, and words."""

    pages: int
    errors: int
    words: int


def run(
    source,
    out,
    count: int | None = None,
    part_size: int = plan.PART_SIZE,
    ray: str | None = None,
    progress=iter,
) -> Summary:
    """Read every page of `source` into the tables of `out`; a job that was stopped goes on.

    source: a folder or bucket of images, or a Parquet file, as for `sources.list_pages`.
    out: a folder, or the address of one in a bucket. count: processes, as many as there are cores
    where not given. part_size: pages of a part, for those not planned yet. ray: the address of a
    Ray cluster, or "local" to start one here. progress: wraps the numbers of pages as they come.
    One job at a time may write to `out`. Raises OcrError.
    """
    total = plan.make_plan(source, out, part_size)
    finished = parts.done(out)
    missing = (part for part in range(total) if part not in finished)
    do_part = functools.partial(parts.do_part, source=source, out=out)
    if ray:
        from ocr_batch.ray_job import run_on_ray

        results = run_on_ray(do_part, missing, ray, count)
    else:
        results = processes.run(do_part, missing, count or os.cpu_count() or 1)
    for _ in progress(_counted(results)):
        pass
    storage.remove_folder(out, "attempts")
    return summary(out)


def _counted(results: Iterable) -> Iterable[int]:
    """How many pages each part that arrives has; raises OcrError for one that cannot be done."""
    for part, counts in results:
        if isinstance(counts, processes.Died):
            raise OcrError(
                f"Every process that reads part {part} ends by {counts}: is there memory enough? "
                "Start the job again to go on with what is missing."
            )
        yield counts[0] + counts[1]


def summary(out) -> Summary:
    """Count the tables of a finished job, and make sure that every page is there exactly once.

    Raises OcrError where pages of the plan are missing, or any is there twice.
    """
    pages = table(out, "pages", ["page", "frame"])
    first = pages.filter(_is_one(pages["frame"]))["page"].to_pylist()
    errors = table(out, "errors", ["page"])["page"].to_pylist()
    planned = table(out, plan.PLAN, ["page"])["page"].to_pylist()
    if sorted(first + errors) != sorted(planned):
        found = set(first + errors)
        where, missing = storage.shown(out), len(set(planned) - found)
        raise OcrError(
            f"{where} has {missing} pages of {len(planned)} not yet, and "
            f"{len(first + errors) - len(found)} twice: start the job again."
        )
    return Summary(len(first), len(errors), table(out, "words", []).num_rows)


def _is_one(column):
    import pyarrow.compute as pc

    return pc.equal(column, 1)


def table(out, name: str, columns: list[str] | None = None):
    """A table of a job, all its parts together: "words", "errors" or "pages" (pyarrow.Table)."""
    from pyarrow import dataset

    filesystem, path = storage.open_place(out)
    files = [name] if name == plan.PLAN else [f"{name}/{f}" for f in storage.list_files(out, name)]
    if not files:
        raise OcrError(f"{storage.shown(out)} holds no table {name!r}: run the job first.")
    paths = [f"{path}/{file}" for file in files]
    return dataset.dataset(paths, filesystem=filesystem, format="parquet").to_table(columns)
