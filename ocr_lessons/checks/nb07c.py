"""Checks of notebook 07c, from a toy to a reader."""

import random
from collections import Counter

import numpy as np

from ocr_lessons.checks.exercise import Exercise, alike

# --- the vote, with its winner's confidence -------------------------------------------------------


def _elect(readings, weigh=lambda confidence: confidence, of_winner=max, nothing=("", 0.0)):
    if not readings:
        return nothing
    votes = Counter()
    for text, confidence in readings:
        votes[text] += weigh(confidence)
    winner = max(votes, key=votes.get)
    return winner, of_winner([confidence for text, confidence in readings if text == winner])


def _surest(readings):
    return max(readings, key=lambda reading: reading[1]) if readings else ("", 0.0)


def _mean_vote(readings):
    """Texts compared by their mean confidence."""
    texts = {text for text, _ in readings}
    means = {t: np.mean([c for text, c in readings if text == t]) for t in texts}
    winner = max(means, key=means.get) if means else ""
    return winner, max((c for text, c in readings if text == winner), default=0.0)


def _reading_cases():
    """The winner is neither the surest reading nor the most frequent one."""
    low, high = round(random.uniform(0.3, 0.35), 2), round(random.uniform(0.5, 0.58), 2)
    weak = [("0UR", round(random.uniform(0.05, 0.09), 2)) for _ in range(3)]
    cases = [
        [("HOUR", high), ("OUR", low), ("OUR", round(low + 0.01, 2)), *weak],
        [*weak, ("OUR", low), ("OUR", round(low + 0.1, 2)), ("DOOR", high)],
        [("OUT", high), ("OUT", 0.1), ("CUT", 0.45)],
        [("ONE", high)],
    ]
    random.shuffle(cases[0])
    return [*((case,) for case in cases), ([],)]


exercise_1 = Exercise(
    "elect",
    _elect,
    _reading_cases,
    {
        "One look that is sure and wrong decides alone: add up the confidences of each text.": (
            _surest
        ),
        "Each look counts as much as it is sure: add confidences, not ones.": (
            lambda readings: _elect(readings, weigh=lambda confidence: 1)
        ),
        "The sum decides, not the mean: two looks that agree weigh more than one.": _mean_vote,
        "The winner's *highest* single confidence is asked for, not the sum.": (
            lambda readings: _elect(readings, of_winner=sum)
        ),
        "The winner's *highest* single confidence is asked for, not the mean.": (
            lambda readings: _elect(readings, of_winner=np.mean)
        ),
        "The winner's *highest* confidence is asked for, not its first.": (
            lambda readings: _elect(readings, of_winner=lambda values: values[0])
        ),
        "The winner's *highest* confidence is asked for, not its last.": (
            lambda readings: _elect(readings, of_winner=lambda values: values[-1])
        ),
        "The highest confidence of the *winner* is asked for, not that of all readings.": (
            lambda readings: (_elect(readings)[0], max((c for _, c in readings), default=0.0))
        ),
        'For no readings return ("", 0.0).': lambda readings: _elect(readings, nothing=None),
        'max() of nothing is an error: for no readings return ("", 0.0).': (
            lambda readings: _elect(readings or [max(readings)])
        ),
        "Return two things, the text and the confidence.": lambda readings: _elect(readings)[0],
    },
    hints=(
        "A Counter can add up confidences: votes[text] += confidence.",
        "winner = max(votes, key=votes.get); then the largest confidence of that text",
    ),
)


# --- how sure is sure enough? ---------------------------------------------------------------------


def _limit(confidences, correct, wanted, enough=lambda share, wanted: share >= wanted - 1e-9):
    confidences, correct = np.asarray(confidences), np.asarray(correct)
    for limit in sorted(confidences):
        if enough(correct[confidences >= limit].mean(), wanted):
            return float(limit)
    return None


def _highest_limit(confidences, correct, wanted):
    found = [
        limit
        for limit in sorted(confidences)
        if np.asarray(correct)[np.asarray(confidences) >= limit].mean() >= wanted
    ]
    return max(found, default=None)


def _first_that_comes(confidences, correct, wanted):
    for limit in confidences:
        if np.asarray(correct)[np.asarray(confidences) >= limit].mean() >= wanted:
            return float(limit)
    return None


def _above_only(confidences, correct, wanted):
    confidences, correct = np.asarray(confidences), np.asarray(correct)
    for limit in sorted(confidences):
        above = correct[confidences > limit]
        if len(above) and above.mean() >= wanted:
            return float(limit)
    return None


def _first_below(confidences, correct, wanted):
    """Goes down from the surest and stops at the first shortfall."""
    order = np.argsort(confidences)[::-1]
    best = None
    for count in range(1, len(order) + 1):
        if np.asarray(correct)[order[:count]].mean() < wanted:
            break
        best = float(np.asarray(confidences)[order[count - 1]])
    return best


def _share_of_all(confidences, correct, wanted):
    confidences, correct = np.asarray(confidences), np.asarray(correct)
    for limit in sorted(confidences):
        if correct[confidences >= limit].sum() / len(correct) >= wanted:
            return float(limit)
    return None


def _below(confidences, correct, wanted):
    confidences, correct = np.asarray(confidences), np.asarray(correct)
    for limit in sorted(confidences):
        if correct[confidences <= limit].mean() >= wanted:
            return float(limit)
    return None


