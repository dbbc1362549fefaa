"""What a lesson builds on the page is what the package does: both are run, and compared."""

import ast
from collections import Counter
from pathlib import Path

import cv2
import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest

from ocr_data import lmdb_audit, lmdb_sequence
from ocr_lessons import plots
from ocr_synth.pages import render_page
from ocr_utils import craft_maps, crnn, ctc, keras_ocr_bridge, labels, metrics
from ocr_utils.images import fit_image

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"


def lesson_code(name: str, **names) -> dict:
    """The imports, functions and classes of a lesson, run with nothing but `names` around them.

    Where a lesson defines something twice, the first definition counts; where it later takes it
    from the package, the page's own does.
    """
    notebook = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)
    kept, defined = [], set()
    for cell in notebook.cells:
        nodes = ast.parse(cell.source).body if cell.cell_type == "code" else []
        for node in nodes:
            imports = isinstance(node, ast.Import | ast.ImportFrom)
            builds = isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name not in defined
            if imports or builds:
                kept.append(node)
                defined |= {node.name} if builds else set()
    space = dict(names)
    kept.sort(key=lambda node: not isinstance(node, ast.Import | ast.ImportFrom))  # imports first
    exec(compile(ast.Module(kept, []), name, "exec"), space)
    return space


# --- 02 ---------------------------------------------------------------------------------------


def lesson_02():
    keras_ocr_bridge.import_keras_ocr()
    return lesson_code("02_keras_ocr", cv2=cv2)


def test_02_the_maps_are_those_of_the_package():
    page = lesson_02()
    rng = np.random.default_rng(2)
    for turn in (0, 0.2, -0.5):
        across = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
        letters = [[(x, 30), (x + 14, 30), (x + 14, 52), (x, 52)] for x in range(40, 110, 16)]
        words = [(np.array(letters) @ across + 40 + rng.uniform(-2, 2, (5, 4, 2))).astype("f")]
        theirs = page["paint_maps"](words, 160, 220)
        np.testing.assert_allclose(theirs, craft_maps.score_maps(words, 160, 220), atol=0.03)
        for one, two in zip(words[0], words[0][1:], strict=False):
            ours = craft_maps.affinity_boxes([one, two])[0]
            np.testing.assert_allclose(page["affinity_box"](one, two), ours, rtol=1e-5)


def test_02_the_boxes_are_those_of_the_package():
    page = lesson_02()
    pages = [render_page(seed=2, index=n, kind="poster", size=(320, 224)) for n in range(4)]
    for drawn in pages:
        maps = craft_maps.score_maps(drawn.characters, *drawn.image.shape[:2])
        for threshold, peak in ((0.5, 0.6), (0.2, 0.9), (0.9, 0.6)):
            ours = craft_maps.find_boxes(maps, threshold, peak)
            theirs = page["boxes_from"](maps, threshold, peak)
            assert len(ours) > 3
            np.testing.assert_allclose(theirs, ours, atol=1e-3)


# --- 07 ---------------------------------------------------------------------------------------


def lesson_07():
    import keras

    from ocr_utils.stderr import quiet_stderr

    with quiet_stderr():
        return lesson_code(
            "07_crnn_ctc_training",
            TARGET_CHARACTERS=labels.TARGET_CHARACTERS,
            keras=keras,
            probabilities=random_probabilities(4, 3),
            label_converter=labels.LabelConverter(),
        )


def random_probabilities(steps, classes, seed=0):
    return ctc.softmax(np.random.default_rng(seed).normal(0, 2, (steps, classes))).astype(float)


def test_07_the_converter():
    page = lesson_07()
    theirs = page["LabelConverter"]
    theirs.collapse, theirs.encode_batch = page["collapse"], page["encode_batch"]
    ours, theirs = labels.LabelConverter(), theirs(labels.TARGET_CHARACTERS)
    for word in ("HELLO", "A", "BOOKKEEPER", "0011"):
        np.testing.assert_array_equal(theirs.encode(word), ours.encode(word))
        assert theirs.decode(theirs.encode(word)) == ours.decode(ours.encode(word))
    np.testing.assert_array_equal(
        theirs.encode_batch(["HELLO", "A"], 7), ours.encode_batch(["HELLO", "A"], 7)
    )
    rng = np.random.default_rng(0)
    for path in rng.integers(0, 4, (50, 12)):
        assert theirs.collapse(path) == ours.collapse(path)


def test_07_both_forward_algorithms():
    page = lesson_07()
    for label in ([1, 2], [1, 1], [2], [1, 2, 2, 1], [1, 1, 1, 1]):
        table = random_probabilities(6, 3, seed=len(label))
        right = ctc.ctc_log_probability(table, [label])[0]
        np.testing.assert_allclose(page["log_forward"](np.log(table), label), right)
        np.testing.assert_allclose(page["forward"](table, label)[-1, -2:].sum(), np.exp(right))


