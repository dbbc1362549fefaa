"""`Word`: the one record that travels from every engine to every plot and every score."""

from dataclasses import dataclass

import numpy as np

Point = tuple[float, float]


@dataclass(frozen=True)
class Word:
    """A piece of text that an engine found in an image (notebook 00).

    text: what was read; "" for a word that was detected but not read.
    confidence: 0..1, or None where the engine gives none.
    box: four (x, y) points in pixels, clockwise from the text's own top left corner.

    >>> word = Word("Lube", 0.98, [(10, 5), (84, 5), (84, 37), (10, 37)])
    >>> word.bounds
    (10.0, 5.0, 84.0, 37.0)
    """

    text: str
    confidence: float | None
    box: tuple[Point, Point, Point, Point]

    def __post_init__(self):
        points = np.asarray(self.box, dtype=float)
        if points.shape != (4, 2):
            raise ValueError(f"a Word's box is four (x, y) points, got shape {points.shape}")
        object.__setattr__(self, "box", tuple((float(x), float(y)) for x, y in points))

    @classmethod
    def from_bounds(cls, text, confidence, left, top, right, bottom) -> "Word":
        """A word whose box is an upright rectangle.

        >>> Word.from_bounds("a", None, 0, 0, 4, 2).box
        ((0.0, 0.0), (4.0, 0.0), (4.0, 2.0), (0.0, 2.0))
        """
        return cls(text, confidence, [(left, top), (right, top), (right, bottom), (left, bottom)])

    @property
    def polygon(self) -> np.ndarray:
        """The box as an array, shape (4, 2), float32."""
        return np.array(self.box, dtype=np.float32)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """The smallest upright rectangle around the box: (left, top, right, bottom)."""
        (left, top), (right, bottom) = self.polygon.min(axis=0), self.polygon.max(axis=0)
        return float(left), float(top), float(right), float(bottom)


def group_lines(words: list[Word]) -> list[list[Word]]:
    """Words -> text lines, top to bottom, each from left to right.

    A word joins the line whose last word it overlaps vertically by at least half of the lower height.

    >>> a, b = Word.from_bounds("a", None, 0, 0, 9, 9), Word.from_bounds("b", None, 12, 1, 20, 10)
    >>> c = Word.from_bounds("c", None, 0, 20, 9, 29)
    >>> [[word.text for word in line] for line in group_lines([c, b, a])]
    [['a', 'b'], ['c']]
    """
    lines: list[list[Word]] = []
    for word in sorted(words, key=lambda word: word.bounds[0]):
        matches = [line for line in lines if _vertical_overlap(line[-1], word) >= 0.5]
        if matches:
            max(matches, key=lambda line: _vertical_overlap(line[-1], word)).append(word)
        else:
            lines.append([word])
    return sorted(lines, key=lambda line: min(word.bounds[1] for word in line))


def _vertical_overlap(a: Word, b: Word) -> float:
    """Shared height over the smaller of the two heights, 0..1."""
    (_, top_a, _, bottom_a), (_, top_b, _, bottom_b) = a.bounds, b.bounds
    shared = min(bottom_a, bottom_b) - max(top_a, top_b)
    return max(0.0, shared) / max(1e-6, min(bottom_a - top_a, bottom_b - top_b))


def reading_order(words: list[Word]) -> list[Word]:
    """The same words in the order a person would read them.

    >>> b, a = Word.from_bounds("b", None, 12, 0, 20, 9), Word.from_bounds("a", None, 0, 0, 9, 9)
    >>> [word.text for word in reading_order([b, a])]
    ['a', 'b']
    """
    return [word for line in group_lines(words) for word in line]


def to_text(words: list[Word]) -> str:
    """The words as text: a space between words, a new line between lines.

    >>> to_text([Word.from_bounds("OCR", None, 12, 0, 20, 9), Word.from_bounds("Hi", None, 0, 0, 9, 9)])
    'Hi OCR'
    """
    return "\n".join(" ".join(word.text for word in line) for line in group_lines(words))
