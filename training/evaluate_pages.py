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


# ---- engines: each returns a function image -> list of Word


def course():
    """The course's own detector and recognizer."""
    from ocr_utils import end_to_end

    return end_to_end.read


def detector():
    """The course's own detector alone; it reads nothing."""
    from ocr_utils.detector import load_detector

    detector = load_detector()
    return lambda image: [Word("", None, box) for box in detector.detect([image])[0]]


def tesseract():
    """Tesseract, sparse text."""
    from ocr_utils import tesseract

    return lambda image: tesseract.read(image, psm=11)


def keras_ocr():
    """The keras-ocr pipeline as notebook 02 builds it."""
    from ocr_utils import keras_ocr_bridge

    pipeline, description = keras_ocr_bridge.make_pipeline()
    print(f"  {description}")
    return lambda image: keras_ocr_bridge.read(image, pipeline)


def rapidocr():
    """RapidOCR, where the package rapidocr-onnxruntime is installed; its lines cut into words."""
    from rapidocr_onnxruntime import RapidOCR

    engine = RapidOCR()

    def read(image):
        lines = engine(image[:, :, ::-1])[0] or []
        return [word for box, text, score in lines for word in _split(box, text, float(score))]

    return read


def _split(box, text, confidence) -> list[Word]:
    """A line's words, each with the share of the line's box that its letters have."""
    corners, words, start = [list(map(float, p)) for p in box], [], 0
    for part in text.split():
        start = text.index(part, start)
        a, b = start / len(text), (start + len(part)) / len(text)
        start += len(part)
        top, bottom = (corners[0], corners[1]), (corners[3], corners[2])
        points = [
            [p + t * (q - p) for p, q in zip(*side, strict=True)]
            for side, t in ((top, a), (top, b), (bottom, b), (bottom, a))
        ]
        words.append(Word(part, confidence, points))
    return words


ENGINES = {
    "course": course,
    "detector": detector,
    "tesseract": tesseract,
    "keras-ocr": keras_ocr,
    "rapidocr": rapidocr,
}


def measure(engine: str, folder, limit: int | None = None) -> dict:
    """One engine on one folder: detection and reading scores, seconds a page."""
    read = ENGINES[engine]()
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
        "--engines", nargs="+", default=["course", "tesseract"], choices=list(ENGINES)
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