def test_07_softmax_greedy_and_beam():
    page = lesson_07()
    logits = np.random.default_rng(1).normal(0, 2, (5, 12, 37))
    np.testing.assert_allclose(page["softmax"](logits), ctc.softmax(logits), rtol=1e-5)
    assert page["greedy"](logits) == ctc.decode_predict_ctc(logits)
    table, small = random_probabilities(6, 3, seed=2), labels.LabelConverter("AB")
    for width in (3, 5, 50):  # with fewer classes than the width the package looks at all of them
        found = [
            (small.decode(text), round(p, 12))
            for text, p in page["beam_search"](table, width).items()
        ]
        assert found == ctc.beam_search(table, "AB", width)


def test_07_the_network_has_the_same_layers():
    def shape_of(model):
        skipped = ("name", "module", "registered_name", "build_config", "dtype")
        return [
            (type(layer).__name__, tuple(layer.output.shape), layer.count_params())
            + tuple(
                str(value)
                for key, value in layer.get_config().items()
                if key not in skipped and "layer" not in key
            )
            for layer in model.layers
        ]

    assert shape_of(lesson_07()["build_crnn_model"]()) == shape_of(crnn.build_crnn_model())


def test_07_the_lstm_step_is_that_of_keras():
    from keras import layers

    layer = layers.LSTM(4, return_sequences=True)
    columns = np.random.default_rng(3).normal(size=(1, 7, 3)).astype("float32")
    theirs = np.array(layer(columns))[0]
    step, weights = lesson_07()["lstm_step"], [np.array(w) for w in layer.weights]
    shown, memory = np.zeros(4), np.zeros(4)
    for x, expected in zip(columns[0], theirs, strict=True):
        shown, memory = step(x, shown, memory, *weights)
        np.testing.assert_allclose(shown, expected, atol=1e-6)


# --- 07b and 07c ------------------------------------------------------------------------------


def test_07b_the_inspection_finds_what_was_put_in():
    from keras import Input, Model, layers

    page = lesson_code("07b_ctc_pitfalls", np=np)
    image = Input((100, 32, 1))
    columns = layers.Reshape((25, 128))(image)
    good = Model(image, layers.Dense(37)(columns))
    images = np.random.default_rng(0).random((4, 100, 32, 1), np.float32)

    def found(model, rows):
        return list(page["inspect"](model, [(images, np.array(rows))], labels.TARGET_CHARACTERS))

    assert found(good, [[1, 2, 2, 0], [5, 0, 0, 0]]) == []
    assert "inside a label" in found(good, [[1, 0, 2, 0]])[0]
    assert "class 37" in found(good, [[37, 1, 0, 0]])[0]
    assert found(good, [[1] * 24]) == ["a label needs 47 steps, there are 25"]
    softmax = Model(image, layers.Dense(38, activation="softmax")(columns))
    assert len(found(softmax, [[1, 2, 0, 0]])) == 2


def test_07c_the_beam_without_a_model_is_that_of_the_package():
    counts = {"follows": Counter({("^^", "b"): 900}), "totals": Counter()}
    page = lesson_code("07c_from_toy_to_reader", alphabet="AB", np=np, **counts)
    for seed in range(20):
        table = random_probabilities(6, 3, seed)
        assert page["beam_search"](table, width=50) == ctc.beam_search(table, "AB", 50)[0][0]
    close = np.array([[0.1, 0.47, 0.43]])
    assert page["beam_search"](close, width=50) == "A"
    assert page["beam_search"](close, width=50, weight=0.5) == "B"  # the model has its say


# --- 04 ---------------------------------------------------------------------------------------


def test_04_the_convolution_is_that_of_keras():
    from keras import ops

    rng = np.random.default_rng(4)
    maps, filters = rng.normal(size=(9, 8, 3)), rng.normal(size=(3, 3, 3, 1))
    theirs = np.array(ops.conv(maps[None].astype("float32"), filters.astype("float32")))
    page = lesson_04()
    ours = page["convolve_channels"](maps, filters[..., 0], bias=0.5)
    np.testing.assert_allclose(ours, theirs[0, ..., 0] + 0.5, atol=1e-4)


def lesson_04():
    images = np.zeros((3, 28, 28, 1), "float32")
    return lesson_code("04_mnist_cnn", train_images=images)


# --- 05 ---------------------------------------------------------------------------------------


