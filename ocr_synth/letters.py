"""The letters of a word, before any color: masks of fonts, plain and as signs set them.

A mask is (H, W) float32, 0..1; a box is (left, top, right, bottom) in its pixels.
"""

import functools

import cv2
import numpy as np
from PIL import Image, ImageDraw

from ocr_synth.fonts import load_font

PAD = 26  # room around the text for geometry, in pixels
SIZES = (24, 27, 30, 33, 36, 40, 48, 60)  # of fonts, in pixels


def draw_word(text: str, fonts, rng):
    """A word in one of the fonts: (mask, tiles, box), or None if the font draws nothing for it.

    tiles: (H, W), what lies right under each letter, mostly nothing.

    >>> from ocr_synth.fonts import course_fonts
    >>> mask, tiles, box = draw_word("OCR", course_fonts(), np.random.default_rng(0))
    >>> mask.shape == tiles.shape, bool(mask.max() > 0.9)
    (True, True)
    """
    size, path = int(rng.choice(SIZES)), fonts[rng.integers(len(fonts))]
    mask, tiles = _set_letters(text, path, size, rng)
    if max(mask.shape) > 1300:
        return None  # this font draws far too much
    mask = _thicken(mask, rng)
    if rng.random() < 0.03:
        mask = _dotted(mask, size, rng)
    box = ink_box(np.maximum(mask, tiles))
    return None if box is None else (mask, tiles, box)


def ink_box(mask):
    """The smallest box with all the ink in it, None for hardly any."""
    rows, columns = np.flatnonzero(mask.max(axis=1) > 0.3), np.flatnonzero(mask.max(axis=0) > 0.3)
    if len(rows) < 3 or len(columns) < 2:
        return None
    return columns[0], rows[0], columns[-1] + 1, rows[-1] + 1


def _set_letters(text: str, path, size: int, rng):
    """The line of letters: together, spaced, with a large initial, dancing or on tiles."""
    kind = rng.random()
    if kind < 0.55:
        return _line(text, path, size, 0.0)
    if kind < 0.82:
        widest = 0.9 if rng.random() < 0.2 else 0.3
        return _line(text, path, size, rng.uniform(-0.04, widest) * size)
    if kind < 0.91:
        return _with_initial(text, path, size, rng)
    if kind < 0.965:
        return _dancing(text, path, size, rng)
    return _on_tiles(text, path, size, rng)


def _line(text: str, path, size: int, spacing: float):
    font = load_font(path, size)
    if not spacing:
        ink, _ = font.getmask2(text, "L")
        mask = np.frombuffer(bytes(ink), np.uint8).reshape(ink.size[::-1])
        mask = np.pad(mask, PAD).astype(np.float32) / 255
        return mask, np.zeros_like(mask)
    above, below = font.getmetrics()
    width = int(font.getlength(text) + max(0, spacing) * len(text)) + 2 * PAD
    canvas = Image.new("L", (width, above + below + 2 * PAD))
    draw, x = ImageDraw.Draw(canvas), float(PAD)
    for piece in text:
        draw.text((x, PAD), piece, font=font, fill=255, anchor="la")
        x += font.getlength(piece) + spacing
    return _mask(canvas)


def _with_initial(text: str, path, size: int, rng):
    """A larger first letter, on the line of the others, hanging below it or centered on it."""
    large = load_font(path, int(size * rng.uniform(1.2, 1.7)))
    rest, first, others = load_font(path, size), text[0], text[1:]
    drop = rng.choice([0.0, 0.0, 0.5, 1.0])
    height = sum(large.getmetrics()) + 2 * PAD
    canvas = Image.new(
        "L", (int(large.getlength(first) + rest.getlength(others)) + 3 * PAD, height)
    )
    draw, base = ImageDraw.Draw(canvas), PAD + large.getmetrics()[0]
    draw.text((PAD, base), first, font=large, fill=255, anchor="ls")
    caps = [-font.getbbox("H", anchor="ls")[1] for font in (large, rest)]
    x = PAD + large.getlength(first) + rng.uniform(-0.05, 0.1) * size
    draw.text((x, base - drop * (caps[0] - caps[1])), others, font=rest, fill=255, anchor="ls")
    return _mask(canvas)


