"""The course's photographs of Larkhaven: rendered by `ocr_render`, with the truth of every word."""

import functools
import json

import numpy as np

from ocr_utils.errors import OcrError
from ocr_utils.images import load_image
from ocr_utils.paths import PHOTOGRAPHS
from ocr_utils.words import Word


def load_photograph(name: str) -> tuple[np.ndarray, list[Word]]:
    """A photograph and its true words: image (H, W, 3) uint8 RGB, words in the order of reading.

    name: one of `photograph_names()`. Words that nobody could read in it are left out.
    A word's box has the corners of its first and last character (notebooks 00 to 03 and 08).

    >>> image, words = load_photograph("receipt")
    >>> image.shape[2], words[0].text
    (3, 'MARLOW')
    """
    page = _pages().get(name)
    if page is None:
        raise OcrError(f"There is no photograph {name!r}: choose {', '.join(photograph_names())}.")
    words = [
        Word(word["text"], None, _corners(word["characters"]))
        for word in page["words"]
        if word["legible"] and not word["ignore"]
    ]
    return load_image(PHOTOGRAPHS / page["image"]), words


def photograph_names() -> list[str]:
    """The names of all photographs, such as "receipt".

    >>> "street_plate" in photograph_names()
    True
    """
    return sorted(_pages())


@functools.cache
def _pages() -> dict[str, dict]:
    path = PHOTOGRAPHS / "pages.json"
    try:
        pages = json.loads(path.read_text(encoding="utf-8"))["pages"]
    except (FileNotFoundError, ValueError, KeyError):
        raise OcrError(f"{path} is missing or damaged: restore it with git checkout.") from None
    return {page["image"].removesuffix(".jpg"): page for page in pages}


def _corners(characters) -> list:
    """Top left, top right, bottom right, bottom left of a word, from its characters' outlines."""
    first, last = characters[0], characters[-1]
    return [first[0], last[1], last[2], first[3]]
