"""Make the course's data: `python -m ocr_data.course_data` (seconds; does nothing twice).

Everything is rendered or prepared by the course's own code, deterministically, under
data/generated. Each data set appears there whole or not at all, and carries a stamp in
data/generated/recipes: it is made again when its code has changed or its files are damaged.
What the first lessons read comes first; `course.py lab` serves them while the rest is made, and
who loads what is not there yet waits for it (`ocr_data.datasets`).
"""

import hashlib
import multiprocessing
import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import chain
from pathlib import Path

from ocr_data.atomic import hidden_folder, is_being_made, new_file, new_folder, remove_abandoned
from ocr_data.downloads import sha256_of
from ocr_utils.errors import OcrError
from ocr_utils.paths import GENERATED, ROOT

WORD_SETS = {"MJ/MJ_train": (1, 20_000), "MJ/MJ_valid": (2, 1_000), "MJ/MJ_test": (3, 1_000)}
WORD_SOURCES = (
    "ocr_synth/words.py",
    "ocr_synth/text.py",
    "ocr_synth/fonts.py",
    "ocr_data/lmdb_words.py",
)
PAGE_SOURCES = tuple(
    f"ocr_synth/{name}.py"
    for name in (
        "pages page_canvas page_style page_documents page_displays page_views page_light "
        "text textures fonts"
    ).split()
)
CIFAR10_SOURCES = (
    "ocr_data/cifar10.py",
    "ocr_synth/objects.py",
    "ocr_synth/silhouettes.py",
    "ocr_synth/object_scenes.py",
)
CHUNK = 500  # words that a process renders at a time
BUILD = "build"  # data/generated/.build.* is there, and locked, while data sets are made


# The recipes -------------------------------------------------------------------------------------


def _build_pages(folder: Path) -> None:
    from ocr_synth.pages import build_pages

    with new_folder(folder / "pages") as temporary:
        build_pages(temporary)


def _build_mnist(folder: Path) -> None:
    from ocr_data.mnist import build_mnist

    (folder / "mnist.npz").unlink(missing_ok=True)
    build_mnist(folder)


def _build_cifar10(folder: Path, each=map) -> None:
    from ocr_data.cifar10 import build_cifar10

    shutil.rmtree(folder / "cifar-10-batches-py", ignore_errors=True)
    build_cifar10(folder, each=each)


OTHER_SETS: dict[str, tuple[Callable, tuple[str, ...]]] = {  # name -> how it is built, its code
    "pages": (_build_pages, PAGE_SOURCES),
    "mnist.npz": (_build_mnist, ("ocr_data/mnist.py",)),
    "cifar-10-batches-py": (_build_cifar10, CIFAR10_SOURCES),
}
SHARED = ("cifar-10-batches-py",)  # so long that all processes work at it


def render_words(seed: int, start: int, stop: int) -> list[tuple[bytes, str]]:
    """Words `start` to `stop` of a series as (JPEG file, label): what one process does at a time.

    >>> [(len(image) > 500, len(label) > 2) for image, label in render_words(0, 0, 2)]
    [(True, True), (True, True)]
    """
    from ocr_data.lmdb_words import encode_jpeg
    from ocr_synth.words import plain_sample

    samples = (plain_sample(seed, index) for index in range(start, stop))
    return [(encode_jpeg(image), label) for image, label in samples]


# Making them -------------------------------------------------------------------------------------


def build(folder=GENERATED) -> list[str]:
    """Make what is missing, outdated or damaged in `folder`, on all cores; returns their names.

    Where another process is at it, waits for that first. Raises OcrError, for instance where the
    disk is full; finished data sets stay.
    """
    folder = Path(folder)
    names = (*OTHER_SETS, *WORD_SETS)
    while is_being_made(folder / BUILD):
        time.sleep(0.2)
    for name in (BUILD, *names):
        remove_abandoned(folder / name)
    missing = [name for name in names if not is_current(folder, name)]
    if not missing:
        return []
    workers = min(os.cpu_count() or 1, 8)
    context = multiprocessing.get_context("spawn")
    with (
        hidden_folder(folder / BUILD),
        ProcessPoolExecutor(workers, context, initializer=_end_with_parent) as pool,
    ):
        try:
            _build_missing(folder, missing, pool)
        finally:
            pool.shutdown(cancel_futures=True)
    return missing


