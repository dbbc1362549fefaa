"""Word crops as photographs have them: the training data of the shipped recognizer (notebook 07).

A sample is a function of (seed, index) alone, so that any number of workers makes the same words.
The steps and their evidence: SynthTIGER (arXiv 2107.09313), MJSynth (arXiv 1406.2227).
"""

import functools
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw

from ocr_synth.fonts import course_fonts, load_font
from ocr_synth.text import random_text
from ocr_synth.words import GRAY_WEIGHTS

PAD = 28  # room around the text for geometry, in pixels


def scene_sample(seed: int, index: int, fonts: tuple[Path, ...] | None = None):
    """One word as it looks in a photograph: (image (H, W, 3) uint8, text).

    fonts: the font files to choose from; those of matplotlib where not given.

    >>> image, text = scene_sample(0, 7)
    >>> image.ndim, image.shape[2], image.dtype, len(text) > 0
    (3, 3, dtype('uint8'), True)
    """
    rng = np.random.default_rng([seed, index])
    fonts = fonts or tuple(course_fonts())
    for _ in range(8):
        text = random_text(rng)
        mask, box = _glyphs(text, fonts, rng)
        if mask is not None:
            break
    mask, neighbors = _deform(mask, _neighbors(mask, box, fonts, rng), box, rng)
    return _degrade(_paint(mask, neighbors, rng), rng), text


# ---- the letters: mask (H, W) float32 0..1 and the box (left, top, right, bottom) of the text


def _glyphs(text: str, fonts, rng):
    font = load_font(fonts[rng.integers(len(fonts))], int(rng.integers(24, 42)))
    left, top, right, bottom = font.getbbox(text)
    if right - left < 2 or bottom - top < 2 or right - left > 1200:
        return None, None  # this font draws nothing for this text, or far too much
    widest = 0.9 if rng.random() < 0.2 else 0.3
    spacing = rng.uniform(-0.04, widest) * font.size if rng.random() < 0.3 else 0.0
    width = int(right - left + max(0, spacing) * len(text)) + 2 * PAD
    canvas = Image.new("L", (width, bottom - top + 2 * PAD))
    draw, x = ImageDraw.Draw(canvas), float(PAD - left)
    for piece in text if spacing else [text]:
        draw.text((x, PAD - top), piece, font=font, fill=255)
        x += font.getlength(piece) + spacing
    mask = np.asarray(canvas, np.float32) / 255.0
    box = _ink_box(mask)
    return (None, None) if box is None else (_thicken(mask, rng), box)


def _ink_box(mask):
    rows, columns = np.flatnonzero(mask.max(axis=1) > 0.3), np.flatnonzero(mask.max(axis=0) > 0.3)
    if len(rows) < 3 or len(columns) < 2:
        return None
    return columns[0], rows[0], columns[-1] + 1, rows[-1] + 1


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


