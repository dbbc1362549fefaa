"""Exercises of notebook 06 with functions that a learner might write; sets are merged for real."""

import re

import cv2
import numpy as np
import pytest

from ocr_data.lmdb_words import count_words, read_word, reading, write_words
from ocr_lessons.checks import nb06


def everything(folders):
    return [
        read_word(folder, index)
        for folder in folders
        for index in range(1, count_words(folder) + 1)
    ]


def with_a_loop(folders, target):
    samples = []
    for folder in folders:
        for index in range(count_words(folder)):
            samples.append(read_word(folder, index + 1))
    write_words(target, samples)
    return len(samples)


def by_raw_bytes(folders, target):
    samples = []
    for folder in folders:
        with reading(folder) as txn:
            for n in range(1, count_words(folder) + 1):
                image = bytes(txn.get(b"image-%09d" % n))
                samples.append((image, bytes(txn.get(b"label-%09d" % n)).decode()))
    return write_words(target, samples)


@pytest.mark.parametrize(
    "merge",
    [
        with_a_loop,
        by_raw_bytes,
        lambda folders, target: write_words(str(target), everything(folders)),
        lambda folders, target: np.int64(write_words(target, iter(everything(folders)))),
    ],
)
def test_right_answers_pass_every_time(merge, capsys):
    for _ in range(2):
        nb06.exercise_3(merge)
        assert capsys.readouterr().out.startswith("PASS")


def from_zero(folders, target):
    return write_words(
        target, (read_word(folder, i) for folder in folders for i in range(count_words(folder)))
    )


def without_the_last(folders, target):
    return write_words(
        target, (read_word(folder, i) for folder in folders for i in range(1, count_words(folder)))
    )


def each_replaces(folders, target):
    for folder in folders:
        count = write_words(target, everything([folder]))
    return count


def returned_too_early(folders, target):
    for folder in folders:
        return write_words(target, everything([folder]))


def shifted_pictures(folders, target):
    images, labels = zip(*everything(folders), strict=True)
    return write_words(target, zip(images[1:] + images[:1], labels, strict=True))


def swapped_pictures(folders, target):
    images, labels = zip(*everything(folders), strict=True)
    return write_words(target, zip(images[::-1], labels, strict=True))


def first_picture(folders, target):
    samples = everything(folders)
    return write_words(target, [(samples[0][0], label) for _, label in samples])


def decoded_as_bgr(folders, target):
    samples = [(image[:, :, ::-1], label) for image, label in everything(folders)]
    return write_words(target, samples)


def through_a_dict(folders, target):
    found = {label: image for image, label in everything(folders)}
    return write_words(target, [(image, label) for label, image in found.items()])


def no_return(folders, target):
    write_words(target, everything(folders))


def only_counted(folders, target):
    return sum(map(count_words, folders))


def number_of_sets(folders, target):
    write_words(target, everything(folders))
    return len(folders)


def capitals(folders, target):
    return write_words(target, [(image, label.upper()) for image, label in everything(folders)])


WRONG = [
    (from_zero, "Samples count from 1"),
    (without_the_last, "The last sample of every set is missing"),
    (each_replaces, "Only the last set is in it"),
    (returned_too_early, "Only the first set is in it"),
    (shifted_pictures, "with the picture of another one"),
    (swapped_pictures, "The pictures come in the opposite order"),
    (first_picture, "the same picture, that of the first one"),
    (decoded_as_bgr, "Red and blue have changed places"),
    (through_a_dict, "do not collect the samples in a dict"),
    (no_return, "Return their number, too"),
    (only_counted, "nothing was written into `target`"),
    (number_of_sets, "not how many sets"),
    (capitals, "hand them on as they are"),
]


@pytest.mark.parametrize(("merge", "sentence"), WRONG)
def test_wrong_merges_are_refused_and_named(merge, sentence, capsys):
    nb06.exercise_3(merge)
    printed = capsys.readouterr().out
    assert printed.startswith("TRY AGAIN") and sentence in printed


def blurred(folders, target):
    samples = [(cv2.blur(image, (31, 31)), label) for image, label in everything(folders)]
    return write_words(target, samples)


def thumbnails(folders, target):
    return write_words(target, [(image[::2, ::2], label) for image, label in everything(folders)])


@pytest.mark.parametrize("merge", [blurred, thumbnails, lambda folders, target: 1 / 0])
def test_other_wrong_merges_get_a_hint(merge, capsys):
    nb06.exercise_3(merge)
    printed = capsys.readouterr().out
    assert printed.startswith("TRY AGAIN") and "Hint: " in printed


NAMED = [
    (nb06.exercise_1, lambda i: (f"image-{i:09}", f"label-{i:09}"), "keys are bytes"),
    (nb06.exercise_2, lambda w, t: len(w) + len(re.findall(r"(.)\1", w)) <= t, "AAA is two pairs"),
    (nb06.exercise_2, lambda w, t: len(w) + len(re.findall(r"(.)\1+", w)) <= t, "not every group"),
    (nb06.exercise_2, lambda w, t: len(w) + len(w) - len(set(w)) <= t, "BANANA takes six"),
    (nb06.exercise_2, lambda w, t: t >= len(w), "HELLO takes 6 steps"),
]


@pytest.mark.parametrize(("exercise", "answer", "sentence"), NAMED)
def test_the_usual_wrong_answers_are_named(exercise, answer, sentence, capsys):
    exercise(answer)
    printed = capsys.readouterr().out
    assert printed.startswith("TRY AGAIN") and sentence in printed
