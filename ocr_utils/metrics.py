"""Scores: how far is what was read from what stands there? (notebooks 03, 07, 08)

Texts are scored as strings or lists of strings; pages as lists of `Word`, or of texts, or of boxes.
"""

import unicodedata
from collections import Counter
from dataclasses import dataclass

import numpy as np
import shapely

from ocr_utils.errors import OcrError
from ocr_utils.words import Word


def normalize(text: str) -> str:
    """Letters and digits only, in upper case: how text recognition benchmarks compare words.

    Letters of every script count, Hangul too, and keep their combining marks; a text means the same
    in every Unicode normal form (NFC; notebook 08).

    >>> normalize("It's 10:30!"), normalize("서울-역 2")
    ('ITS1030', '서울역2')
    """
    kept, before_kept = "", False
    for character in unicodedata.normalize("NFC", text.upper()):
        is_mark = unicodedata.category(character).startswith("M")
        if character.isalnum() or (is_mark and before_kept):
            kept += character
            before_kept = True
        else:
            before_kept = False
    return kept


def cer(truth, found) -> float:
    """Character error rate: edits (insert, delete, replace) per character of the truth.

    truth, found: two strings, or two lists of strings of the same length. 0 is perfect, and more
    than 1 is possible. Case and punctuation count; any run of white space counts as one space.
    Computed by jiwer; the edit distance is Levenshtein's of 1966 (notebook 03).

    >>> cer("HELLO", "HALLO"), cer(["ab", "cd"], ["ab", ""])
    (0.2, 0.5)
    """
    import jiwer

    return float(jiwer.cer(*_same_length(truth, found)))


def wer(truth, found) -> float:
    """Word error rate: word edits per word of the truth; the arguments of `cer` (notebook 03).

    >>> wer("the quick brown fox", "the quick fox")
    0.25
    """
    import jiwer

    return float(jiwer.wer(*_same_length(truth, found)))


def word_accuracy(truths, found, exact: bool = False) -> float:
    """Share of words read right; both lists are normalized first unless `exact` (notebook 07).

    >>> word_accuracy(["Hello", "OCR"], ["hello!", "0CR"])
    0.5
    >>> word_accuracy(["Hello", "OCR"], ["hello!", "OCR"], exact=True)
    0.5
    """
    truths, found = _comparable(truths, found, exact)
    return sum(a == b for a, b in zip(truths, found, strict=True)) / max(1, len(truths))


def one_minus_ned(truths, found, exact: bool = False) -> float:
    """1 - normalized edit distance, the mean over the words: 1 is perfect, 0 all wrong.

    The distance of a word is divided by the longer of the two lengths (ICDAR 2019 ArT/LSVT rules).
    So a word that is nearly right counts for nearly 1; `word_accuracy` gives it 0 (notebook 07c).

    >>> one_minus_ned(["HELLO", "OCR"], ["HALLO", "OCR"])
    0.9
    """
    from rapidfuzz.distance import Levenshtein  # underneath jiwer

    truths, found = _comparable(truths, found, exact)
    similarities = [
        Levenshtein.normalized_similarity(a, b) for a, b in zip(truths, found, strict=True)
    ]
    return float(np.mean(similarities)) if similarities else 0.0


@dataclass(frozen=True)
class Score:
    """Counts of one page, from which precision, recall and F1 follow; pages can be added up.

    >>> page_1, page_2 = Score(matched=1, truth=1, found=2), Score(matched=2, truth=3, found=2)
    >>> total = page_1 + page_2
    >>> total.precision, total.recall, total.f1
    (0.75, 0.75, 0.75)
    >>> sum([page_1, page_2], Score()) == total
    True
    """

    matched: int = 0
    truth: int = 0
    found: int = 0

    def __add__(self, other: "Score") -> "Score":
        return Score(
            self.matched + other.matched, self.truth + other.truth, self.found + other.found
        )

    @property
    def precision(self) -> float:
        """What share of the findings is right? 0 where nothing was found."""
        return self.matched / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        """What share of the truth was found? 0 where there was nothing to find."""
        return self.matched / self.truth if self.truth else 0.0

    @property
    def f1(self) -> float:
        """The harmonic mean (H-mean) of precision and recall."""
        both = self.truth + self.found
        return 2 * self.matched / both if both else 0.0


def word_f1(truth, found) -> Score:
    """Which words of a page were read, in whatever order: a multiset of normalized words.

    truth, found: lists of `Word` or of strings. A word that normalizes to nothing is left out on
    both sides; each occurrence can be matched once (notebook 08).

    >>> score = word_f1(["EXIT", "to", "the", "sea"], ["exit,", "sea", "sea", "-"])
    >>> score
    Score(matched=2, truth=4, found=3)
    >>> round(score.precision, 2), score.recall, round(score.f1, 2)
    (0.67, 0.5, 0.57)
    """
    expected, got = _multiset(truth), _multiset(found)
    return Score((expected & got).total(), expected.total(), got.total())


