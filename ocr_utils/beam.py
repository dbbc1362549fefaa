"""Prefix beam search for a whole batch at once, with a language model beside it (notebook 07).

The same search as `ctc.beam_search`, which reads as it is explained; here all images take each
step together, which makes it some thirty times faster (Hannun 2014, arXiv 1408.2873).
"""

import numpy as np

from ocr_utils.ctc import log_softmax
from ocr_utils.language_model import BOUNDARY, ORDER, LanguageModel, symbols

NEVER = -1e30  # log of no probability, still a number
SURE = -0.001  # log probability from which on a blank is sure
WEIGHT = 0.25  # of the language model's log probability beside the network's
BONUS = 0.6  # for each character, since a longer text is always less likely
PRIME, NOBODY = np.uint64(1099511628211), np.uint64(0)  # of the prefixes' hashes (FNV)
CLASSES = 5  # how many characters, the likeliest, are tried in a step


def beam_search_batch(
    logits,
    characters: str,
    beam_width: int = 6,
    language_model: LanguageModel | None = None,
    weight: float = WEIGHT,
    bonus: float = BONUS,
) -> list[list[tuple[str, float]]]:
    """Logits (B, T, C) -> for each image its texts with their scores, best first.

    A score is the text's log probability; with a language model there are added `weight` times
    its log probability and `bonus` for every character.

    >>> logits = np.log([[[.6, .4], [.6, .4]]])
    >>> [(text, round(float(np.exp(s)), 2)) for text, s in beam_search_batch(logits, "A")[0]]
    [('A', 0.64), ('', 0.36)]
    """
    if not len(logits):
        return []
    log_p = _without_silence(log_softmax(logits))
    state = _Beams(len(log_p), log_p.shape[1], beam_width)
    model = _Scorer(characters, language_model, weight, bonus)
    for t in range(log_p.shape[1]):
        state = state.step(log_p[:, t], model)
    return state.texts(characters, model)


def _without_silence(log_p):
    """Fewer time steps: of neighbors that are surely blank, one says as much as many.

    Shorter images are filled up with such steps, which change nothing.
    """
    blank = log_p[:, :, 0] > SURE
    keep = ~blank
    keep[:, 1:] |= blank[:, 1:] & ~blank[:, :-1]
    place = np.cumsum(keep, axis=1) - 1
    longest = 1 + place.max(initial=0)
    short = np.full((len(log_p), longest, log_p.shape[2]), NEVER, np.float32)
    short[:, :, 0] = 0.0
    short[np.nonzero(keep)[0], place[keep]] = log_p[keep]
    return short


class _Scorer:
    """The language model as the search asks it: contexts of symbols, scores of characters."""

    def __init__(self, characters, language_model, weight, bonus):
        self.of_class = np.concatenate([[BOUNDARY], symbols(characters)])  # class -> symbol
        self.table = None if language_model is None else weight * language_model.table
        self.bonus = bonus

    def extend(self, context, classes):
        """Score of each class (B, K, M) after its context (B, K, 3)."""
        if self.table is None:
            return np.zeros(classes.shape, np.float32)
        a, b, c = (context[:, :, i, None] for i in range(ORDER - 1))
        return self.table[a, b, c, self.of_class[classes]] + self.bonus

    def end(self, context):
        """Score of the word's end (B, K)."""
        if self.table is None:
            return 0.0
        return self.table[context[:, :, 0], context[:, :, 1], context[:, :, 2], BOUNDARY]


