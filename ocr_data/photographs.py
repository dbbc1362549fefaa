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
    A word's box is the rectangle along it around all its letters (notebooks 00 to 03 and 08).

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


def _corners(characters) -> np.ndarray:
    """The rectangle along the word around all its characters' outlines, clockwise from top left."""
    outlines = np.array(characters, float)  # (characters, 4, 2)
    middles = outlines.mean(axis=1)
    along = middles[-1] - middles[0] if len(middles) > 1 else outlines[0, 1] - outlines[0, 0]
    along /= np.linalg.norm(along)
    axes = np.array([along, [-along[1], along[0]]])  # to the right and down, as the text runs
    places = outlines.reshape(-1, 2) @ axes.T
    (left, top), (right, bottom) = places.min(axis=0), places.max(axis=0)
    return np.array([(left, top), (right, top), (right, bottom), (left, bottom)]) @ axes