def test_05_the_better_network_is_that_of_the_shipped_weights():
    import keras

    from ocr_utils import classifier

    page = lesson_code("05_cifar10_cnn", keras=keras)
    ours, theirs = page["build_better_cnn"](10), classifier.build_classifier()
    theirs.set_weights(classifier.load_classifier()[0].get_weights())
    ours.set_weights(theirs.get_weights())
    pictures = np.random.default_rng(5).random((4, 32, 32, 3), np.float32)
    np.testing.assert_allclose(np.array(ours(pictures)), np.array(theirs(pictures)), atol=1e-5)
    assert [type(layer) for layer in ours.layers] == [type(layer) for layer in theirs.layers]


def test_05_a_picture_is_named_as_by_the_package(tmp_path):
    from PIL import Image

    from ocr_synth.objects import draw_object
    from ocr_utils import classifier

    page = lesson_code("05_cifar10_cnn")
    model, card = classifier.load_classifier()
    for seed, name in enumerate(card["classes"][:4]):
        drawn = Image.fromarray(draw_object(name, np.random.default_rng(seed)))
        drawn.resize((90, 70)).save(tmp_path / "drawn.png")
        ours = classifier.image_classification(tmp_path / "drawn.png")
        theirs = page["image_classification"](tmp_path / "drawn.png", model, card["classes"])
        assert [name for name, _ in theirs[:2]] == [name for name, _ in ours[:2]]
        np.testing.assert_allclose([p for _, p in theirs], [p for _, p in ours], atol=1e-3)


# --- 06 ---------------------------------------------------------------------------------------


def test_06_the_batches_are_those_of_the_package(word_set):
    page = lesson_code("06_lmdb_exploration")
    converter, skip = labels.LabelConverter(), [3, 50]
    for is_train in (False, True):
        options = {"batch_size": 16, "is_train": is_train, "skip": skip}
        ours = lmdb_sequence.MJDatasetSequence(word_set, converter, **options)
        theirs = page["MJDatasetSequence"](word_set, converter, **options)
        assert len(theirs) == len(ours) == 7
        for _ in range(2):  # epochs
            for i in range(len(ours)):
                for a, b in zip(theirs[i], ours[i], strict=True):
                    np.testing.assert_allclose(a, b, atol=1e-6)
                    assert a.dtype == b.dtype
            theirs.on_epoch_end(), ours.on_epoch_end()


@pytest.mark.parametrize("size", [(31, 60), (40, 90), (20, 300), (31, 3), (100, 1)])
def test_06_a_picture_is_fitted_as_by_the_package(size):
    page = lesson_code("06_lmdb_exploration")
    gray = np.random.default_rng(0).integers(0, 255, size, np.uint8)
    np.testing.assert_array_equal(page["fit_image"](gray), fit_image(gray))


def test_06_the_problems_are_those_of_the_audit(faulty_set):
    page, found = lesson_code("06_lmdb_exploration"), {}
    with page["open_mdb"](faulty_set) as env, env.begin() as txn:
        for n in range(1, 7):
            content, label = txn.get(b"image-%09d" % n), txn.get(b"label-%09d" % n).decode()
            for problem in page["find_problems"](content, label, labels.TARGET_CHARACTERS, 12):
                found.setdefault(problem, []).append(n)
    assert found == lmdb_audit.audit(faulty_set, labels.TARGET_CHARACTERS, 12)


# --- 08 ---------------------------------------------------------------------------------------


class WithoutThreshold:
    """As Tesseract, which finds words where the detector's weights are missing."""

    def detect(self, images):
        return [np.float32([[(300, 350), (400, 350), (400, 380), (300, 380)]]) for _ in images]


class WithThreshold(WithoutThreshold):
    options = {"threshold": 0.55}

    def detect(self, images, threshold):
        self.last = threshold
        return super().detect(images)


@pytest.mark.parametrize("detector", [WithThreshold(), WithoutThreshold()])
def test_08_the_threshold_can_be_shown_by_any_detector(detector, capsys):
    cells = nbformat.read(NOTEBOOKS / "08_end_to_end_ocr.ipynb", as_version=4).cells
    sources = {cell.id: cell.source for cell in cells}
    page = {"detector": detector, "plots": plots, "metrics": metrics, "plt": plt}
    page |= {"parcel": np.zeros((1000, 1200, 3), np.uint8), "parcel_truth": []}
    for cell in ("threshold", "threshold-still", "threshold-move"):
        exec(sources[cell], page)
    titles = [ax.get_title() for ax in page["axes"]]
    plt.close("all")
    said = "It has no threshold" in capsys.readouterr().out
    if isinstance(detector, WithThreshold):
        assert titles[1].startswith("threshold 0.55: 1 boxes") and not said
        assert detector.last == 0.55  # the slider begins at the usual one
    else:
        assert said