def _dancing(text: str, path, size: int, rng):
    """Every letter moved up or down, turned, and larger or smaller."""
    jump, turn, grow = rng.uniform(0, 0.2), rng.uniform(0, 14), rng.uniform(0, 0.2)
    letters = [
        _letter(char, path, int(size * (1 + rng.uniform(-grow, grow))), rng.uniform(-turn, turn))
        for char in text
    ]
    shifts = (rng.uniform(-jump, jump, len(text)) * size).astype(int)
    gap = int(rng.uniform(-0.02, 0.15) * size)
    width = sum(letter.width + gap for letter in letters) + 2 * PAD
    height = max(letter.height for letter in letters) + 2 * PAD
    canvas, x = Image.new("L", (max(1, width), height)), PAD
    for letter, shift in zip(letters, shifts, strict=True):
        canvas.paste(255, (x, PAD + int(shift)), letter)
        x += letter.width + gap
    return _mask(canvas)


def _letter(char: str, path, size: int, turn: float) -> Image.Image:
    """One letter, turned about its middle: as wide as it advances, as high as the font."""
    font = load_font(path, size)
    above, below = font.getmetrics()
    width = max(2, round(font.getlength(char)))
    image = Image.new("L", (width, above + below))
    ImageDraw.Draw(image).text((0, above), char, font=font, fill=255, anchor="ls")
    return image.rotate(turn, Image.Resampling.BILINEAR, expand=abs(turn) > 4)


def _on_tiles(text: str, path, size: int, rng):
    """Each letter in the middle of a square or a disc of its own."""
    font, side = load_font(path, size), int(size * rng.uniform(1.1, 1.5))
    step = side + int(rng.uniform(0, 0.25) * size)
    shape = (step * len(text) + 2 * PAD, side + 2 * PAD)
    canvas, ground = Image.new("L", shape), Image.new("L", shape)
    letters, tiles = ImageDraw.Draw(canvas), ImageDraw.Draw(ground)
    draw_tile = tiles.ellipse if rng.random() < 0.3 else tiles.rectangle
    base = PAD + (side - font.getbbox("H", anchor="ls")[1]) / 2
    for i, char in enumerate(text):
        x = PAD + i * step
        draw_tile((x, PAD, x + side - 1, PAD + side - 1), fill=255)
        letters.text((x + side / 2, base), char, font=font, fill=255, anchor="ms")
    return _mask(canvas)[0], _mask(ground)[0]


def _mask(canvas: Image.Image):
    mask = np.asarray(canvas, np.float32) / 255.0
    return mask, np.zeros_like(mask)


def _thicken(mask, rng):
    """Bolder, finer or hollow letters."""
    kind = rng.random()
    if kind < 0.10:
        return cv2.dilate(mask, np.ones((2, 2), np.uint8))
    if kind < 0.18:
        return cv2.dilate(mask, np.ones((3, 3), np.uint8))
    if kind < 0.20:
        return cv2.erode(mask, np.ones((2, 2), np.uint8))
    if kind < 0.23:
        return cv2.dilate(mask, np.ones((5, 5), np.uint8)) - mask
    return mask


def _dotted(mask, size: int, rng):
    """Letters made of lamps: one where the letter covers most of a cell of a grid."""
    period = max(3, int(size * rng.uniform(0.07, 0.11)))
    rows, columns = mask.shape[0] // period, mask.shape[1] // period
    cells = cv2.resize(mask, (columns, rows), interpolation=cv2.INTER_AREA)
    lit = (cells > 0.3).astype(np.float32)
    pattern = np.tile(_lamp(period), (rows, columns))
    dots = np.zeros_like(mask)
    dots[: rows * period, : columns * period] = pattern * np.kron(lit, np.ones((period, period)))
    return dots


@functools.lru_cache(maxsize=32)
def _lamp(period: int):
    """A disc in a square cell, (period, period)."""
    y, x = np.mgrid[:period, :period] - (period - 1) / 2
    return np.clip(0.45 * period + 0.5 - np.hypot(x, y), 0, 1).astype(np.float32)
