"""Turn a training run into what the course ships: weights, card and training curve in data/weights.

    python -m training.export_recognizer --run runs/recognizer --real FOLDER [FOLDER ...]
    python -m training.export_recognizer --real FOLDER [FOLDER ...]    # the card alone

The confidence is calibrated on generated words only: two logistic curves, chosen so that
a word read with confidence 0.9 is right nine times in ten.
"""

import argparse
import json
import platform
import shutil
from pathlib import Path

import keras
import numpy as np

from ocr_data.atomic import new_file
from ocr_synth.fonts import course_fonts, installed_fonts
from ocr_synth.scene import scene_sample
from ocr_utils import ctc
from ocr_utils.labels import PRINTABLE
from ocr_utils.metrics import expected_calibration_error, normalize, word_accuracy
from ocr_utils.paths import WEIGHTS
from ocr_utils.recognizer import (
    ARCHITECTURE,
    IMAGE_SIZE,
    Recognizer,
    build_recognizer,
    calibration_features,
    load_recognizer,
)
from ocr_utils.weights import save_weights
from training import evaluate, export_onnx, loop
from training.muon import Muon

PARTS = {  # what the folders of --real hold
    "words_iiit5k": "IIIT5K, training part",
    "words_iiit5k_test": "IIIT5K, test part",
    "words_ic15": "ICDAR 2015, training part",
    "words_svt": "Street View Text, test part",
}
CALIBRATION_SEED, TEST_SEED = 999_979, 999_961


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--run", help="without it the weights stay, and only the card is renewed")
    parser.add_argument("--width", type=int, default=IMAGE_SIZE[0], help="the run's --width")
    parser.add_argument("--words", type=int, default=2000, help="generated words for each purpose")
    parser.add_argument("--real", nargs="*", default=[], help="folders with labels.tsv")
    parser.add_argument("--name", default="recognizer")
    parser.add_argument("--history", default="", help="a sentence for the card: what came before")
    args = parser.parse_args()
    card = export(args) if args.run else renew(args)
    print(json.dumps(card["results"], indent=1))


def export(args) -> dict:
    """The averaged weights of a run, their card and their log -> data/weights; returns the card."""
    run, model = Path(args.run), build_recognizer(args.width)
    model.compile(Muon(use_ema=True))
    progress = loop.resume(model, run)
    with loop.averaged(model):
        card = measured(Recognizer(model, make_card(model, progress, args)), args)
        card = {"sha256": write_weights(model, run, args)} | card
    write_card(card, args.name)
    export_onnx.export(args.name, load_recognizer(args.name).model)
    return card


def renew(args) -> dict:
    """The shipped weights' card with another calibration and new results; returns it."""
    card = measured(load_recognizer(args.name), args)
    write_card(card, args.name)
    return card


def measured(recognizer: Recognizer, args) -> dict:
    """The recognizer's card with its calibration and its results."""
    words = generated(CALIBRATION_SEED, args.words)
    recognizer.card["temperature"] = temperature(recognizer, *words)
    recognizer.card["calibration"] = calibrate(recognizer, *words)
    recognizer.card["results"] = results(recognizer, args)
    return recognizer.card


def make_card(model, progress: loop.Progress, args) -> dict:
    """Everything a reader has to know about the weights."""
    settings = json.loads((Path(args.run) / "settings.json").read_text())
    return {
        "alphabet": PRINTABLE,
        "image_size": [args.width, IMAGE_SIZE[1]],
        "architecture": ARCHITECTURE,
        "parameters": model.count_params(),
        "data": "ocr_synth.scene.scene_sample, rendered while training, no photograph",
        "fonts": len(installed_fonts() or course_fonts()),
        "plates": settings.get("plates", 0),  # on which a third of the words lay
        "logged_on": [part(folder) for folder in settings["real"]],  # the log's column "real"
        "steps": progress.step,
        "samples_seen": progress.samples,
        "minutes": round(progress.minutes, 2),
        "hardware": f"CPU ({platform.machine()}), backend {keras.backend.backend()}",
        "command": f"python -m training.train_recognizer --steps {progress.step}",
        "history": args.history,
        "limits": "Latin letters, digits and ASCII punctuation; one word a crop; rotation below 30 "
        "degrees or near 90; blurred words under 12 pixels are mostly misread.",
    }


def part(folder) -> str:
    """What a folder of real words is called on the card."""
    return PARTS.get(Path(folder).name, Path(folder).name)


