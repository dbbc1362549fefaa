"""How a page is seen: a paper or a sign in perspective over a picture."""

from pathlib import Path

import numpy as np
from PIL import Image

from ocr_synth.fonts import load_font
from ocr_synth.page_canvas import Canvas, Page, add_words, over, project
from ocr_synth.page_style import contrasting
from ocr_synth.textures import random_color, scene, value_noise


def on_a_ground(rng, canvas, size) -> Page:
    """A paper lying askew on a ground."""
    width, height = size
    page = Page(scene(rng, height, width))
    _lay(
        rng,
        page,
        canvas,
        ((width - canvas.image.width) / 2, (height - canvas.image.height) / 2),
        0.06,
    )
    return page


def street(rng, style, size) -> Page:
    """Signs, plates and lettering on a picture; none covers another."""
    width, height = size
    page = Page(scene(rng, height, width))
    taken: list[tuple] = []
    for _ in range(rng.integers(2, 13)):
        letters = style.size(7 if style.hard else 11, min(size) / 3)
        canvas = sign(rng, style, letters, page.image, max_width=width * 0.95)
        w, h = canvas.image.size
        x, y = rng.uniform(0, max(1, width - w)), rng.uniform(0, max(1, height - h))
        area = (x - 8, y - 8, x + w + 8, y + h + 8)
        if not any(
            area[0] < t[2] and t[0] < area[2] and area[1] < t[3] and t[1] < area[3] for t in taken
        ):
            taken.append(area)
            _lay(rng, page, canvas, (x, y), 0.12, from_the_side=style.hard and rng.random() < 0.35)
    return page


def sign(rng, style, letters, scenery, max_width) -> Canvas:
    """A plate with one to four lines, or lettering without a plate."""
    lines = [
        [style.label() for _ in range(rng.choice([1, 1, 2, 3]))]
        for _ in range(rng.choice([1, 1, 2, 3, 4]))
    ]
    font = style.font(letters)
    longest = max(font.getlength(" ".join(line)) for line in lines)
    font = load_font(Path(font.path), max(8, int(font.size * min(1, 0.8 * max_width / longest))))
    pad = font.size * rng.uniform(0.25, 0.8)
    spaced, widest = (0.25, 0.8) if style.hard else (0.15, 0.35)
    tracking = (
        int(font.size * rng.uniform(0.05, widest))
        if rng.random() < spaced and not style.korean
        else 0
    )
    leading = font.size * rng.uniform(1.1, 1.5)
    longest = max(font.getlength(" ".join(line)) + tracking * sum(map(len, line)) for line in lines)
    w, h = int(min(longest, max_width) + 2 * pad), int(leading * len(lines) + 2 * pad)
    plate = rng.random() < 0.65
    ground = random_color(rng) if plate else scenery.mean(axis=(0, 1))
    canvas = Canvas(w, h, ground if plate else None, contrasting(rng, ground, 55 if plate else 80))
    if plate:
        _decorate(rng, canvas, ground)
    effects = _effects(rng, canvas.ink, plate, font.size)
    middle = rng.random() < 0.6
    for number, line in enumerate(lines):
        length = font.getlength(" ".join(line)) + tracking * sum(map(len, line))
        x = max(pad, (w - length) / 2) if middle else pad
        baseline = pad + leading * (number + 0.8)
        canvas.write_line(x, baseline, line, font, right=w, tracking=tracking, **effects)
    return canvas


def _effects(rng, ink, plate, size) -> dict:
    kind = rng.random()
    if kind < 0.12 or (not plate and kind < 0.5 and size > 20):
        return {
            "stroke": max(1, int(size * rng.uniform(0.03, 0.08))),
            "stroke_ink": (*contrasting(rng, ink, 90), 255),
        }
    if kind < 0.3 and plate:
        return {"shadow": (*contrasting(rng, ink, 60), 255)}
    return {}


def _decorate(rng, canvas, ground) -> None:
    """A frame, a line or a grain on a plate."""
    w, h = canvas.image.size
    if rng.random() < 0.3:
        noise = value_noise(rng, h, w, 3, 5)[:, :, None] - 0.5
        pixels = np.clip(np.asarray(ground) + noise * rng.uniform(10, 60), 0, 255)
        canvas.image.paste(Image.fromarray(pixels.astype(np.uint8)), (0, 0))
    if rng.random() < 0.5:
        inset, color = int(rng.integers(0, max(2, h // 12))), (*contrasting(rng, ground, 40), 255)
        canvas.draw.rectangle(
            [inset, inset, w - 1 - inset, h - 1 - inset],
            outline=color,
            width=int(rng.integers(1, 4)),
        )


def _lay(rng, page: Page, canvas: Canvas, corner, strength: float, from_the_side=False) -> None:
    """Put a canvas onto the page: bent, shrunk at one side, turned, seen in perspective.

    from_the_side: as passers-by see a sign, narrow and with lines that rise or fall steeply.
    """
    import cv2

    rgba, bend = _bend(rng, np.asarray(canvas.image))
    h, w = rgba.shape[:2]
    flat = np.float32([[0, 0], [w, 0], [w, h], [0, h]])
    moved = flat + rng.normal(0, strength / 2, (4, 2)) * min(w, h)
    if from_the_side:
        moved[:, 0] = w / 2 + rng.uniform(0.4, 1.0) * (moved[:, 0] - w / 2)
        moved[:, 1] += rng.normal(0, 0.25) * (moved[:, 0] - w / 2)
    angle = np.deg2rad(rng.normal(0, 6) if strength > 0.1 else rng.normal(0, 2))
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    moved = (moved - [w / 2, h / 2]) @ turn + [w / 2, h / 2] + corner
    matrix = cv2.getPerspectiveTransform(flat, moved.astype(np.float32))
    low = np.maximum(np.floor(moved.min(axis=0)), 0).astype(int)
    high = np.minimum(np.ceil(moved.max(axis=0)) + 1, page.image.shape[1::-1]).astype(int)
    if (low < high).all():
        shift = np.array([[1, 0, -low[0]], [0, 1, -low[1]], [0, 0, 1.0]])
        warped = cv2.warpPerspective(rgba, shift @ matrix, (high - low).tolist())
        part = np.s_[low[1] : high[1], low[0] : high[0]]
        page.image[part] = over(page.image[part], warped)
    add_words(page, canvas, [project(bend(boxes), matrix) for boxes in canvas.characters])


def _bend(rng, rgba):
    """Sometimes an arc: columns shifted by a parabola. Returns image and mover of points."""
    import cv2

    h, w = rgba.shape[:2]
    if w < 3 * h or rng.random() > 0.25:
        return rgba, lambda boxes: boxes
    depth = rng.uniform(-0.35, 0.35) * h
    pad = int(abs(depth)) + 1
    padded = cv2.copyMakeBorder(
        rgba, pad, pad, 0, 0, cv2.BORDER_CONSTANT, value=(*rgba[0, 0, :3].tolist(), 0)
    )

    def shift(x):
        return depth * ((2 * x / w - 1) ** 2 - 0.5)

    y, x = np.mgrid[: h + 2 * pad, :w].astype(np.float32)
    bent = cv2.remap(padded, x, (y - shift(x)).astype(np.float32), cv2.INTER_LINEAR)

    def bend(boxes):
        moved = boxes.copy()
        moved[:, :, 1] += pad + shift(boxes[:, :, 0])
        return moved

    return bent, bend
