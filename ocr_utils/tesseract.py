"""Tesseract through pytesseract: read a page, cut out its words, read those (notebook 03)."""

import functools
import os
import platform
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from ocr_utils import crop_files
from ocr_utils.errors import OcrError
from ocr_utils.images import load_image
from ocr_utils.words import Word

WORD_LEVEL = 5  # image_to_data: 1 page, 2 block, 3 paragraph, 4 line, 5 word
LONGEST = 32_000  # pixels; Tesseract refuses a side above 32,767, and with it a whole list
SECONDS = 300  # until a call is given up, and for each image of a list one more
PAGE_MODES = (1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13)  # 0 and 2 find no text
INSTALL = {
    "Linux": "sudo apt install tesseract-ocr",
    "Darwin": "brew install tesseract",
    "Windows": "winget install UB-Mannheim.TesseractOCR",
}
INSTALL_LANGUAGE = {
    "Linux": "sudo apt install tesseract-ocr-{package}",
    "Darwin": "brew install tesseract-lang",
    "Windows": "put {name}.traineddata from github.com/tesseract-ocr/tessdata_fast into "
    "C:\\Program Files\\Tesseract-OCR\\tessdata",
}


def read(image, lang: str = "eng", psm: int = 3, oem: int = 3) -> list[Word]:
    """Find and read every word of an image, in Tesseract's own reading order (notebook 03).

    image: anything `load_image` takes. lang: "eng", "kor", or several as "kor+eng".
    psm: page segmentation mode, 1 or 3..13 (3 a whole page, 6 one block, 7 one line, 8 one word,
    11 words anywhere). oem: engine mode (1 the LSTM network, 3 whatever is installed).
    Boxes are upright rectangles in pixels, confidences 0..1. Raises OcrError.

    >>> read(np.full((40, 200), 255, np.uint8))
    []
    """
    image = load_image(image)
    data = image_to_data(image, lang, psm, oem)
    rows = zip(
        data["level"],
        data["text"],
        data["conf"],
        data["left"],
        data["top"],
        data["width"],
        data["height"],
        strict=True,
    )
    words = [
        Word.from_bounds(
            text.strip(), min(max(conf / 100, 0.0), 1.0), left, top, left + width, top + height
        )
        for level, text, conf, left, top, width, height in rows
        if level == WORD_LEVEL and text.strip()
    ]
    if "kor" not in lang.split("+"):
        return words
    text = _run("image_to_string", Image.fromarray(image), lang, psm, oem)
    return join_syllables(words, text)


def image_to_data(image, lang: str = "eng", psm: int = 3, oem: int = 3) -> dict[str, list]:
    """Tesseract's whole answer: a dict of equally long columns, one row for every page, block,
    paragraph, line and word: level, ..., left, top, width, height (pixels), conf (0..100), text.

    >>> image_to_data(np.full((40, 200), 255, np.uint8))["level"]  # a blank image: just the page
    [1]
    """
    picture = Image.fromarray(load_image(image))
    return _run("image_to_data", picture, lang, psm, oem, output_type="dict")


def join_syllables(pieces: list[Word], text: str) -> list[Word]:
    """Put the pieces of Korean words together again, as the running text has them (notebook 03).

    Tesseract's table splits Korean at many syllables, its text (`image_to_string`) only at spaces.
    A joined word has the box around its pieces and their mean confidence. Where table and text
    differ in more than spaces, the pieces are returned as they are.

    >>> pieces = [Word.from_bounds(text, 0.5, 10 * i, 0, 10 * i + 9, 9)
    ...           for i, text in enumerate("서울역")]
    >>> [(word.text, word.bounds) for word in join_syllables(pieces, "서울 역")]
    [('서울', (0.0, 0.0, 19.0, 9.0)), ('역', (20.0, 0.0, 29.0, 9.0))]
    """
    if "".join(word.text for word in pieces) != "".join(text.split()):
        return pieces
    words, rest = [], list(pieces)
    for token in text.split():
        group = []
        while len("".join(word.text for word in group)) < len(token):
            group.append(rest.pop(0))
        if "".join(word.text for word in group) != token:
            return pieces
        left, top, right, bottom = np.transpose([word.bounds for word in group])
        confidence = float(np.mean([word.confidence for word in group]))
        words.append(
            Word.from_bounds(token, confidence, left.min(), top.min(), right.max(), bottom.max())
        )
    return words


def crop_word_regions(
    image_path="./images/sample.png", output_path="./output", lang: str = "eng", psm: int = 3
) -> list[str]:
    """Find the words of an image and save each as output_path/0000.png, 0001.png, ...

    Returns the paths of the files in reading order. The folder is made where it is missing; a file
    appears only when it is whole. What an earlier call cut into the same folder is removed, and
    nothing else. Raises OcrError, also where a cutting would replace the image (notebook 03).

    >>> with tempfile.TemporaryDirectory() as folder:
    ...     crop_word_regions(np.full((40, 200), 255, np.uint8), folder)  # a blank image
    []
    """
    image = load_image(image_path)
    words = read(image, lang, psm)
    bounds = [map(int, word.bounds) for word in words]
    crops = [image[top:bottom, left:right] for left, top, right, bottom in bounds]
    return crop_files.save(crops, Path(output_path), image_path)


