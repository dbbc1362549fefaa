"""Checks of notebook 09."""

import random

from ocr_lessons.checks.exercise import Exercise

# --- from pixels to points --------------------------------------------------------------------


def _to_points(box, height, dpi, scale=lambda dpi: 72 / dpi, flip=True, foot=3):
    left, right = box[0], box[2]
    y = height - box[foot] if flip else box[foot]
    return tuple(value * scale(dpi) for value in (left, y, right - left, box[3] - box[1]))


def _points_cases():
    left, top = random.randint(10, 90), random.randint(10, 90)
    return [
        ((left, top, left + 150, top + 30), 1000, 150),
        ((0, 0, 144, 72), 72, 72),
        ((30, 40, 90, 70), 400, 300),
    ]


exercise_1 = Exercise(
    "to_points",
    _to_points,
    _points_cases,
    {
        "y grows upward in a PDF: count it from the picture's lower edge, height - bottom.": (
            lambda box, height, dpi: _to_points(box, height, dpi, flip=False)
        ),
        "That is the word's upper left corner; the lower one is at height - bottom.": (
            lambda box, height, dpi: _to_points(box, height, dpi, foot=1)
        ),
        "A pixel is 72 / dpi points, not dpi / 72.": (
            lambda box, height, dpi: _to_points(box, height, dpi, lambda dpi: dpi / 72)
        ),
        "These are inches; a point is a 72nd of one: multiply by 72.": (
            lambda box, height, dpi: _to_points(box, height, dpi, lambda dpi: 1 / dpi)
        ),
        "These are pixels still: multiply each by 72 / dpi.": (
            lambda box, height, dpi: _to_points(box, height, dpi, lambda dpi: 1)
        ),
        "The last two are width and height of the word, not its other corner.": (
            lambda box, height, dpi: (
                *_to_points(box, height, dpi)[:2],
                box[2] * 72 / dpi,
                (height - box[1]) * 72 / dpi,
            )
        ),
    },
    hints=(
        "Every number is multiplied by the same factor; only y is counted from the other side.",
        "left * 72 / dpi, (height - bottom) * 72 / dpi, (right - left) * 72 / dpi, and so on.",
    ),
)

# --- batches ----------------------------------------------------------------------------------


def _make_batches(sizes, most, full=lambda count, size, most: count + size > most):
    batches = []
    for size in sizes:
        if batches and not full(sum(batches[-1]), size, most):
            batches[-1].append(size)
        else:
            batches.append([size])
    return batches


def _first_fit(sizes, most):
    batches = []
    for size in sizes:
        room = [batch for batch in batches if sum(batch) + size <= most]
        (room[0] if room else batches.append([]) or batches[-1]).append(size)
    return batches


def _divided(sizes, most):
    """Requests are cut where a batch is full."""
    batches = [[]]
    for size in sizes:
        while size:
            part = min(size, most - sum(batches[-1])) or min(size, most)
            if sum(batches[-1]) == most:
                batches.append([])
            batches[-1].append(part)
            size -= part
    return batches


def _batch_cases():
    n = random.randint(3, 5)
    return [
        ([n, 4, 2, 8, 1, 7, 9], 12),
        ([5, 5, 5, 5], 10),
        ([3, 40, 2, 2], 10),
        ([1, 1, 1, 1, 1], 2),
        ([], 10),
    ]


