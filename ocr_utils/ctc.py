"""Connectionist temporal classification: decoding, and the probability of a text (notebook 07).

Logits and probabilities are (B, T, C) or (T, C), class 0 the blank (Graves 2006).
"""

from collections import defaultdict

import numpy as np

from ocr_utils.errors import OcrError
from ocr_utils.labels import TARGET_CHARACTERS, LabelConverter


def softmax(logits) -> np.ndarray:
    """Logits (..., C) -> probabilities (..., C), float32.

    >>> softmax([[0.0, 0.0]])
    array([[0.5, 0.5]], dtype=float32)
    """
    logits = np.asarray(logits, dtype=np.float32)
    exponents = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return exponents / exponents.sum(axis=-1, keepdims=True)


def log_softmax(logits) -> np.ndarray:
    """Logits (..., C) -> log probabilities (..., C), float32.

    >>> log_softmax([[0.0, 0.0]]).round(2)
    array([[-0.69, -0.69]], dtype=float32)
    """
    logits = np.asarray(logits, dtype=np.float32)
    logits = logits - logits.max(axis=-1, keepdims=True)
    return logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))


def decode_predict_ctc(
    logits, characters=TARGET_CHARACTERS, beam_width=None, top_paths=1, lexicon=None
) -> list:
    """Texts of a whole batch of logits (B, T, C): greedy, by prefix beam search, or from a lexicon.

    beam_width: beam search with so many prefixes. lexicon: the likeliest of these words instead.
    top_paths above 1 (with a beam or a lexicon) gives a list of texts for every image, best first.

    >>> logits = np.log([[[.1, .8, .1], [.8, .1, .1], [.1, .8, .1]]])
    >>> decode_predict_ctc(logits, "AB"), decode_predict_ctc(logits, "AB", 5, top_paths=2)
    (['AA'], [['AA', 'A']])
    """
    logits = np.asarray(logits, dtype=np.float32)
    if logits.ndim != 3 or logits.shape[2] != len(characters) + 1:
        raise OcrError(
            f"Logits of shape {logits.shape} do not fit {len(characters)} characters "
            f"and a blank: expected (images, time steps, {len(characters) + 1})."
        )
    if lexicon is not None:
        ranked = [rank_lexicon(p, characters, lexicon) for p in softmax(logits)]
    elif beam_width or top_paths > 1:
        width = max(beam_width or 5, top_paths)
        ranked = [beam_search(p, characters, width) for p in softmax(logits)]
    else:
        return greedy_decode(logits, characters)[0]
    texts = [[text for text, _ in paths[:top_paths]] for paths in ranked]
    return texts if top_paths > 1 else [paths[0] for paths in texts]


def greedy_decode(logits, characters=TARGET_CHARACTERS) -> tuple[list[str], list[np.ndarray]]:
    """The best class of every step, collapsed: texts, and for each its characters' probabilities.

    A character's probability is the highest of the steps it covers; `word_confidence` makes one
    number of them.

    >>> texts, chances = greedy_decode(np.log([[[.1, .8, .1], [.1, .9, .01], [.8, .1, .1]]]), "AB")
    >>> texts, chances[0].round(1)
    (['A'], array([0.9], dtype=float32))
    """
    logits = np.asarray(logits, dtype=np.float32)
    if not len(logits):
        return [], []
    best = logits.argmax(axis=-1)  # (B, T)
    top = logits.max(axis=-1)
    chance = 1 / np.exp(logits - top[..., None]).sum(axis=-1)  # softmax of the best class
    starts = np.ones(best.shape, bool)
    starts[:, 1:] = best[:, 1:] != best[:, :-1]
    runs = np.flatnonzero(starts)  # a run of equal classes never crosses a row
    run_chance = np.maximum.reduceat(chance.ravel(), runs)
    run_class = best.ravel()[runs]
    kept = run_class != 0
    rows = runs[kept] // best.shape[1]
    ends = np.searchsorted(rows, np.arange(len(best)), side="right")
    letters = np.array(list("-" + characters))[run_class[kept]]
    pieces = np.split(letters, ends[:-1])
    return ["".join(piece) for piece in pieces], np.split(run_chance[kept], ends[:-1])