def recognize_images(
    cropped_image_path_list, lang: str = "eng", psm: int = 7, margin: int = 10
) -> list[str]:
    """Read each image as one line of text -> one string per image, "" where nothing was read.

    Each image (a path, or anything `load_image` takes) gets a margin in pixels, in the color of its
    edge: letters that touch the edge are often misread. All images go to Tesseract in one call:
    starting it anew for every word takes about 15 times as long. Raises OcrError (notebook 03).

    >>> from PIL import ImageDraw
    >>> from ocr_synth.fonts import course_fonts, load_font
    >>> image = Image.new("L", (160, 48), 255)
    >>> ImageDraw.Draw(image).text((10, 8), "lemon", font=load_font(course_fonts()[0], 32))
    >>> recognize_images([image])
    ['lemon']
    """
    images = [_with_margin(load_image(source), margin) for source in cropped_image_path_list]
    if not images:
        return []
    with tempfile.TemporaryDirectory() as folder:
        paths = [os.path.join(folder, f"{index}.png") for index in range(len(images))]
        for path, image in zip(paths, images, strict=True):
            picture = Image.fromarray(image)
            picture.thumbnail((LONGEST, LONGEST))  # only ever shrinks
            picture.save(path)
        listing = Path(folder, "list.txt")
        listing.write_text("\n".join(paths) + "\n")  # in the system's own encoding
        text = _run("image_to_string", str(listing), lang, psm, 3, seconds=SECONDS + len(images))
    texts = [" ".join(page.split()) for page in text.split("\f")]  # a form feed ends each image
    return (texts + [""] * len(images))[: len(images)]


def _with_margin(image: np.ndarray, margin: int) -> np.ndarray:
    edge = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])
    height, width = image.shape[:2]
    framed = np.empty((height + 2 * margin, width + 2 * margin, 3), np.uint8)
    framed[:] = np.median(edge, axis=0)
    framed[margin : margin + height, margin : margin + width] = image
    return framed


def languages() -> list[str]:
    """The languages that are installed, sorted, such as ["eng", "kor", "osd"]. Raises OcrError.

    >>> "eng" in languages()
    True
    """
    return sorted(_languages())


@functools.cache
def _languages() -> tuple[str, ...]:
    command = [_pytesseract().pytesseract.tesseract_cmd, "--list-langs"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
    except OSError:
        raise _tesseract_missing() from None
    except subprocess.TimeoutExpired:
        raise _no_answer(SECONDS) from None
    return tuple(line for line in answer.stdout.split("\n")[1:] if line.strip())


def _run(function: str, image, lang: str, psm: int, oem: int, seconds: float = 0, **options):
    """Call one function of pytesseract; everything that can go wrong becomes an OcrError."""
    if psm not in PAGE_MODES or oem not in (0, 1, 2, 3):
        raise OcrError(
            f"psm={psm!r}, oem={oem!r} cannot be used to read: "
            "psm is 1 or 3 to 13 (mostly 3, 6, 7, 8 or 11), oem is 0 to 3 (mostly 3)."
        )
    _check_languages(lang)
    pytesseract, seconds = _pytesseract(), seconds or SECONDS
    config = f"--oem {oem} --psm {psm}"
    try:
        return getattr(pytesseract, function)(
            image, lang=lang, config=config, timeout=seconds, **options
        )
    except pytesseract.TesseractNotFoundError:
        raise _tesseract_missing() from None
    except pytesseract.TesseractError as error:
        if oem in (0, 2):
            raise OcrError(
                f"oem={oem} needs the legacy engine, which the installed {lang!r} "
                "lacks: use oem=1 or oem=3."
            ) from None
        raise OcrError(
            f"Tesseract could not read this image ({error.message[:200]}): "
            "try another psm, or save the image again as PNG."
        ) from None
    except RuntimeError as error:  # TesseractError is one too
        if "timeout" not in str(error):
            raise
        raise _no_answer(seconds) from None


def _check_languages(lang: str) -> None:
    """Tesseract leaves out a missing language of "kor+eng" without a word; this does not."""
    wanted = [name for name in str(lang).split("+") if name]
    if not wanted:
        raise OcrError('lang is empty: name a language, such as "eng", "kor" or "kor+eng".')
    for name in wanted:
        if name not in _languages():
            _languages.cache_clear()  # it may have been installed meanwhile
        if name not in _languages():
            remedy = _remedy(INSTALL_LANGUAGE).format(name=name, package=name.replace("_", "-"))
            raise OcrError(
                f"Tesseract's language {name!r} is not installed: {remedy}"
                f" (installed: {', '.join(languages())})."
            )


def _tesseract_missing() -> OcrError:
    return OcrError(
        f"Tesseract is not installed, or not on the PATH: {_remedy(INSTALL)}"
        ", then restart JupyterLab."
    )


def _no_answer(seconds: float) -> OcrError:
    return OcrError(
        f"Tesseract gave no answer within {seconds:g} seconds: make the image smaller, "
        "give fewer at once, or close what keeps the machine busy."
    )


def _remedy(commands: dict[str, str]) -> str:
    return commands.get(platform.system(), commands["Linux"])


def _pytesseract():
    import pytesseract

    # Tesseract's threads get in each other's way: one thread reads two to three times as fast.
    os.environ.setdefault("OMP_THREAD_LIMIT", "1")
    if platform.system() == "Windows" and not shutil.which("tesseract"):
        usual = Path(os.environ.get("PROGRAMFILES", "C:\\Program Files"), "Tesseract-OCR")
        if (usual / "tesseract.exe").exists():  # its installer does not extend the PATH
            pytesseract.pytesseract.tesseract_cmd = str(usual / "tesseract.exe")
    return pytesseract
