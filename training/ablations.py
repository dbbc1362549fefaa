"""What each part of the recognizer is worth: variants of it, trained alike and briefly.

    python -m training.ablations --steps 800

Every variant sees the same easy words in the same order (`stream.py`), with the same rate, and is
then asked for the same 1,000 words that it has not seen. One line each: parameters, milliseconds
a word in training and in reading, word accuracy in percent. The table stands in the README beside.
"""

import argparse
import time

import keras
import numpy as np

from ocr_utils import crnn
from ocr_utils.labels import PRINTABLE, LabelConverter
from ocr_utils.recognizer import ARCHITECTURE, IMAGE_SIZE
from training import evaluate, stream
from training.loop import rate
from training.muon import Muon

VARIANTS = {
    "as shipped": {},
    "by AdamW instead of Muon": {"optimizer": keras.optimizers.AdamW},
    "no recurrent layer": {"lstm_units": ()},
    "two recurrent layers of 96": {"lstm_units": (96, 96)},
    "no batch normalization": {"batch_norm": False},
    "half as many channels": {"channels": (16, 32, 64, 112, 144)},
    "two convolutions a block": {"convolutions": 2},
}
SEED, UNSEEN_SEED = 11, 999_979


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--steps", type=int, default=800)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--warmup", type=int, default=100)
    parser.add_argument("--decay", type=float, default=0.5)
    args = parser.parse_args()
    unseen = stream.make_batch(UNSEEN_SEED, 0, 1000, IMAGE_SIZE)
    for name, change in VARIANTS.items():
        keras.utils.set_random_seed(SEED)
        settings = ARCHITECTURE | {"optimizer": Muon} | change
        optimizer = settings.pop("optimizer")(args.rate, weight_decay=0.01, clipnorm=5.0)
        model = crnn.build_crnn_model((*IMAGE_SIZE, 1), PRINTABLE, **settings)
        training = train(model, optimizer, args)
        evaluate.predict(model, unseen[0][:100])  # compiled before the clock starts
        start = time.perf_counter()
        accuracy = evaluate.greedy_accuracy(model, *unseen)
        reading = (time.perf_counter() - start) * 1000 / len(unseen[1])
        print(
            f"| {name} | {model.count_params() / 1e6:.2f} M | {training:.1f} | {reading:.1f} | "
            f"{accuracy:.1f} |",
            flush=True,
        )


def train(model, optimizer, args) -> float:
    """Train from nothing, with the rate of the real training; milliseconds a word."""
    model.compile(optimizer, loss=keras.losses.CTC(), jit_compile=False)
    converter, seconds = LabelConverter(PRINTABLE), []
    words = stream.batches(SEED, 0, args.batch, 1, IMAGE_SIZE)
    for step, (images, texts) in zip(range(args.steps), words, strict=False):
        optimizer.learning_rate = rate(step, args)
        labels = converter.encode_batch(texts, stream.MAX_LENGTH)
        start = time.perf_counter()
        model.train_on_batch(images, labels)
        seconds.append(time.perf_counter() - start)
    words.close()
    return 1000 * float(np.median(seconds)) / args.batch


if __name__ == "__main__":
    main()
