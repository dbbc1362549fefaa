"""The CRNN: shapes, loss and decoding against brute force, learning, weights, inference."""

import itertools
from collections import defaultdict

import numpy as np
import pytest

from ocr_lessons import plots
from ocr_utils import crnn, ctc
from ocr_utils.errors import OcrError
from ocr_utils.images import fit_image
from ocr_utils.labels import PRINTABLE, LabelConverter

SMALL = {"input_shape": (48, 32, 1), "channels": (8, 16, 32), "lstm_units": (32,)}


def random_logits(batch, steps, classes, seed=0):
    return np.random.default_rng(seed).normal(0, 2, (batch, steps, classes)).astype(np.float32)


def brute_force(probabilities, characters) -> dict[str, float]:
    """Sum the probability of every path by the text it spells."""
    steps, classes = probabilities.shape
    collapse, total = LabelConverter(characters).collapse, defaultdict(float)
    for path in itertools.product(range(classes), repeat=steps):
        total[collapse(path)] += float(np.prod(probabilities[np.arange(steps), path]))
    return total


# --- the network ------------------------------------------------------------------------------


def test_the_lessons_network():
    model = crnn.build_crnn_model()
    assert model.output_shape == (None, 25, 37)
    assert model.count_params() == 343_773


@pytest.mark.parametrize("width, options", [(100, {}), (128, {"convolutions": 2})])
def test_a_larger_network(width, options):
    model = crnn.build_crnn_model(
        (width, 32, 1), PRINTABLE, (32, 64, 96, 128, 192), (128, 128), dropout=0.1, **options
    )
    assert model.output_shape == (None, width // 4, 95)
    assert 1_000_000 < model.count_params() < 4_000_000


def test_logits_stay_float32_under_mixed_precision():
    import keras

    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        assert crnn.build_crnn_model(**SMALL).output.dtype == "float32"
    finally:
        keras.config.set_dtype_policy("float32")


def test_it_memorizes_one_batch():
    import keras

    keras.utils.set_random_seed(0)
    texts = ["A", "AA", "HELLO", "OCR7", "B00K", "10", "ZEBRA", "CTC"]
    images = np.random.default_rng(0).random((8, 48, 32, 1), np.float32)
    labels = LabelConverter().encode_batch(texts, 8)
    model = crnn.build_crnn_model(**SMALL)
    model.compile(
        keras.optimizers.Adam(0.01, clipnorm=5),
        loss=keras.losses.CTC(),
        metrics=[crnn.word_accuracy],
    )
    for _ in range(150):
        scores = model.train_on_batch(images, labels, return_dict=True)
        if scores["word_accuracy"] == 1 and scores["loss"] < 0.1:
            break
    assert ctc.decode_predict_ctc(model(images, training=True)) == texts
    assert scores["word_accuracy"] == 1


# --- the loss ---------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "A", "AB", "AA", "BAB", "ABB"])
def test_three_ways_to_the_same_probability(text):
    import keras

    logits = random_logits(1, 5, 3)
    expected = brute_force(ctc.softmax(logits[0]), "AB")[text]
    labels = LabelConverter("AB").encode_batch([text], 3)
    ours = np.exp(ctc.ctc_log_probability(ctc.softmax(logits[0]), labels))[0]
    assert ours == pytest.approx(expected, rel=1e-4)
    assert np.exp(-float(keras.losses.CTC()(labels, logits))) == pytest.approx(expected, rel=1e-3)


def test_a_label_that_cannot_fit_has_no_probability():
    probabilities = ctc.softmax(random_logits(1, 3, 3)[0])
    labels = LabelConverter("AB").encode_batch(["AA", "AAA", "ABA"], 3)
    assert np.isfinite(ctc.ctc_log_probability(probabilities, labels)).tolist() == [
        True,
        False,
        True,
    ]


# --- decoding ---------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(5))
def test_beam_search_is_exact_when_wide_enough(seed):
    probabilities = ctc.softmax(random_logits(1, 5, 3, seed)[0])
    truth = sorted(brute_force(probabilities, "AB").items(), key=lambda item: -item[1])
    found = ctc.beam_search(probabilities, "AB", beam_width=200)
    assert [text for text, _ in found[:10]] == [text for text, _ in truth[:10]]
    assert [p for _, p in found[:10]] == pytest.approx([p for _, p in truth[:10]])


def test_the_lexicon_ranks_by_brute_force_probability():
    probabilities = ctc.softmax(random_logits(1, 5, 3, 3)[0])
    truth, words = brute_force(probabilities, "AB"), ["A", "AB", "BA", "AAB", "BBB", "BABA"]
    ranked = ctc.rank_lexicon(probabilities, "AB", words)
    assert [word for word, _ in ranked] == sorted(words, key=lambda word: -truth[word])
    assert [p for _, p in ranked] == pytest.approx([truth[word] for word, _ in ranked])


def test_greedy_decoding_of_a_batch_is_the_plain_loop():
    logits = random_logits(40, 12, 4)
    collapse = LabelConverter("ABC").collapse
    expected = [collapse(path) for path in logits.argmax(-1)]
    texts, chances = ctc.greedy_decode(logits, "ABC")
    assert texts == expected == ctc.decode_predict_ctc(logits, "ABC")
    assert [len(text) for text in texts] == [len(chance) for chance in chances]
    assert all(1 / 4 <= chance.min(initial=1) for chance in chances)


def test_greedy_confidence_is_the_best_step_of_each_character():
    steps = [[0.2, 0.7, 0.1], [0.1, 0.8, 0.1], [0.9, 0.05, 0.05], [0.1, 0.6, 0.3], [0.8, 0.1, 0.1]]
    texts, chances = ctc.greedy_decode(np.log([steps]), "AB")
    assert texts == ["AA"] and chances[0] == pytest.approx([0.8, 0.6], abs=1e-5)
    assert ctc.word_confidence(chances[0]) == pytest.approx(0.48, abs=1e-5)


def test_runs_do_not_cross_images():
    logits = np.log(np.array([[[0.1, 0.9]], [[0.2, 0.8]], [[0.7, 0.3]], [[0.4, 0.6]]]))
    texts, chances = ctc.greedy_decode(logits, "A")
    assert texts == ["A", "A", "", "A"]
    assert [len(chance) for chance in chances] == [1, 1, 0, 1]
    assert np.concatenate(chances) == pytest.approx([0.9, 0.8, 0.6])


def test_beam_beats_greedy_where_paths_add_up():
    logits = np.log([[[0.6, 0.4], [0.6, 0.4]]])
    assert ctc.decode_predict_ctc(logits, "A") == [""]
    assert ctc.decode_predict_ctc(logits, "A", beam_width=3) == ["A"]
    assert ctc.decode_predict_ctc(logits, "A", beam_width=3, top_paths=2) == [["A", ""]]
    assert ctc.decode_predict_ctc(logits, "A", top_paths=2) == [["A", ""]]
    assert ctc.decode_predict_ctc(logits, "A", lexicon=["AA", "A"]) == ["A"]


@pytest.mark.parametrize("batch", [0, 1, 3])
def test_batches_of_any_size(batch):
    logits = random_logits(batch, 6, 3)
    for options in ({}, {"beam_width": 4}, {"lexicon": ["A", "BB"]}):
        assert len(ctc.decode_predict_ctc(logits, "AB", **options)) == batch


@pytest.mark.parametrize(
    "call, words",
    [
        (
            lambda: ctc.decode_predict_ctc(np.zeros((2, 5, 37)), "AB"),
            ["(2, 5, 37)", "2 characters"],
        ),
        (lambda: ctc.decode_predict_ctc(np.zeros((5, 3)), "AB"), ["(5, 3)"]),
        (lambda: ctc.decode_predict_ctc(np.zeros((1, 5, 3)), "AB", lexicon=[]), ["empty"]),
        (
            lambda: ctc.decode_predict_ctc(np.zeros((1, 5, 3)), "AB", lexicon=["C"]),
            ["'C'", "'AB'"],
        ),
    ],
)
def test_errors_name_what_is_wrong(call, words):
    with pytest.raises(OcrError) as caught:
        call()
    assert all(word in str(caught.value) for word in words)


def test_the_metric_agrees_with_the_strings():
    texts = ["AB", "AA", "", "ABCA", "B"]
    logits = np.full((5, 7, 4), -9.0, np.float32)
    for row, path in zip(
        logits, ["AAB----", "A-AA---", "-------", "A-B-C-A", "BA-----"], strict=True
    ):
        row[np.arange(7), ["-ABC".index(char) for char in path]] = 9
    labels = LabelConverter("ABC").encode_batch(texts, 4)
    assert np.asarray(crnn.word_accuracy(labels, logits)).tolist() == [1, 1, 1, 1, 0]
    short = LabelConverter("ABC").encode_batch(["ABC"], 3)
    assert np.asarray(crnn.word_accuracy(short, logits[3:4])).tolist() == [0]  # ABCA is read


# --- images, weights, inference -----------------------------------------------------------------


def test_prepare_image_stretches_or_pads():
    image = np.zeros((20, 40, 3), np.uint8)
    image[:, 20:] = 255
    stretched, padded = crnn.prepare_image(image), crnn.prepare_image(image, pad=True)
    assert stretched.shape == padded.shape == (100, 32, 1) and stretched.dtype == np.float32
    assert stretched[:45].max() == 0 and stretched[55:].min() == 1
    assert padded[36:64].min() == 1 and padded[64:].max() == 0


def test_a_large_picture_is_averaged_and_not_picked_from():
    noise = np.random.default_rng(0).integers(0, 256, (320, 1000), np.uint8)
    assert fit_image(noise, pad=False).std() < 15  # a hundred pixels become one


def test_check_inference_shows_and_returns(tmp_path):
    from matplotlib import pyplot as plt

    from ocr_data.lmdb_sequence import MJDatasetSequence
    from ocr_data.lmdb_words import write_words
    from ocr_synth.words import plain_sample

    write_words(tmp_path / "words", [plain_sample(0, i) for i in range(6)])
    dataset = MJDatasetSequence(tmp_path / "words", LabelConverter(), batch_size=4)
    pairs = plots.check_inference(crnn.build_crnn_model(), dataset, index=5)
    assert [truth for truth, _ in pairs] == [plain_sample(0, i)[1].upper() for i in range(5)]
    assert len(plt.gcf().axes) >= 5
    plt.close("all")
