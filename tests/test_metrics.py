"""Scores against values worked out by hand."""

import unicodedata

import numpy as np
import pytest

from ocr_utils import metrics
from ocr_utils.errors import OcrError
from ocr_utils.metrics import Score
from ocr_utils.words import Word


def test_normalize_keeps_letters_and_digits_of_any_script():
    assert metrics.normalize(" Caf\u00e9-24, (A_b) ") == "CAF\u00c924AB"
    assert metrics.normalize("...") == ""


def test_combining_marks_tell_words_apart():
    assert metrics.normalize("\u0915\u093f") != metrics.normalize("\u0915\u0941")  # ki, ku
    assert metrics.word_accuracy(["\u0915\u093f"], ["\u0915\u0941"]) == 0
    assert metrics.normalize("-\u0301a") == "A"  # an accent on what does not count


def test_a_text_is_the_same_in_every_normal_form():
    composed, decomposed = "\uc11c\uc6b8", unicodedata.normalize("NFD", "\uc11c\uc6b8")
    for exact in (True, False):
        assert metrics.word_accuracy([composed], [decomposed], exact=exact) == 1
    assert metrics.cer(composed, decomposed) == metrics.wer(decomposed, composed) == 0
    assert metrics.word_f1([composed], [decomposed]).f1 == 1


def test_cer_counts_each_kind_of_edit_once():
    assert metrics.cer("ABCD", "ABCD") == 0
    assert metrics.cer("ABCD", "ABD") == 0.25  # one deleted
    assert metrics.cer("ABCD", "ABXCD") == 0.25  # one inserted
    assert metrics.cer("ABCD", "AXCD") == 0.25  # one replaced
    assert metrics.cer("ABCD", "abcd") == 1.0  # case counts
    assert metrics.cer("AB", "ABCDEF") == 2.0  # more than 1 is possible


def test_cer_of_a_list_weighs_every_character_the_same():
    assert metrics.cer(["A" * 9, "B"], ["A" * 9, "X"]) == pytest.approx(1 / 10)


def test_wer_splits_at_any_white_space():
    assert metrics.wer("one two\nthree  four", "one two three four") == 0
    assert metrics.wer("one two\nthree four", "one too three four") == 0.25


def test_lists_of_different_lengths_are_refused():
    for score in (metrics.cer, metrics.wer, metrics.word_accuracy, metrics.one_minus_ned):
        with pytest.raises(OcrError, match="2 true texts but 1 read"):
            score(["a", "b"], ["a"])


def test_word_accuracy_and_edit_distance_on_the_same_words():
    truths, found = ["HOUSE", "car", "No.7"], ["H0USE", "CAR!", "no7"]
    assert metrics.word_accuracy(truths, found) == pytest.approx(2 / 3)
    assert metrics.one_minus_ned(truths, found) == pytest.approx((0.8 + 1 + 1) / 3)
    assert metrics.word_accuracy(truths, found, exact=True) == 0


def test_edit_distance_divides_by_the_longer_word():
    assert metrics.one_minus_ned(["AB"], ["ABCD"]) == 0.5
    assert metrics.one_minus_ned(["ABCD"], ["AB"]) == 0.5


def test_word_f1_is_a_multiset_without_order():
    score = metrics.word_f1(["a", "a", "b"], ["B.", "a", "c", "c"])
    assert score == Score(matched=2, truth=3, found=4)
    assert (score.precision, score.recall) == (0.5, pytest.approx(2 / 3))
    assert score.f1 == pytest.approx(4 / 7)


def test_word_f1_takes_words_and_leaves_punctuation_out():
    words = [Word.from_bounds("Exit", 0.9, 0, 0, 9, 9), Word.from_bounds("--", 0.9, 9, 0, 12, 9)]
    assert metrics.word_f1(["EXIT", "&"], words) == Score(1, 1, 1)


def test_pages_add_up_before_dividing():
    pages = [metrics.word_f1(["a"], ["a"]), metrics.word_f1(["b", "c", "d"], ["x"])]
    assert sum(pages, Score()).f1 == pytest.approx(2 * 1 / (4 + 2))


def test_nothing_found_scores_zero_and_does_not_divide_by_zero():
    assert metrics.word_f1(["a"], []).f1 == 0
    assert metrics.box_hmean([], []).f1 == 0
    assert metrics.box_hmean([], [[(0, 0), (1, 0), (1, 1), (0, 1)]]).precision == 0


def square(left, top, right, bottom):
    return Word.from_bounds("", None, left, top, right, bottom)


def test_boxes_match_from_half_overlap_upwards():
    truth = [square(0, 0, 10, 10)]
    assert metrics.box_hmean(truth, [square(0, 0, 10, 5)]).matched == 1  # IoU exactly 0.5
    assert metrics.box_hmean(truth, [square(0, 0, 10, 4.9)]).matched == 0
    assert metrics.box_hmean(truth, [square(0, 0, 10, 4.9)], iou=0.4).matched == 1


def test_one_found_box_cannot_stand_for_two_words():
    truth = [square(0, 0, 10, 10), square(0, 1, 10, 11)]
    assert metrics.box_hmean(truth, [square(0, 0, 10, 10)]) == Score(1, 2, 1)


def test_the_best_overlap_is_matched_first():
    truth = [square(0, 0, 10, 10), square(4, 0, 14, 10)]
    found = [square(3, 0, 13, 10), square(-2, 0, 8, 10)]  # the first overlaps both words
    assert metrics.box_hmean(truth, found).matched == 2


def test_slanted_boxes_are_compared_as_polygons():
    diamond = [(5, 0), (10, 5), (5, 10), (0, 5)]
    assert metrics.box_hmean(np.array([diamond]), [square(0, 0, 10, 10)]).f1 == 1  # IoU 1/2
    assert metrics.box_hmean([diamond], [square(0, 0, 10, 10)], iou=0.51).matched == 0


def test_two_crossed_words_do_not_match():
    falling = [(0, 0), (4, 0), (100, 96), (96, 100)]
    rising = [(0, 100), (0, 96), (96, 0), (100, 4)]
    assert metrics.box_hmean([falling], [rising]).matched == 0


def test_an_outline_that_crosses_itself_or_has_no_area_is_no_error():
    bow_tie = [(0, 0), (10, 10), (10, 0), (0, 10)]
    assert metrics.box_hmean([bow_tie], [square(0, 0, 10, 10)]).f1 == 1
    assert metrics.box_hmean([square(0, 0, 10, 10)], [square(5, 5, 5, 9)]).matched == 0


def test_findings_in_an_ignored_area_do_not_count():
    truth, unclear = [square(0, 0, 10, 10)], [square(20, 0, 40, 10)]
    found = [square(0, 0, 10, 10), square(22, 0, 30, 10)]
    assert metrics.box_hmean(truth, found).precision == 0.5
    assert metrics.box_hmean(truth, found, ignored=unclear).precision == 1


def test_calibration_error_by_hand():
    confidences = [0.95, 0.95, 0.55, 0.55]
    correct = [True, False, True, False]
    # two words at 0.95, half right: gap 0.45; two at 0.55, half right: gap 0.05
    assert metrics.expected_calibration_error(confidences, correct) == pytest.approx(0.25)
    assert metrics.expected_calibration_error([1.0], [True]) == 0  # 1.0 belongs to the last bin


def test_calibration_needs_one_answer_for_each_confidence():
    with pytest.raises(OcrError, match="2 confidences but 1 answers"):
        metrics.expected_calibration_error([0.1, 0.2], [True])
