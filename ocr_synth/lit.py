"""Words and signs in rendered light: text on the plates of `ocr_render.plates`.

The light, the shadows, the form and the place of each sign were traced once; here only its text is
exchanged. A sample is a function of (seed, index) and of the plates in the folder.
"""

import functools
from pathlib import Path

import numpy as np
from PIL import Image

from ocr_render import plate as plates
from ocr_synth import page_views
from ocr_synth.camera import photograph
from ocr_synth.fonts import course_fonts
from ocr_synth.letters import draw_word
from ocr_synth.page_canvas import Page, word_box
from ocr_synth.page_style import Style
from ocr_synth.scene import neighbors, scene_sample
from ocr_synth.styles import paint
from ocr_synth.text import random_text
from ocr_synth.textures import random_color
from ocr_utils.errors import OcrError
from ocr_utils.words import Word

BLOCK = 16  # samples in a row that share a plate: reading one costs as much as writing on two
TRIES = 8  # texts for one plate, until a word can be seen
LEAST_HEIGHT, LEAST_SHOWN = 9, 0.93  # of a word: pixels, and the share that nothing hides
RIM = np.linspace(0.02, 0.98, 9)  # of a word: where it is looked at


@functools.lru_cache
def plate_files(folder) -> tuple[Path, ...]:
    """The plates of a folder, in order; OcrError for a folder without any."""
    files = tuple(sorted(Path(folder).glob("plate_*.npz")))
    if not files:
        raise OcrError(f"{folder} holds no plates: python -m ocr_render.plates --out {folder}")
    return files


_load = functools.lru_cache(maxsize=32)(plates.load)


def choose(seed: int, index: int, folder) -> plates.Plate:
    """The plate of sample `index`."""
    files = plate_files(folder)
    rng = np.random.default_rng([seed, index // BLOCK, 1])
    return _load(files[rng.integers(len(files))])


# --- words for the recognizer -----------------------------------------------------------------


def lit_sample(seed: int, index: int, folder, fonts: tuple[Path, ...] | None = None):
    """One word on a rendered sign, as `scene.scene_sample`: (image (H, W, 3) uint8, text).

    folder: of plates. fonts: those of matplotlib where not given. Where no text can be seen, the
    word comes from `scene_sample`. Raises OcrError for a folder without plates or a broken one.
    """
    plate, rng = choose(seed, index, folder), np.random.default_rng([seed, index, 2])
    fonts = fonts or tuple(course_fonts())
    for _ in range(TRIES):
        if (drawn := draw_word(text := random_text(rng), fonts, rng)) is None:
            continue
        mask, tiles, box = drawn
        area = _area(mask, box, plate, rng)
        window = _window(plate, area, box / np.array([*mask.shape[::-1], *mask.shape[::-1]]), rng)
        if window is not None:
            texture = paint(mask, tiles, neighbors(mask, box, fonts, rng), rng)
            texture = np.clip(texture, 0, 255).astype(np.uint8)
            crop = plate.picture(texture, window, area).astype(np.float32)
            return photograph(crop, rng), text
    return scene_sample(seed, index, fonts)


def _area(mask, box, plate, rng) -> tuple:
    """Where on the sign a mask lies, its word whole: (left, top, right, bottom) in shares."""
    left, top, right, bottom = box
    height, width = bottom - top, right - left
    sign = max(width / rng.uniform(0.2, 0.95), plate.aspect * height / rng.uniform(0.3, 0.9))
    size = np.array([sign, sign / plate.aspect])
    corner = rng.uniform(0.02, 0.98, 2) * (size - [width, height]) - [left, top]
    end = corner + mask.shape[::-1]
    return *(corner / size).tolist(), *(end / size).tolist()


def _window(plate, area, box, rng):
    """(left, top, right, bottom) in pixels around a word, None if it is hardly seen.

    box: the word in shares of the area.
    """
    low, extent = np.array(area[:2]), np.subtract(area[2:], area[:2])
    (left, top), (right, bottom) = low + extent * box[:2], low + extent * box[2:]
    u, v = np.meshgrid(left + RIM * (right - left), top + RIM * (bottom - top))
    points = plate.pixels(np.stack([u.ravel(), v.ravel()], axis=1))
    low, high = points.min(axis=0), points.max(axis=0)
    limits = np.array(plate.shown.shape[::-1])
    height = high[1] - low[1]
    if (low < -1).any() or (high > limits).any() or height < LEAST_HEIGHT:
        return None
    x, y = points.astype(int).clip(0, limits - 1).T
    if plate.shown[y, x].mean() < LEAST_SHOWN:
        return None
    margins = np.clip(rng.normal(0.08, 0.1, (2, 2)), -0.04, 0.4) * height
    low = np.maximum(np.floor(low - margins[0]), 0).astype(int)
    high = np.minimum(np.ceil(high + margins[1]), limits).astype(int)
    return *low.tolist(), *high.tolist()


# --- pages for the detector -------------------------------------------------------------------


def lit_page(seed: int, index: int, folder, fonts=None) -> Page:
    """A rendered sign with one to four lines, as `pages.render_page`: of the plate's size.

    folder: of plates. fonts: those of matplotlib where not given.
    """
    plate, rng = choose(seed, index, folder), np.random.default_rng([seed, index, 3])
    style = Style(rng, False, fonts or course_fonts(), hard=True)
    canvas, texture, corner = _written(plate, style, rng)
    size = np.array(texture.shape[1::-1])
    page = Page(plate.picture(texture))
    if not canvas.characters:  # the first word was too long for the sign
        return page
    flat = (np.concatenate(canvas.characters).reshape(-1, 2) + corner) / size
    found = plate.pixels(flat).reshape(-1, 4, 2)
    ends = np.cumsum([len(boxes) for boxes in canvas.characters])[:-1]
    words = zip(canvas.texts, np.split(found, ends), canvas.lines, strict=True)
    for text, spots, line in words:
        seen = _seen(plate, spots)
        if seen.all():
            page.words.append(Word(text, None, word_box(spots)))
            page.characters.append(spots)
            page.lines.append(line)
        elif seen.any():
            return lit_page(seed, index + BLOCK * 1_000_003, folder, fonts)
    return page


def _written(plate, style, rng):
    """A sign as `pages` writes them, the texture it lies on, and where on it."""
    ground = random_color(rng)
    letters = rng.uniform(0.1, 0.6) * plate.width / max(plate.aspect, 1.5)
    canvas = page_views.sign(rng, style, max(9, letters), ground[None, None], plate.width)
    width, height = canvas.image.size
    columns = int(max(width, height * plate.aspect) * rng.uniform(1, 1.3)) + 1
    rows = int(columns / plate.aspect) + 1
    texture = Image.new("RGB", (columns, rows), tuple(int(part) for part in ground))
    corner = tuple(int(rng.uniform(0, room)) for room in (columns - width, rows - height))
    texture.paste(canvas.image, corner, canvas.image)
    return canvas, np.asarray(texture), corner


def _seen(plate, spots) -> np.ndarray:
    """Which characters (n, 4, 2) lie in the picture, with nothing before their middle: (n,)."""
    x, y = np.floor(spots.mean(axis=1)).astype(int).T
    rows, columns = plate.shown.shape
    inside = (x >= 0) & (y >= 0) & (x < columns) & (y < rows)
    return inside & plate.shown[y.clip(0, rows - 1), x.clip(0, columns - 1)]
