"""Checks of notebook 10, From a photograph to millions."""

import heapq
import random

from ocr_lessons.checks.exercise import Exercise

# --- parts ------------------------------------------------------------------------------------


def _parts(pages, size, last=True, step=0):
    starts = range(0, len(pages) if last else len(pages) - size + 1, step or size)
    return [pages[start : start + size] for start in starts]


def _cards(pages, players):
    return [pages[player::players] for player in range(players)]


def _part_cases():
    pages = [f"ticket-{number:03}.png" for number in range(random.randint(40, 60))]
    return [(pages[:7], 3), (pages[:6], 3), (pages[:2], 5), ([], 4), (pages, 9)]


exercise_1 = Exercise(
    "parts_of",
    _parts,
    _part_cases,
    {
        "The last part may be shorter, but it has to be there: its pages are lost.": (
            lambda pages, size: _parts(pages, size, last=False)
        ),
        "The parts overlap: the next one begins `size` pages further on.": (
            lambda pages, size: _parts(pages, size, step=1)
        ),
        "Those are `size` parts. Wanted are parts of `size` pages.": lambda pages, size: _parts(
            pages, max(1, -(-len(pages) // size))
        ),
        "Neighbors belong into the same part; you deal the pages out like cards.": (
            lambda pages, size: _cards(pages, -(-len(pages) // size))
        ),
        "Return the parts themselves, not how many there are.": lambda pages, size: len(
            _parts(pages, size)
        ),
        "Return the pages of each part, not the number where it begins.": lambda pages, size: list(
            range(0, len(pages), size)
        ),
    },
    hints=(
        "range(0, len(pages), size) gives the number of the first page of each part.",
        "[pages[start : start + size] for start in range(0, len(pages), size)]",
    ),
    show=lambda pages, size: f"{len(pages)} pages, {size}",
)

# --- what is missing --------------------------------------------------------------------------


def _number(name):
    return int(name.split(".parquet")[0][-8:])


def _missing(total, names, hidden=False):
    done = {_number(name) for name in names if hidden or not name.startswith(".")}
    return [part for part in range(total) if part not in done]


def _missing_cases():
    def names(*parts):
        found = [f"part-{part:08}.parquet" for part in parts]
        random.shuffle(found)
        return found

    cut = f".part-{random.randint(1, 3):08}.parquet.x7"
    return [
        (5, [*names(0, 4), cut]),
        (4, names(3, 1)),
        (3, names(2, 0, 1)),
        (2, []),
        (12, [*names(11, 10, 0, 5), ".part-00000006.parquet.k2"]),
    ]


exercise_2 = Exercise(
    "missing",
    _missing,
    _missing_cases,
    {
        "A name that begins with a dot is a part that was never finished: do it again.": (
            lambda total, names: _missing(total, names, hidden=True)
        ),
        "Do not count the files: after a stop any of the parts may be missing.": (
            lambda total, names: list(range(sum(not n.startswith(".") for n in names), total))
        ),
        "Those are the parts that are done. Return the others.": lambda total, names: sorted(
            set(range(total)) - set(_missing(total, names))
        ),
        "Parts are counted from 0, so the last one is total - 1.": lambda total, names: [
            part for part in _missing(total + 1, names) if part > 0
        ],
        "Return the numbers, not the names.": lambda total, names: [
            f"part-{part:08}.parquet" for part in _missing(total, names)
        ],
        "Return which parts are missing, not how many.": lambda total, names: len(
            _missing(total, names)
        ),
    },
    hints=(
        'The name of a part is f"part-{number:08}.parquet". Is it among the names?',
        '[n for n in range(total) if f"part-{n:08}.parquet" not in names]',
    ),
)

# --- when the last one has finished -----------------------------------------------------------


def _finish(seconds, workers, which=max):
    free = [0.0] * workers
    for one in seconds:
        heapq.heapreplace(free, free[0] + one)
    return which(free)


def _dealt(seconds, workers):
    return float(max(sum(seconds[n::workers]) for n in range(workers)))


def _finish_cases():
    straggler = random.randint(30, 50)
    return [
        ([2, 2, 2, 2], 2),
        ([5, 1, 1, 1, 1, 1], 2),
        ([1, 1, 1, 1, straggler], 2),
        ([3, 3], 4),
        ([4, 3, 2, 6, 5, 1, 7], 3),
    ]


exercise_3 = Exercise(
    "finish_time",
    _finish,
    _finish_cases,
    {
        "Nobody can share a part: the sum divided by the workers is only the least it can be.": (
            lambda seconds, workers: sum(seconds) / workers
        ),
        "The parts are not dealt out beforehand: whoever is free first takes the next one.": _dealt,
        "That is the time of one worker alone.": lambda seconds, workers: float(sum(seconds)),
        "Keep the order of the parts: nobody knows beforehand which of them take long.": (
            lambda seconds, workers: _finish(sorted(seconds, reverse=True), workers)
        ),
        "That is the longest part alone; its worker may have done others before.": (
            lambda seconds, workers: float(max(seconds))
        ),
        "That is when the first worker has nothing to do any more. Wait for the last.": (
            lambda seconds, workers: _finish(seconds, workers, min)
        ),
    },
    hints=(
        "Keep a list with the time at which each worker is free, at first [0] * workers.",
        "free[free.index(min(free))] += one for each part; at the end max(free).",
    ),
)
