"""Detector -> crops -> recognizer -> text in reading order: the course's own OCR (notebook 08).

Any detector with `detect(images) -> list of (N, 4, 2)` and any recognizer with
`read(crops) -> list[Word]` fit together here. The course's own take part as soon as their weights
lie in data/weights/, run by onnxruntime where that is installed and by Keras elsewhere; until then
Tesseract stands in for whichever is missing.
"""

import functools

import numpy as np
from PIL import Image, ImageDraw

from ocr_utils.errors import OcrError
from ocr_utils.images import load_image
from ocr_utils.layout import reading_order
from ocr_utils.onnx_network import runtime_for
from ocr_utils.paths import WEIGHTS
from ocr_utils.words import Word

MARGIN = 0.1  # of a word's height, left around it on every side: detectors cut close
DOUBTFUL = 0.5  # below, a word is more often wrong, or no word at all, than right
BOX_COLOR = "red"


def read(image, detector=None, recognizer=None, min_confidence: float = DOUBTFUL) -> list[Word]:
    """Find and read every word of an image: Words in reading order (notebook 08).

    image: anything `load_image` takes. detector, recognizer: the course's own where not given.
    min_confidence: words less sure than this are left out, as is a box in which nothing is read.
    All crops of the page go to the recognizer in one call. Raises OcrError.

    >>> read(np.full((60, 200), 255, np.uint8), TesseractDetector(), TesseractRecognizer())
    []
    """
    return read_pages([image], detector, recognizer, min_confidence)[0]


def read_pages(
    images, detector=None, recognizer=None, min_confidence: float = DOUBTFUL
) -> list[list[Word]]:
    """Find and read every word of several images: a list of Words for each (notebook 10).

    As `read`, which takes one; here the crops of all images go to the recognizer in one call, so
    that images with few words fill a batch together.

    >>> blank = np.full((60, 200), 255, np.uint8)
    >>> read_pages([blank, blank], TesseractDetector(), TesseractRecognizer())
    [[], []]
    """
    detector, found, crops = detector or load_detector(), [], []
    for image in map(load_image, images):
        found.append(detector.detect([image])[0])
        crops += crop_words(image, found[-1])
    answers = iter((recognizer or load_recognizer()).read(crops) if crops else [])
    return [_words(boxes, answers, min_confidence) for boxes in found]


def _words(boxes, answers, min_confidence: float) -> list[Word]:
    """The words of one image: its boxes, with as many of the recognizer's answers."""
    pairs = [(next(answers), box) for box in boxes]
    return reading_order(
        [
            Word(answer.text, answer.confidence, box)
            for answer, box in pairs
            if answer.text and is_sure(answer, min_confidence)
        ]
    )


def is_sure(word: Word, min_confidence: float) -> bool:
    """Whether a word is as sure as that; one without a confidence is taken at its word.

    >>> [is_sure(Word("leaf", sure, ((0, 0),) * 4), 0.4) for sure in (0.1, 0.9, None)]
    [False, True, True]
    """
    return word.confidence is None or word.confidence >= min_confidence


def crop_words(image, boxes, margin: float = MARGIN) -> list[np.ndarray]:
    """Cut words out and lay them straight: quadrilaterals -> images (h, w, 3) uint8 (notebook 08).

    boxes: (N, 4, 2) pixels, clockwise from the text's own top left corner. Each is widened by
    `margin` of its height and warped to a rectangle of the same size (a homography, OpenCV).

    >>> image = np.zeros((50, 90, 3), np.uint8)
    >>> slanted = [(10, 10), (50, 20), (46, 36), (6, 26)]
    >>> [crop.shape for crop in crop_words(image, [slanted], margin=0)]
    [(16, 41, 3)]
    """
    image = load_image(image)
    return [_straighten(image, np.asarray(box, np.float32), margin) for box in boxes]


def _straighten(image: np.ndarray, box: np.ndarray, margin: float) -> np.ndarray:
    import cv2

    top, right, bottom, left = np.linalg.norm(np.roll(box, -1, axis=0) - box, axis=1)
    width, height = max(1, (top + bottom) / 2), max(1, (left + right) / 2)
    border = margin * min(width, height)
    inner = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32) + border
    size = max(1, round(width + 2 * border)), max(1, round(height + 2 * border))
    return cv2.warpPerspective(
        image,
        cv2.getPerspectiveTransform(box, inner),
        size,
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )


# --- the two functions of the project ---------------------------------------------------------


def detect_text(img_path, detector=None) -> tuple[Image.Image, list[Image.Image]]:
    """The image with a red outline around every word, and the words cut out (notebook 08).

    img_path: a path or anything else `load_image` takes. The crops are PIL images, straightened
    and in reading order. Raises OcrError.

    >>> blank = np.full((60, 200), 255, np.uint8)
    >>> result_img, cropped_imgs = detect_text(blank, TesseractDetector())
    >>> result_img.size, cropped_imgs
    ((200, 60), [])
    """
    image = load_image(img_path)
    boxes = (detector or load_detector()).detect([image])[0]
    words = reading_order([Word("", None, box) for box in boxes])
    cropped_imgs = [Image.fromarray(crop) for crop in crop_words(image, [w.box for w in words])]
    return annotate(image, words), cropped_imgs


