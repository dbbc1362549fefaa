"""Checks of notebook 08."""

import os
import tempfile

import numpy as np
from PIL import Image

from ocr_utils.checks import check
from ocr_utils.words import Word

BOXES = np.array(
    [[(20, 30), (80, 30), (80, 60), (20, 60)], [(100, 30), (150, 40), (145, 66), (95, 56)]],
    np.float32,
)


class TwoBoxes:
    """A detector that finds the same two words in every image."""

    def detect(self, images):
        return [BOXES.copy() for _ in images]


class Spells:
    """A network that spells one word wherever it is shown a batch of the right shape."""

    def __init__(self, word: str, characters: str, steps: int = 25):
        path = np.zeros(steps, int)
        path[1 : 1 + 2 * len(word) : 2] = [characters.index(letter) + 1 for letter in word]
        self.logits = 9 * np.eye(len(characters) + 1, dtype=np.float32)[path]

    def predict_on_batch(self, images):
        images = np.asarray(images)
        if images.ndim != 4 or images.shape[1:] != (100, 32, 1):
            raise ValueError(f"the network takes (B, 100, 32, 1), it was given {images.shape}")
        if images.max() > 1:
            raise ValueError("the network takes 0..1, it was given larger numbers")
        return np.stack([self.logits] * len(images))


def exercise_1(detect_text) -> None:
    """The outlined image and the crops of the seed's project."""
    image = Image.new("RGB", (200, 100), "white")
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "page.png")
        image.save(path)
        answer = _answer_once(lambda: detect_text(path, TwoBoxes()))
        check(
            "the size of the image", lambda: _part(answer, lambda drawn, _: drawn.size), (200, 100)
        )
        check(
            "the color on an outline",
            lambda: _part(answer, lambda drawn, _: drawn.getpixel((50, 30))),
            (255, 0, 0),
        )
        check(
            "the sizes of the crops, 5 pixels wider on each side",
            lambda: _part(answer, lambda _, crops: [crop.size for crop in crops]),
            [(70, 40), (65, 46)],
        )
        check(
            "the color of the crops, which have no outline",
            lambda: _part(answer, lambda _, crops: {c for crop in crops for c in _colors(crop)}),
            {(255, 255, 255)},
        )


def _answer_once(run):
    """What a learner's function gives, or the error it raises, to be looked at several times."""
    try:
        return run()
    except Exception as error:
        return error


def _part(answer, look):
    if isinstance(answer, Exception):
        raise answer
    return look(*answer) if answer not in (None, ...) else None


def _colors(crop) -> list:
    return [color for _, color in crop.convert("RGB").getcolors()]


def exercise_2(recognize_img) -> None:
    """From a crop of any size to its text."""
    crop = Image.new("L", (173, 58), 255)
    for word, characters in (("OCR", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"), ("hello", "abcdefghijklmno")):
        check(
            f"a crop that shows {word}",
            lambda word=word, characters=characters: recognize_img(
                crop, Spells(word, characters), characters
            ),
            word,
        )


def exercise_3(merge) -> None:
    """Two engines, one answer."""
    a = [
        Word.from_bounds("Hel1o", 0.6, 0, 0, 50, 20),
        Word.from_bounds("world", 0.9, 60, 0, 110, 20),
    ]
    b = [
        Word.from_bounds("Hello", 0.8, 1, 0, 51, 20),
        Word.from_bounds("w0rld", 0.3, 60, 1, 110, 21),
        Word.from_bounds("again", 0.7, 0, 40, 50, 60),
    ]
    check(
        "two engines that find much the same",
        lambda: _texts(merge(a, b)),
        ["Hello", "again", "world"],
    )
    check("the other way round", lambda: _texts(merge(b, a)), ["Hello", "again", "world"])
    check("a second engine that finds nothing", lambda: _texts(merge(a, [])), ["Hel1o", "world"])


def _texts(words):
    return None if words in (None, ...) else sorted(word.text for word in words)
