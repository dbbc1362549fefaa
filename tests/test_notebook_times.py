"""How long the notebooks of this run took; conftest.py puts this behind them."""

import pytest

from tools import lint
from tools.refresh import ROOT

GENEROUS = 3  # a slower or busier machine than the one whose seconds the header tells
KERNEL_START = 10


def test_each_notebook_kept_its_time(notebook_seconds):
    if not notebook_seconds:
        pytest.skip("no notebook ran")
    slow = [
        complaint
        for name, seconds in sorted(notebook_seconds.items())
        if (complaint := too_slow(name, seconds))
    ]
    assert not slow, "\n" + "\n".join(slow)


def too_slow(name: str, seconds: float) -> str:
    """One sentence, or nothing."""
    path = ROOT / name
    if seconds > lint.max_seconds(path):
        return f"{name} took {seconds:.0f} s, the limit is {lint.max_seconds(path)} s"
    if path.parent.name == "notebooks":
        _, announced = lint.read_header(lint.Page.read(path))
        if seconds > GENEROUS * announced + KERNEL_START:
            return f"{name} took {seconds:.0f} s, its header says {announced} s"
    return ""


def test_a_slow_notebook_is_noticed():
    assert "the limit is 150 s" in too_slow("notebooks/03_tesseract_cropping.ipynb", 151)
    assert "the limit is 240 s" in too_slow("notebooks/07_crnn_ctc_training.ipynb", 241)
    assert too_slow("notebooks/solutions/03_tesseract_cropping.ipynb", 20) == ""