def recognize_img(pil_img, input_img_size=None, recognizer=None) -> str:
    """The text of one word crop (notebook 08).

    pil_img: a PIL image or anything else `load_image` takes, of any size. input_img_size: (width,
    height) to which it is stretched first; None, the size the network was trained with, reads best.
    Raises OcrError. Many crops are read faster by `load_recognizer().read(crops)`.

    >>> from ocr_utils.metrics import normalize
    >>> from ocr_synth.fonts import course_fonts, load_font
    >>> crop = Image.new("RGB", (116, 42), "white")
    >>> ImageDraw.Draw(crop).text((6, 0), "lemon", "black", load_font(course_fonts()[0], 32))
    >>> normalize(recognize_img(crop))
    'LEMON'
    """
    image = load_image(pil_img)
    if input_img_size is not None:
        image = _stretch(image, input_img_size)
    return (recognizer or load_recognizer()).read([image])[0].text


def _stretch(image: np.ndarray, size) -> np.ndarray:
    """The image at (width, height); raises OcrError for anything that is no size."""
    if len(size) != 2 or not all(isinstance(side, int) and 0 < side <= 4096 for side in size):
        raise OcrError(f"input_img_size={size!r}: give (width, height) in pixels, as (100, 32).")
    return np.asarray(Image.fromarray(image).resize(size, Image.Resampling.BILINEAR))


def annotate(image, words: list[Word]) -> Image.Image:
    """A copy of the image with the outline of every word and its text above it (notebook 08).

    >>> word = Word.from_bounds("hi", None, 5, 20, 30, 40)
    >>> annotate(np.zeros((50, 60, 3), np.uint8), [word]).getpixel((15, 40))
    (255, 0, 0)
    """
    from ocr_synth.fonts import korean_font, load_font

    result = Image.fromarray(load_image(image))
    draw = ImageDraw.Draw(result)
    size = max(10, min(result.size) // 45)
    font, line = load_font(korean_font(), size), max(2, size // 8)
    for word in words:
        draw.polygon(word.box, outline=BOX_COLOR, width=line)
        if word.text:
            left, top, _, _ = word.bounds
            place = (max(0, left), max(0, top - size - 2))
            draw.rectangle(draw.textbbox(place, word.text, font), fill=BOX_COLOR)
            draw.text(place, word.text, "white", font)
    return result


# --- which detector, which recognizer ---------------------------------------------------------


@functools.cache
def load_detector(threads: int | None = None):
    """The course's own detector where its weights are, else Tesseract's boxes (notebook 08).

    threads: how many onnxruntime takes, None for all cores (notebook 10).
    """
    if (WEIGHTS / "detector.json").exists():
        from ocr_utils import detector

        runtime = runtime_for(WEIGHTS / "detector.onnx")
        return detector.load_detector(runtime=runtime, threads=threads)
    return TesseractDetector()


@functools.cache
def load_recognizer(threads: int | None = None):
    """The course's own recognizer where its weights are, else Tesseract (notebook 08).

    threads: how many onnxruntime takes, None for all cores (notebook 10).
    """
    if (WEIGHTS / "recognizer.json").exists():
        from ocr_utils import recognizer

        runtime = runtime_for(WEIGHTS / "recognizer.onnx")
        return recognizer.load_recognizer(runtime=runtime, threads=threads)
    return TesseractRecognizer()


def describe(detector=None, recognizer=None) -> str:
    """Which detector and recognizer are in use, and what runs them, in one line (notebook 08).

    >>> describe(TesseractDetector(), TesseractRecognizer())
    "detector: Tesseract's boxes (stand-in), recognizer: Tesseract, one word at a time (stand-in)"
    """
    parts = detector or load_detector(), recognizer or load_recognizer()
    names = [getattr(part, "description", type(part).__name__) for part in parts]
    return f"detector: {names[0]}, recognizer: {names[1]}"


class TesseractDetector:
    """Tesseract's word boxes behind a detector's interface: psm 11 (notebook 08)."""

    description = "Tesseract's boxes (stand-in)"

    def detect(self, images) -> list[np.ndarray]:
        """For each image the quadrilaterals of its words, (N, 4, 2) float32 pixels.

        >>> TesseractDetector().detect([np.full((40, 99), 255, np.uint8)])[0].shape
        (0, 4, 2)
        """
        from ocr_utils import tesseract

        return [
            np.array([word.box for word in tesseract.read(image, psm=11)], np.float32).reshape(
                -1, 4, 2
            )
            for image in images
        ]


class TesseractRecognizer:
    """Tesseract behind a recognizer's interface: psm 8 (notebook 08)."""

    description = "Tesseract, one word at a time (stand-in)"

    def read(self, crops) -> list[Word]:
        """One Word for each crop, in order; its box is the whole crop, its confidence unknown."""
        from ocr_utils import tesseract

        images = [load_image(crop) for crop in crops]
        texts = tesseract.recognize_images(images, psm=8)
        return [
            Word.from_bounds(text, None, 0, 0, image.shape[1], image.shape[0])
            for text, image in zip(texts, images, strict=True)
        ]
