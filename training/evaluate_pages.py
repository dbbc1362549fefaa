"""Measure readers of whole pages: detection H-mean and order-free word F1.

    python -m training.evaluate_pages FOLDER [FOLDER ...] --engines course tesseract --limit 20

A folder has `pages.json`: {"pages": [{"image", "words": [{"points", "text", "ignore"}]}]}. Boxes
are compared as polygons at IoU 0.5, texts as letters and digits without case.
"""

import argparse
import json
import time
from pathlib import Path

from ocr_utils.images import load_image
from ocr_utils.metrics import Score, box_hmean, word_f1
from ocr_utils.words import Word
from training import engines


def read_pages(folder, limit: int | None = None):
    """For each page: image file, words, words to ignore. With a limit: evenly spread."""
    folder = Path(folder)
    entries = json.loads((folder / "pages.json").read_text(encoding="utf-8"))["pages"]
    count = min(limit or len(entries), len(entries))
    for entry in (entries[i * len(entries) // count] for i in range(count)):
        words = [(Word(w["text"], None, w["points"]), w.get("ignore")) for w in entry["words"]]
        yield (
            folder / entry["image"],
            [w for w, ignored in words if not ignored],
            [w for w, ignored in words if ignored],
        )


def detection_hmean(detector, folder, limit: int | None = None, **options) -> float:
    """H-mean in percent of a detector's boxes on a folder."""
    score = Score()
    for file, words, ignored in read_pages(folder, limit):
        score += box_hmean(words, detector.detect([file], **options)[0], ignored=ignored)
    return 100 * score.f1


def measure(engine: str, folder, limit: int | None = None) -> dict:
    """One engine on one folder: detection and reading scores, seconds a page."""
    read = engines.PAGES[engine]()
    boxes, texts, seconds, pages = Score(), Score(), 0.0, 0
    for file, words, ignored in read_pages(folder, limit):
        image = load_image(file)
        if pages == 0:
            read(image)  # compiled and loaded before the clock starts
        start = time.perf_counter()
        found = read(image)
        seconds += time.perf_counter() - start
        pages += 1
        boxes += box_hmean(words, found, ignored=ignored)
        texts += word_f1(words, found)
    return {"pages": pages, "boxes": boxes, "texts": texts, "seconds": seconds / max(1, pages)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folders", nargs="+")
    parser.add_argument(
        "--engines", nargs="+", default=["course", "tesseract"], choices=list(engines.PAGES)
    )
    parser.add_argument("--limit", type=int, help="so many pages of each folder")
    args = parser.parse_args()
    for folder in args.folders:
        print(Path(folder).name)
        for engine in args.engines:
            result = measure(engine, folder, args.limit)
            boxes, texts = result["boxes"], result["texts"]
            print(
                f"  {engine:10s} H-mean {100 * boxes.f1:5.1f} (P {100 * boxes.precision:.1f} "
                f"R {100 * boxes.recall:.1f})   word F1 {100 * texts.f1:5.1f}   "
                f"{result['seconds']:.2f} s a page, {result['pages']} pages"
            )


if __name__ == "__main__":
    main()
