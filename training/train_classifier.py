"""Train the classifier of notebook 05 on CIFAR-10, or on the stand-in where that is not at hand.

    OCR_COURSE_DATA=standin python -m training.train_classifier --out data/weights/cifar10.npz

The last 5,000 training pictures are the validation set, the test set is looked at once, at the end.
Writes the weights, and a card of the same name (.json) with the data's name and the accuracies.
"""

import argparse
import json
import platform
import time
from pathlib import Path

import keras

from ocr_data import datasets
from ocr_data.atomic import new_file
from ocr_utils.classifier import build_classifier
from ocr_utils.paths import WEIGHTS
from ocr_utils.weights import load_weights, save_weights

VALIDATION = 5000  # pictures


def main() -> None:
    args = arguments().parse_args()
    ((images, labels), test), source = datasets.load_cifar10()
    images, labels = images[: args.pictures], labels[: args.pictures]
    cut = len(images) - min(VALIDATION, len(images) // 10)
    keras.utils.set_random_seed(args.seed)
    model, started, before = build_classifier(), time.time(), {}
    if args.start_from:
        before = json.loads(Path(args.start_from).with_suffix(".json").read_text(encoding="utf-8"))
        load_weights(model, args.start_from, before)
    parts = (images[:cut], labels[:cut]), (images[cut:], labels[cut:])
    fit(model, *parts, args.epochs, args.rate)
    card = {
        "classes": list(datasets.CIFAR10_CLASSES),
        "image_size": [32, 32],
        "input": "RGB, 0..1",
        "parameters": model.count_params(),
        "data": source,
        "samples_seen": before.get("samples_seen", 0) + cut * args.epochs,
        "minutes": round(before.get("minutes", 0) + (time.time() - started) / 60, 2),
        "hardware": f"CPU ({platform.machine()}), backend {keras.backend.backend()}",
        "command": f"python -m training.train_classifier --epochs {args.epochs}",
        "history": args.history,
        "limits": limits(source),
    }
    save(model, card, test, Path(args.out))


def fit(model, train, validation, epochs: int, rate: float) -> None:
    """Adam with a rate that falls to nothing, and mirrored pictures among the others."""
    steps = epochs * -(-len(train[0]) // 64)
    falling = keras.optimizers.schedules.CosineDecay(rate, steps)
    mirror = keras.layers.RandomFlip("horizontal")
    inputs = keras.Input((32, 32, 3))
    outputs = model(mirror(keras.layers.Rescaling(1 / 255)(inputs)))
    whole = keras.Model(inputs, outputs)
    loss = "sparse_categorical_crossentropy"
    whole.compile(keras.optimizers.Adam(falling), loss=loss, metrics=["accuracy"])
    whole.fit(*train, batch_size=64, epochs=epochs, validation_data=validation, verbose=2)


def limits(source: str) -> str:
    if source.startswith("stand-in"):
        return "It has seen drawn pictures only, no photograph: do not expect it to read one."
    return "Pictures of 32x32 pixels of ten classes, each filled by one thing."


def save(model, card: dict, test, out: Path) -> None:
    """Weights, and the card beside them with the accuracy of these very weights, reloaded."""
    out.parent.mkdir(parents=True, exist_ok=True)
    card["sha256"] = save_weights(model, out)
    images, labels = test
    right = model.predict(images.astype("float32") / 255, verbose=0).argmax(axis=1) == labels
    measured = round(100 * float(right.mean()), 2)
    standin = card["data"].startswith("stand-in")
    card["results"] = {
        f"accuracy, {len(labels)} drawn test pictures": measured if standin else None,
        "accuracy, CIFAR-10's test pictures": None if standin else measured,
    }
    with new_file(out.with_suffix(".json")) as temporary:
        temporary.write_text(json.dumps(card, indent=1), encoding="utf-8")
    print(card["results"])


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", default=str(WEIGHTS / "cifar10.npz"))
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--start-from", default="", help="weights to go on from, with their card")
    parser.add_argument("--history", default="", help="a sentence for the card: what came before")
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--pictures", type=int, default=50_000, help="of the training set")
    parser.add_argument("--seed", type=int, default=1)
    return parser


if __name__ == "__main__":
    main()
