"""Word crops with known text: a plain renderer for lessons, a strong one for real photographs.

Both are functions of (seed, index) alone, so that any number of workers makes the same words.
"""

import string

import numpy as np
from PIL import Image, ImageDraw

from ocr_synth.fonts import course_fonts, load_font
from ocr_synth.text import lexicon

PLAIN_HEIGHT = 31  # as in MJSynth
GRAY_WEIGHTS = (0.299, 0.587, 0.114)  # of red, green and blue, as OpenCV makes them gray (BT.601)


def plain_sample(seed: int, index: int) -> tuple[np.ndarray, str]:
    """One easy word in the look of MJSynth: (image (31, W, 3) uint8, label) (notebooks 06 and 07).

    Half the labels are English words, half random letters and digits; five fonts, some rotation,
    any two colors far enough apart, a little noise.

    >>> image, label = plain_sample(0, 0)
    >>> image.shape[0], image.dtype, plain_sample(0, 0)[1] == label
    (31, dtype('uint8'), True)
    """
    rng = np.random.default_rng([seed, index])
    label = _plain_label(rng)
    font = load_font(course_fonts()[rng.integers(5)], 26)
    left, top, right, bottom = font.getbbox(label)
    mask = Image.new("L", (right - left + 12, bottom - top + 12))
    ImageDraw.Draw(mask).text((6 - left, 6 - top), label, font=font, fill=255)
    mask = mask.rotate(rng.uniform(-4, 4), Image.Resampling.BILINEAR, expand=True)
    width = max(8, round(mask.width * PLAIN_HEIGHT / mask.height))
    mask = np.asarray(mask.resize((width, PLAIN_HEIGHT), Image.Resampling.BILINEAR)) / 255.0
    ground, ink = _two_colors(rng)
    image = ground + mask[:, :, None] * (ink - ground)  # (31, W, 3)
    image += rng.normal(0, rng.uniform(0, 12), size=image.shape)
    return np.clip(image, 0, 255).astype(np.uint8), label


def _plain_label(rng) -> str:
    if rng.random() < 0.5:
        words = lexicon()
        while not 3 <= len(word := words[rng.integers(len(words))].replace("'", "")) <= 9:
            pass
        return [word, word.lower(), word.upper()][rng.integers(3)]
    characters = string.ascii_uppercase + string.digits
    return "".join(characters[i] for i in rng.integers(36, size=rng.integers(3, 9)))


def _two_colors(rng, contrast: float = 70.0) -> np.ndarray:
    """Ground and ink, shape (2, 3), 0..255, at least `contrast` apart once they are made gray."""
    while abs(np.diff((colors := rng.uniform(0, 255, size=(2, 3))) @ GRAY_WEIGHTS)[0]) < contrast:
        pass
    return colors
