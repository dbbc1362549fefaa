"""Pictures of words that can be told apart, also after JPEG (notebook 06)."""

import numpy as np


def picture(word: str) -> np.ndarray:
    """Stripes of colors, other ones for every word; no color has as much red as blue."""
    rng = np.random.default_rng(list(word.encode()))
    colors = rng.integers(0, 120, (6, 3)) + [120, 0, 0]
    return np.repeat(np.repeat(colors[None], 31, axis=0), 14, axis=1).astype(np.uint8)


def owner(image, words) -> str:
    """Of which word a picture is; JPEG has changed it a little."""
    if image.shape != (31, 84, 3):
        return f"nothing, it has the shape {image.shape}"
    for name, seen in (("", image), (", red and blue exchanged", image[:, :, ::-1])):
        distances = {word: np.abs(seen.astype(int) - picture(word)).mean() for word in words}
        nearest = min(distances, key=distances.get)
        if distances[nearest] < 16:
            return nearest + name
    return "no word of these sets"
