"""The tutorial recipe that this course grew out of, re-created as the yardstick of `bench.py`.

Legacy Keras, 7.8 M parameters, the loss inside a Lambda layer (`ctc_batch_cost`, blank last, blanks
written into the labels), Adadelta; PIL reads the LMDB word by word; words are recognized one at a
time, each with a beam search of its own.
"""

import io
import re

import numpy as np

from benchmarks.common import BATCH_SIZE, StopAfter, mj_folder, timed
from ocr_utils.labels import TARGET_CHARACTERS, LabelConverter
from ocr_utils.metrics import word_accuracy

MAX_TEXT_LEN = 22


def build_model():
    """Two networks with the same layers: one gives the loss, one the probabilities."""
    import tf_keras
    from tf_keras import layers

    def convolve(x, filters, size=3, padding="same"):
        return layers.Conv2D(
            filters, size, activation="relu", padding=padding, kernel_initializer="he_normal"
        )(x)

    image = layers.Input((100, 32, 3), name="input_image")
    x = layers.MaxPooling2D((2, 2))(convolve(image, 64))
    x = layers.MaxPooling2D((2, 2))(convolve(x, 128))
    x = layers.MaxPooling2D((1, 2))(convolve(convolve(x, 256), 256))
    x = layers.BatchNormalization()(convolve(x, 512))
    x = layers.MaxPooling2D((1, 2))(layers.BatchNormalization()(convolve(x, 512)))
    x = layers.Reshape((24, 512))(convolve(x, 512, size=2, padding="valid"))
    x = layers.Dense(64, activation="relu")(x)
    for _ in range(2):
        x = layers.Bidirectional(layers.LSTM(256, return_sequences=True))(x)
    chances = layers.Dense(len(TARGET_CHARACTERS) + 2, activation="softmax")(x)
    label = layers.Input([MAX_TEXT_LEN], dtype="int64", name="label")
    lengths = [
        layers.Input([1], dtype="int64", name=name) for name in ("input_length", "label_length")
    ]
    loss = layers.Lambda(_ctc_loss, output_shape=(1,), name="ctc")([label, chances, *lengths])
    return tf_keras.Model([image, label, *lengths], loss), tf_keras.Model(image, chances)


def _ctc_loss(values):
    from tf_keras import backend

    label, chances, input_length, label_length = values
    return backend.ctc_batch_cost(label, chances[:, 2:], input_length, label_length)


class Sequence:
    """The tutorial's reader: a transaction, a PIL image and a regular expression for every word."""

    def __init__(self, split: str):
        import lmdb

        self.env = lmdb.open(
            str(mj_folder(split)),
            max_readers=32,
            readonly=True,
            lock=False,
            readahead=False,
            meminit=False,
        )
        with self.env.begin() as txn:
            self.indexes = np.arange(1, int(txn.get(b"num-samples")) + 1)
        self.converter = LabelConverter(TARGET_CHARACTERS)

    def sample(self, index: int):
        """(image (W, 32, 3), label) of one word."""
        from PIL import Image

        with self.env.begin(write=False) as txn:
            label = txn.get(b"label-%09d" % index).decode("utf-8")
            image = Image.open(io.BytesIO(txn.get(b"image-%09d" % index))).convert("RGB")
        width = min(int(image.width * 32 / image.height), 100)
        pixels = np.array(image.resize((width, 32))).transpose(1, 0, 2)
        return pixels, re.sub(f"[^{TARGET_CHARACTERS}]", "", label.upper()[:MAX_TEXT_LEN])

    def batch(self, indexes):
        """The four inputs of the training network, and a target that nobody looks at."""
        images, label = np.zeros((len(indexes), 100, 32, 3)), np.zeros((len(indexes), 22), "int64")
        label_length = np.ones((len(indexes), 1), "int64")
        for row, index in enumerate(indexes):
            pixels, text = self.sample(index)
            encoded = self.converter.encode(text)
            images[row, : len(pixels)] = pixels
            if len(encoded) <= MAX_TEXT_LEN:
                label[row, : len(encoded)] = encoded
                label_length[row] = len(encoded)
        input_length = np.full((len(indexes), 1), MAX_TEXT_LEN)
        return (
            {
                "input_image": images,
                "label": label,
                "input_length": input_length,
                "label_length": label_length,
            },
            np.zeros((len(indexes), 1)),
        )

    def batches(self):
        """Batches for ever, in a new order each time round."""
        while True:
            np.random.shuffle(self.indexes)
            for start in range(0, len(self.indexes) - BATCH_SIZE + 1, BATCH_SIZE):
                yield self.batch(self.indexes[start : start + BATCH_SIZE])


def decode(chances) -> str:
    """One word's probabilities (1, 24, 38) -> its text, by a beam search of width 5."""
    from tf_keras import backend

    found = backend.ctc_decode(
        chances, np.ones(len(chances)) * chances.shape[1], greedy=False, beam_width=5
    )[0][0]
    characters = "-" + TARGET_CHARACTERS
    return "".join(characters[i] for i in np.array(found)[0] if i >= 0).replace("-", "")


# ---- what bench.py measures


def train(seconds: float, words: int) -> dict:
    import tf_keras

    model, reader = build_model()
    optimizer = tf_keras.optimizers.Adadelta(learning_rate=0.1, clipnorm=5)
    model.compile(optimizer, loss={"ctc": lambda _, value: value})
    clock = StopAfter(seconds)
    model.fit(
        Sequence("train").batches(),
        steps_per_epoch=10**6,
        verbose=0,
        callbacks=[
            tf_keras.callbacks.LambdaCallback(on_train_batch_end=lambda *_: clock.tick(model))
        ],
    )
    test = Sequence("test")
    samples = [test.sample(index) for index in test.indexes[:words]]
    images = np.zeros((words, 100, 32, 3), "float32")
    for row, (pixels, _) in zip(images, samples, strict=True):
        row[: len(pixels)] = pixels
    best = reader.predict(images, verbose=0).argmax(axis=-1)
    best = np.where(best == len(TARGET_CHARACTERS) + 1, 0, best)  # the blank is last here
    found = [LabelConverter(TARGET_CHARACTERS).collapse(path) for path in best]
    return {
        "images_per_second": clock.rate(),
        "parameters": reader.count_params(),
        "accuracy": word_accuracy([text for _, text in samples], found),
    }


def read_batches(count: int) -> dict:
    source = Sequence("train").batches()
    next(source)
    return {"batches_per_second": count / timed(lambda: [next(source) for _ in range(count)])}


def decode_batch(words: int) -> dict:
    chances = np.random.default_rng(0).dirichlet(np.full(38, 0.05), (words, 24)).astype("float32")
    decode(chances[:1])
    return {"seconds": timed(lambda: [decode(chances[i : i + 1]) for i in range(words)])}


def recognize(crops) -> dict:
    """One `predict` and one beam search a word, as the tutorial's `check_inference` does it."""
    from PIL import Image

    _, reader = build_model()

    def read(crop):
        image = Image.fromarray(crop)
        width = min(int(image.width * 32 / image.height), 100)
        array = np.zeros((1, 100, 32, 3))
        array[0, :width] = np.array(image.resize((width, 32))).transpose(1, 0, 2)
        return decode(reader.predict(array, verbose=0))

    read(crops[0])
    return {"seconds": timed(lambda: [read(crop) for crop in crops])}
