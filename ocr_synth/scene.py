"""Word crops as photographs have them: the training data of the shipped recognizer (notebook 07).

A sample is a function of (seed, index) alone, so that any number of workers makes the same words.
The steps and their evidence: SynthTIGER (arXiv 2107.09313), MJSynth (arXiv 1406.2227).
"""

from pathlib import Path

import numpy as np

from ocr_synth.camera import photograph
from ocr_synth.fonts import course_fonts
from ocr_synth.letters import draw_word
from ocr_synth.styles import paint
from ocr_synth.text import random_text
from ocr_synth.warps import deform


def scene_sample(seed: int, index: int, fonts: tuple[Path, ...] | None = None):
    """One word as it looks in a photograph: (image (H, W, 3) uint8, text).

    fonts: the font files to choose from; those of matplotlib where not given. Letters
    (`letters.py`), the shape of their line and the crop (`warps.py`), colors and what sign makers
    do with them (`styles.py`, `colors.py`), the camera (`camera.py`).

    >>> image, text = scene_sample(0, 7)
    >>> image.ndim, image.shape[2], image.dtype, len(text) > 0
    (3, 3, dtype('uint8'), True)
    """
    rng = np.random.default_rng([seed, index])
    fonts = fonts or tuple(course_fonts())
    while (drawn := draw_word(text := random_text(rng), fonts, rng)) is None:
        pass
    mask, tiles, box = drawn
    layers = np.dstack([mask, tiles, neighbors(mask, box, fonts, rng)])
    layers = deform(layers, box, rng)
    mask, tiles, others = np.ascontiguousarray(np.moveaxis(layers, 2, 0))
    return photograph(paint(mask, tiles, others, rng), rng), text


def neighbors(mask, box, fonts, rng):
    """Pieces of other text at the edges of the crop: the lines above and below, words beside."""
    other = np.zeros_like(mask)
    if rng.random() > 0.34:
        return other
    sides = rng.choice(4, size=1 if rng.random() < 0.7 else 2, replace=False)
    for side in sides:
        if (drawn := draw_word(random_text(rng), fonts, rng)) is not None:
            piece, _, (x0, y0, x1, y1) = drawn
            _put(other, piece[y0:y1, x0:x1], box, side, rng)
    return other


def _put(canvas, piece, box, side: int, rng) -> None:
    """Paste a word below, above, right or left of a box, a little apart from it."""
    left, top, right, bottom = box
    gap, shift = int(rng.integers(2, 12)), int(rng.uniform(-0.5, 0.5) * piece.shape[1])
    x, y = [
        (left + shift, bottom + gap),
        (left + shift, top - gap - piece.shape[0]),
        (right + 3 + gap, top),
        (left - 3 - gap - piece.shape[1], top),
    ][side]
    x0, y0 = max(0, x), max(0, y)
    x1, y1 = min(canvas.shape[1], x + piece.shape[1]), min(canvas.shape[0], y + piece.shape[0])
    if x1 > x0 and y1 > y0:
        canvas[y0:y1, x0:x1] = piece[y0 - y : y1 - y, x0 - x : x1 - x]
