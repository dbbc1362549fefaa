"""Checks of notebook 06, word data sets in an LMDB."""

import random
import tempfile
from pathlib import Path

from ocr_data import lmdb_words
from ocr_lessons.checks.exercise import Exercise
from ocr_lessons.checks.word_pictures import owner, picture
from ocr_utils.errors import OcrError
from ocr_utils.labels import required_steps

# --- the keys of a sample -------------------------------------------------------------------------


def _keys(index):
    return b"image-%09d" % index, b"label-%09d" % index


exercise_1 = Exercise(
    "sample_keys",
    _keys,
    lambda: [(1,), (random.randint(10, 999),), (random.randint(1_000, 99_999),), (7_224_612,)],
    {
        "Those are texts; keys are bytes: put a b before the quotation mark, b'image-%09d'.": (
            lambda index: (f"image-{index:09d}", f"label-{index:09d}")
        ),
        "str() of bytes gives a text that begins with b'. Use b'image-%09d' % index.": (
            lambda index: tuple(map(str, _keys(index)))
        ),
        "The number is filled up with zeros to nine digits: %09d.": (
            lambda index: (b"image-%d" % index, b"label-%d" % index)
        ),
        "Filled up to eight digits; nine are wanted: %09d.": (
            lambda index: (b"image-%08d" % index, b"label-%08d" % index)
        ),
        "%9d fills up with blanks. With a zero in front it fills up with zeros: %09d.": (
            lambda index: (b"image-%9d" % index, b"label-%9d" % index)
        ),
        "Samples count from 1, and so does index: do not subtract anything.": (
            lambda index: _keys(index - 1)
        ),
        "Samples count from 1, and so does index: do not add anything.": (
            lambda index: _keys(index + 1)
        ),
        "First the key of the image, then that of the label.": lambda index: _keys(index)[::-1],
        "The word and the number are joined by a hyphen: image-000000001.": (
            lambda index: tuple(key.replace(b"-", b"_") for key in _keys(index))
        ),
        "Only one key: return both, separated by a comma.": lambda index: _keys(index)[0],
    },
    hints=(
        "How did the lesson write a number with nine digits into bytes?",
        'b"image-%09d" % index',
    ),
)


# --- does the label fit? --------------------------------------------------------------------------


def _fits(label, time_steps):
    return required_steps(label) <= time_steps


def _runs(label):
    """How many groups of equal neighbors."""
    pairs = [a == b for a, b in zip(label, label[1:], strict=False)]
    return sum(pair and not before for before, pair in zip([False, *pairs], pairs, strict=False))


def _separate_pairs(label):
    """Pairs as a regular expression finds them: AAA has one."""
    found, position = 0, 0
    while position < len(label) - 1:
        pair = label[position] == label[position + 1]
        found, position = found + pair, position + 1 + pair
    return found


def _label_cases():
    letter, other = random.sample("BCDFGHKMNPRSTVWZ", 2)
    chance = "".join(random.choices("AB", k=random.randint(5, 9)))
    steps = required_steps(chance)
    return [
        ("HELO", 4),
        ("WORD", 6),
        ("CAT", 6),
        ("HELLO", 5),
        ("HELLO", 6),
        ("BANANA", 6),
        ("BOOKKEEPER", 12),
        ("BOOKKEEPER", 13),
        ("AAA", 4),
        ("AAA", 5),
        (4 * letter, 6),
        (4 * letter, 5),
        (other + letter + other, 3),
        (chance, steps),
        (chance, steps - 1),
    ]


exercise_2 = Exercise(
    "fits_ctc",
    _fits,
    _label_cases,
    {
        "Equal neighbors need a blank between them: HELLO takes 6 steps.": (
            lambda label, steps: len(label) <= steps
        ),
        "A label that needs exactly `time_steps` steps fits: <= instead of <.": (
            lambda label, steps: required_steps(label) < steps
        ),
        "Only equal *neighbors* need a blank: BANANA takes six steps.": (
            lambda label, steps: 2 * len(label) - len(set(label)) <= steps
        ),
        "Pairs may overlap: AAA is two pairs, A-A-A, and takes five steps.": (
            lambda label, steps: len(label) + _separate_pairs(label) <= steps
        ),
        "Every pair of neighbors counts, not every group: AAAA takes three blanks.": (
            lambda label, steps: len(label) + _runs(label) <= steps
        ),
        "A blank is needed between equal neighbors only, not around every letter.": (
            lambda label, steps: 2 * len(label) + 1 <= steps
        ),
        "A blank is needed between equal neighbors only, not between all letters.": (
            lambda label, steps: 2 * len(label) - 1 <= steps
        ),
        "That is the other way round: True if the label fits.": (
            lambda label, steps: not _fits(label, steps)
        ),
        "That is the number of steps. Compare it with time_steps: True or False.": (
            lambda label, steps: required_steps(label)
        ),
        "That is the number of blanks. Add the letters, and compare with time_steps.": (
            lambda label, steps: required_steps(label) - len(label)
        ),
    },
    hints=(
        "Put the label beside itself, moved by one letter: zip(label, label[1:]).",
        "sum(a == b for a, b in zip(label, label[1:])) are the blanks that it needs.",
    ),
)


