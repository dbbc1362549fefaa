"""Measure word recognizers on folders of word crops.

    python -m training.evaluate FOLDER [FOLDER ...] --engines course tesseract --limit 500

A folder has `labels.tsv` (image path, tab, text). Printed for each engine: word accuracy and
1 - NED on letters and digits without case, milliseconds a word; for the course's own recognizer
also the accuracy by word length, the characters it confuses most, its calibration, and a picture
of its worst mistakes (--picture).
"""

import argparse
import collections
import time
from pathlib import Path

import numpy as np

from ocr_utils import crnn, ctc
from ocr_utils.labels import PRINTABLE
from ocr_utils.metrics import (
    expected_calibration_error,
    normalize,
    one_minus_ned,
    word_accuracy,
)
from training import engines


def read_folder(folder, limit: int | None = None) -> tuple[list[str], list[str]]:
    """Image paths and their texts; entries without a letter or digit are left out.

    With a limit: so many entries, evenly over the folder.
    """
    folder = Path(folder)
    lines = (folder / "labels.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t", 1) for line in lines if "\t" in line]
    rows = [(str(folder / file), text) for file, text in rows if normalize(text)]
    if limit and limit < len(rows):
        rows = [rows[i * len(rows) // limit] for i in range(limit)]
    return [file for file, _ in rows], [text for _, text in rows]


def greedy_accuracy(model, images, texts) -> float:
    """Share of prepared images (N, W, H, 1) uint8 that greedy decoding reads right, in percent."""
    found = ctc.decode_predict_ctc(predict(model, images), PRINTABLE)
    return _percent(found, texts)


def folder_accuracy(model, folder, limit: int | None = None) -> float:
    """`greedy_accuracy` on a folder of crops."""
    files, texts = read_folder(folder, limit)
    size = model.input_shape[1:3]
    images = np.stack([(crnn.prepare_image(file, size) * 255).astype(np.uint8) for file in files])
    return greedy_accuracy(model, images, texts)


def predict(model, images, batch_size: int = 100) -> np.ndarray:
    batches = [images[i : i + batch_size] for i in range(0, len(images), batch_size)]
    return np.concatenate(
        [np.asarray(model.predict_on_batch(batch.astype(np.float32) / 255)) for batch in batches]
    )


def _percent(found, texts) -> float:
    return round(100 * word_accuracy(texts, found), 2)


def measure(engine: str, files, texts) -> dict:
    """One engine on one list of crops: word accuracy, 1 - NED, milliseconds a word."""
    read = engines.WORDS[engine](files)
    start = time.perf_counter()
    words = read()
    milliseconds = 1000 * (time.perf_counter() - start) / len(files)
    found = [word.text if word else "" for word in words]
    return {
        "words": words,
        "found": found,
        "accuracy": _percent(found, texts),
        "1-NED": round(100 * one_minus_ned(texts, found), 2),
        "ms": round(milliseconds, 1),
    }


def by_length(found, texts) -> dict[int, tuple[int, float]]:
    """Word length -> (number of words, accuracy in percent); 10 stands for ten and more."""
    groups = collections.defaultdict(list)
    for a, b in zip(found, texts, strict=True):
        groups[min(10, len(normalize(b)))].append((a, b))
    return {
        length: (len(pairs), _percent(*zip(*pairs, strict=True)))
        for length, pairs in sorted(groups.items())
    }


def confusions(found, texts, most: int = 12) -> list[tuple[str, int]]:
    """The most frequent substitutions, truth -> reading, among words of equal length."""
    counts = collections.Counter()
    for a, b in zip(found, texts, strict=True):
        a, b = normalize(a), normalize(b)
        if len(a) == len(b):
            counts.update(f"{y} -> {x}" for x, y in zip(a, b, strict=True) if x != y)
    return counts.most_common(most)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folders", nargs="+")
    parser.add_argument("--engines", nargs="+", default=["course"], choices=list(engines.WORDS))
    parser.add_argument("--limit", type=int)
    parser.add_argument("--picture", help="write our worst mistakes to this file")
    args = parser.parse_args()
    for folder in args.folders:
        files, texts = read_folder(folder, args.limit)
        print(f"{Path(folder).name}: {len(files)} words")
        for engine in args.engines:
            result = measure(engine, files, texts)
            print(
                f"  {engine:10s} word accuracy {result['accuracy']:.2f} %   "
                f"1-NED {result['1-NED']:.2f} %   {result['ms']} ms a word"
            )
            if engine == "course":
                report(result, files, texts, args.picture)


def report(result: dict, files, texts, picture: str | None) -> None:
    """What the numbers are made of."""
    lengths, pairs = by_length(result["found"], texts), confusions(result["found"], texts)
    print(
        "    by length:",
        "  ".join(
            f"{length}: {percent:.0f} % of {count}" for length, (count, percent) in lengths.items()
        ),
    )
    print("    confused:", ", ".join(f"{pair} ({count})" for pair, count in pairs))
    right = [normalize(a) == normalize(b) for a, b in zip(result["found"], texts, strict=True)]
    confidences = [word.confidence for word in result["words"]]
    print(f"    ECE of the confidence: {expected_calibration_error(confidences, right):.3f}")
    if picture:
        from ocr_lessons.plots import show_grid
        from ocr_utils.images import load_image

        wrong = [i for i, ok in enumerate(right) if not ok]
        wrong = sorted(wrong, key=lambda i: -confidences[i])[:32]
        figure = show_grid(
            [load_image(files[i]) for i in wrong],
            [f"{result['found'][i]} (is {texts[i]})" for i in wrong],
        )
        figure.savefig(picture)


if __name__ == "__main__":
    main()