def _build_missing(folder: Path, missing: list[str], pool) -> None:
    alone = [name for name in missing if name in OTHER_SETS and name not in SHARED]
    for name, future in [(name, pool.submit(_build_other, folder, name)) for name in alone]:
        _report(folder, name, future.result())
    for name in (name for name in missing if name in WORD_SETS):
        start = time.perf_counter()
        _build_words(folder, name, pool)
        _report(folder, name, time.perf_counter() - start)
    for name in (name for name in missing if name in SHARED):
        _report(folder, name, _build_other(folder, name, each=pool.map))


def _build_words(folder: Path, name: str, pool) -> None:
    from ocr_data.lmdb_words import write_words

    _stamp_path(folder, name).unlink(missing_ok=True)
    seed, count = WORD_SETS[name]
    starts = range(0, count, CHUNK)
    stops = [min(start + CHUNK, count) for start in starts]
    chunks: Iterator = pool.map(render_words, [seed] * len(starts), starts, stops)
    write_words(folder / name, chain.from_iterable(chunks))
    _write_stamp(folder, name)


def _build_other(folder: Path, name: str, **options) -> float:
    """Returns its seconds."""
    start = time.perf_counter()
    _stamp_path(folder, name).unlink(missing_ok=True)
    OTHER_SETS[name][0](folder, **options)
    _write_stamp(folder, name)
    return time.perf_counter() - start


def _report(folder: Path, name: str, seconds: float) -> None:
    size = sum(path.stat().st_size for path in _files(folder / name)) / 1e6
    print(f"  {name:20} {size:6.1f} MB  {seconds:5.1f} s", flush=True)


def _end_with_parent() -> None:
    """End a process of the pool when the main one is killed; it would wait for work for ever."""

    def wait():
        multiprocessing.parent_process().join()
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


# Stamps ------------------------------------------------------------------------------------------


def is_current(folder, name: str) -> bool:
    """Whether a data set is there, complete, and made by today's code."""
    folder = Path(folder)
    stamp = _stamp_path(folder, name)
    try:
        return (folder / name).exists() and stamp.read_bytes() == _stamp(folder, name).encode()
    except FileNotFoundError:
        return False


def _stamp(folder: Path, name: str) -> str:
    """Fingerprints of the recipe and of every file: one line that changes with either."""
    sources = OTHER_SETS[name][1] if name in OTHER_SETS else WORD_SOURCES
    recipe = hashlib.sha256(repr(WORD_SETS.get(name)).encode())
    for source in (*sources, "ocr_data/course_data.py"):
        recipe.update((ROOT / source).read_bytes())
    files = hashlib.sha256()
    for path in sorted(_files(folder / name)):
        files.update(f"{path.name} {sha256_of(path)} ".encode())
    return f"{name} recipe {recipe.hexdigest()[:16]} files {files.hexdigest()[:16]}\n"


def _write_stamp(folder: Path, name: str) -> None:
    with new_file(_stamp_path(folder, name)) as temporary:
        temporary.write_bytes(_stamp(folder, name).encode())


def _stamp_path(folder: Path, name: str) -> Path:
    return folder / "recipes" / f"{Path(name).name}.txt"


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    return [part for part in path.rglob("*") if part.is_file() and part.name != "lock.mdb"]


def main() -> int:
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # what is half made goes then, too
    start = time.perf_counter()
    try:
        made = build()
    except (OcrError, OSError) as error:
        print(f"course data: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ncourse data: stopped; what was finished stays, run it again.", file=sys.stderr)
        return 130
    seconds = time.perf_counter() - start
    print(
        f"course data: {len(made)} data sets made in {seconds:.0f} s"
        if made
        else "course data: there, nothing to do"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
