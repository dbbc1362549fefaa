"""What both sides of the comparison share."""

import time
from pathlib import Path

from ocr_data import datasets

BATCH_SIZE = 128  # the tutorial's


class StopAfter:
    """Counts the batches of a training and ends it after so many seconds.

    The clock starts after the third batch: the first ones also compile.
    """

    def __init__(self, seconds: float, batch_size: int = BATCH_SIZE):
        self.seconds, self.batch_size, self.batches = seconds, batch_size, -3

    def tick(self, model) -> None:
        """To be called after every batch."""
        self.batches += 1
        if self.batches <= 0:
            self.start = time.perf_counter()
        self.elapsed = time.perf_counter() - self.start
        model.stop_training = self.elapsed > self.seconds

    def rate(self) -> float:
        """Images a second."""
        return self.batches * self.batch_size / self.elapsed


def timed(function) -> float:
    """Seconds that a call takes."""
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def mj_folder(split: str) -> Path:
    """The LMDB that both sides read: always the rendered words of the set-up."""
    return datasets.find_mj(split)[0]
