"""Flat pages of much small text: documents, forms and receipts, each written on a `Canvas`."""

import numpy as np
from PIL import Image

from ocr_synth.textures import scene


def document(rng, style, canvas) -> None:
    """A title and paragraphs in one to three columns, now and then a figure or a rule."""
    width, height = canvas.image.size
    size, margin = style.size(), int(width * rng.uniform(0.02, 0.08))
    y = margin
    if rng.random() < 0.6:
        title = style.font(size * rng.uniform(1.3, 2.4))
        y += title.size
        canvas.write_line(margin, y, [style.label() for _ in range(6)], title, right=width - margin)
        y += size
    columns = int(rng.integers(1, 4)) if size < 16 else 1
    column = (width - margin) / columns
    for number in range(columns):
        left = margin + number * column
        _paragraphs(rng, style, canvas, (left, y, left + column - margin, height - margin), size)


def _paragraphs(rng, style, canvas, area, size) -> None:
    left, y, right, bottom = area
    font, leading = style.font(size), size * rng.uniform(1.2, 1.8)
    gap = rng.uniform(1.0, 1.8) if style.hard else 1.0
    while y + leading < bottom:
        if style.hard and rng.random() < 0.07:
            y += (
                figure(rng, canvas, (left, y, right, min(bottom, y + size * rng.uniform(2, 8))))
                + size
            )
        for _ in range(rng.integers(1, 9)):
            y += leading
            if y > bottom:
                break
            end = right if rng.random() < 0.8 else left + (right - left) * rng.uniform(0.2, 1)
            canvas.write_line(left, y, [style.word() for _ in range(30)], font, right=end, gap=gap)
            if style.hard and rng.random() < 0.03:
                canvas.draw.line([left, y + size * 0.25, right, y + size * 0.25], canvas.ink, 1)
        y += leading * rng.choice([0.0, 0.7, 1.5])
        if rng.random() < 0.2:
            font = style.font(size)


def figure(rng, canvas, area) -> float:
    """A picture, a rule or a scribble in the text; returns its height."""
    left, top, right, bottom = (int(v) for v in area)
    if right - left < 12 or bottom - top < 12:
        return 0
    kind = rng.random()
    if kind < 0.5:
        right = int(left + (right - left) * rng.uniform(0.3, 1))
        picture = scene(rng, bottom - top, right - left)
        canvas.image.paste(Image.fromarray(picture), (left, top))
    elif kind < 0.75:
        _scribble(rng, canvas, area)
    else:
        canvas.draw.line([left, top, right, top], canvas.ink, int(rng.integers(1, 4)))
        return 2
    return bottom - top


def _scribble(rng, canvas, area) -> None:
    """A signature: a smooth random stroke."""
    left, top, right, bottom = area
    points = np.cumsum(rng.normal(0.3, 1, (40, 2)), axis=0)
    points = (points - points.min(0)) / (np.ptp(points, axis=0) + 1e-6)
    points = points * [min(right - left, 160), bottom - top] + [left, top]
    canvas.draw.line([tuple(p) for p in points], canvas.ink, int(rng.integers(1, 4)), joint="curve")


def form(rng, style, canvas) -> None:
    """Rows of cells: labels and entries between rules, dotted leaders, boxes to tick."""
    width, height = canvas.image.size
    size, margin = style.size(9, 24), int(width * rng.uniform(0.02, 0.08))
    label_font, entry_font = style.font(size), style.font(size * rng.uniform(0.8, 1.2))
    heading = style.font(size * rng.uniform(1.2, 2.2))
    y = margin + heading.size
    canvas.write_line(
        rng.uniform(margin, width / 3),
        y,
        [style.label() for _ in range(4)],
        heading,
        right=width - margin,
    )
    ruled, row = rng.random() < 0.6, size * rng.uniform(1.5, 3)
    y += size
    while y + row < height - margin:
        cells = rng.integers(1, 5)
        edges = np.linspace(margin, width - margin, cells + 1)
        edges[1:-1] += rng.uniform(-0.25, 0.25, cells - 1) * (edges[1] - edges[0])
        for left, right in zip(edges[:-1], edges[1:], strict=True):
            if ruled:
                canvas.draw.rectangle([left, y, right, y + row], outline=canvas.ink)
            _cell(
                rng, style, canvas, (left + 4, y, right - 4, y + row * 0.7), label_font, entry_font
            )
        y += row
        if rng.random() < 0.12:
            y += (
                figure(
                    rng, canvas, (margin, y + 4, width - margin, min(height - margin, y + 3 * row))
                )
                + 8
            )


def _cell(rng, style, canvas, area, label_font, entry_font) -> None:
    left, _, right, baseline = area
    if rng.random() < 0.2:
        side = int(label_font.size * 0.7)
        canvas.draw.rectangle([left, baseline - side, left + side, baseline], outline=canvas.ink)
        if rng.random() < 0.5:
            canvas.draw.line([left, baseline - side, left + side, baseline], canvas.ink, 2)
        left += side * 1.6
    labels = [style.label() for _ in range(rng.integers(0, 4))]
    left = canvas.write_line(left, baseline, labels, label_font, right=right)
    if rng.random() < 0.3 and right - left > 20:
        step = rng.choice([1, 3, 5])
        for x in np.arange(left, right, step):
            canvas.draw.point((x, baseline), canvas.ink)
    elif rng.random() < 0.7:
        entries = [style.word() for _ in range(rng.integers(1, 7))]
        canvas.write_line(
            left + label_font.size * rng.uniform(0, 1), baseline, entries, entry_font, right=right
        )


def receipt(rng, style, canvas) -> None:
    """Goods on the left, prices on the right, rows of dashes between."""
    width, height = canvas.image.size
    size = style.size(11, 30)
    font, margin = style.font(size), int(width * rng.uniform(0.03, 0.2))
    y, leading = margin, size * rng.uniform(1.15, 1.7)
    while (y := y + leading) < height - margin / 2:
        kind = rng.random()
        if kind < 0.1:
            for x in np.arange(margin, width - margin, size * 0.6):
                canvas.draw.line([x, y - size * 0.3, x + size * 0.35, y - size * 0.3], canvas.ink)
        elif kind < 0.25:
            big = style.font(size * rng.uniform(1, 1.6))
            canvas.write_line(
                width * rng.uniform(0.15, 0.4),
                y,
                [style.label() for _ in range(3)],
                big,
                right=width - margin,
            )
        else:
            price = f"{rng.integers(0, 999)}.{rng.integers(0, 99):02d}"
            start = width - margin - font.getlength(price)
            words = [style.label() for _ in range(rng.integers(1, 5))]
            canvas.write_line(margin, y, words, font, right=start - size)
            canvas.write_line(start, y, [price], font)
