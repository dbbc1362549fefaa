"""An endless stream of crops of freshly rendered pages; batch number `step` is always the same."""

import multiprocessing
from pathlib import Path

import numpy as np

from ocr_synth.fonts import course_fonts, installed_fonts
from ocr_synth.lit import lit_page
from ocr_synth.pages import render_page
from ocr_utils.detector import STRIDE, score_maps

LIT = 3  # with plates, one page in so many is one
CROPS = 8  # of each page; rendering one costs as much as training on three crops
_state: dict = {}


def batches(seed: int, step: int, batch_size: int, side: int, fonts, plates=None):
    """Batches from `step` on, rendered ahead by one other process: (images, maps).

    fonts: a folder of font files, used beside the course's. plates: one of `ocr_render.plates`.
    images: (B, side, side, 3) uint8; maps: (B, side // 2, side // 2, 2) float32.
    """
    context = multiprocessing.get_context("spawn")
    with context.Pool(1, _begin, (fonts, plates)) as pool:

        def order(number):
            return pool.apply_async(make_group, (seed, number, batch_size, side))

        group, skip = divmod(step, CROPS)
        pending = [order(group), order(group + 1)]
        while True:
            images, maps = pending.pop(0).get()
            group += 1
            pending.append(order(group + 1))
            for batch in range(skip, CROPS):
                yield images[batch], maps[batch].astype(np.float32) / 255
            skip = 0


def make_group(seed: int, group: int, batch_size: int, side: int):
    """CROPS batches: images (CROPS, B, side, side, 3) and their maps, uint8.

    Each of B fresh pages gives one crop to every batch. Were a batch cut from one page alone, batch
    normalization would learn the averages of single pages, which it does not meet when it reads.
    """
    images = np.empty((CROPS, batch_size, side, side, 3), np.uint8)
    maps = np.empty((CROPS, batch_size, side // STRIDE, side // STRIDE, 2), np.uint8)
    for number in range(batch_size):
        index = group * batch_size + number
        fonts, plates = _state.get("fonts"), _state.get("plates")
        if plates and index % LIT == 0:
            page = lit_page(seed, index, plates, fonts)
        else:
            page = render_page(seed, index, fonts=fonts)
        rng = np.random.default_rng([seed, index, 1])
        for batch in range(CROPS):
            images[batch, number], maps[batch, number] = crop(rng, page, side)
    return images, maps


def crop(rng, page, side: int):
    """A square of the page, so scaled that one of its words has letters of 12 to 110 pixels."""
    import cv2

    height, width = page.image.shape[:2]
    scale, center = rng.uniform(0.7, 1.5), rng.uniform(0, 1, 2) * [width, height]
    if page.words and rng.random() < 0.85:
        box = page.words[rng.integers(len(page.words))].polygon
        letters = max(4.0, np.linalg.norm(box[3] - box[0]))
        scale = np.clip(np.exp(rng.uniform(np.log(12), np.log(110))) / letters, 0.45, 3)
        center = box[0] + (box[2] - box[0]) * rng.random(2)
    scale = max(scale, side / min(height, width))
    corner = center - rng.uniform(0.1, 0.9, 2) * side / scale
    corner = np.clip(corner, 0, [width - side / scale, height - side / scale]).round().astype(int)
    size = round(side / scale)
    part = page.image[corner[1] : corner[1] + size, corner[0] : corner[0] + size]
    scale = side / np.array(part.shape[1::-1])
    method = (
        cv2.INTER_AREA if scale[0] < 1 else int(rng.choice([cv2.INTER_LINEAR, cv2.INTER_CUBIC]))
    )
    image = cv2.resize(part, (side, side), interpolation=method)
    words = [(boxes - corner) * scale for boxes in page.characters]
    words = [
        boxes
        for boxes in words
        if (boxes.max((0, 1)) > 0).all() and (boxes.min((0, 1)) < side).all()
    ]
    return _recolor(rng, image), (score_maps(words, side, side) * 255).round().astype(np.uint8)


def _recolor(rng, image):
    """Channels swapped or inverted now and then."""
    if rng.random() < 0.5:
        image = image[:, :, rng.permutation(3)]
    return 255 - image if rng.random() < 0.2 else image


def _begin(fonts, plates=None) -> None:
    """The rendering process looks for fonts once and uses one core."""
    import cv2

    cv2.setNumThreads(1)
    _state["plates"] = plates
    _state["fonts"] = (*course_fonts(), *installed_fonts(Path(fonts)))