def word_confidence(chances: np.ndarray) -> float:
    """One confidence for a word, 0..1: the product of its characters' probabilities, 0 for none.

    >>> round(word_confidence(np.array([0.9, 0.5])), 2)
    0.45
    """
    return float(np.prod(chances)) if len(chances) else 0.0


def beam_search(probabilities, characters=TARGET_CHARACTERS, beam_width=10) -> list:
    """Prefix beam search over (T, C) probabilities: [(text, probability), ...], best first.

    Keeps the `beam_width` likeliest prefixes and looks at as many classes in a step, so a beam
    as wide as there are texts is exact (Hannun 2014, arXiv 1408.2873).

    >>> beam_search(np.array([[.6, .4], [.6, .4]]), "A", 2)  # the best path alone spells ""
    [('A', 0.64), ('', 0.36)]
    """
    beams = {(): (1.0, 0.0)}  # prefix -> probability that it ends in a blank, in its last class
    for step in np.asarray(probabilities, dtype=np.float64):
        likeliest = [int(c) for c in np.argsort(-step)[: beam_width + 1] if c]
        chance = step.tolist()
        grown = defaultdict(lambda: [0.0, 0.0])
        for prefix, (blank, last) in beams.items():
            same = grown[prefix]
            same[0] += (blank + last) * chance[0]
            if prefix:
                same[1] += last * chance[prefix[-1]]
            for c in likeliest:
                from_here = blank if prefix and c == prefix[-1] else blank + last
                grown[(*prefix, c)][1] += from_here * chance[c]
        beams = dict(sorted(grown.items(), key=lambda item: -sum(item[1]))[:beam_width])
    decode = LabelConverter(characters).decode
    return [(decode(prefix), round(sum(ends), 12)) for prefix, ends in beams.items()]


def rank_lexicon(probabilities, characters, lexicon) -> list:
    """Every word of a lexicon with its CTC probability under (T, C) probabilities, best first.

    Exact, by the forward algorithm on all words at once: about 10 ms for 1,000 words.

    >>> rank_lexicon(np.array([[.2, .5, .3], [.4, .2, .4]]), "AB", ["BA", "AB"])[0]
    ('AB', 0.2)
    """
    lexicon = list(lexicon)
    longest = max(map(len, lexicon), default=0)
    if not longest:
        raise OcrError("The lexicon is empty: give at least one word.")
    labels = LabelConverter(characters).encode_batch(lexicon, longest)
    chances = np.exp(ctc_log_probability(probabilities, labels))
    order = np.argsort(-chances, kind="stable")
    return [(lexicon[i], round(float(chances[i]), 12)) for i in order]


def ctc_log_probability(probabilities, labels) -> np.ndarray:
    """log p(label | probabilities) by CTC's forward algorithm; -inf where a label cannot fit.

    probabilities: (T, C); labels: (N, L) int, 0-padded. Returns (N,) float64.

    >>> np.exp(ctc_log_probability([[.6, .4], [.6, .4]], [[1]])).round(2)
    array([0.64])
    """
    log_p = np.log(np.maximum(np.asarray(probabilities, dtype=np.float64), 1e-300))
    labels = np.asarray(labels)
    states = np.zeros((len(labels), 2 * labels.shape[1] + 1), dtype=int)  # blank, a, blank, b, ...
    states[:, 1::2] = labels
    can_skip = np.zeros(states.shape, bool)  # from a to b over the blank between, if they differ
    can_skip[:, 3::2] = (labels[:, 1:] != labels[:, :-1]) & (labels[:, 1:] != 0)
    alpha = np.full(states.shape, -np.inf)
    alpha[:, :2] = log_p[0][states[:, :2]]
    for step in log_p[1:]:
        one, two = np.full_like(alpha, -np.inf), np.full_like(alpha, -np.inf)
        one[:, 1:], two[:, 2:] = alpha[:, :-1], alpha[:, :-2]
        two[~can_skip] = -np.inf
        alpha = np.logaddexp(np.logaddexp(alpha, one), two) + step[states]
    end = 2 * (labels != 0).sum(axis=1, keepdims=True)  # the last blank; the state before it too
    last = np.take_along_axis(alpha, end, axis=1)
    before = np.where(end > 0, np.take_along_axis(alpha, np.maximum(end - 1, 0), axis=1), -np.inf)
    return np.logaddexp(last, before)[:, 0]
