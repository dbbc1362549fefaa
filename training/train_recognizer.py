"""Train the recognizer of notebook 07 on words that are rendered while it trains.

    python -m training.train_recognizer --run runs/recognizer --minutes 90

Killed at any moment, the same command goes on from the last checkpoint with the same step,
optimizer and sample stream. `training/README.md` has the whole recipe.
"""

import argparse
import json
import shutil
from pathlib import Path

import keras

from ocr_data.atomic import new_file
from ocr_synth.lit import plate_files
from ocr_utils import crnn
from ocr_utils.labels import PRINTABLE, LabelConverter
from ocr_utils.recognizer import ARCHITECTURE, IMAGE_SIZE, build_recognizer
from ocr_utils.weights import RECOGNIZER, load_weights, read_card, save_weights
from training import evaluate, log, loop, stream
from training.muon import averaging_muon
from training.widen import widen

VALIDATION_SEED = 999_983  # never a training seed


def main() -> None:
    args = _arguments()
    run = Path(args.run)
    run.mkdir(parents=True, exist_ok=True)
    model = compiled(args)
    progress = loop.resume(model, run)
    if progress == loop.Progress() and args.start_from:
        progress = go_on_from(Path(args.start_from), model, run)
    size = args.width, IMAGE_SIZE[1]
    settings = vars(args) | {"architecture": ARCHITECTURE}
    settings["plates"] = len(plate_files(args.plates)) if args.plates else 0
    with new_file(run / "settings.json") as temporary:
        temporary.write_text(json.dumps(settings, indent=1))
    found = stream.batches(args.seed, progress.step, args.batch, args.workers, size, args.plates)
    words = _labeled(found)
    loop.train(model, run, progress, words, lambda: _accuracies(model, args), args)
    with loop.averaged(model):
        save_weights(model, run / "recognizer.npz")


def compiled(args):
    """The network with its optimizer, which keeps a moving average of the weights, and its loss."""
    keras.mixed_precision.set_global_policy(args.precision)
    model = build_recognizer(args.width)
    if keras.backend.backend() == "tensorflow":
        from training.fused import fuse

        fuse(model)
    optimizer = averaging_muon(args.rate)
    model.compile(optimizer, loss=keras.losses.CTC(), jit_compile=keras.backend.backend() == "jax")
    return model


def _labeled(words):
    """Batches of images and texts -> batches of images and labels."""
    converter = LabelConverter(PRINTABLE)
    for images, texts in words:
        yield images, converter.encode_batch(texts, stream.MAX_LENGTH)


def go_on_from(weights: Path, model, run: Path) -> loop.Progress:
    """Load finished weights, of a narrower network too, and the log beside them.

    Returns the progress that the run begins with: who can read already needs no easy words.
    """
    card = read_card(weights.with_suffix(".json"), RECOGNIZER)
    finished = crnn.build_crnn_model((*IMAGE_SIZE, 1), PRINTABLE, **card["architecture"])
    load_weights(finished, weights, card)
    widen(finished, model)
    log_before = weights.with_name(f"{weights.stem}_log.csv")
    if log_before.exists():
        shutil.copy(log_before, run / "log.csv")
    return loop.Progress(stream.EASY_STEPS, *log.so_far(run / "log.csv"))


def _accuracies(model, args) -> dict:
    """Word accuracy on generated words nobody trained on, and on the folders of --real."""
    size = args.width, IMAGE_SIZE[1]
    images, texts = stream.make_batch(VALIDATION_SEED, stream.EASY_STEPS, args.validation, size)
    with loop.averaged(model):
        generated = evaluate.greedy_accuracy(model, images, texts)
        real = [evaluate.folder_accuracy(model, folder, args.validation) for folder in args.real]
    return {"generated": generated, "real": " ".join(str(accuracy) for accuracy in real)}


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--run", default="runs/recognizer", help="folder of checkpoint and log")
    parser.add_argument("--steps", type=int, default=20_000)
    parser.add_argument("--width", type=int, default=IMAGE_SIZE[0], help="of images, in pixels")
    parser.add_argument("--minutes", type=float, default=1e9, help="stop after so many minutes")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--warmup", type=int, default=100)
    parser.add_argument("--decay", type=float, default=0.5, help="last share of the steps")
    parser.add_argument("--every", type=int, default=500)
    parser.add_argument("--workers", type=int, default=1, help="processes that render words")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--validation", type=int, default=500)
    parser.add_argument("--real", nargs="*", default=[], help="folders with labels.tsv")
    parser.add_argument("--precision", default="float32", help="mixed_bfloat16 is faster")
    parser.add_argument("--plates", help="folder of ocr_render.plates: a third of the words")
    parser.add_argument("--start-from", help="weights to begin with (*.npz)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