def _limit_cases():
    """Words in any order; the second surest is wrong, so that going down must not stop there."""
    base = np.array([0.99, 0.95, 0.9, 0.84, 0.8, 0.71, 0.6, 0.52, 0.4, 0.2])
    base = (base - random.uniform(0, 0.05)).round(3)
    right = np.array([True, False, True, True, True, True, False, True, False, False])
    order = np.random.default_rng(random.getrandbits(32)).permutation(len(base))
    order = np.r_[4, order[order != 4]]  # first a limit that would do, but is not the lowest
    shuffled = base[order], right[order]
    return [
        (*shuffled, 0.8),
        (*shuffled, 0.75),
        (*shuffled, 0.99),
        (base[[9, 2, 6, 1]], np.array([True, True, False, True]), 0.9),
        (base[6:], np.zeros(4, bool), 0.5),
        (base[:5][::-1], np.ones(5, bool), 1.0),
    ]


exercise_2 = Exercise(
    "limit",
    _limit,
    _limit_cases,
    {
        "The lowest such confidence is asked for, so that as many words as possible pass.": (
            _highest_limit
        ),
        "Words *at* the limit pass as well: >=, not >.": _above_only,
        "The confidences come in any order: try them from the lowest up.": _first_that_comes,
        "Do not stop at the first shortfall: a wrong word at the top weighs less further down.": (
            _first_below
        ),
        "Divide by the number of words that pass, not by that of all words.": _share_of_all,
        "Those are the words below the limit; the ones at or above it have to be right.": _below,
        "At least the share `wanted`: equal is enough.": (
            lambda *case: _limit(*case, enough=lambda share, wanted: share > wanted + 1e-9)
        ),
        "If no limit is good enough, return None, not 1.0.": (
            lambda *case: 1.0 if _limit(*case) is None else _limit(*case)
        ),
        "`wanted` is a share of right words, not a confidence.": (
            lambda confidences, correct, wanted: float(
                min(c for c in [*confidences, 1.0] if c >= min(wanted, 1.0))
            )
        ),
    },
    hints=(
        "Try every confidence as the limit, from the lowest up. Which words pass?",
        "for limit in sorted(confidences): if correct[confidences >= limit].mean() >= wanted: ...",
    ),
    same=lambda given, right: given is right or (given is not None and alike(given, right)),
)


# --- the calibration error ------------------------------------------------------------------------


def _error(confidences, correct, bins, by_words=True, middle=False, last=True, signed=False):
    confidences, correct = np.asarray(confidences, float), np.asarray(correct, float)
    group = (confidences * bins).astype(int)
    group = np.minimum(group, bins - 1) if last else group
    gaps, counts = [], []
    for index in range(bins):
        inside = group == index
        if inside.any():
            mean = (index + 0.5) / bins if middle else confidences[inside].mean()
            gap = correct[inside].mean() - mean
            gaps.append(gap if signed else abs(gap))
            counts.append(inside.sum())
    if not by_words:
        return float(np.mean(gaps))
    return float(np.dot(gaps, counts) / len(confidences))


def _per_word(confidences, correct, bins):
    return float(np.abs(np.asarray(confidences, float) - np.asarray(correct, float)).mean())


def _over_bins(confidences, correct, bins):
    return (
        _error(confidences, correct, bins, by_words=False)
        * len(set(np.minimum((np.asarray(confidences) * bins).astype(int), bins - 1)))
        / bins
    )


def _as_one(confidences, correct, bins):
    return float(abs(np.mean(confidences) - np.mean(correct)))


def _error_cases():
    rng = np.random.default_rng(random.getrandbits(32))
    cases = []
    for count, bins in ((12, 2), (30, 5), (40, 10)):
        confidences = (10 * rng.integers(5, 98, count) + 3) / 1000  # none on a group's edge
        confidences[0] = 1.0
        correct = rng.random(count) < np.where(confidences < 0.5, confidences + 0.4, 0.55)
        correct[0] = False
        cases.append((confidences, correct, bins))
    return [*cases, (np.array([1.0, 0.96, 0.1]), np.array([False, True, True]), 10)]


exercise_3 = Exercise(
    "calibration_error",
    _error,
    _error_cases,
    {
        "Each word counts the same, so a group counts as much as it has words.": (
            lambda *case: _error(*case, by_words=False)
        ),
        "Each group counts as much as it has words, and empty ones not at all.": _over_bins,
        "Compare with the group's mean confidence, not with the middle of its interval.": (
            lambda *case: _error(*case, middle=True)
        ),
        "A confidence of 1.0 belongs to the last group: it must not fall out.": (
            lambda *case: _error(*case, last=False)
        ),
        "Take the distance of each group, abs(): too sure and too modest must not cancel out.": (
            lambda *case: _error(*case, signed=True)
        ),
        "Sort the words into groups first: over all words at once, errors cancel out.": _as_one,
        "Compare shares of groups: a single word is either right or wrong, never 0.9.": _per_word,
    },
    hints=(
        "The group of a confidence c is int(c * bins), and bins - 1 for 1.0.",
        "error += inside.mean() * abs(correct[inside].mean() - confidences[inside].mean())",
    ),
)
