"""Pictures of words on images, the same for every engine (all notebooks)."""

import itertools

import matplotlib.pyplot as plt
import numpy as np

from ocr_utils import metrics
from ocr_utils.ctc import decode_predict_ctc
from ocr_utils.words import Word

BOX_COLOR = "#d62728"


def show(image, title: str = "", ax=None):
    """An image without axes; gray when it has one channel. Returns the Axes.

    >>> import numpy as np
    >>> show(np.zeros((4, 8), np.uint8), "black").get_title()
    'black'
    """
    ax = ax or plt.subplots(figsize=(8, 5))[1]
    ax.imshow(np.asarray(image), cmap="gray", vmin=0, vmax=255)
    ax.set_title(title, parse_math=False)
    ax.axis("off")
    return ax


def draw_words(
    image, words: list[Word], ax=None, title: str = "", texts: bool = True, color=BOX_COLOR
):
    """The image with the box of every word and, above it, its text. Returns the Axes.

    Boxes are drawn a little outside, so that their lines cover no letter.

    >>> import numpy as np
    >>> ax = draw_words(np.zeros((40, 80), np.uint8), [Word.from_bounds("a", 1.0, 5, 15, 20, 30)])
    >>> len(ax.patches), [text.get_text() for text in ax.texts]
    (1, ['a'])
    """
    ax = show(image, title, ax)
    for word in words:
        ax.add_patch(plt.Polygon(_around(word), fill=False, edgecolor=color, linewidth=1.2))
        if texts and word.text:
            x, y = word.box[0]
            ax.text(
                x,
                y - 2,
                word.text,
                color="white",
                fontsize=8,
                va="bottom",
                clip_on=True,
                parse_math=False,
                bbox={"facecolor": color, "alpha": 0.8, "pad": 1, "linewidth": 0},
            )
    return ax


def _around(word: Word) -> np.ndarray:
    """The corners (4, 2) of a word's box, moved outwards by a twelfth of its height."""
    one, two, three, four = word.polygon
    along, down = two + three - one - four, three + four - one - two
    height = np.linalg.norm(down) / 2
    a = along / max(np.linalg.norm(along), 1e-6) * height / 12
    d = down / max(np.linalg.norm(down), 1e-6) * height / 12
    return np.stack([one - a - d, two + a - d, three + a + d, four - a + d])


def draw_reading(image, words: list[Word], title: str = "", region=None, color=BOX_COLOR):
    """The image with the box of every word; beside it, at the same places, what was read.

    No label can hide a word in this way (as PaddleOCR shows its results). Returns the Figure.
    region: (left, top, right, bottom), the part to show, in pixels; all of it where not given.

    >>> import numpy as np
    >>> word = Word.from_bounds("a", 1.0, 5, 15, 20, 30)
    >>> figure = draw_reading(np.zeros((40, 80), np.uint8), [word])
    >>> [text.get_text() for text in figure.axes[1].texts]
    ['a']
    """
    height, width = np.asarray(image).shape[:2]
    x0, y0, x2, y2 = region or (0, 0, width, height)
    scale = min(6 / (x2 - x0), 7.5 / (y2 - y0))  # inches a pixel
    size = 2 * (x2 - x0) * scale, (y2 - y0) * scale + 0.4
    figure, (left, right) = plt.subplots(1, 2, figsize=size, layout="constrained")
    draw_words(image, words, left, title, texts=False, color=color)
    left.set(xlim=(x0, x2), ylim=(y2, y0))
    right.set(xlim=(x0, x2), ylim=(y2, y0), aspect="equal", xticks=[], yticks=[])
    right.spines[:].set(visible=True, color="#cccccc")
    for word in words:
        (x, y), (x1, y1), _, (x3, y3) = word.box
        tall = np.hypot(x3 - x, y3 - y) * scale * 72  # points
        angle = np.degrees(np.arctan2(y - y1, x1 - x))
        style = {"rotation": angle, "rotation_mode": "anchor", "va": "baseline"}
        wide = np.hypot(x1 - x, y1 - y) * scale * 72
        fontsize = max(5, min(0.9 * tall, 1.6 * wide / max(1, len(word.text))))
        right.text(x3, y3, word.text, fontsize=fontsize, clip_on=True, parse_math=False, **style)
    return figure


