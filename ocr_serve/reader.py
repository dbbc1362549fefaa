"""The course's reader for many threads at once: few detect, all share the recognizer's batches."""

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from ocr_serve.batching import Batcher
from ocr_utils import end_to_end
from ocr_utils.words import Word

THREADS = 32  # requests that one worker has in hand; the others wait for a thread


class Reader:
    """`read` may be called by any number of threads.

    detector, recognizer: as of `end_to_end.read`, the course's own where not given.
    batch, wait, on_batch: as of `Batcher`. Detection of pages cannot be shared, since they differ
    in size: as many run at once as there are cores.
    """

    def __init__(self, detector=None, recognizer=None, batch=64, wait=0.02, **options):
        self.detector = detector or end_to_end.load_detector()
        recognizer = recognizer or end_to_end.load_recognizer()
        self.batcher = Batcher(recognizer.read, batch, wait, **options)
        self.turns = threading.Semaphore(os.cpu_count() or 1)
        self.threads = ThreadPoolExecutor(THREADS, thread_name_prefix="reader")

    def read(self, image, min_confidence=end_to_end.DOUBTFUL, until=float("inf")) -> list[Word]:
        """The words of an image, as `end_to_end.read` gives them.

        until: a time of `time.monotonic`; TimeoutError when the words are not there by then.

        >>> reader = Reader()
        >>> reader.read(np.full((40, 80), 255, np.uint8))
        []
        >>> reader.close()
        """
        turn = _Turn(self, until)
        return end_to_end.read(image, turn, turn, min_confidence)

    def close(self) -> None:
        """Finish what was begun."""
        self.threads.shutdown()
        self.batcher.close()


class _Turn:
    """Detector and recognizer of one request, which wait for others, but not for ever."""

    def __init__(self, reader: Reader, until: float):
        self.reader, self.until = reader, until

    def detect(self, images) -> list[np.ndarray]:
        if not self.reader.turns.acquire(timeout=time_left(self.until)):
            raise TimeoutError
        try:
            return self.reader.detector.detect(images)
        finally:
            self.reader.turns.release()

    def read(self, crops) -> list[Word]:
        future = self.reader.batcher.submit(crops)
        try:
            return future.result(time_left(self.until))
        except TimeoutError:
            future.cancel()
            raise


def time_left(until: float) -> float:
    """Seconds until then, at most a day; TimeoutError where it is past."""
    seconds = min(until - time.monotonic(), 86_400.0)
    if seconds <= 0:
        raise TimeoutError
    return seconds