# --- one out of several ---------------------------------------------------------------------------
# A case is a list of data sets, each a list of words; every word has a picture of its own.


def _merged(sets, count=None, labels=None, pictures=None):
    """The outcome of a merge: what it returns, and what is then in the target."""
    labels = _flat(sets) if labels is None else labels
    pictures = labels if pictures is None else pictures
    return {
        "returns": len(labels) if count is None else count,
        "samples": [f"{a}: picture of {b}" for a, b in zip(labels, pictures, strict=True)],
    }


def _refused(sets):
    raise OcrError("there is no sample 0")


def _once(sets):
    return _merged(sets, labels=list(dict.fromkeys(_flat(sets))))


def _turns(sets):
    longest = max(map(len, sets))
    return _merged(
        sets, labels=[words[i] for i in range(longest) for words in sets if i < len(words)]
    )


def _flat(sets):
    return [word for words in sets for word in words]


def _word_sets():
    words = ["".join(random.sample("ABCDEFGHIJKLMNOPQRSTUVWXYZ", 5)) for _ in range(6)]
    small = words[5].lower()
    return [
        ([words[:2], words[2:3]],),
        ([words[3:4], [words[0], words[4], small], words[1:3]],),
        ([words[:3], [words[4], words[1]], [small, words[0]]],),
    ]


_exercise_3 = Exercise(
    "merge",
    _merged,
    _word_sets,
    {
        "Samples count from 1: range(1, count + 1).": _refused,
        "The last sample of every set is missing: range(1, count + 1).": (
            lambda sets: _merged(sets, labels=_flat([words[:-1] for words in sets]))
        ),
        "Only the first set is in it: do not return within the loop.": (
            lambda sets: _merged(sets, labels=sets[0])
        ),
        "The number is right, but every write_words replaces the samples before. Call it once.": (
            lambda sets: _merged(sets, count=len(_flat(sets)), labels=sets[-1])
        ),
        "Only the last set is in it: every write_words replaces the one before. Call it once.": (
            lambda sets: _merged(sets, labels=sets[-1])
        ),
        "Every word is there, but with the picture of another one.": (
            lambda sets: _merged(sets, pictures=_flat(sets)[1:] + _flat(sets)[:1])
        ),
        "The pictures come in the opposite order.": (
            lambda sets: _merged(sets, pictures=_flat(sets)[::-1])
        ),
        "All words have the same picture, that of the first one.": (
            lambda sets: _merged(sets, pictures=_flat(sets)[:1] * len(_flat(sets)))
        ),
        "All words have the same picture, that of the last one.": (
            lambda sets: _merged(sets, pictures=_flat(sets)[-1:] * len(_flat(sets)))
        ),
        "Red and blue have changed places in the pictures: hand on what read_word gives.": (
            lambda sets: _merged(
                sets, pictures=[f"{w}, red and blue exchanged" for w in _flat(sets)]
            )
        ),
        "A word that occurs twice is there once only: do not collect the samples in a dict.": _once,
        "One set after the other is wanted, not one sample of each in turn.": _turns,
        "The sets come in the opposite order.": lambda sets: _merged(sets[::-1]),
        "The samples are sorted; they should keep their order.": (
            lambda sets: _merged(sets, labels=sorted(_flat(sets)))
        ),
        "The labels have changed their case; hand them on as they are.": (
            lambda sets: _merged(
                sets, labels=[w.upper() for w in _flat(sets)], pictures=_flat(sets)
            )
        ),
        "The samples are right. Return their number, too: write_words gives it.": (
            lambda sets: _merged(sets, count="nothing")
        ),
        "The samples are right. Return how many they are, not how many sets.": (
            lambda sets: _merged(sets, count=len(sets))
        ),
        "The number is right, but nothing was written into `target`.": (
            lambda sets: _merged(sets, count=len(_flat(sets)), labels=[])
        ),
    },
    hints=(
        "Two loops, one within the other: over the folders, and over the numbers of a folder.",
        "A generator that yields read_word(folder, index) is all that write_words needs.",
    ),
    show=lambda sets: " and ".join("/".join(words) for words in sets),
)


def exercise_3(merge) -> None:
    """Writes the data sets of every case, merges them by the learner's function, looks at all."""
    _exercise_3(lambda sets: _run_merge(merge, sets))


def _run_merge(merge, sets):
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as temporary:
        target = Path(temporary) / "merged"
        folders = [Path(temporary) / f"set_{number}" for number in range(len(sets))]
        for folder, words in zip(folders, sets, strict=True):
            lmdb_words.write_words(folder, [(picture(word), word) for word in words])
        try:
            count = merge(folders, target)
            samples = _samples(target)
        except OcrError as error:
            if "sample 0" in str(error):
                raise
            raise ValueError(str(error)) from error  # another mistake than counting from 0
        finally:
            for folder in (*folders, target):
                lmdb_words.close_words(folder)
    if count in (None, Ellipsis) and not samples:
        return None
    names = [f"{label}: picture of {owner(image, _flat(sets))}" for image, label in samples]
    return {"returns": "nothing" if count is None else count, "samples": names}


def _samples(target) -> list:
    if not Path(target).exists():
        return []
    count = lmdb_words.count_words(target)
    return [lmdb_words.read_word(target, index) for index in range(1, count + 1)]