def temperature(recognizer, crops, texts) -> float:
    """By what to divide the logits so that greedy confidences tell best what is right.

    Best: of the highest likelihood (Guo 2017, arXiv 1706.04599; notebook 07c).
    """
    readings, _ = recognizer.predict(crops, augment=False)
    logits, losses = np.array([reading.logits for reading in readings]), {}
    right = [normalize(a.text) == normalize(b) for a, b in zip(readings, texts, strict=True)]
    for value in np.arange(0.5, 3.01, 0.02):
        _, probabilities = ctc.greedy_decode(logits / value, PRINTABLE)
        sure = np.clip([ctc.word_confidence(p) for p in probabilities], 1e-6, 1 - 1e-6)
        losses[round(float(value), 2)] = -np.log(np.where(right, sure, 1 - sure)).mean()
    return min(losses, key=losses.get)


def calibrate(recognizer, crops, texts) -> dict[str, list[float]]:
    """Weights of the curves from a reading's confidence to how often it is right (Platt 1999).

    One curve for words read at first sight, one for those that were voted on, on generated words.
    """
    readings, _ = recognizer.predict(crops)
    features = np.array([calibration_features(reading) for reading in readings])
    right = np.array(
        [normalize(a.text) == normalize(b) for a, b in zip(readings, texts, strict=True)]
    )
    voted = np.array([reading.voted for reading in readings])
    return {
        "at first sight": fit_logistic(features[~voted], right[~voted]),
        "voted": fit_logistic(features[voted], right[voted]),
    }


def generated(seed: int, words: int):
    """So many generated crops of every size, and their texts."""
    fonts = installed_fonts() or None
    samples = (scene_sample(seed, index, fonts) for index in range(words))
    return tuple(map(list, zip(*samples, strict=True)))


def fit_logistic(features, right) -> list[float]:
    """Weights of the logistic curve that explains best what is right, by Newton's method.

    >>> x = np.repeat([-2.0, 0.0, 2.0], 1000)
    >>> right = np.random.default_rng(0).random(3000) < 1 / (1 + np.exp(-(0.5 * x + 1)))
    >>> [round(weight, 1) for weight in fit_logistic(np.stack([x, np.ones(3000)], axis=1), right)]
    [0.5, 1.0]
    """
    weights, small = np.zeros(features.shape[1]), 0.01  # a little ridge keeps it finite
    for _ in range(30):
        p = 1 / (1 + np.exp(-features @ weights))
        slope = features.T @ (right - p) - small * weights
        curve = (features * (p * (1 - p))[:, None]).T @ features + small * np.eye(len(weights))
        weights = weights + np.linalg.solve(curve, slope)
    return [round(float(weight), 4) for weight in weights]


def results(recognizer, args) -> dict:
    """Word accuracy in percent and calibration error, by set."""
    sets = {f"generated, {args.words} words, seed {TEST_SEED}": generated(TEST_SEED, args.words)}
    for folder in args.real:
        files, texts = evaluate.read_folder(folder)
        sets[f"{part(folder)}, {len(files)} words, not trained on"] = files, texts
    return {name: _result(recognizer, *pair) for name, pair in sets.items()}


def _result(recognizer, crops, texts) -> dict:
    at_first = [word.text for word in recognizer.read(crops, augment=False)]
    unaided = [word.text for word in recognizer.read(crops, language_model=False)]
    words = recognizer.read(crops)
    found = [word.text for word in words]
    right = [normalize(a) == normalize(b) for a, b in zip(found, texts, strict=True)]
    exact = [a == b for a, b in zip(found, texts, strict=True)]
    confidences = [word.confidence for word in words]
    return {
        "word_accuracy": round(100 * float(np.mean(right)), 2),
        "greedy": round(100 * word_accuracy(texts, at_first), 2),
        "without_language_model": round(100 * word_accuracy(texts, unaided), 2),
        "exact_with_case": round(100 * float(np.mean(exact)), 2),
        "calibration_error": round(expected_calibration_error(confidences, right), 4),
    }


def write_weights(model, run: Path, args) -> str:
    """Weights and training curve; returns the SHA-256 of the weights."""
    WEIGHTS.mkdir(parents=True, exist_ok=True)
    sha256 = save_weights(model, WEIGHTS / f"{args.name}.npz")
    shutil.copy(run / "log.csv", WEIGHTS / f"{args.name}_log.csv")
    return sha256


def write_card(card: dict, name: str) -> None:
    """The card, last."""
    with new_file(WEIGHTS / f"{name}.json") as temporary:
        temporary.write_text(json.dumps(card, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
