"""The picture of how pages flow through a job (notebook 10)."""

import matplotlib.pyplot as plt
import numpy as np

STATIONS = {
    "pages": ("folder, bucket\nor Parquet", (0, 1), "#dddddd"),
    "plan": ("plan: which pages\nmake up which part", (2.5, 1), "#dddddd"),
    "driver": ("driver", (4.5, 1), "#c6dbef"),
    "worker 1": ("worker 1: decode, find,\nread in batches", (6.8, 2), "#c6dbef"),
    "worker 2": ("worker 2: decode, find,\nread in batches", (6.8, 0), "#c6dbef"),
    "words": ("words", (9.3, 2), "#fdd9a0"),
    "errors": ("errors", (9.3, 1), "#fdd9a0"),
    "ledger": ("pages\n(written last)", (9.3, 0), "#fdd9a0"),
}
WAYS = (
    ("pages", "plan", "names"),
    ("plan", "driver", ""),
    ("driver", "worker 1", "part 7"),
    ("driver", "worker 2", "part 8"),
    *((worker, table, "") for worker in ("worker 1", "worker 2") for table in ("words", "errors")),
    *((worker, "ledger", "") for worker in ("worker 1", "worker 2")),
)


def draw_flow(ax=None):
    """Stations of a job and what passes between them. Returns the Axes.

    >>> draw_flow().texts[2].get_text()
    'driver'
    """
    ax = ax or plt.subplots(figsize=(10.5, 3.8), layout="constrained")[1]
    boxes = {}
    for name, (text, (x, y), color) in STATIONS.items():
        style = {"boxstyle": "round,pad=0.5", "facecolor": color}
        boxes[name] = ax.text(x, y, text, ha="center", va="center", bbox=style)
    for start, end, text in WAYS:
        one, two = (np.array(STATIONS[name][1]) for name in (start, end))
        arrow = {"arrowstyle": "->", "color": "0.35"}
        arrow |= {"patchA": boxes[start].get_bbox_patch(), "patchB": boxes[end].get_bbox_patch()}
        ax.annotate("", two, one, arrowprops=arrow, zorder=0)
        rise = np.sign(two[1] - one[1])  # the text stands beside the arrow, never on it
        align = {"ha": "right" if rise else "center", "va": "top" if rise < 0 else "bottom"}
        ax.text(*(0.55 * one + 0.45 * two + [0, -0.12 if rise < 0 else 0.12]), text, **align)
    bend = {"arrowstyle": "->", "color": "C0", "connectionstyle": "arc3,rad=-0.3"}
    ax.annotate("", (6.8, 2.35), (0, 1.35), arrowprops=bend)
    ax.text(1.7, 2.95, "the pages themselves, read where they are used", color="C0")
    ax.set(xlim=(-1.1, 10.2), ylim=(-0.6, 3.3))
    ax.axis("off")
    return ax
