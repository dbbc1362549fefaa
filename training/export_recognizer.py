"""Turn a training run into what the course ships: weights, card and training curve in data/weights.

    python -m training.export_recognizer --run runs/recognizer --real FOLDER [FOLDER ...]

The confidence is calibrated on generated words only: one temperature for the logits, chosen so that
a word read with confidence 0.9 is right nine times in ten.
"""

import argparse
import csv
import json
import platform
import shutil
from pathlib import Path

import keras
import numpy as np

from ocr_synth.fonts import course_fonts, installed_fonts
from ocr_utils import ctc
from ocr_utils.labels import PRINTABLE
from ocr_utils.metrics import expected_calibration_error, normalize, word_accuracy
from ocr_utils.paths import WEIGHTS
from ocr_utils.recognizer import ARCHITECTURE, IMAGE_SIZE, Recognizer, build_recognizer
from ocr_utils.weights import save_weights
from training import checkpoint, evaluate, stream
from training.muon import Muon

CALIBRATION_SEED, TEST_SEED = 999_979, 999_961


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--run", required=True)
    parser.add_argument("--words", type=int, default=2000, help="generated words for each purpose")
    parser.add_argument("--real", nargs="*", default=[], help="folders with labels.tsv")
    parser.add_argument("--name", default="recognizer")
    parser.add_argument("--history", default="", help="a sentence for the card: what came before")
    args = parser.parse_args()
    run = Path(args.run)
    model = build_recognizer()
    model.compile(Muon())
    step = checkpoint.restore(run / "checkpoint.npz", model)
    card = make_card(model, step, run, args)
    write(model, card, run, args.name)
    print(json.dumps(card["results"], indent=1))


def make_card(model, step: int, run: Path, args) -> dict:
    """Everything a reader has to know about the weights."""
    last = list(csv.DictReader((run / "log.csv").open()))[-1]
    card = {
        "alphabet": PRINTABLE,
        "image_size": IMAGE_SIZE,
        "architecture": ARCHITECTURE,
        "parameters": model.count_params(),
        "temperature": 1.0,
        "data": "ocr_synth.scene.scene_sample, rendered while training, no photograph",
        "fonts": len(installed_fonts() or course_fonts()),
        "steps": step,
        "samples_seen": int(last["samples"]),
        "minutes": float(last["minutes"]),
        "hardware": f"CPU ({platform.machine()}), backend {keras.backend.backend()}",
        "command": f"python -m training.train_recognizer --steps {step}",
        "history": args.history,
        "limits": "Latin letters, digits and ASCII punctuation; one word a crop; rotation below 30 "
        "degrees or near 90; blurred words under 12 pixels are mostly misread.",
    }
    recognizer = Recognizer(model, card)
    card["temperature"] = calibrate(recognizer, args.words)
    card["results"] = results(recognizer, args)
    return card


def calibrate(recognizer, words: int) -> float:
    """The temperature under which the confidences tell best which generated words are right.

    Best: of the highest likelihood (Guo 2017, arXiv 1706.04599). Half of the words as they are,
    half at half the resolution: a photograph may be harder than anything in training, and there
    the network boasts.
    """
    images, texts = stream.make_batch(CALIBRATION_SEED, stream.EASY_STEPS, words, IMAGE_SIZE)
    coarser = [_coarser(image, 1 + i % 2) for i, image in enumerate(images)]
    logits, _ = recognizer.look(_crops(coarser))
    losses = {}
    for temperature in np.arange(0.5, 3.01, 0.02):
        found, chances = ctc.greedy_decode(logits / temperature, PRINTABLE)
        right = [normalize(a) == normalize(b) for a, b in zip(found, texts, strict=True)]
        sure = np.clip([ctc.word_confidence(chance) for chance in chances], 1e-6, 1 - 1e-6)
        losses[round(float(temperature), 2)] = -np.log(np.where(right, sure, 1 - sure)).mean()
    return min(losses, key=losses.get)


def _coarser(image: np.ndarray, times: int) -> np.ndarray:
    """A prepared image (W, H, 1) made so many times smaller, and as large as before again."""
    import cv2

    width, height = IMAGE_SIZE
    small = cv2.resize(image, (height // times, width // times), interpolation=cv2.INTER_AREA)
    return cv2.resize(small, (height, width)).reshape(image.shape)


def results(recognizer, args) -> dict:
    """Word accuracy in percent and calibration error, by set."""
    images, texts = stream.make_batch(TEST_SEED, stream.EASY_STEPS, args.words, IMAGE_SIZE)
    sets = {f"generated, {args.words} words, seed {TEST_SEED}": (_crops(images), texts)}
    for folder in args.real:
        files, texts = evaluate.read_folder(folder)
        sets[f"{Path(folder).name}, {len(files)} words, not trained on"] = files, texts
    return {name: _result(recognizer, *pair) for name, pair in sets.items()}


def _crops(images) -> list[np.ndarray]:
    """Prepared images (W, H, 1) uint8 -> crops (H, W, 3) that `read` takes."""
    return [np.repeat(np.swapaxes(image, 0, 1), 3, axis=2) for image in images]


def _result(recognizer, crops, texts) -> dict:
    at_first = [word.text for word in recognizer.read(crops, second_look=False)]
    words = recognizer.read(crops)
    found = [word.text for word in words]
    right = [normalize(a) == normalize(b) for a, b in zip(found, texts, strict=True)]
    exact = [a == b for a, b in zip(found, texts, strict=True)]
    confidences = [word.confidence for word in words]
    return {
        "word_accuracy": round(100 * float(np.mean(right)), 2),
        "without_second_look": round(100 * word_accuracy(texts, at_first), 2),
        "exact_with_case": round(100 * float(np.mean(exact)), 2),
        "calibration_error": round(expected_calibration_error(confidences, right), 4),
    }


def write(model, card: dict, run: Path, name: str) -> None:
    """Weights, card and curve; each by a temporary name, the card last."""
    WEIGHTS.mkdir(parents=True, exist_ok=True)
    sha256 = save_weights(model, WEIGHTS / f"{name}.npz")
    shutil.copy(run / "log.csv", WEIGHTS / f"{name}_log.csv")
    card = {"sha256": sha256} | card
    (WEIGHTS / "writing.json").write_text(json.dumps(card, indent=1), encoding="utf-8")
    (WEIGHTS / "writing.json").replace(WEIGHTS / f"{name}.json")


if __name__ == "__main__":
    main()
