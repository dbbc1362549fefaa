"""The audit of word LMDBs, and batches of them for Keras."""

import multiprocessing
import os
import pickle

import keras
import numpy as np
import pytest

from ocr_data import lmdb_audit
from ocr_data.lmdb_audit import audit
from ocr_data.lmdb_sequence import MJDatasetSequence
from ocr_data.lmdb_words import read_word
from ocr_synth.words import plain_sample
from ocr_utils.crnn import prepare_image
from ocr_utils.errors import OcrError
from ocr_utils.labels import TARGET_CHARACTERS, LabelConverter
from tests.word_sets import CONVERTER

# --- audit ------------------------------------------------------------------------------------


def test_the_audit_finds_each_fault_and_nothing_else(faulty_set, word_set):
    assert audit(faulty_set, TARGET_CHARACTERS, 12) == {
        "undecodable image": [2],
        "empty image": [3],
        "outside the alphabet": [4],
        "too long for CTC": [5],
        "empty label": [6],
    }
    assert "too long for CTC" not in audit(faulty_set, TARGET_CHARACTERS, 13)
    assert "outside the alphabet" not in audit(faulty_set, TARGET_CHARACTERS + "'", 13)
    assert audit(word_set, TARGET_CHARACTERS, 24) == {}


def test_the_case_of_labels_follows_the_alphabet():
    assert lmdb_audit.label_problem("Lube", TARGET_CHARACTERS, 4) is None
    assert lmdb_audit.label_problem("Lube", TARGET_CHARACTERS + "ube", 4) is None
    assert lmdb_audit.label_problem("Lube", "LUBEube", 4) is None
    assert lmdb_audit.label_problem("Lube", "LUBEub", 4) == "outside the alphabet"


# --- MJDatasetSequence ------------------------------------------------------------------------


def test_batches_have_the_shapes_of_the_network(word_set):
    dataset = MJDatasetSequence(word_set, CONVERTER, batch_size=32)
    images, labels = dataset[0]
    assert images.shape == (32, 100, 32, 1) and images.dtype == np.float32
    assert labels.shape == (32, 22) and labels.dtype == np.int32
    assert 0 <= images.min() and 0.5 < images.max() <= 1
    assert len(dataset) == 4 and dataset[3][0].shape[0] == 4
    assert CONVERTER.decode(labels[1][labels[1] > 0]) == plain_sample(5, 1)[1].upper()


def test_an_image_is_prepared_as_for_recognition(word_set):
    images, _ = MJDatasetSequence(word_set, CONVERTER, batch_size=100)[0]
    for index in (1, 40, 100):
        alone = prepare_image(read_word(word_set, index)[0], pad=True)
        assert np.abs(images[index - 1] - alone).mean() < 0.01


@pytest.mark.parametrize("is_train", [False, True])
def test_every_sample_comes_once_an_epoch(word_set, is_train):
    dataset = MJDatasetSequence(word_set, CONVERTER, batch_size=7, is_train=is_train)
    wanted = sorted(plain_sample(5, i)[1].upper() for i in range(100))
    orders = []
    for _ in range(2):
        rows = np.concatenate([labels for _, labels in (dataset[i] for i in range(len(dataset)))])
        texts = [CONVERTER.decode(row[row > 0]) for row in rows]
        assert sorted(texts) == wanted
        orders.append(texts)
        dataset.on_epoch_end()
    assert (orders[0] == orders[1]) != is_train
    assert (orders[0] == [plain_sample(5, i)[1].upper() for i in range(100)]) != is_train


def test_labels_that_ctc_cannot_fit_are_left_out_and_counted(faulty_set):
    dataset = MJDatasetSequence(faulty_set, CONVERTER, batch_size=8, max_text_len=12, skip=[2])
    assert dataset.skipped == {
        "left out by skip": 1,
        "outside the alphabet": 1,
        "too long for CTC": 1,
        "empty label": 1,
    }
    assert dataset[0][1].shape == (2, 12)
    with pytest.raises(OcrError, match="no usable sample.*check the alphabet"):
        MJDatasetSequence(faulty_set, LabelConverter("xyz"), max_text_len=3)


def test_character_may_be_smaller_than_the_converters_alphabet(word_set):
    dataset = MJDatasetSequence(
        word_set, CONVERTER, batch_size=100, character=TARGET_CHARACTERS[:26]
    )
    assert dataset[0][1].max() <= 26 and dataset.skipped["outside the alphabet"] > 20


def test_keras_trains_on_it(word_set):

    dataset = MJDatasetSequence(word_set, CONVERTER, batch_size=40, is_train=True)
    assert isinstance(dataset, keras.utils.PyDataset) and isinstance(dataset, MJDatasetSequence)
    model = keras.Sequential(
        [keras.Input((100, 32, 1)), keras.layers.Reshape((25, 128)), keras.layers.Dense(37)]
    )
    model.compile("adam", loss=keras.losses.CTC())
    history = model.fit(
        dataset,
        validation_data=MJDatasetSequence(word_set, CONVERTER, batch_size=64),
        epochs=2,
        verbose=0,
    ).history
    assert history["loss"][1] < history["loss"][0] and len(history["val_loss"]) == 2


def first_labels(dataset) -> list:
    """Runs in another process."""
    return dataset[0][1].tolist()


@pytest.mark.parametrize("method", ["spawn", "fork"] if hasattr(os, "fork") else ["spawn"])
def test_other_processes_open_it_for_themselves(word_set, method):
    dataset = MJDatasetSequence(word_set, CONVERTER, batch_size=8, is_train=True)
    expected = dataset[0][1].tolist()  # it is open here when the process starts
    with multiprocessing.get_context(method).Pool(1) as pool:
        assert pool.apply(first_labels, [dataset]) == expected
    assert pickle.loads(pickle.dumps(dataset)).skipped == dataset.skipped