def _neighbors(mask, box, fonts, rng):
    """Pieces of other text at the edges of the crop, as a detector's box lets them in."""
    other = np.zeros_like(mask)
    if rng.random() > 0.3:
        return other
    left, top, right, bottom = box
    piece, piece_box = _glyphs(random_text(rng), fonts, rng)
    if piece is None:
        return other
    piece = piece[piece_box[1] : piece_box[3], piece_box[0] : piece_box[2]]
    gap = int(rng.integers(5, 14))
    side = rng.integers(4)
    y, x = [
        (bottom + gap // 2, left),
        (top - gap // 2 - piece.shape[0], left),
        (top, right + gap),
        (top, left - gap - piece.shape[1]),
    ][side]
    _blit(other, piece, int(x), int(y))
    return other


def _blit(canvas, piece, x: int, y: int) -> None:
    """Paste the part of the piece that lies inside the canvas."""
    x0, y0 = max(0, x), max(0, y)
    x1, y1 = min(canvas.shape[1], x + piece.shape[1]), min(canvas.shape[0], y + piece.shape[0])
    if x1 > x0 and y1 > y0:
        canvas[y0:y1, x0:x1] = piece[y0 - y : y1 - y, x0 - x : x1 - x]


# ---- geometry: one warp for the text and its neighbors, straight into the finished crop


def _deform(mask, neighbors, box, rng):
    both = np.dstack([mask, neighbors])
    if rng.random() < 0.45:
        both, box = _bend(both, box, rng)
    left, top, right, bottom = box
    corners = np.float32([[left, top], [right, top], [right, bottom], [left, bottom]])
    target = _random_quad(corners, rng)
    margins = _margins(np.ptp(target[:, 1]), rng)  # left, top, right, bottom
    target -= target.min(axis=0) - margins[:2]
    width, height = np.maximum(6, np.ceil(target.max(axis=0) + margins[2:])).astype(int)
    matrix = cv2.getPerspectiveTransform(corners, target.astype(np.float32))
    both = cv2.warpPerspective(both, matrix, (int(width), int(height)), flags=cv2.INTER_LINEAR)
    return both[:, :, 0], both[:, :, 1]


def _margins(height: float, rng):
    """Room around the word: mostly little, sometimes much, sometimes a little is cut off."""
    kind = rng.random()
    low, high = (0.0, 0.12) if kind < 0.55 else (0.0, 0.35) if kind < 0.85 else (-0.06, 0.04)
    return rng.uniform(low, high, size=4) * height


def _bend(both, box, rng):
    """Curved base lines, and a small elastic distortion."""
    height, width = both.shape[:2]
    x, y = _pixel_grid(height, width)
    shift = np.zeros((height, width), np.float32)
    text_height = box[3] - box[1]
    if rng.random() < 0.5:  # an arc over the whole word
        t = (x - box[0]) / max(1, box[2] - box[0]) * 2 - 1
        shift = shift + rng.uniform(-0.35, 0.35) * text_height * np.clip(1 - t * t, -0.3, 1)
    else:  # a wave
        shift = shift + rng.uniform(0, 0.07) * text_height * np.sin(
            x * rng.uniform(0.5, 2.5) / text_height * 2 + rng.uniform(0, 6.3)
        )
    bend_x = x
    if rng.random() < 0.5:
        cells = max(2, height // 16), max(2, width // 16)
        grid = rng.normal(0, 1, size=(2, *cells)).astype(np.float32)
        strength = rng.uniform(0, 0.03) * text_height
        dx, dy = (
            strength * cv2.resize(part, (width, height), interpolation=cv2.INTER_CUBIC)
            for part in grid
        )
        bend_x, shift = x + dx, shift + dy
    map_x, map_y = bend_x.astype(np.float32), (y + shift).astype(np.float32)
    both = cv2.remap(both, map_x, map_y, cv2.INTER_LINEAR)
    return both, _ink_box(both[:, :, 0]) or box


@functools.lru_cache(maxsize=64)
def _pixel_grid(height: int, width: int):
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    return x, y


def _random_quad(corners, rng):
    """The box's four corners after scaling, slant, rotation and perspective, shape (4, 2)."""
    width, height = corners[2] - corners[0]
    points = corners - corners.mean(axis=0)
    points = points * [rng.uniform(0.65, 1.35), 1.0]
    points[:, 0] += rng.normal(0, 0.12) * points[:, 1]  # slant
    kind = rng.random()
    if kind < 0.25:  # perspective: one end of the word smaller than the other
        factor = rng.uniform(0.6, 1.0)
        side = [0, 3] if rng.random() < 0.5 else [1, 2]
        points[side, 1] *= factor
    elif kind < 0.5:
        points += rng.normal(0, 0.06, size=(4, 2)) * height
    if rng.random() < 0.4:  # a sign seen from the side: its line rises, its letters stand upright
        points[:, 1] += rng.normal(0, 0.22) * points[:, 0]
    spread = rng.choice([3.0, 9.0, 16.0], p=[0.45, 0.3, 0.25])
    angle = np.deg2rad(np.clip(rng.normal(0, spread), -30, 30))
    rotation = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return points @ rotation


# ---- color: ground, ink, border, shadow


def _paint(mask, neighbors, rng):
    """Ground, then what lies under the letters, then the letters, then light: (H, W, 3) float32."""
    ground_color, ink_color = _two_colors(rng)
    contrast = _gray_distance(ground_color, ink_color)
    image = _texture(mask.shape, ground_color, rng, amount=rng.uniform(0.05, 0.4) * contrast)
    if rng.random() < 0.2:
        _add_clutter(image, rng, 0.3 * contrast)
    if rng.random() < 0.15:  # shadow
        shadow = _shift(mask, *rng.integers(-4, 5, size=2))
        if rng.random() < 0.5:
            shadow = cv2.GaussianBlur(shadow, (0, 0), rng.uniform(0.5, 2.5))
        _mix(image, shadow * rng.uniform(0.3, 0.8), _color_apart(ink_color, rng))
    if rng.random() < 0.07:  # raised letters: their sides, in another color
        _mix(image, _sides(mask, rng), _color_apart(ink_color, rng))
    if rng.random() < 0.12:  # border around the letters
        size = int(rng.integers(2, 4))
        wider = cv2.dilate(mask, np.ones((size * 2 - 1,) * 2, np.uint8))
        _mix(image, wider, _color_apart(ink_color, rng))
    ink = ink_color
    if rng.random() < 0.25:
        ink = _texture(mask.shape, ink_color, rng, amount=rng.uniform(0.05, 0.2) * contrast)
    _mix(image, np.maximum(mask, neighbors) * rng.uniform(0.85, 1.0), ink)
    if rng.random() < 0.15:
        _shade(image, rng)
    return image


def _sides(mask, rng):
    """Where letters as thick as some pixels reach, seen a little from the side."""
    step = rng.uniform(-1, 1, size=2)
    return np.max([_shift(mask, *(i * step)) for i in range(1, rng.integers(3, 8))], axis=0)


def _shift(mask, dx: float, dy: float):
    height, width = mask.shape
    return cv2.warpAffine(mask, np.float32([[1, 0, dx], [0, 1, dy]]), (width, height))


def _two_colors(rng):
    """Ground and ink (2, 3), 0..255: gray or colored, light on dark as often as dark on light."""
    contrast = rng.uniform(30, 90) if rng.random() < 0.25 else rng.uniform(80, 235)
    middle = rng.uniform(contrast / 2, 255 - contrast / 2)
    sign = 1 if rng.random() < 0.5 else -1
    levels = np.array([[middle + sign * contrast / 2], [middle - sign * contrast / 2]])
    spread = rng.choice([4, 25, 60])
    for _ in range(10):  # a tint can eat up the contrast
        colors = np.clip(levels + rng.normal(0, spread, size=(2, 3)), 0, 255)
        if _gray_distance(*colors) > 0.7 * contrast:
            return colors
    return np.clip(np.repeat(levels, 3, axis=1), 0, 255)


def _gray_distance(a, b) -> float:
    """How far two colors are apart for an eye, or a network, that sees no color."""
    return float(abs((a - b) @ GRAY_WEIGHTS))


def _color_apart(color, rng, least: float = 50.0):
    """Any color that the letters in this one stand out against."""
    while _gray_distance(other := rng.uniform(0, 255, size=3), color) < least:
        pass
    return other


def _texture(shape, color, rng, amount: float):
    """A surface (H, W, 3) float32 around one color: even, graded, blotchy, grainy or striped.

    amount: how far it may go from the color, in gray levels.
    """
    height, width = shape
    image = np.empty((height, width, 3), np.float32)
    image[:] = color
    kind = rng.random()
    if kind < 0.40:
        return image
    if kind < 0.60:  # gradient
        ramp = np.linspace(-1, 1, width, dtype=np.float32)[None, :] * rng.uniform(
            -1, 1
        ) + np.linspace(-1, 1, height, dtype=np.float32)[:, None] * rng.uniform(-1, 1)
        return image + amount * ramp[:, :, None]
    if kind < 0.84:  # blotches of some size
        cell = rng.integers(3, 40)
        small = rng.normal(0, 1, size=(height // cell + 2, width // cell + 2)).astype(np.float32)
        blotches = cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
        return image + amount * blotches[:, :, None]
    if kind < 0.92:  # stripes
        x, y = _pixel_grid(height, width)
        angle, period = rng.uniform(0, 3.14), rng.uniform(4, 40)
        stripes = np.sin((x * np.cos(angle) + y * np.sin(angle)) * 6.28 / period)
        stripes = np.sign(stripes) if rng.random() < 0.5 else stripes
        return image + 0.6 * amount * stripes[:, :, None]
    return image + rng.normal(0, amount * 0.6, size=(height, width, 1)).astype(np.float32)


def _add_clutter(image, rng, amount: float) -> None:
    """Lines and panels behind the word."""
    height, width = image.shape[:2]
    for _ in range(rng.integers(1, 4)):
        x0, x1 = (int(v) for v in rng.integers(0, width, size=2))
        y0, y1 = (int(v) for v in rng.integers(0, height, size=2))
        color = np.clip(image[y0, x0] + rng.normal(0, amount, size=3), 0, 255).tolist()
        if rng.random() < 0.6:
            cv2.line(image, (x0, y0), (x1, y1), color, int(rng.integers(1, 4)))
        else:
            cv2.rectangle(image, (x0, y0), (x1, y1), color, -1)


def _shade(image, rng) -> None:
    """A cast shadow or a highlight across everything."""
    height, width = image.shape[:2]
    x, y = _pixel_grid(height, width)
    angle = rng.uniform(0, 6.28)
    left, top = rng.uniform(0, width), rng.uniform(0, height)
    side = (x - left) * np.cos(angle) + (y - top) * np.sin(angle)
    edge = 1 / (1 + np.exp(-np.clip(side / rng.uniform(0.5, 12), -30, 30)))
    image *= (1 + rng.uniform(-0.5, 0.25) * edge)[:, :, None]


def _mix(image, alpha, color) -> None:
    """Lay a color (3,) or a surface (H, W, 3) over the image, in place; alpha (H, W) 0..1."""
    image += alpha[:, :, None].astype(np.float32) * (np.asarray(color, np.float32) - image)


# ---- the camera: resolution, blur, noise, JPEG


def _degrade(image, rng):
    image = _resample(np.clip(image, 0, 255).astype(np.float32), rng)
    if rng.random() < 0.15:
        image = _motion_blur(image, rng)
    if rng.random() < 0.5:
        noise = rng.normal(0, rng.uniform(1, 8), size=(*image.shape[:2], 1))
        image = image + noise.astype(np.float32)
    gain, offset = rng.uniform(0.75, 1.2), rng.uniform(-25, 25)
    image = np.clip(image * gain + offset, 0, 255).astype(np.uint8)
    if rng.random() < 0.5:
        quality = int(rng.integers(25, 92))
        image = cv2.imdecode(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], 1)
    return np.ascontiguousarray(image)


def _resample(image, rng):
    """To the height at which the photograph saw the word, 9 to 42 pixels, with its lens' blur."""
    height, width = image.shape[:2]
    low_resolution = rng.random() < 0.3
    target = rng.uniform(10, 20) if low_resolution else rng.uniform(20, 42)
    scale = min(1.0, target / height)
    if rng.random() < 0.5:
        sigma = rng.uniform(0.2, 0.8 if low_resolution else 1.4)
        image = cv2.GaussianBlur(image, (0, 0), sigma)
    size = max(4, round(width * scale)), max(6, round(height * scale))
    how = [cv2.INTER_AREA, cv2.INTER_LINEAR, cv2.INTER_AREA][rng.integers(3)]
    return cv2.resize(image, size, interpolation=how)


def _motion_blur(image, rng):
    length = int(rng.integers(2, max(3, image.shape[0] // 6)))
    kernel = np.zeros((length, length), np.float32)
    angle = rng.uniform(0, np.pi)
    for t in np.linspace(-0.5, 0.5, length * 2):
        x, y = np.cos(angle) * t * (length - 1), np.sin(angle) * t * (length - 1)
        kernel[round(y + (length - 1) / 2), round(x + (length - 1) / 2)] = 1
    return cv2.filter2D(image, -1, kernel / kernel.sum())
