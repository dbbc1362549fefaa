"""keras-ocr and the course's own parts, in each other's interfaces (notebook 02).

keras-ocr needs Keras 2; TensorFlow gives it that (tf_keras) when TF_USE_LEGACY_KERAS=1 is set
before TensorFlow is first imported, which `notebook.setup` does. Our networks stay on Keras 3.
"""

import contextlib
import io
import os
import socket
from pathlib import Path

import numpy as np

from ocr_data.network import may_download, within
from ocr_utils import old_imports
from ocr_utils.errors import OcrError
from ocr_utils.images import load_image
from ocr_utils.layout import reading_order
from ocr_utils.words import Word

WEIGHT_FILES = ("craft_mlt_25k.h5", "crnn_kurapan.h5")  # 83 MB and 35 MB
DOWNLOAD_SECONDS = 900  # for both, however slowly a server sends
SILENT = {"detection_kwargs": {"verbose": 0}, "recognition_kwargs": {"verbose": 0}}


def import_keras_ocr():
    """The module keras_ocr on top of Keras 2, or OcrError with what to do."""
    os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")
    import tensorflow as tf

    if "tf_keras" not in tf.keras.Model.__module__:
        raise OcrError(
            "TensorFlow was imported without TF_USE_LEGACY_KERAS=1, which keras-ocr "
            "needs: restart Python and call `notebook.setup(tensorflow=True)` first."
        )
    old_imports.restore()
    with contextlib.redirect_stderr(io.StringIO()):
        import keras_ocr
    return keras_ocr


# --- ours, for keras-ocr's Pipeline -----------------------------------------------------------


class CourseDetector:
    """The course's detector as keras-ocr wants one.

    detector: anything with `detect(images)`; the one of `end_to_end.load_detector` where not given.
    """

    def __init__(self, detector=None):
        self.detector = detector or _end_to_end().load_detector()

    def detect(self, images, **_options) -> list[np.ndarray]:
        """Images (H, W, 3) uint8 -> for each its words' corners, (N, 4, 2) float32 pixels."""
        groups = self.detector.detect([np.asarray(image, np.uint8) for image in images])
        return [np.asarray(boxes, np.float32).reshape(-1, 4, 2) for boxes in groups]


class CourseRecognizer:
    """The course's recognizer as keras-ocr wants one."""

    def __init__(self, recognizer=None):
        self.recognizer = recognizer or _end_to_end().load_recognizer()

    def recognize_from_boxes(self, images, box_groups, **_options) -> list[list[str]]:
        """Images and, for each, its boxes (N, 4, 2) -> for each the texts; one batch for all."""
        crops = [
            _end_to_end().crop_words(np.asarray(image, np.uint8), boxes)
            for image, boxes in zip(images, box_groups, strict=True)
        ]
        words = iter(self.recognizer.read([crop for group in crops for crop in group]))
        return [[next(words).text for _ in group] for group in crops]


# --- keras-ocr's, for our `end_to_end.read` ---------------------------------------------------


class KerasOcrDetector:
    """keras-ocr's detector (CRAFT, 20.8 million parameters) with `detect(images)`, silent."""

    description = "keras-ocr's CRAFT"

    def __init__(self, detector):
        self.detector = detector

    def detect(self, images) -> list[np.ndarray]:
        """Images (H, W, 3) uint8 -> for each its quadrilaterals, (N, 4, 2) float32 pixels."""
        with contextlib.redirect_stdout(io.StringIO()):  # it prints while it builds its graph
            return [
                np.asarray(
                    self.detector.detect([np.asarray(image, np.uint8)], verbose=0)[0], np.float32
                ).reshape(-1, 4, 2)
                for image in images
            ]


class KerasOcrRecognizer:
    """keras-ocr's recognizer (CRNN, 8.8 million parameters) with `read(crops) -> list[Word]`."""

    description = "keras-ocr's CRNN"

    def __init__(self, recognizer):
        self.recognizer = recognizer

    def read(self, crops) -> list[Word]:
        """Crops (H, W, 3) uint8 -> one Word for each, in order; keras-ocr gives no confidence."""
        images = [np.asarray(crop, np.uint8) for crop in crops]
        frames = [
            np.array([[(0, 0), (w, 0), (w, h), (0, h)]], np.float32)
            for h, w in (image.shape[:2] for image in images)
        ]
        if not images:
            return []
        with contextlib.redirect_stdout(io.StringIO()):
            texts = self.recognizer.recognize_from_boxes(images, frames, verbose=0)
        return [Word(text[0], None, frame[0]) for text, frame in zip(texts, frames, strict=True)]


# --- the Pipeline -----------------------------------------------------------------------------


def make_pipeline(timeout: float = 20.0):
    """A `keras_ocr.pipeline.Pipeline` and one sentence that says whose networks are in it.

    The official weights where they are in the cache or can be downloaded (118 MB, to
    KERAS_OCR_CACHE_DIR or ~/.keras-ocr), else the course's own detector and recognizer.
    """
    library = import_keras_ocr()
    if _may_use_official():
        try:
            with _network_timeout(timeout), contextlib.redirect_stdout(io.StringIO()):
                return within(
                    DOWNLOAD_SECONDS, library.pipeline.Pipeline
                ), "official weights: keras-ocr's CRAFT and CRNN"
        except Exception:
            _remove_broken_weights(library)
    detector, recognizer = CourseDetector(), CourseRecognizer()
    pipeline = library.pipeline.Pipeline(detector, recognizer, scale=1)
    used = _end_to_end().describe(detector.detector, recognizer.recognizer)
    return pipeline, f"keras-ocr's weights are not here; its Pipeline runs with {used}"


def read(image, pipeline=None) -> list[Word]:
    """Words of one image by a keras-ocr Pipeline, in reading order; it gives no confidence.

    image: anything `load_image` takes. pipeline: the one of `make_pipeline` where not given.
    """
    pipeline = pipeline or make_pipeline()[0]
    predictions = pipeline.recognize([load_image(image)], **SILENT)[0]
    return to_words(predictions)


def to_words(predictions) -> list[Word]:
    """keras-ocr's (text, box) pairs -> Words in reading order.

    >>> to_words([("hi", np.array([[0, 0], [9, 0], [9, 5], [0, 5]]))])[0].bounds
    (0.0, 0.0, 9.0, 5.0)
    """
    return reading_order([Word(text, None, box) for text, box in predictions if text])


def official_weights() -> list[Path]:
    """The official weight files that are in keras-ocr's cache."""
    cache = Path(import_keras_ocr().tools.get_default_cache_dir())
    return [cache / name for name in WEIGHT_FILES if (cache / name).exists()]


def _may_use_official() -> bool:
    """Cached, or allowed to download: any OCR_COURSE_DATA forbids the network."""
    return len(official_weights()) == len(WEIGHT_FILES) or may_download()


def _remove_broken_weights(library) -> None:
    """An interrupted download must not be taken for weights the next time."""
    known = [
        library.detection.PRETRAINED_WEIGHTS["clovaai_general", False],
        library.recognition.PRETRAINED_WEIGHTS["kurapan"]["weights"]["top"],
    ]
    sums = {config["filename"]: config["sha256"] for config in known}
    for path in official_weights():
        if library.tools.sha256sum(str(path)) != sums[path.name]:
            path.unlink()


@contextlib.contextmanager
def _network_timeout(seconds: float):
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


def _end_to_end():
    """Loaded on use, so that each module can use the other."""
    from ocr_utils import end_to_end

    return end_to_end
