"""Several processes that take tasks one by one, and may die (notebook 10).

Each worker holds one end of a pipe and the driver the other. When either dies, however it dies, the
system closes its end, and the other one notices at once: nobody waits for an answer that will
never come, and no worker goes on for a driver that is gone.
"""

import contextlib
import signal
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from multiprocessing import connection, get_context
from typing import NamedTuple


class Died(NamedTuple):
    """In the place of a result: the process that had the task died. code: its exit code."""

    code: int

    def __str__(self):
        return f"signal {-self.code}" if self.code < 0 else f"exit code {self.code}"


class Worker:
    """A process, its pipe, and the task it is at."""

    def __init__(self, function: Callable):
        context = get_context("spawn")  # a copy of a process with threads, as by fork, may hang
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=work, args=(theirs, function))
        self.process.start()
        theirs.close()  # the worker now holds the only one, which closes when it dies
        self.task = None

    def give(self, task) -> None:
        """Hand over a task; that the worker is dead is noticed when its answer is due."""
        self.task = task
        with contextlib.suppress(OSError):
            self.pipe.send(task)

    def answer(self):
        """The result, the exception that came instead, or `Died`; waits for it."""
        try:
            return self.pipe.recv()
        except (EOFError, OSError):
            self.process.join()
            return Died(self.process.exitcode)

    def stop(self) -> None:
        """Let go of a worker that waits for a task: it ends when the pipe is closed."""
        self.pipe.close()
        self.process.join()


def work(pipe, function: Callable) -> None:
    """What a worker does: take a task, answer it, take the next, until the driver is gone."""
    import cv2

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the driver's
    cv2.setNumThreads(1)  # the processes are many enough
    with contextlib.suppress(EOFError, OSError):
        while True:
            task = pipe.recv()
            try:
                answer = function(task)
            except Exception as error:  # it is raised where the answer arrives
                answer = error
            pipe.send(answer)


def run(
    function: Callable, tasks: Iterable, count: int, deaths: int = 5
) -> Iterator[tuple[object, object]]:
    """Yield (task, function(task)) as they come, from `count` processes.

    function: importable, or a partial of one. tasks: anything but None, taken as they are needed.
    A task whose process dies is given to another one; at the `deaths`-th time its result is `Died`.
    An exception of the function is raised here.

    >>> sorted(run(abs, [-3, 4], 2))
    [(-3, 3), (4, 4)]
    """
    new, again, died = iter(tasks), deque(), Counter()
    busy: dict[object, Worker] = {}  # by pipe

    def next_task():
        return again.popleft() if again else next(new, None)

    try:
        while True:
            while len(busy) < count and (task := next_task()) is not None:
                worker = Worker(function)
                worker.give(task)
                busy[worker.pipe] = worker
            if not busy:
                return
            for pipe in connection.wait(list(busy)):
                worker = busy.pop(pipe)
                task, answer = worker.task, worker.answer()
                if isinstance(answer, Died):
                    died[task] += 1
                    if died[task] < deaths:
                        again.append(task)
                        continue
                elif isinstance(answer, Exception) or (following := next_task()) is None:
                    worker.stop()
                else:
                    worker.give(following)
                    busy[pipe] = worker
                if isinstance(answer, Exception):
                    raise answer
                yield task, answer
    finally:
        for worker in busy.values():
            worker.process.terminate()
            worker.stop()