def box_hmean(truth, found, iou: float = 0.5, ignored=()) -> Score:
    """Which words of a page were located: boxes matched one to one, best overlap first.

    truth, found, ignored: lists of `Word`, or of boxes of four (x, y) points. Overlap is the
    intersection over union of the polygons (shapely); a pair needs at least `iou`. A finding more
    than half of which lies in an ignored box does not count. The `.f1` of the result is what
    detection papers call H-mean (ICDAR 2015; notebook 08).

    >>> truth = [Word.from_bounds("a", None, 0, 0, 9, 9), Word.from_bounds("b", None, 20, 0, 30, 9)]
    >>> found = [Word.from_bounds("", None, 1, 0, 10, 9)]
    >>> box_hmean(truth, found)
    Score(matched=1, truth=2, found=1)
    """
    truth, found, ignored = _polygons(truth), _polygons(found), _polygons(ignored)
    if len(ignored):
        which, shared = _overlaps(found, ignored)
        inside = shared > 0.5 * shapely.area(found[which[0]])
        found = np.delete(found, which[0][inside])
    return Score(len(_match(truth, found, iou)), len(truth), len(found))


def expected_calibration_error(confidences, correct, bins: int = 10) -> float:
    """How far confidence and accuracy lie apart: 0 when "0.8" is right 80 times in 100.

    confidences: (N,) 0..1; correct: (N,) bool. The words are sorted into `bins` equal intervals of
    confidence; the gaps |accuracy - mean confidence| are averaged with the number of words as the
    weight (Guo et al. 2017, arXiv 1706.04599; notebook 08).

    >>> expected_calibration_error([0.75, 0.75, 0.75, 0.75], [True, True, True, False])
    0.0
    >>> expected_calibration_error([1.0, 1.0], [True, False])
    0.5
    """
    table = calibration_bins(confidences, correct, bins)
    weights = table[:, 2] / max(1, table[:, 2].sum())
    return float(np.sum(weights * np.abs(table[:, 0] - table[:, 1])))


def calibration_bins(confidences, correct, bins: int = 10) -> np.ndarray:
    """(bins, 3) float: mean confidence, accuracy and number of words of each interval.

    What a reliability diagram draws (notebook 08).

    >>> calibration_bins([0.2, 0.9, 0.9], [False, True, False], bins=2)
    array([[0.2, 0. , 1. ],
           [0.9, 0.5, 2. ]])
    """
    confidences, correct = np.asarray(confidences, float), np.asarray(correct, float)
    if confidences.shape != correct.shape:
        raise OcrError(
            f"{confidences.size} confidences but {correct.size} answers: "
            "give one of each for every word."
        )
    index = np.clip((confidences * bins).astype(int), 0, bins - 1)
    counts = np.bincount(index, minlength=bins)
    means = [
        np.bincount(index, weights=values, minlength=bins) / np.maximum(counts, 1)
        for values in (confidences, correct)
    ]
    return np.stack([*means, counts], axis=1)


def _same_length(truth, found) -> tuple[list[str], list[str]]:
    """Two lists of strings of the same length, white space evened out."""
    truth, found = ([text] if isinstance(text, str) else list(text) for text in (truth, found))
    if len(truth) != len(found):
        raise OcrError(
            f"{len(truth)} true texts but {len(found)} read ones: give one reading for every truth."
        )
    return [_evened(text) for text in truth], [_evened(text) for text in found]


def _evened(text: str) -> str:
    """The text with single spaces and in Unicode's normal form NFC."""
    return unicodedata.normalize("NFC", " ".join(text.split()))


def _comparable(truths, found, exact: bool) -> tuple[list[str], list[str]]:
    truths, found = _same_length(truths, found)
    return (truths, found) if exact else ([*map(normalize, truths)], [*map(normalize, found)])


def _multiset(words) -> Counter:
    texts = (word.text if isinstance(word, Word) else word for word in words)
    return Counter(filter(None, map(normalize, texts)))


def _polygons(boxes) -> np.ndarray:
    """Words or boxes of four points -> (N,) polygons; the hull where the outline crosses itself."""
    points = [word.box if isinstance(word, Word) else word for word in boxes]
    if not points:
        return np.zeros(0, object)
    polygons = shapely.polygons(np.asarray(points, float))
    return np.where(shapely.is_valid(polygons), polygons, shapely.convex_hull(polygons))


def _overlaps(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of polygons that touch: indices (2, P) into a and b, and the area each pair shares."""
    pairs = shapely.STRtree(b).query(a, predicate="intersects")
    return pairs, shapely.area(shapely.intersection(a[pairs[0]], b[pairs[1]]))


def _match(truth: np.ndarray, found: np.ndarray, iou: float) -> list[tuple[int, int]]:
    """Pairs (truth, found) whose overlap is at least `iou`, the best first, each used once."""
    candidates, shared = _overlaps(truth, found)
    areas = shapely.area(truth[candidates[0]]) + shapely.area(found[candidates[1]])
    overlap = shared / np.maximum(areas - shared, 1e-9)
    pairs, used_truth, used_found = [], set(), set()
    for n in np.argsort(-overlap, kind="stable"):
        i, j = map(int, candidates[:, n])
        if overlap[n] >= iou and i not in used_truth and j not in used_found:
            pairs.append((i, j))
            used_truth.add(i)
            used_found.add(j)
    return pairs