def show_grid(images, titles=None, columns: int = 4, size=(2.2, 1.2), suptitle: str = ""):
    """Many small images side by side, each with its title. Returns the Figure.

    >>> import numpy as np
    >>> len(show_grid([np.zeros((8, 8), np.uint8)] * 5, columns=3).axes)
    6
    """
    rows = -(-len(images) // columns)
    figure, axes = plt.subplots(
        rows,
        columns,
        squeeze=False,
        layout="constrained",
        figsize=(columns * size[0], rows * size[1] + 0.3 * bool(suptitle)),
    )
    for ax in axes.flat:
        ax.axis("off")
    for ax, image, title in zip(axes.flat, images, titles or [""] * len(images), strict=False):
        show(image, title, ax)
        ax.title.set_fontsize(10)
    if suptitle:
        figure.suptitle(suptitle, parse_math=False)
    return figure


def check_inference(model, dataset, index: int = 5) -> list[tuple[str, str]]:
    """Read the first `index` images of a dataset in one batch and show them with what was read.

    dataset: an `MJDatasetSequence`. Returns (truth, result) for each image.
    """
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


def reliability_diagram(confidences, correct, bins: int = 10, ax=None):
    """Accuracy over confidence: on the diagonal a confidence means what it says. Returns the Axes.

    confidences: (N,) 0..1; correct: (N,) bool; bars of `metrics.calibration_bins` (notebook 08).

    >>> reliability_diagram([0.9, 0.9, 0.2], [True, True, False]).get_title()
    'ECE 0.13, 3 words'
    """
    table = metrics.calibration_bins(confidences, correct, bins)
    error = metrics.expected_calibration_error(confidences, correct, bins)
    ax = ax or plt.subplots(figsize=(4, 4))[1]
    filled = table[:, 2] > 0
    ax.bar((np.arange(bins)[filled] + 0.5) / bins, table[filled, 1], width=0.9 / bins)
    ax.plot([0, 1], [0, 1], "--", color="0.4")
    ax.set(
        xlim=(0, 1),
        ylim=(0, 1),
        xlabel="confidence",
        ylabel="share read right",
        title=f"ECE {error:.2f}, {len(confidences)} words",
    )
    return ax


def draw_lattice(text: str, alphas, until: int | None = None, ax=None):
    """CTC's lattice of a text with its alphas, (T, 2 L + 1), up to a step. Returns the Axes.

    Arrows are the moves of paths that reach the end; gray dots lie on none (notebook 07).

    >>> draw_lattice("A", np.array([[0.5, 0.5, 0], [0.1, 0.8, 0.1]])).get_title()
    'paths of A: p = 0.9000'
    """
    names = ["blank", *itertools.chain(*((char, "blank") for char in text))]
    steps, until = len(alphas), len(alphas) - 1 if until is None else until
    ax = ax or plt.subplots(figsize=(7, 0.4 * len(names) + 2))[1]
    used = _dots_on_paths(names, alphas)
    arrow = {"arrowstyle": "->", "shrinkA": 15, "shrinkB": 15, "color": "#555555"}
    for (t, s), alpha in np.ndenumerate(alphas):
        color = "#c6dbef" if used[t, s] else "#eeeeee"
        ax.scatter(t, s, s=1500, c=color if t <= until else "white", edgecolors=color, zorder=2)
        if t <= until and alpha:
            ink = "black" if used[t, s] else "#777777"
            ax.text(t, s, f"{alpha:.3f}", ha="center", va="center", fontsize=9, color=ink)
        for before in _rows_before(names, s) if t and used[t, s] else []:
            if used[t - 1, before]:
                ax.annotate("", (t, s), (t - 1, before), arrowprops=arrow)
    probability = f": p = {alphas[-1, -2:].sum():.4f}" if until == steps - 1 else ""
    ax.set(title=f"paths of {text}{probability}", xlabel="time step", xticks=range(steps))
    ax.set(xlim=(-0.4, steps - 0.6), ylim=(len(names) - 0.5, -0.5))
    ax.set_yticks(range(len(names)), names)
    ax.spines[:].set_visible(False)
    return ax


def _rows_before(names: list[str], row: int) -> list[int]:
    """From which rows of the lattice a path comes into this one."""
    jumps = row > 1 and names[row] not in ("blank", names[row - 2])
    return list(range(max(0, row - 1 - jumps), row + 1))


def _dots_on_paths(names: list[str], alphas) -> np.ndarray:
    """Which dots (T, rows) lie on a path from the beginning to the end."""
    used = np.zeros(np.shape(alphas), bool)
    used[-1, -2:] = True
    for t in range(len(alphas) - 1, 0, -1):
        for row in np.flatnonzero(used[t]):
            used[t - 1, _rows_before(names, row)] = True
    return used & (np.asarray(alphas) > 0)


def draw_network(stages, ax=None):
    """What lies between the layers of a network, to scale, as blocks. Returns the Axes.

    stages: (what made it, its shape) from left to right; shapes (W, H, channels) or (T, features),
    with the batch's axis in front. A block's depth is its number of channels, five to a pixel
    (notebook 07).

    >>> ax = draw_network([("image", (None, 100, 32, 1)), ("dense", (None, 25, 37))])
    >>> [text.get_text() for text in ax.texts]
    ['image', '100 x 32\\nx 1', 'dense', '25\\nx 37']
    """
    ax = ax or plt.subplots(figsize=(11, 1.8), layout="constrained")[1]
    left = 0.0
    for name, (_, *size, depth) in stages:
        width, height = size if len(size) == 2 else (size[0], 1)
        back = depth / 5 * np.array([0.8, 0.6])  # where the last channel lies
        column = max(width + back[0], 54)
        corner = np.array([left + (column - width - back[0]) / 2, (-height - back[1]) / 2])
        _draw_block(ax, corner, width, height, back, "#9ecae1" if len(size) == 2 else "#fdae6b")
        middle, shape = left + column / 2, " x ".join(map(str, size))
        ax.text(middle, 28, name, ha="center", va="bottom")
        ax.text(middle, -28, f"{shape}\nx {depth}", ha="center", va="top")
        left += column + 6
    ax.set(xlim=(-2, left), ylim=(-52, 50), aspect="equal")
    ax.axis("off")
    return ax


def _draw_block(ax, corner, width: float, height: float, back, color: str) -> None:
    """A block from its lower left corner in front: the front, the top and the right side."""
    one, two, three, four = corner + np.array([(0, 0), (width, 0), (width, height), (0, height)])
    top, side = [four, three, three + back, four + back], [two, three, three + back, two + back]
    for face, light in (([one, two, three, four], 1), (top, 0.7), (side, 0.85)):
        look = {"facecolor": color, "alpha": light, "edgecolor": "black", "linewidth": 0.8}
        ax.add_patch(plt.Polygon(face, **look))
