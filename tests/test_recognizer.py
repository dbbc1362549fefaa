"""The shipped recognizer: weights that fit, words on end, and second looks."""

import cv2
import numpy as np
import pytest

from ocr_utils import recognizer


def test_words_that_stand_on_end_are_read_lying():
    reader = recognizer.load_recognizer()
    word = np.full((40, 170, 3), 255, np.uint8)
    cv2.putText(word, "STATION", (8, 30), cv2.FONT_HERSHEY_SIMPLEX, 1.1, (0, 0, 0), 2, cv2.LINE_AA)
    lying, falling, rising = reader.read([word, np.rot90(word, -1), np.rot90(word)])
    assert lying.text == falling.text == rising.text == "STATION"
    assert lying.box[0] == (0, 0)  # a box begins at the text's own top left corner
    assert falling.box[0] == (40, 0) and rising.box[0] == (0, 170)


def test_second_looks_leave_sure_words_alone_and_make_some_others_surer():
    from ocr_synth.scene import scene_sample

    shipped = recognizer.load_recognizer()
    reader = recognizer.Recognizer(shipped.model, shipped.card | {"temperature": 1.0})
    crops = [scene_sample(3, index)[0] for index in range(60)]
    pairs = list(zip(reader.read(crops, second_look=False), reader.read(crops), strict=True))
    assert any(second.confidence > first.confidence + 0.1 for first, second in pairs)
    assert all(
        second == first for first, second in pairs if first.confidence >= recognizer.UNSURE + 1e-3
    )


@pytest.mark.parametrize("rise", [recognizer.RISE, -recognizer.RISE])
def test_a_line_that_rises_or_falls_is_leveled(rise):
    word = np.full((70, 240, 3), 255, np.uint8)
    cv2.putText(word, "MARKET", (20, 50), cv2.FONT_HERSHEY_SIMPLEX, 1.7, (0, 0, 0), 4, cv2.LINE_AA)
    height = 100  # of which a line that rises by 0.3 leaves 70 to its letters
    tilt = np.float32([[1, 0, 0], [-rise * height / 240, 1, (rise * height + height - 70) / 2]])
    tilted = cv2.warpAffine(word, tilt, (240, height), borderValue=(255, 255, 255))
    up, down, closer, blurred = recognizer.second_looks(tilted)
    right, wrong = (up, down) if rise > 0 else (down, up)
    assert abs(right.astype(int) - word).mean() < 5 < 20 < abs(wrong.astype(int) - word).mean()
    assert (closer < 128).mean() > (tilted < 128).mean()  # more ink in the same frame
    steepest = [abs(np.diff(look.astype(int), axis=1)).max() for look in (blurred, tilted)]
    assert 0.1 < steepest[0] / steepest[1] < 0.3  # soft edges, still there


def test_two_looks_that_agree_outvote_a_surer_one():
    once, twice = recognizer.Reading("0UR", 0.4, None), recognizer.Reading("OUR", 0.3, None)
    assert recognizer.elect([once, twice]) == once
    assert recognizer.elect([once, twice, twice._replace(confidence=0.2)]) == twice
