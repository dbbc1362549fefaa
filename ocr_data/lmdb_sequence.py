"""Batches of a word LMDB for `model.fit` of Keras 3 (notebook 06)."""

import math
from collections import Counter
from pathlib import Path

import keras
import numpy as np

from ocr_data.lmdb_audit import fit_case, label_problem
from ocr_data.lmdb_words import count_words, decode_image, read_label, reading
from ocr_utils.errors import OcrError
from ocr_utils.images import fit_image


class MJDatasetSequence(keras.utils.PyDataset):
    """Batches of a word LMDB for `model.fit` of Keras 3, a `keras.utils.PyDataset` (notebook 06).

    dataset[i] -> (images (B, 100, 32, 1) float32 0..1, labels (B, max_text_len) int32 0-padded).
    label_converter: has `.encode_batch(texts, max_text_len)` (`labels.LabelConverter`).
    character: the alphabet; the converter's own where it is "".
    max_text_len: the longest label, in time steps of CTC: any network with at least so many fits.
    skip: indexes to leave out, as `audit` finds them.
    workers: `workers=`, `use_multiprocessing=` and `max_queue_size=` of `keras.utils.PyDataset`.
    Every sample comes once an epoch, in a new order each time where `is_train`; the last batch may
    be smaller. Samples whose label cannot be learned are left out and counted in `.skipped`.
    Raises OcrError for a data set that cannot be read and a broken sample that is not skipped.
    """

    def __init__(
        self,
        dataset_path,
        label_converter,
        batch_size=1,
        img_size=(100, 32),
        max_text_len=22,
        is_train=False,
        character="",
        skip=(),
        **workers,
    ):
        super().__init__(**workers)
        self.dataset_path = Path(dataset_path).resolve()
        self.label_converter = label_converter
        self.batch_size = batch_size
        self.img_size = img_size
        self.max_text_len = max_text_len
        self.is_train = is_train
        self.character = character or label_converter.character.removeprefix("-")
        self.num_samples = count_words(dataset_path)
        self.index_list, self.skipped = self._usable(set(skip))
        self._random = np.random.default_rng(0)
        self.on_epoch_end()

    def _usable(self, skip: set) -> tuple[np.ndarray, Counter]:
        usable, skipped = [], Counter()
        with reading(self.dataset_path) as txn:
            for index in range(1, self.num_samples + 1):
                problem = (
                    "left out by skip"
                    if index in skip
                    else label_problem(
                        read_label(txn, index, self.dataset_path), self.character, self.max_text_len
                    )
                )
                if problem:
                    skipped[problem] += 1
                else:
                    usable.append(index)
        if not usable:
            raise OcrError(
                f"{self.dataset_path} has no usable sample ({dict(skipped)}): "
                "check the alphabet and max_text_len."
            )
        return np.array(usable), skipped

    def __len__(self):
        return math.ceil(len(self.index_list) / self.batch_size)

    @property
    def num_batches(self):
        return len(self)

    def __getitem__(self, idx):
        batch = self.index_list[idx * self.batch_size : (idx + 1) * self.batch_size]
        images = np.empty((len(batch), *self.img_size), np.uint8)
        texts = []
        with reading(self.dataset_path) as txn:
            for row, index in enumerate(batch.tolist()):
                images[row] = fit_image(decode_image(txn, index, self.dataset_path), self.img_size)
                texts.append(fit_case(read_label(txn, index, self.dataset_path), self.character))
        labels = self.label_converter.encode_batch(texts, self.max_text_len)
        return images[..., None] * np.float32(1 / 255), labels

    def on_epoch_end(self):
        """A new order for the next epoch; Keras calls it."""
        if self.is_train:
            self._random.shuffle(self.index_list)
