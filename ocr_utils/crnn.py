"""The word recognizer: convolutions, recurrent layers, CTC (Shi 2015, arXiv 1507.05717; nb 07).

Images travel width first, (B, W, H, C), so that axis 1 is the network's time. It gives logits,
(B, T, 1 + number of characters), class 0 the blank. Any Keras 3 backend will do.
"""

from collections import defaultdict

import numpy as np

from ocr_utils.errors import OcrError
from ocr_utils.labels import TARGET_CHARACTERS, LabelConverter


def build_crnn_model(
    input_shape=(100, 32, 1),
    characters=TARGET_CHARACTERS,
    channels=(24, 48, 96, 128),
    lstm_units=(96,),
    convolutions=1,
    batch_norm=True,
    dropout=0.0,
):
    """A CRNN: images (B, W, H, C) float32 in 0..1 -> logits (B, W / 4, 1 + len(characters)).

    Logits are float32 under mixed precision too: loss and decoding need their range.
    channels: one block each; the first has stride 2, the second halves both sides, the others the
    height, and the last pools away what is left of it. convolutions: in each block but the first.
    The defaults make the lesson's network: 0.34 M parameters, 25 time steps.
    """
    from keras import Model, layers

    def convolve(x, filters, strides=1):
        x = layers.Conv2D(
            filters,
            3,
            strides,
            padding="same",
            use_bias=not batch_norm,
            kernel_initializer="he_normal",
        )(x)
        return layers.ReLU()(layers.BatchNormalization()(x) if batch_norm else x)

    image = layers.Input(input_shape, name="input_image")
    x = convolve(image, channels[0], strides=2)
    for block, filters in enumerate(channels[1:], start=1):
        for _ in range(convolutions):
            x = convolve(x, filters)
        height = x.shape[2] if block == len(channels) - 1 else 2
        x = layers.MaxPooling2D((2 if block == 1 else 1, height))(x)
    x = layers.Reshape((x.shape[1], filters))(x)
    for units in lstm_units:
        x = layers.Bidirectional(layers.LSTM(units, return_sequences=True))(x)
        x = layers.Dropout(dropout)(x) if dropout else x
    return Model(image, layers.Dense(len(characters) + 1, dtype="float32", name="output")(x))


def word_accuracy(y_true, y_pred):
    """A Keras metric: 1.0 for each word that greedy decoding reads exactly, shape (B,).

    y_true: labels (B, L) int, 0-padded; y_pred: logits (B, T, C). For `compile(metrics=...)`.
    """
    from keras import ops

    path = ops.cast(ops.argmax(y_pred, axis=-1), "int32")
    before = ops.pad(path[:, :-1], ((0, 0), (1, 0)))
    keep = ops.logical_and(path != 0, path != before)
    place = ops.where(keep, ops.cumsum(ops.cast(keep, "int32"), axis=1) - 1, -1)
    slots = ops.one_hot(place, y_true.shape[1], dtype="int32")  # (B, T, L); -1 has no slot
    read = ops.sum(slots * path[:, :, None], axis=1)
    same = ops.all(read == ops.cast(y_true, "int32"), axis=1)
    fits = ops.sum(ops.cast(keep, "int32"), axis=1) <= y_true.shape[1]
    return ops.cast(ops.logical_and(same, fits), "float32")


def load_weights(model, path) -> None:
    """Load weights into a model, or raise OcrError: no file, a broken one, another network's."""
    try:
        stored = _count_stored(path)
        if stored != model.count_params():  # Keras itself accepts a file with layers left over
            raise ValueError(f"it holds {stored:,}")
        model.load_weights(path)
    except Exception as error:
        reason = str(error).strip().split("\n")[0][:160]
        raise OcrError(
            f"{path} does not hold the {model.count_params():,} weights of this network "
            f"({reason}): build it with the settings it was trained with."
        ) from None


def _count_stored(path) -> int:
    """How many numbers a Keras weights file holds for its layers."""
    import h5py

    sizes = []
    with h5py.File(path) as file:
        file["layers"].visititems(
            lambda name, item: sizes.append(
                item.size if isinstance(item, h5py.Dataset) and "seed_generator" not in name else 0
            )
        )
    return sum(sizes)


def prepare_image(image, size=(100, 32), pad: bool = False) -> np.ndarray:
    """An image of any kind and size -> the network's input (W, H, 1), float32 in 0..1.

    It is made gray and stretched to the whole of `size` (width, height), as the shipped model
    wants; with `pad` it keeps its proportions, at most stretched to W, and the rest stays black.

    >>> prepare_image(np.full((20, 50, 3), 255, np.uint8)).shape
    (100, 32, 1)
    """
    import cv2

    from ocr_utils.images import load_image

    gray = cv2.cvtColor(load_image(image), cv2.COLOR_RGB2GRAY)
    width, height = size
    inner = min(max(1, gray.shape[1] * height // gray.shape[0]), width) if pad else width
    shrinks = gray.shape[0] > height
    resized = cv2.resize(
        gray, (inner, height), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    )
    canvas = np.zeros((width, height, 1), np.float32)
    canvas[:inner, :, 0] = resized.T / 255
    return canvas


def softmax(logits) -> np.ndarray:
    """Logits (..., C) -> probabilities (..., C), float32.

    >>> softmax([[0.0, 0.0]])
    array([[0.5, 0.5]], dtype=float32)
    """
    logits = np.asarray(logits, dtype=np.float32)
    exponents = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return exponents / exponents.sum(axis=-1, keepdims=True)


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


def check_inference(model, dataset, index: int = 5) -> list[tuple[str, str]]:
    """Read the first `index` images of a dataset in one batch and show them with what was read.

    dataset: an `MJDatasetSequence`. Returns (truth, result) for each image.
    """
    from ocr_utils.plots import show_grid

    batches = [dataset[i] for i in range(min(len(dataset), -(-index // dataset.batch_size)))]
    images = np.concatenate([images for images, _ in batches])[:index]
    labels = np.concatenate([labels for _, labels in batches])[:index]
    characters = dataset.label_converter.character[1:]
    results = decode_predict_ctc(model.predict_on_batch(images), characters)
    truths = [dataset.label_converter.decode(label[label != 0]) for label in labels]
    titles = [
        result if result == truth else f"{result}  (is {truth})"
        for truth, result in zip(truths, results, strict=True)
    ]
    show_grid([(image[..., 0].T * 255).astype(np.uint8) for image in images], titles)
    return list(zip(truths, results, strict=True))
