"""Dynamic batching: what several callers want at the same time goes through a network together.

Networks read many small images in one call faster than in many calls. A server sees one picture a
request, so it waits a moment for the crops of others (notebook 09).
"""

import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future


class Batcher:
    """Collects items of many threads for one function of a list.

    process: list of items -> list of as many results; called by one thread alone.
    most: a batch is full with so many items. wait: seconds that its first item waits for others.
    on_batch: told the number of items of each batch and of the callers that share it.

    >>> batcher = Batcher(lambda numbers: [number * number for number in numbers])
    >>> batcher.submit([2, 3]).result()
    [4, 9]
    >>> batcher.close()
    """

    def __init__(
        self,
        process: Callable[[list], list],
        most: int = 64,
        wait: float = 0.02,
        on_batch: Callable[[int, int], None] = lambda items, callers: None,
    ):
        self.process, self.most, self.wait, self.on_batch = process, most, wait, on_batch
        self.jobs: queue.Queue = queue.Queue()
        self.thread = threading.Thread(target=self._run, name="batcher", daemon=True)
        self.thread.start()

    def submit(self, items: list) -> Future:
        """A future of the results for `items`; cancel it, and they are left out of the batch."""
        future: Future = Future()
        self.jobs.put((items, future, time.monotonic() + self.wait))
        return future

    def close(self) -> None:
        """Process what was submitted, then end the thread."""
        self.jobs.put(None)
        self.thread.join()

    def _run(self) -> None:
        while (job := self.jobs.get()) is not None:
            batch, last = self._collect(job)
            self._process([(items, f) for items, f, _ in batch if f.set_running_or_notify_cancel()])
            if last:
                return

    def _collect(self, first) -> tuple[list, bool]:
        """The jobs that share a batch with the first, and whether the end was met."""
        batch, count = [first], len(first[0])
        while count < self.most:
            try:
                job = self.jobs.get(timeout=max(0.0, first[2] - time.monotonic()))
            except queue.Empty:
                break
            if job is None:
                return batch, True
            batch.append(job)
            count += len(job[0])
        return batch, False

    def _process(self, batch: list) -> None:
        """One call for all; if that fails, one for each, so that nobody suffers from another."""
        if not batch:
            return
        items = [item for own, _ in batch for item in own]
        self.on_batch(len(items), len(batch))
        try:
            results = self.process(items)
        except Exception as error:
            if len(batch) > 1:
                for job in batch:
                    self._process([job])
            else:
                batch[0][1].set_exception(error)
            return
        start = 0
        for own, future in batch:
            future.set_result(results[start : start + len(own)])
            start += len(own)
