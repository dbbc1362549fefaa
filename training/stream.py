"""An endless stream of freshly rendered words; batch number `step` is always the same batch."""

import functools
import multiprocessing

import numpy as np

from ocr_synth.fonts import installed_fonts
from ocr_synth.lit import lit_sample
from ocr_synth.scene import scene_sample
from ocr_synth.words import plain_sample
from ocr_utils.crnn import prepare_image
from ocr_utils.labels import required_steps

MAX_LENGTH = 24  # time steps that a label may need at most, so that it fits into 25
LIT = 3  # with plates, one word in so many lies on one
EASY_STEPS = 1000  # CTC finds its first letters on plain words; on scenes alone it takes far longer


def batches(seed: int, step: int, batch_size: int, workers: int, size, plates=None):
    """Batches from `step` on, rendered ahead by `workers` processes: (images, texts).

    plates: a folder of `ocr_render.plates`, or None. images: (B, W, H, 1) float32; texts: list of
    str.
    """
    context = multiprocessing.get_context("spawn")
    with context.Pool(workers, _begin) as pool:

        def order(number):
            return pool.apply_async(make_batch, (seed, number, batch_size, size, plates))

        pending = [order(step + i) for i in range(4 * workers)]
        while True:
            images, texts = pending.pop(0).get()
            pending.append(order(step + 4 * workers))
            step += 1
            yield images.astype(np.float32) / 255, texts


def make_batch(seed: int, step: int, batch_size: int, size, plates=None):
    """Batch number `step`: images (B, W, H, 1) uint8 and texts; the first batches are easy ones."""
    crops, texts = make_crops(seed, step, batch_size, size[0] // 4, plates)
    return prepare(crops, size), texts


def make_crops(seed: int, step: int, batch_size: int, time_steps: int, plates=None):
    """The crops (H, W, 3) uint8 of batch number `step`, as the camera saw them, and their texts."""
    fonts = _fonts()
    crops, texts, index = [], [], step * batch_size * 2
    rng = np.random.default_rng([seed, step])
    while len(crops) < batch_size:
        easy = step < EASY_STEPS and rng.random() > 2 * step / EASY_STEPS - 1
        if easy:
            crop, text = plain_sample(seed, index)
        elif plates and index % LIT == 0:
            crop, text = lit_sample(seed, index, plates, fonts)
        else:
            crop, text = scene_sample(seed, index, fonts)
        index += 1
        if required_steps(text) <= min(time_steps, MAX_LENGTH):
            crops.append(crop)
            texts.append(text)
    return crops, texts


def prepare(crops, size) -> np.ndarray:
    """Crops of any size -> images (B, W, H, 1) uint8."""
    return np.stack([(prepare_image(crop, size) * 255).astype(np.uint8) for crop in crops])


@functools.lru_cache(maxsize=1)
def _fonts():
    """The machine's fonts, looked through once in each process; None where there are none."""
    return installed_fonts() or None


def _begin() -> None:
    """A rendering process uses one core."""
    import cv2

    cv2.setNumThreads(1)
