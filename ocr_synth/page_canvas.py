"""A page and the canvas it is written on, which remembers where every character went."""

from dataclasses import dataclass, field

import numpy as np
from PIL import Image, ImageDraw

from ocr_utils.words import Word


@dataclass
class Page:
    """A picture with its truth.

    image: (H, W, 3) uint8 RGB. words: text and box of every word (confidence None).
    characters: for each word an array (n, 4, 2) float32, a box for each character.
    lines: for each word the number of its line.
    """

    image: np.ndarray
    words: list[Word] = field(default_factory=list)
    characters: list[np.ndarray] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)


class Canvas:
    """A flat surface to write on that remembers where every character went.

    color: the ground, or None for lettering alone (the ground stays transparent).
    """

    def __init__(self, width: int, height: int, color=None, ink=(0, 0, 0)):
        self.ink = tuple(int(v) for v in ink)
        ground = (*self.ink, 0) if color is None else (*(int(v) for v in color), 255)
        self.image = Image.new("RGBA", (width, height), ground)
        self.draw = ImageDraw.Draw(self.image)
        self.texts, self.characters, self.lines = [], [], []

    def write_line(
        self, x, baseline, words, font, ink=None, right=None, gap=1.0, tracking=0, **effects
    ):
        """Words in a row from x, until `right`; returns the x behind the last one that had room."""
        line = self.lines[-1] + 1 if self.lines else 0
        space = gap * font.getlength(" ") + tracking
        for word in words:
            edges = np.array([font.getlength(word[:i]) for i in range(len(word) + 1)])
            edges += np.arange(len(word) + 1) * tracking
            if right is not None and x + edges[-1] > right:
                break
            self._write_word(x, baseline, word, edges, font, ink or self.ink, tracking, **effects)
            self.lines.append(line)
            x += edges[-1] + space
        return x

    def _write_word(
        self, x, y, word, edges, font, ink, tracking, shadow=None, stroke=0, stroke_ink=None
    ):
        pieces = (
            [(x, word)] if not tracking else [(x + e, c) for e, c in zip(edges, word, strict=False)]
        )
        for left, text in pieces:
            if shadow:
                offset = max(1, font.size // 14)
                self.draw.text(
                    (left + offset, y + offset), text, font=font, fill=shadow, anchor="ls"
                )
            self.draw.text(
                (left, y),
                text,
                font=font,
                fill=(*ink, 255),
                anchor="ls",
                stroke_width=stroke,
                stroke_fill=stroke_ink,
            )
        left, top, right, bottom = font.getbbox(word, anchor="ls")
        edges = x + edges
        edges[0], edges[-1] = x + left, max(edges[-2] + 1, x + right + tracking * (len(word) - 1))
        edges[1:-1] = np.clip(edges[1:-1] - tracking / 2, edges[0], edges[-1])
        boxes = np.empty((len(word), 4, 2), np.float32)
        boxes[:, [0, 3], 0], boxes[:, [1, 2], 0] = edges[:-1, None], edges[1:, None]
        boxes[:, :2, 1], boxes[:, 2:, 1] = y + top, y + bottom
        self.texts.append(word)
        self.characters.append(boxes)

    def page(self, ground=None) -> Page:
        """The canvas over a ground (H, W, 3), as a Page."""
        image = np.asarray(self.image)
        page = Page(image[:, :, :3].copy() if ground is None else over(ground, image))
        add_words(page, self, self.characters)
        return page


def word_box(characters: np.ndarray) -> np.ndarray:
    """Character boxes (n, 4, 2) of one word -> the word's box (4, 2), from the first to the last.

    >>> one, two = [[0, 0], [4, 0], [4, 9], [0, 9]], [[4, 0], [8, 1], [8, 9], [4, 9]]
    >>> word_box(np.float32([one, two])).tolist()
    [[0.0, 0.0], [8.0, 1.0], [8.0, 9.0], [0.0, 9.0]]
    """
    return np.stack([characters[0, 0], characters[-1, 1], characters[-1, 2], characters[0, 3]])


def add_words(page: Page, canvas: Canvas, characters) -> None:
    """The canvas's words on the page; characters: their boxes there, (n, 4, 2) for each word."""
    first = page.lines[-1] + 1 if page.lines else 0
    for text, boxes, line in zip(canvas.texts, characters, canvas.lines, strict=True):
        page.words.append(Word(text, None, word_box(boxes)))
        page.characters.append(boxes)
        page.lines.append(first + line)


def over(ground: np.ndarray, rgba: np.ndarray) -> np.ndarray:
    """A picture with transparency (H, W, 4) uint8 over a ground (H, W, 3) uint8."""
    alpha = rgba[:, :, 3:].astype(np.uint16)
    return ((ground * (255 - alpha) + rgba[:, :, :3] * alpha) // 255).astype(np.uint8)


def inside(page: Page) -> Page:
    """Only what can be seen: characters whose center lies outside the picture leave their word."""
    height, width = page.image.shape[:2]
    seen = Page(page.image)
    for word, boxes, line in zip(page.words, page.characters, page.lines, strict=True):
        x, y = boxes.mean(axis=1).T
        keep = (x > 0) & (x < width) & (y > 0) & (y < height)
        if keep.any():
            text = "".join(c for c, k in zip(word.text, keep, strict=True) if k)
            seen.words.append(Word(text, None, word_box(boxes[keep])))
            seen.characters.append(boxes[keep])
            seen.lines.append(line)
    return seen


def project(boxes: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Points (n, 4, 2) through a homography (3, 3)."""
    points = np.concatenate([boxes, np.ones_like(boxes[:, :, :1])], axis=2) @ matrix.T
    return (points[:, :, :2] / points[:, :, 2:]).astype(np.float32)


def warped(page: Page, matrix: np.ndarray) -> Page:
    """Picture and boxes through a homography (3, 3); the edge of the picture goes on outside."""
    import cv2

    height, width = page.image.shape[:2]
    image = cv2.warpPerspective(
        page.image, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE
    )
    characters = [project(boxes, matrix) for boxes in page.characters]
    words = [Word(w.text, None, word_box(b)) for w, b in zip(page.words, characters, strict=True)]
    return Page(image, words, characters, page.lines)
