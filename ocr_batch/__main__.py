"""Read a folder, bucket or Parquet file of pages: python -m ocr_batch IN OUT (notebook 10)."""

import argparse
import contextlib
import sys

from ocr_batch import job
from ocr_batch.plan import PART_SIZE
from ocr_utils.errors import OcrError

EPILOG = """IN and OUT may be addresses such as s3://bucket/pages?region=eu-west-1, with keys in
AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, as for other programs. A job that was stopped goes on
with what is missing. The exit status is 0 when every page has been dealt with; those that could
not be read are rows of OUT/errors."""


def main(arguments: list[str] | None = None) -> int:
    """Run a job; returns the exit status."""
    args = _parser().parse_args(arguments)
    try:
        with contextlib.redirect_stdout(sys.stderr):  # Ray tells there of workers that died
            done = job.run(
                args.source, args.out, args.processes, args.part_size, args.ray, _progress
            )
    except OcrError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{done.pages} pages read, {done.errors} not, {done.words} words: {args.out}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m ocr_batch",
        epilog=EPILOG,
        description="Read many pages with the course's own reader into Parquet tables.",
    )
    parser.add_argument("source", metavar="IN", help="folder or bucket of images, or Parquet file")
    parser.add_argument("out", metavar="OUT", help="where the tables go")
    parser.add_argument("--processes", type=_count, metavar="N", help="workers (one for each core)")
    parser.add_argument(
        "--part-size", type=_count, default=PART_SIZE, metavar="N", help=f"pages ({PART_SIZE})"
    )
    parser.add_argument(
        "--ray",
        nargs="?",
        const="local",
        metavar="ADDRESS",
        help="workers of the Ray cluster at this address; without one, of a new one here",
    )
    return parser


def _count(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of 1 or more")
    return int(text)


def _progress(numbers):
    """A line on standard error that counts pages."""
    from tqdm import tqdm

    with tqdm(unit="page", file=sys.stderr) as bar:
        for number in numbers:
            bar.update(number)
            yield number


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("Stopped: the same command goes on with what is missing.")
