"""Flat pages of few words: posters, and a program's window."""

from pathlib import Path

import numpy as np
from PIL import Image

from ocr_synth.fonts import load_font
from ocr_synth.page_style import contrasting
from ocr_synth.textures import random_color, scene


def poster(rng, style, canvas) -> None:
    """Few large lines, centered, each of its own size, color and font."""
    width, height = canvas.image.size
    paper = canvas.image.getpixel((0, 0))[:3]
    if rng.random() < 0.4:
        picture = scene(rng, int(height * rng.uniform(0.2, 0.5)), width)
        canvas.image.paste(Image.fromarray(picture), (0, 0))
        y = picture.shape[0]
    else:
        y = rng.uniform(0, height * 0.1)
    while y < height * 0.95:
        size = style.size(12, height / 5)
        y += size * rng.uniform(1.1, 1.6)
        if y > height - 4:
            break
        _display_line(rng, style, canvas, y, size, paper)


def _display_line(rng, style, canvas, y, size, paper) -> None:
    """A line of lettering with outline, shadow or spacing; smaller where it would not fit."""
    width = canvas.image.width
    words = [style.label() for _ in range(rng.integers(1, 5))]
    font = style.font(size)
    fits = min(1.0, width * 0.94 / max(1, font.getlength(" ".join(words))))
    font = load_font(Path(font.path), max(8, int(font.size * fits)))
    tracking = (
        int(font.size * rng.uniform(0.05, 0.4)) if rng.random() < 0.12 and not style.korean else 0
    )
    length = font.getlength(" ".join(words)) + tracking * sum(map(len, words))
    x = rng.choice([width * 0.03, (width - length) / 2])
    ink = contrasting(rng, paper, 60)
    effects = {}
    if rng.random() < 0.15:
        effects = {"shadow": tuple(int(v) for v in np.array(paper[:3]) * 0.4)}
    elif rng.random() < 0.15 and font.size > 24:
        effects = {"stroke": font.size // 24 + 1, "stroke_ink": contrasting(rng, ink, 80)}
    canvas.write_line(max(2, x), y, words, font, ink, right=width - 2, tracking=tracking, **effects)


def screen(rng, style, canvas) -> None:
    """A program's window: bars, buttons, lists, icons."""
    width, height = canvas.image.size
    size = style.size(10, 26)
    font, y = style.font(size), 0.0
    while y < height - size * 2:
        row = size * rng.uniform(1.6, 3.5)
        color = random_color(rng)
        ink = contrasting(rng, color, 80)
        if rng.random() < 0.5:
            canvas.draw.rectangle([0, y, width, y + row], fill=tuple(color.astype(int)))
        else:
            ink = canvas.ink
        x = rng.uniform(4, 60)
        while x < width - size * 4:
            if rng.random() < 0.3:
                side = row * 0.5
                shape = canvas.draw.ellipse if rng.random() < 0.5 else canvas.draw.rectangle
                shape(
                    [x, y + row * 0.25, x + side, y + row * 0.25 + side],
                    fill=contrasting(rng, color, 40),
                )
                x += side * 1.4
            words = [style.label() for _ in range(rng.integers(1, 5))]
            x = canvas.write_line(
                x, y + row * 0.65, words, font, ink, right=width - 4
            ) + rng.uniform(10, 120)
        y += row + rng.choice([0, 1, size])
