"""Test-time augmentation: an unsure word is read in several views, which vote (notebook 07).

The views undo what is hard for the network: lines that rise or fall, wide margins, hard edges.
Shorten et al. 2019 (doi 10.1186/s40537-019-0197-0) names the method.
"""

from collections import defaultdict

import numpy as np

RISE = 0.3  # how far a line that a view levels rises or falls, in heights of the crop
ZOOM = 1.1  # how much closer a view goes
BLUR = 1 / 24  # standard deviation, in heights of the crop, of a view with half-closed eyes


def views(crop: np.ndarray) -> list[np.ndarray]:
    """The crop with a rising line leveled, with a falling one leveled, closer, and blurred.

    crop: (H, W, 3) uint8; the views are as wide, the leveled ones lower. Notebook 07 shows them.

    >>> [view.shape for view in views(np.zeros((40, 90, 3), np.uint8))]
    [(28, 90, 3), (28, 90, 3), (40, 90, 3), (40, 90, 3)]
    """
    import cv2

    height, width = crop.shape[:2]
    closer = cv2.getRotationMatrix2D((width / 2, height / 2), 0, ZOOM)
    return [
        _level(crop, RISE),
        _level(crop, -RISE),
        cv2.warpAffine(crop, closer, (width, height), borderMode=cv2.BORDER_REPLICATE),
        cv2.GaussianBlur(crop, (0, 0), max(0.8, BLUR * height)),
    ]


def _level(crop: np.ndarray, rise: float) -> np.ndarray:
    """Shear a line that rises by so many heights of the crop; only its band, (h, W, 3), remains."""
    import cv2

    height, width = crop.shape[:2]
    band = max(1, round(height * (1 - abs(rise))))
    down = np.float32([[1, 0, 0], [rise * height / width, 1, (band - height - rise * height) / 2]])
    return cv2.warpAffine(crop, down, (width, band), borderMode=cv2.BORDER_REPLICATE)


def vote(readings: list[list[tuple[str, float]]]) -> tuple[str, float, int]:
    """The text with most votes, its share of them, and the number of the view that is surest of it.

    readings: of each view its texts with their log probabilities or scores, as
    `beam.beam_search_batch` gives them; every view gives every text as much as it believes it.

    >>> views = [[("0UR", -0.7), ("OUR", -1.2)], [("OUR", -0.9)]]
    >>> text, share, view = vote(views)
    >>> text, round(share, 2), view
    ('OUR', 0.59, 1)
    """
    votes, surest = defaultdict(float), {}
    for view, texts in enumerate(readings):
        for text, score in texts:
            votes[text] += float(np.exp(score))
            surest[text] = max(surest.get(text, (score, view)), (score, view))
    best = max(votes, key=votes.get)
    return best, votes[best] / sum(votes.values()), surest[best][1]
