"""The engines that both evaluations compare: readers of words and readers of pages.

WORDS: name -> function(files), which loads the engine and returns a function () -> list of Word.
PAGES: name -> function(), which loads the engine and returns a function image -> list of Word.
"""

from ocr_utils import end_to_end, keras_ocr_bridge, tesseract
from ocr_utils.images import load_image
from ocr_utils.words import Word


def course_words(files):
    """The recognizer in data/weights as lesson 08 runs it, in batches of 64."""
    recognizer = end_to_end.load_recognizer()
    recognizer.read(files[:64])  # loaded before the clock starts
    return lambda: recognizer.read(files)


def tesseract_words(files):
    """Tesseract, each crop a single word."""

    def read(file):
        words = tesseract.read(file, psm=8)
        return max(words, key=lambda word: word.confidence or 0, default=None)

    return lambda: [read(file) for file in files]


def keras_ocr_words(files):
    """keras-ocr's recognizer, where its weights are in the cache."""
    import keras_ocr

    recognizer = keras_ocr_bridge.KerasOcrRecognizer(keras_ocr.recognition.Recognizer())
    return lambda: recognizer.read(files)


def rapidocr_words(files):
    """RapidOCR's recognizer, where the package rapidocr is installed."""
    engine = _rapidocr()

    def read(file):
        bgr = load_image(file)[:, :, ::-1]
        found = engine(bgr, use_det=False, use_cls=False)
        return Word.from_bounds(found.txts[0], float(found.scores[0]), 0, 0, 1, 1)

    return lambda: [read(file) for file in files]


def detector_alone():
    """The course's own detector; it reads nothing."""
    detector = end_to_end.load_detector()
    return lambda image: [Word("", None, box) for box in detector.detect([image])[0]]


def keras_ocr_pages():
    """The keras-ocr pipeline as notebook 02 builds it."""
    pipeline, description = keras_ocr_bridge.make_pipeline()
    print(f"  {description}")
    return lambda image: keras_ocr_bridge.read(image, pipeline)


def rapidocr_pages():
    """RapidOCR, its lines cut into words."""
    engine = _rapidocr()

    def read(image):
        found = engine(image[:, :, ::-1])
        lines = zip(found.boxes, found.txts, found.scores, strict=True) if found.txts else ()
        return [word for box, text, score in lines for word in _split(box, text, float(score))]

    return read


def _rapidocr():
    from rapidocr import RapidOCR  # not among the course's requirements

    return RapidOCR()


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


WORDS = {
    "course": course_words,
    "tesseract": tesseract_words,
    "keras-ocr": keras_ocr_words,
    "rapidocr": rapidocr_words,
}
PAGES = {
    "course": lambda: end_to_end.read,
    "detector": detector_alone,
    "tesseract": lambda: lambda image: tesseract.read(image, psm=11),
    "keras-ocr": keras_ocr_pages,
    "rapidocr": rapidocr_pages,
}