exercise_2 = Exercise(
    "make_batches",
    _make_batches,
    _batch_cases,
    {
        "A batch may hold `most` crops, not one less: begin a new one above it.": (
            lambda sizes, most: _make_batches(sizes, most, lambda c, s, m: c + s >= m)
        ),
        "Look before you add: with this request the batch would hold more than `most`.": (
            lambda sizes, most: _make_batches(sizes, most, lambda c, s, m: c >= m)
        ),
        "`most` counts crops, not requests.": (
            lambda sizes, most: [sizes[i : i + most] for i in range(0, len(sizes), most)]
        ),
        "Keep the order: a small request may not overtake a large one to fill a batch.": _first_fit,
        "Never divide a request: it goes whole into one batch.": _divided,
        "A request larger than `most` is read all the same, in a batch of its own.": (
            lambda sizes, most: _make_batches([size for size in sizes if size <= most], most)
        ),
        "That is one by one: several requests may share a batch.": (
            lambda sizes, most: [[size] for size in sizes]
        ),
        "Return the batches as lists of sizes, not their sums.": (
            lambda sizes, most: [sum(batch) for batch in _make_batches(sizes, most)]
        ),
    },
    hints=(
        "Go through the sizes; put each into the last batch where it fits, else begin another.",
        "if batches and sum(batches[-1]) + size <= most: batches[-1].append(size)",
    ),
)

# --- the polite client ------------------------------------------------------------------------


class _Server:
    """A server that answers by its script, and shuts out whoever does not wait as long as told.

    script: (status, seconds) of each answer; seconds are those that the client has to wait then,
    and `Retry-After` on 429.
    """

    def __init__(self, *script):
        self.script, self.now, self.opens, self.slept = list(script), 0, 0, 0

    def __repr__(self):
        answers = [f"{status} after {wait} s" if wait else status for status, wait in self.script]
        return f"a server that answers {answers}"

    def send(self):
        if self.now < self.opens or not self.script:
            return 403, None, "you are shut out"
        status, wait = self.script.pop(0)
        self.opens = self.now + wait
        return status, wait if status == 429 else None, f"lemon after {self.now:g} s"

    def sleep(self, seconds):
        self.now += seconds


def _ask(server, tries, wait=lambda seconds: seconds, again=(429, 503), any_end=False):
    pause = 1
    for number in range(tries):
        status, retry_after, text = server.send()
        if status == 200 or (any_end and status not in again):
            return text
        if status not in again:
            return None
        if number < tries - 1:
            server.sleep(wait(retry_after if status == 429 else pause))
        pause *= 2 if status == 503 else 1
    return None


def _ask_cases():
    wait = random.randint(3, 9)
    return [
        (_Server((429, wait), (200, 0)), 3),
        (_Server((503, 1), (503, 2), (503, 4), (200, 0)), 5),
        (_Server((429, 5), (503, 1), (429, 2), (503, 2), (200, 0)), 5),
        (_Server((400, 0), (200, 0)), 3),
        (_Server((429, 1), (200, 0)), 2),
        (_Server((429, 1), (429, 1), (200, 0)), 2),
        (_Server((200, 0)), 1),
    ]


exercise_3 = Exercise(
    "ask",
    _ask,
    _ask_cases,
    {
        "Sleep before you ask again: who hammers at the door is shut out.": (
            lambda server, tries: _ask(server, tries, lambda seconds: 0)
        ),
        "On 429 the server says how long: sleep for retry_after, not for a second.": (
            lambda server, tries: _ask(server, tries, lambda seconds: 1)
        ),
        "You sleep longer than you were told to.": (
            lambda server, tries: _ask(server, tries, lambda seconds: seconds + 1)
        ),
        "A 503 deserves another try too.": (
            lambda server, tries: _ask(server, tries, again=(429,))
        ),
        "A 400 will be a 400 again: give up at once.": (
            lambda server, tries: _ask(server, tries, again=(429, 503, 400))
        ),
        "Only the text of a 200 is an answer; for every other end return None.": (
            lambda server, tries: _ask(server, tries, any_end=True)
        ),
        "You ask once more than `tries` times.": (lambda server, tries: _ask(server, tries + 1)),
        "You ask once less than `tries` times.": (lambda server, tries: _ask(server, tries - 1)),
    },
    hints=(
        "A loop of `tries` rounds: 200 returns the text, 429 and 503 sleep, all others end it.",
        "pause = 1 before the loop; on 503 server.sleep(pause), then pause = 2 * pause.",
    ),
    show=lambda server, tries: f"{server!r}, {tries}",
)
