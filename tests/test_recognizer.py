"""The shipped recognizer: weights that fit, words on end, test-time augmentation."""

import types

import cv2
import numpy as np
import pytest

from ocr_utils import OcrError, augmentation, recognizer

FLOOR = 0.5  # word accuracy on small, slanted and faint words; 0.6 and more when it was set


def test_words_that_stand_on_end_are_read_lying():
    reader = recognizer.load_recognizer()
    word = station()
    lying, falling, rising = reader.read([word, np.rot90(word, -1), np.rot90(word)])
    assert lying.text == falling.text == rising.text == "STATION"
    assert lying.box[0] == (0, 0)  # a box begins at the text's own top left corner
    assert falling.box[0] == (40, 0) and rising.box[0] == (0, 170)


def station() -> np.ndarray:
    word = np.full((40, 170, 3), 255, np.uint8)
    cv2.putText(word, "STATION", (8, 30), cv2.FONT_HERSHEY_SIMPLEX, 1.1, (0, 0, 0), 2, cv2.LINE_AA)
    return word


def test_no_crops_give_no_words_and_no_logits():
    reader = recognizer.load_recognizer()
    assert reader.read([]) == [] and reader.read([], beam_width=5) == []
    assert reader.logits([]).shape == (0, 32, 95)


def test_a_clear_word_is_not_put_to_the_vote():
    [clear], _ = recognizer.load_recognizer().predict([station()])
    assert clear.text == "STATION" and not clear.voted


def test_a_confidence_belongs_to_the_text_it_stands_beside():
    reader = recognizer.load_recognizer()
    [plain] = reader.read([station()])
    [forced] = reader.read([station()], lexicon=["ZEBRA", "HARBOR"])
    assert forced.text in ("ZEBRA", "HARBOR") and forced.confidence < 0.01 < 0.9 < plain.confidence
    [same] = reader.read([station()], lexicon=["ZEBRA", "STATION"])
    [beam] = reader.read([station()], beam_width=5)
    assert (
        (same.text, same.confidence)
        == (beam.text, beam.confidence)
        == (plain.text, plain.confidence)
    )
    with pytest.raises(OcrError, match="lexicon is empty"):
        reader.read([station()], lexicon=[])


def test_the_confidence_of_another_text_is_its_probability_at_the_cards_temperature():
    card = {"alphabet": recognizer.PRINTABLE, "temperature": 0.5}
    reader = recognizer.Recognizer(types.SimpleNamespace(input_shape=(None, 100, 32, 1)), card)
    logits = np.zeros((1, 95), np.float32)
    logits[0, 1 + recognizer.PRINTABLE.index("A")] = 2.0  # one step: "A", or any of 94 others
    reading = recognizer.Reading("B", 0.9, logits)
    assert reader.confidence("A", reading) == pytest.approx(np.exp(4) / (np.exp(4) + 94))


def test_the_shipped_network_reads_at_least_so_many_rendered_words():
    from ocr_synth.fonts import course_fonts
    from ocr_synth.scene import scene_sample
    from ocr_utils.metrics import word_accuracy

    samples = (scene_sample(5, index, course_fonts()) for index in range(200))
    crops, texts = zip(*samples, strict=True)
    found = [word.text for word in recognizer.load_recognizer().read(crops)]
    assert word_accuracy(texts, found) > FLOOR


def test_more_views_leave_sure_words_alone_and_mend_some_others():
    from ocr_synth.scene import scene_sample
    from ocr_utils.metrics import word_accuracy

    reader = recognizer.load_recognizer()
    crops, texts = zip(*(scene_sample(3, index) for index in range(120)), strict=True)
    first, _ = reader.predict(crops, augment=False)
    voted, _ = reader.predict(crops)
    for before, after in zip(first, voted, strict=True):
        if before.confidence >= recognizer.UNSURE + 1e-3:
            assert after.text == before.text and not after.voted
        assert after.voted or before.confidence > recognizer.UNSURE - 1e-3
    plain, mended = ([reading.text for reading in readings] for readings in (first, voted))
    assert word_accuracy(texts, mended) > word_accuracy(texts, plain) + 0.02


def test_confidences_of_the_card_hold_on_words_it_was_not_fitted_on():
    from ocr_synth.scene import scene_sample
    from ocr_utils.metrics import expected_calibration_error, normalize

    crops, texts = zip(*(scene_sample(4, index) for index in range(300)), strict=True)
    words = recognizer.load_recognizer().read(crops)
    right = [normalize(a.text) == normalize(b) for a, b in zip(words, texts, strict=True)]
    confidences = [word.confidence for word in words]
    assert expected_calibration_error(confidences, right) < 0.12  # 0.05 on many words


@pytest.mark.parametrize("rise", [augmentation.RISE, -augmentation.RISE])
def test_a_line_that_rises_or_falls_is_leveled(rise):
    word = np.full((70, 240, 3), 255, np.uint8)
    cv2.putText(word, "MARKET", (20, 50), cv2.FONT_HERSHEY_SIMPLEX, 1.7, (0, 0, 0), 4, cv2.LINE_AA)
    height = 100  # of which a line that rises by 0.3 leaves 70 to its letters
    tilt = np.float32([[1, 0, 0], [-rise * height / 240, 1, (rise * height + height - 70) / 2]])
    tilted = cv2.warpAffine(word, tilt, (240, height), borderValue=(255, 255, 255))
    up, down, closer, blurred = augmentation.views(tilted)
    right, wrong = (up, down) if rise > 0 else (down, up)
    assert abs(right.astype(int) - word).mean() < 5 < 20 < abs(wrong.astype(int) - word).mean()
    assert (closer < 128).mean() > (tilted < 128).mean()  # more ink in the same frame
    steepest = [abs(np.diff(view.astype(int), axis=1)).max() for view in (blurred, tilted)]
    assert 0.05 < steepest[0] / steepest[1] < 0.3  # soft edges, still there
