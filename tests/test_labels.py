"""LabelConverter: the numbers of the lesson, and errors that name what is wrong."""

import numpy as np
import pytest

from ocr_utils.errors import OcrError
from ocr_utils.labels import (
    PRINTABLE,
    TARGET_CHARACTERS,
    LabelConverter,
    check_labels,
    required_steps,
)


def test_alphabets():
    assert TARGET_CHARACTERS == "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    assert len(PRINTABLE) == len(set(PRINTABLE)) == 94 and " " not in PRINTABLE
    assert sorted(PRINTABLE) == [chr(code) for code in range(33, 127)]


def test_hello_as_in_the_lesson():
    converter = LabelConverter(TARGET_CHARACTERS)
    assert converter.encode("HELLO").tolist() == [8, 5, 12, 0, 12, 15]
    assert converter.decode(converter.encode("HELLO")) == "HEL-LO"
    assert converter.encode("HELLO", separate_doubles=False).tolist() == [8, 5, 12, 12, 15]


def test_three_equal_characters_need_two_blanks():
    assert LabelConverter("A").encode("AAA").tolist() == [1, 0, 1, 0, 1]


def test_every_character_survives_the_round_trip():
    converter = LabelConverter(PRINTABLE)
    path = converter.encode("".join(PRINTABLE[i] * 2 for i in range(94)))
    assert converter.collapse(path) == "".join(char * 2 for char in PRINTABLE)


@pytest.mark.parametrize(
    "path, text",
    [
        ([], ""),
        ([0, 0], ""),
        ([1, 1, 1], "A"),
        ([1, 0, 1], "AA"),
        ([0, 1, 2, 2, 0], "AB"),
    ],
)
def test_collapse(path, text):
    assert LabelConverter("AB").collapse(path) == text


def test_encode_batch_is_plain_and_padded():
    labels = LabelConverter().encode_batch(["HELLO", ""], max_text_len=6)
    assert labels.dtype == np.int32
    assert labels.tolist() == [[8, 5, 12, 12, 15, 0], [0, 0, 0, 0, 0, 0]]


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: LabelConverter().encode("CAFÉ"), ["'CAFÉ'", "'É'", "alphabet"]),
        (lambda: LabelConverter().encode("low"), ["'l'"]),
        (lambda: LabelConverter().encode_batch(["A" * 23]), ["23 characters", "22"]),
        (lambda: LabelConverter("ABA"), ["'ABA'", "once"]),
        (lambda: LabelConverter(""), ["empty"]),
        (lambda: check_labels(["OK", "BOOKKEEPER"], 12), ["'BOOKKEEPER'", "13", "12"]),
        (lambda: check_labels(["AAAA", "BBBB"], 5), ["'AAAA'", "1 more"]),
    ],
)
def test_errors_name_what_is_wrong(call, words):
    with pytest.raises(OcrError) as caught:
        call()
    message = str(caught.value)
    assert all(word in message for word in words) and message.count("\n") == 0


def test_required_steps():
    texts = ["", "A", "AA", "HELLO", "BOOKKEEPER"]
    assert [required_steps(text) for text in texts] == [0, 1, 3, 6, 13]
    check_labels(["HELLO"], 6)
