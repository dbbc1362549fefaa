"""keras-ocr and imgaug on NumPy 2 and OpenCV 5, for real."""

import importlib.util
import sys

import cv2
import numpy as np
import pytest

from ocr_utils import keras_ocr_bridge, old_imports


def test_keras_ocr_imports_and_its_evaluation_counts_edits():
    library = keras_ocr_bridge.import_keras_ocr()
    assert library.evaluation.editdistance.eval("kitten", "sitting") == 3


def test_imgaug_augments_on_the_numpy_and_opencv_of_today():
    keras_ocr_bridge.import_keras_ocr()
    import imgaug.augmenters as iaa

    assert int(np.__version__.split(".")[0]) >= 2 and int(cv2.__version__.split(".")[0]) >= 5
    image = np.zeros((40, 60, 3), np.uint8)
    image[10:30, 20:40] = 200
    steps = [iaa.Affine(translate_px={"x": 10}), iaa.Add(20), iaa.GaussianBlur(1.0)]
    moved = iaa.Sequential(steps)(image=image)
    assert moved.shape == image.shape and moved.dtype == np.uint8
    assert np.argmax(moved[20].sum(axis=1)) >= 30  # the square began at 20, now at 30
    assert moved[0, 59, 0] == 20


def test_restoring_twice_keeps_what_is_there():
    old_imports.restore()
    types = np.sctypes
    old_imports.restore()
    assert np.sctypes is types and np.float32 in types["float"]


def test_edits_are_counted_where_their_package_has_no_wheel(monkeypatch):
    monkeypatch.setitem(sys.modules, "editdistance", None)
    monkeypatch.delitem(sys.modules, "editdistance")
    monkeypatch.setattr(sys, "path", [])  # nothing is installed
    old_imports.restore()
    old_imports.restore()
    import editdistance

    assert editdistance.eval("kitten", "sitting") == editdistance.distance("ab", "bcd") == 3


def test_the_package_itself_is_used_where_it_is_installed(monkeypatch):
    monkeypatch.delitem(sys.modules, "editdistance", raising=False)
    if importlib.util.find_spec("editdistance") is None:
        pytest.skip("it has no wheel for this Python")
    old_imports.restore()
    import editdistance

    assert editdistance.__spec__ is not None
