"""The same four jobs as in `tutorial_side.py`, done as the course does them."""

import itertools

import numpy as np

from benchmarks.common import BATCH_SIZE, StopAfter, mj_folder, timed
from ocr_data.lmdb_sequence import MJDatasetSequence
from ocr_utils import crnn, ctc
from ocr_utils.labels import TARGET_CHARACTERS, LabelConverter
from ocr_utils.metrics import word_accuracy

TRAINING_BATCH = 32  # notebook 07's


def train(seconds: float, words: int) -> dict:
    import keras

    converter = LabelConverter(TARGET_CHARACTERS)
    train_set = MJDatasetSequence(mj_folder("train"), converter, TRAINING_BATCH, is_train=True)
    model = crnn.build_crnn_model()
    rate = keras.optimizers.schedules.CosineDecay(
        1.5e-4, 10**6, warmup_target=2e-3, warmup_steps=100
    )  # the end is not known: no decay
    model.compile(keras.optimizers.AdamW(rate, clipnorm=5.0), loss=keras.losses.CTC())
    clock = StopAfter(seconds, TRAINING_BATCH)
    model.fit(
        train_set,
        epochs=1000,
        verbose=0,
        callbacks=[
            keras.callbacks.LambdaCallback(on_train_batch_end=lambda *_, **__: clock.tick(model))
        ],
    )
    test = MJDatasetSequence(mj_folder("test"), converter, words)
    images, labels = test[0]
    found = ctc.decode_predict_ctc(model.predict_on_batch(images))
    truths = [converter.decode(label[label != 0]) for label in labels]
    return {
        "images_per_second": clock.rate(),
        "parameters": model.count_params(),
        "accuracy": word_accuracy(truths, found),
    }


def read_batches(count: int) -> dict:
    converter = LabelConverter(TARGET_CHARACTERS)
    source = MJDatasetSequence(mj_folder("train"), converter, BATCH_SIZE, is_train=True)
    places = list(itertools.islice(itertools.cycle(range(len(source) - 1)), count + 1))
    source[places.pop()]
    return {"batches_per_second": count / timed(lambda: [source[i] for i in places])}


def decode_batch(words: int) -> dict:
    chances = np.random.default_rng(0).dirichlet(np.full(38, 0.05), (words, 24))
    logits = np.log(chances[..., :37] + 1e-9).astype("float32")
    ctc.decode_predict_ctc(logits)
    return {"seconds": timed(lambda: [ctc.decode_predict_ctc(logits) for _ in range(20)]) / 20}


def recognize(crops) -> dict:
    """The shipped recognizer, from crops of any size to words with a confidence."""
    from ocr_utils.recognizer import load_recognizer

    recognizer = load_recognizer()
    recognizer.read(crops)
    return {"seconds": timed(lambda: recognizer.read(crops))}
