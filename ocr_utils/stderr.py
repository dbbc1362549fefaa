"""What libraries write below Python's own streams, dropped."""

import contextlib
import os
import threading

_lock = threading.RLock()  # two threads would put back each other's


@contextlib.contextmanager
def quiet_stderr():
    """Drop what libraries write to the process's stderr, below Python's own `sys.stderr`."""
    with _lock, open(os.devnull, "w") as devnull:
        try:
            saved = os.dup(2)
        except OSError:  # this process has none
            yield
            return
        os.dup2(devnull.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(saved, 2)
            os.close(saved)
