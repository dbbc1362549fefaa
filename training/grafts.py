"""What a change to the finished recognizer is worth: grafted on, and trained on equal words.

    python -m training.grafts render FOLDER --words 96000
    python -m training.grafts train FOLDER --row "160 pixels wide" --real IIIT5K IC15

Every row begins with the shipped weights and sees the same words in the same order. Printed:
parameters, milliseconds a word in training, word accuracy (greedy) on 1,000 generated words that
nobody trained on and on each folder, by the moving average of the weights and by the last ones.
The table stands in the README beside.
"""

import argparse
import multiprocessing
import time
from pathlib import Path

import keras
import numpy as np
from keras import layers

from ocr_utils import crnn
from ocr_utils.labels import PRINTABLE, LabelConverter
from ocr_utils.paths import WEIGHTS
from ocr_utils.recognizer import IMAGE_SIZE
from ocr_utils.weights import RECOGNIZER, load_weights, read_card
from training import evaluate, stream
from training.loop import averaged, rate
from training.muon import averaging_muon
from training.rectify import rectified
from training.widen import widen

WIDTHS = (128, 160)
BATCH, SEED, UNSEEN_SEED = 128, 8, 999_979


def shipped(width: int = IMAGE_SIZE[0]) -> keras.Model:
    """The finished network; convolutions and recurrent layers know no width."""
    card = read_card(WEIGHTS / "recognizer.json", RECOGNIZER)
    model = crnn.build_crnn_model((width, 32, 1), PRINTABLE, **card["architecture"])
    load_weights(model, WEIGHTS / "recognizer.npz", card)
    return model


def wider() -> keras.Model:
    model = crnn.build_crnn_model(
        (*IMAGE_SIZE, 1), PRINTABLE, channels=(32, 64, 160, 288, 384), lstm_units=(288,)
    )
    widen(shipped(), model)
    return model


def along_the_line(x):
    """A convolution over five time steps, added to what it sees; at first it adds nothing."""
    y = layers.Conv1D(x.shape[-1], 5, padding="same", use_bias=False)(x)
    y = layers.ReLU()(layers.BatchNormalization()(y))
    return x + layers.Dense(x.shape[-1], kernel_initializer="zeros")(y)


def before_the_recurrent_layer() -> keras.Model:
    model = shipped()
    *_, columns, recurrent, output = model.layers
    return keras.Model(model.input, output(recurrent(along_the_line(columns.output))))


def recurrent_layer_anew() -> keras.Model:
    model = shipped()
    *_, columns, _, _ = model.layers
    x = layers.Bidirectional(layers.LSTM(224, return_sequences=True))(columns.output)
    return keras.Model(model.input, _output(x))


def in_its_place() -> keras.Model:
    model = shipped()
    *_, columns, _, _ = model.layers
    return keras.Model(model.input, _output(along_the_line(along_the_line(columns.output))))


def straightened() -> keras.Model:
    model = shipped()
    image = layers.Input(model.input_shape[1:])
    return keras.Model(image, model(rectified(image)))


def _output(x):
    return layers.Dense(len(PRINTABLE) + 1, dtype="float32", name="output")(x)


ROWS = {
    "as it is": shipped,
    "160 pixels wide": lambda: shipped(160),
    "wider layers": wider,
    "a convolution along the line before the recurrent layer": before_the_recurrent_layer,
    "the recurrent layer begun anew": recurrent_layer_anew,
    "two convolutions along the line in its place": in_its_place,
    "straightened first (TPS)": straightened,
}


def render(folder: Path, words: int, workers: int = 2) -> None:
    """Write images of all widths, (N, W, 32, 1) uint8, and texts, for batches of 128 words."""
    folder.mkdir(parents=True, exist_ok=True)
    orders = [(SEED, stream.EASY_STEPS + i) for i in range(words // BATCH)]
    orders += [(UNSEEN_SEED, stream.EASY_STEPS + i) for i in range(8)]
    with multiprocessing.get_context("spawn").Pool(workers) as pool:
        found = pool.map(_rendered, orders, chunksize=4)
    for width in WIDTHS:
        np.save(folder / f"{width}.npy", np.concatenate([images[width] for images, _ in found]))
    (folder / "texts.txt").write_text("\n".join(text for _, texts in found for text in texts))


def _rendered(order):
    crops, texts = stream.make_crops(*order, BATCH, WIDTHS[0] // 4)
    return {width: stream.prepare(crops, (width, 32)) for width in WIDTHS}, texts


def train(folder: Path, row: str, real, args) -> str:
    """One row of the table."""
    keras.utils.set_random_seed(SEED)
    keras.mixed_precision.set_global_policy(args.precision)
    model = ROWS[row]()
    _fuse(model)
    model.compile(averaging_muon(args.rate), loss=keras.losses.CTC(), jit_compile=False)
    images = np.load(folder / f"{model.input_shape[1]}.npy", mmap_mode="r")
    texts = (folder / "texts.txt").read_text().split("\n")
    labels = LabelConverter(PRINTABLE).encode_batch(texts, stream.MAX_LENGTH)
    seconds, args.steps = [], len(texts) // BATCH - 8
    for step in range(args.steps):
        part = slice(step * BATCH, (step + 1) * BATCH)
        start = time.process_time()
        model.optimizer.learning_rate = rate(step, args)
        model.train_on_batch(images[part].astype(np.float32) / 255, labels[part])
        seconds.append(time.process_time() - start)
    unseen = images[-8 * BATCH :], texts[-8 * BATCH :]

    def scores():
        found = [evaluate.folder_accuracy(model, path) for path in real]
        return " / ".join(
            str(score) for score in [evaluate.greedy_accuracy(model, *unseen), *found]
        )

    last = scores()
    with averaged(model):
        milliseconds = 1000 * float(np.median(seconds)) / BATCH
        size = model.count_params() / 1e6
        return f"| {row} | {size:.2f} M | {milliseconds:.1f} | {scores()} | {last} |"


def _fuse(model) -> None:
    """The same step by TensorFlow's own kernels, in all networks within the network."""
    if keras.backend.backend() == "tensorflow":
        from training.fused import fuse

        for part in [model, *model.layers]:
            if isinstance(part, keras.Model):
                fuse(part)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("task", choices=["render", "train"])
    parser.add_argument("folder", type=Path, help="of the words")
    parser.add_argument("--words", type=int, default=96_000)
    parser.add_argument("--row", choices=list(ROWS), nargs="+", default=list(ROWS))
    parser.add_argument("--real", nargs="*", default=[], help="folders with labels.tsv")
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--warmup", type=int, default=100)
    parser.add_argument("--decay", type=float, default=1.0)
    parser.add_argument("--precision", default="float32", help="mixed_bfloat16 is faster")
    args = parser.parse_args()
    if args.task == "render":
        render(args.folder, args.words)
    else:
        for row in args.row:
            print(train(args.folder, row, args.real, args), flush=True)


if __name__ == "__main__":
    main()
