"""Where every word and character lies in the picture, and how much of it can be seen."""

import numpy as np

from ocr_render.stage import Label, Stage


def pixels(stage: Stage, label: Label, points, width: int) -> np.ndarray:
    """Pixels (n, 2) of `points` (n, 2), mm on a label, in a picture `width` wide."""
    height = round(width * stage.height / stage.width)
    return stage.camera.project(label.place(np.asarray(points) / label.size), width, height)


def words(stage: Stage, width: int, seen=None, shake: float = 0.0) -> list[dict]:
    """The truth of a picture, one dict a word.

    `points` is the outline, `characters` one quad each, `visible` the share that nothing hides
    (from `seen = visible_shares(...)`, else 1). `ignore` says that no reader can be asked for it.
    A word lower than the hand's `shake` (pixels) is not `legible`, but not ignored either, so that
    a sharp and a shaken picture can be compared.
    """
    found, line0, height = [], 0, round(width * stage.height / stage.width)
    for label in stage.labels:
        for word in label.words:
            share = 1.0 if seen is None else seen[id(word)]
            if share <= 0.02:
                continue
            outline = within(pixels(stage, label, word.outline(), width), width, height)
            quads = pixels(stage, label, word.quads.reshape(-1, 2), width).reshape(-1, 4, 2)
            found.append(
                {
                    "points": outline.round(1).tolist(),
                    "text": word.text,
                    "ignore": bool(not word.legible or share < 0.6 or not _letters(word.text)),
                    "characters": quads.clip(0, [width, height]).round(1).tolist(),
                    "language": word.language,
                    "line": line0 + word.line,
                    "visible": round(share, 2),
                    "legible": bool(word.legible and _height(quads) >= shake),
                }
            )
        line0 += max((word.line for word in label.words), default=0)
    return found


def _height(quads) -> float:
    """Pixels from the top to the bottom of a word's highest character."""
    return float(np.linalg.norm(quads[:, 3] - quads[:, 0], axis=1).max())


def _letters(text: str) -> bool:
    """Whether a word has a letter or a digit; a dash or an ampersand is read by nobody."""
    return any(character.isalnum() for character in text)


def within(outline, width: int, height: int, tolerance: float = 0.25) -> np.ndarray:
    """The part of a polygon (n, 2) inside the picture, without points nearly on its edges."""
    from shapely.geometry import Polygon, box

    part = Polygon(outline).buffer(0).intersection(box(0, 0, width, height)).simplify(tolerance)
    part = max(getattr(part, "geoms", [part]), key=lambda piece: piece.area)
    return np.array(part.exterior.coords)[:-1]


def character_map(stage: Stage, label: Label, seen) -> np.ndarray:
    """Number of the label's character in each pixel (rows, columns), 0 for none.

    `seen` is what `render.identify` returned.
    """
    names, index, uv = seen
    result = np.zeros(index.shape, int)
    if label.ids is None:
        for k, name in enumerate(names):
            if name.startswith(f"{label.shape}_"):
                result[index == k] = int(name[len(label.shape) + 1 :].split("_")[0]) + 1
        return result
    mine = (index >= 0) & (index == (names.index(label.shape) if label.shape in names else -2))
    rows, columns = label.ids.shape
    x = (uv[mine][:, 0] * columns).astype(int).clip(0, columns - 1)
    y = (uv[mine][:, 1] * rows).astype(int).clip(0, rows - 1)
    result[mine] = label.ids[y, x]
    return result


def visible_shares(stage: Stage, width: int, everything, alone) -> dict:
    """Share of each word (by `id(word)`) that is neither hidden, nor turned away, nor cut off.

    `everything` and `alone` are `render.identify` of the stage and of its labels alone.
    """
    shares = {}
    for label in stage.labels:
        last = sum(len(word.text) for word in label.words) + 2
        counts = [
            np.bincount(character_map(stage, label, seen).ravel(), minlength=last)
            for seen in (everything, alone)
        ]
        for word in label.words:
            mine = slice(word.first_id, word.first_id + len(word.text))
            free = counts[0][mine].sum() / max(counts[1][mine].sum(), 1)
            shares[id(word)] = float(min(1.0, free) * _in_view(stage, label, word, width))
    return shares


def _in_view(stage: Stage, label: Label, word, width) -> float:
    """Share of points on the word's characters that face the camera inside the picture."""
    steps = np.linspace(0.1, 0.9, 5)
    quads = word.quads
    top = quads[:, None, 0] + steps[:, None] * (quads[:, None, 1] - quads[:, None, 0])
    bottom = quads[:, None, 3] + steps[:, None] * (quads[:, None, 2] - quads[:, None, 3])
    grid = (top[:, None] + steps[:, None, None] * (bottom - top)[:, None]).reshape(-1, 2)
    step = 1e-3 * np.array(label.size)
    here = label.place(grid / label.size)
    du = label.place((grid + [step[0], 0]) / label.size) - here
    dv = label.place((grid + [0, step[1]]) / label.size) - here
    facing = (np.cross(dv, du) * (np.asarray(stage.camera.eye) - here)).sum(axis=1) > 0
    height = round(width * stage.height / stage.width)
    spots = stage.camera.project(here, width, height)
    inside = ((spots >= 0) & (spots < [width, height])).all(axis=1)
    return float((facing & inside).mean())


def check(stage: Stage, width: int, seen) -> dict:
    """Compare outlines with the ID pass `seen` (`render.identify`).

    Returns {"characters", "words", "inside", "worst", "reach"}: how many were seen, the mean and
    the smallest share of a character's ink that lies within its quad widened by a pixel, and the
    mean part of a quad's extent that its ink reaches.
    """
    from matplotlib.path import Path as Outline

    shares, reach, count = [], [], 0
    for label in stage.labels:
        numbers = character_map(stage, label, seen)
        order = np.argsort(numbers, axis=None, kind="stable")
        flat = numbers.ravel()[order]
        for word in label.words:
            count += 1
            quads = pixels(stage, label, word.quads.reshape(-1, 2), width).reshape(-1, 4, 2)
            for k, quad in enumerate(quads):
                low, high = np.searchsorted(flat, [word.first_id + k, word.first_id + k + 1])
                if high - low < 12:
                    continue
                y, x = np.unravel_index(order[low:high], numbers.shape)
                spots = np.c_[x, y] + 0.5
                wide = quad + 1.0 * np.sign(quad - quad.mean(axis=0))
                shares.append(Outline(wide).contains_points(spots).mean())
                reach.append(np.ptp(spots, axis=0).max() / np.ptp(quad, axis=0).max())
    return {
        "characters": len(shares),
        "words": count,
        "inside": round(float(np.mean(shares)), 4) if shares else 0.0,
        "worst": round(float(np.min(shares)), 3) if shares else 0.0,
        "reach": round(float(np.mean(reach)), 3) if reach else 0.0,
    }
