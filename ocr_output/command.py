"""The command line: `python -m ocr_utils photo.jpg` reads images (notebook 08)."""

import argparse
import glob
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from ocr_data.atomic import new_file
from ocr_output.formats import Page, to_hocr, to_json, to_tsv
from ocr_utils.errors import OcrError
from ocr_utils.layout import to_text

IMAGE_SUFFIXES = {".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".gif", ".webp", ".ppm", ".pgm"}
EPILOG = """Text goes to standard output, everything else to standard error. The exit status is 0
when every image was read, 1 when one could not be."""


def main(arguments: list[str] | None = None) -> int:
    """Read the images named on the command line; returns the exit status."""
    args = _parser().parse_args(arguments)
    if hasattr(sys.stdout, "reconfigure"):  # Windows would choke on Hangul, all on odd file names
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    images, problems = find_images(args.images)
    for problem in problems:
        print(problem, file=sys.stderr)
    try:
        targets = annotation_targets(args.annotate, images, args.images)
        if images:
            _announce_engines()
    except OcrError as error:
        print(error, file=sys.stderr)
        return 1
    pages, failures = read_all(images, targets, args.min_confidence)
    if pages or args.format != "text":
        print(_formatted(pages, args.format))
    return 1 if failures or problems else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m ocr_utils",
        epilog=EPILOG,
        description="Read the text of images with the course's own detector and recognizer.",
    )
    parser.add_argument(
        "images",
        nargs="+",
        metavar="IMAGE",
        help="image files, http addresses, or folders of images",
    )
    kind = parser.add_mutually_exclusive_group()
    for name, what in (
        ("json", "words with their boxes as JSON"),
        ("tsv", "a table, one word a row"),
        ("hocr", "an hOCR document"),
    ):
        kind.add_argument(f"--{name}", dest="format", action="store_const", const=name, help=what)
    parser.add_argument(
        "--annotate",
        metavar="OUT",
        help="save the image with its words outlined; with several images OUT is a folder",
    )
    parser.add_argument(
        "--min-confidence",
        metavar="SURE",
        type=float,
        default=0.4,
        help="leave out words less sure than this, 0 to 1 (0.4)",
    )
    parser.set_defaults(format="text")
    return parser


def find_images(names: list[str]) -> tuple[list[str], list[str]]:
    """Files, addresses and folders -> images in order, and a sentence for each empty folder.

    >>> find_images(["photo.jpg"])
    (['photo.jpg'], [])
    """
    images: list[str] = []
    problems = []
    for name in names:
        if not os.path.isdir(name):
            images += _expanded(name)
            continue
        inside = sorted(
            str(path) for path in Path(name).iterdir() if path.suffix.lower() in IMAGE_SUFFIXES
        )
        images += inside
        if not inside:
            problems.append(f"{name} holds no images: give a folder with PNG or JPEG files.")
    return images, problems


def _expanded(name: str) -> list[str]:
    """The files of a pattern such as *.png, which Windows hands on as it is; others unchanged."""
    is_pattern = any(sign in name for sign in "*?[") and "://" not in name
    return sorted(glob.glob(name)) or [name] if is_pattern and not os.path.exists(name) else [name]


def annotation_targets(out: str | None, images: list[str], names: list[str]) -> dict[str, Path]:
    """Image -> where its annotated copy goes; {} without --annotate.

    Two images of one name get two files. Raises OcrError where a copy would replace an image.

    >>> annotation_targets("out", ["a/x.png", "b/x.jpg"], ["a/x.png", "b/x.jpg"])["b/x.jpg"].name
    'x_2.png'
    """
    if not out:
        return {}
    single = len(images) == 1 and not any(map(os.path.isdir, names)) and not os.path.isdir(out)
    targets: dict[str, Path] = {}
    for name in images:
        target, number = Path(out) if single else Path(out, f"{Path(name).stem}.png"), 1
        while target in targets.values():
            number += 1
            target = target.with_name(f"{Path(name).stem}_{number}.png")
        targets[name] = target
    for target in targets.values():
        if any(target.exists() and os.path.exists(i) and target.samefile(i) for i in images):
            raise OcrError(f"--annotate would replace the image {target}: choose another place.")
    return targets


def read_all(images: list[str], targets: dict, min_confidence: float) -> tuple[list[Page], int]:
    """Read every page of every image; what cannot be read gets one line on stderr, the rest go on.

    Returns the pages and how many images failed.
    """
    pages, failures = [], 0
    bar, write = _progress(images)
    for name in bar:
        try:
            for page in _read_image(name, targets.get(name), min_confidence):
                pages.append(page)
        except OcrError as error:
            failures += 1
            text = str(error)
            write(text if name in text else f"{name}: {text}", file=sys.stderr)
    return pages, failures


def _progress(images: list[str]):
    """The images behind a bar on standard error, and what writes beside it; no bar for one."""
    if len(images) < 2:
        return images, print
    from tqdm import tqdm

    return tqdm(images, unit="image", file=sys.stderr), tqdm.write


def _read_image(name: str, target: Path | None, min_confidence: float) -> Iterator[Page]:
    """The pages of one file, several for a TIFF file that holds them, each before its copy."""
    from ocr_utils import end_to_end
    from ocr_utils.images import load_frames

    frames = load_frames(name)
    for number, image in enumerate(frames, start=1):
        words = end_to_end.read(image, min_confidence=min_confidence)
        title = name if len(frames) == 1 else f"{name}, page {number}"
        yield Page(title, image.shape[1], image.shape[0], words)
        if target:
            page = f"_page{number}" if number > 1 else ""
            copy = target.with_name(f"{target.stem}{page}{target.suffix}")
            _save(end_to_end.annotate(image, words), copy)


def _announce_engines() -> None:
    from ocr_utils import end_to_end
    from ocr_utils.stderr import quiet_stderr

    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with quiet_stderr():  # TensorFlow talks while it is imported
        engines = end_to_end.describe()
    print(engines, file=sys.stderr)


def _save(picture, path: Path) -> None:
    """Write a PIL image, whole or not at all."""
    suffix = path.suffix.lower()
    if suffix not in (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp"):
        raise OcrError(f"{path} is no name for an image: end it in .png or .jpg.")
    with new_file(path) as temporary:
        picture.save(temporary)


def _formatted(pages: list[Page], kind: str) -> str:
    if kind != "text":
        return {"json": to_json, "tsv": to_tsv, "hocr": to_hocr}[kind](pages)
    if len(pages) == 1:
        return to_text(pages[0].words)
    return "\n\n".join(f"== {page.image} ==\n{to_text(page.words)}" for page in pages)
