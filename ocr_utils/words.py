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
