"""Train the recognizer of notebook 07 on words that are rendered while it trains.

    python -m training.train_recognizer --run runs/recognizer --minutes 90

Killed at any moment, the same command goes on from the last checkpoint with the same step,
optimizer and sample stream. `training/README.md` has the whole recipe.
"""

import argparse
import json
import shutil
import time
from pathlib import Path

import keras
import numpy as np

from ocr_utils import crnn
from ocr_utils.labels import PRINTABLE, LabelConverter
from ocr_utils.recognizer import ARCHITECTURE, IMAGE_SIZE, build_recognizer
from ocr_utils.weights import RECOGNIZER, load_weights, read_card, save_weights
from training import checkpoint, evaluate, log, stream
from training.muon import Muon
from training.widen import widen

VALIDATION_SEED = 999_983  # never a training seed


def main() -> None:
    args = _arguments()
    run = Path(args.run)
    run.mkdir(parents=True, exist_ok=True)
    keras.mixed_precision.set_global_policy(args.precision)
    model = build_recognizer()
    optimizer = Muon(args.rate, weight_decay=0.01, adam_weight_decay=0.01, clipnorm=5.0)
    model.compile(optimizer, loss=keras.losses.CTC(), jit_compile=keras.backend.backend() == "jax")
    step = checkpoint.restore(run / "checkpoint.npz", model)
    if step == 0 and args.start_from:
        step = go_on_from(Path(args.start_from), model, run)
    train(model, run, step, args)


def go_on_from(weights: Path, model, run: Path) -> int:
    """Load finished weights, of a narrower network too, and the log beside them.

    Returns the step that the run begins with.
    """
    card = read_card(weights.with_suffix(".json"), RECOGNIZER)
    finished = crnn.build_crnn_model((*IMAGE_SIZE, 1), PRINTABLE, **card["architecture"])
    load_weights(finished, weights, card)
    widen(finished, model)
    log_before = weights.with_name(f"{weights.stem}_log.csv")
    if log_before.exists():
        shutil.copy(log_before, run / "log.csv")
    return stream.EASY_STEPS  # who can read already needs no easy words


def train(model, run: Path, step: int, args) -> None:
    """Steps until --steps or --minutes; a checkpoint and a line in log.csv every --every steps."""
    converter = LabelConverter(PRINTABLE)
    started, losses, first = time.time(), [], step
    samples, minutes_before = log.so_far(run / "log.csv")
    for images, texts in stream.batches(args.seed, step, args.batch, args.workers, IMAGE_SIZE):
        labels = converter.encode_batch(texts, stream.MAX_LENGTH)
        model.optimizer.learning_rate = rate(step, args)
        losses.append(float(model.train_on_batch(images, labels)))
        step += 1
        minutes = (time.time() - started) / 60
        last = step >= args.steps or minutes >= args.minutes
        if step % args.every == 0 or last:
            checkpoint.save(run / "checkpoint.npz", model, step)
            row = dict(
                step=step,
                samples=samples + (step - first) * args.batch,
                minutes=round(minutes_before + minutes, 2),
                loss=round(float(np.mean(losses)), 4),
                rate=round(rate(step, args), 7),
                **_accuracies(model, args),
            )
            log.append(run / "log.csv", row)
            losses = []
        if last:
            break
    save_weights(model, run / "recognizer.npz")
    settings = vars(args) | {"architecture": ARCHITECTURE}
    (run / "settings.json").write_text(json.dumps(settings, indent=1))


def rate(step: int, args) -> float:
    """Learning rate: warm-up, then constant, then linearly down to 1 % over the last half."""
    warm, left = (step + 1) / args.warmup, 2 * (args.steps - step) / args.steps
    return args.rate * max(0.01, min(1, warm, left))


def _accuracies(model, args) -> dict:
    """Word accuracy on generated words nobody trained on, and on the folders of --real."""
    images, texts = stream.make_batch(
        VALIDATION_SEED, stream.EASY_STEPS, args.validation, IMAGE_SIZE
    )
    result = {"generated": evaluate.word_accuracy(model, images, texts)}
    real = [evaluate.folder_accuracy(model, folder, limit=args.validation) for folder in args.real]
    return result | {"real": " ".join(str(accuracy) for accuracy in real)}


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--run", default="runs/recognizer", help="folder of checkpoint and log")
    parser.add_argument("--steps", type=int, default=20_000)
    parser.add_argument("--minutes", type=float, default=1e9, help="stop after so many minutes")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--warmup", type=int, default=100)
    parser.add_argument("--every", type=int, default=500)
    parser.add_argument("--workers", type=int, default=1, help="processes that render words")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--validation", type=int, default=500)
    parser.add_argument("--real", nargs="*", default=[], help="folders with labels.tsv")
    parser.add_argument("--precision", default="float32", help="mixed_bfloat16 is faster")
    parser.add_argument("--start-from", help="weights to begin with (*.npz)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