class _Beams:
    """The prefixes of all images: arrays (B, K) of what the search has to know about each."""

    def __init__(self, batch: int, steps: int, width: int):
        self.prefix = np.zeros((batch, 1, steps), np.int16)
        self.length = np.zeros((batch, 1), int)
        self.hash = np.ones((batch, 1), np.uint64)
        self.blank = np.zeros((batch, 1))  # log p that it ends in a blank ...
        self.last = np.full((batch, 1), NEVER)  # ... in its last character
        self.score = np.zeros((batch, 1), np.float32)  # of the language model
        self.context = np.full((batch, 1, ORDER - 1), BOUNDARY)
        self.width = width

    def step(self, log_p, scorer) -> "_Beams":
        """All prefixes one time step on: each stays as it is, or grows by a likely character."""
        batch, beams = self.blank.shape
        rows = np.arange(batch)[:, None]
        both = np.logaddexp(self.blank, self.last)
        final = np.take_along_axis(self.prefix, np.maximum(self.length - 1, 0)[..., None], 2)[
            ..., 0
        ]
        stay_blank = both + log_p[:, :1]
        stay_last = np.where(self.length > 0, self.last + log_p[rows, final], NEVER)
        classes = 1 + np.argsort(-log_p[:, 1:], axis=1)[:, :CLASSES]  # (B, M)
        tried = np.broadcast_to(classes[:, None], (batch, beams, classes.shape[1]))
        repeated = (tried == final[..., None]) & (self.length > 0)[..., None]
        before = np.where(repeated, self.blank[..., None], both[..., None])
        grow = before + np.take_along_axis(log_p, classes, 1)[:, None]
        hashes = self.hash[..., None] * PRIME + tried.astype(np.uint64)
        # a prefix that grows into one that is there already adds to it
        same = hashes.reshape(batch, 1, -1) == self.hash[:, :, None]
        into = np.where(same, grow.reshape(batch, 1, -1), NEVER).max(axis=2)
        stay_last = np.logaddexp(stay_last, into)
        gone = same.any(axis=1).reshape(grow.shape)
        grow, hashes = np.where(gone, NEVER, grow), np.where(gone, NOBODY, hashes)
        score = self.score[..., None] + scorer.extend(self.context, tried)
        total = np.concatenate(
            [np.logaddexp(stay_blank, stay_last) + self.score, (grow + score).reshape(batch, -1)], 1
        )
        best = np.argsort(-total, axis=1, kind="stable")[:, : self.width]
        return self._kept(best, stay_blank, stay_last, grow, tried, hashes, score, scorer)

    def _kept(self, best, stay_blank, stay_last, grow, tried, hashes, score, scorer) -> "_Beams":
        """The chosen candidates; the first of them are prefixes that stayed."""
        batch, beams = self.blank.shape
        rows, per = np.arange(batch)[:, None], tried.shape[2]
        grown = best >= beams
        source = np.where(grown, (best - beams) // per, best)
        which = np.where(grown, best - beams, 0)
        new = _Beams.__new__(_Beams)
        new.width = self.width
        new.prefix, new.length = self.prefix[rows, source], self.length[rows, source] + grown
        char = tried.reshape(batch, -1)[rows, which]
        place = np.maximum(new.length - 1, 0)
        values = np.where(grown, char, np.take_along_axis(new.prefix, place[..., None], 2)[..., 0])
        np.put_along_axis(new.prefix, place[..., None], values[..., None].astype(np.int16), 2)
        new.blank = np.where(grown, NEVER, stay_blank[rows, source])
        new.last = np.where(grown, grow.reshape(batch, -1)[rows, which], stay_last[rows, source])
        new.hash = np.where(grown, hashes.reshape(batch, -1)[rows, which], self.hash[rows, source])
        new.score = np.where(grown, score.reshape(batch, -1)[rows, which], self.score[rows, source])
        context = self.context[rows, source]
        moved = np.concatenate([context[:, :, 1:], scorer.of_class[char][..., None]], 2)
        new.context = np.where(grown[..., None], moved, context)
        return new

    def texts(self, characters, scorer) -> list[list[tuple[str, float]]]:
        """Each image's texts and scores, best first."""
        total = np.logaddexp(self.blank, self.last) + self.score + scorer.end(self.context)
        letters, order = np.array(list("-" + characters)), np.argsort(-total, axis=1)
        return [
            [
                ("".join(letters[self.prefix[i, k, : self.length[i, k]]]), float(total[i, k]))
                for k in order[i]
                if total[i, k] > NEVER / 2
            ]
            for i in range(len(total))
        ]
