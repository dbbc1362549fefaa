"""The ten classes of CIFAR-10 as silhouettes.

Each object is a list of parts (color role, polygon) in a frame from -1 to 1, x to the right and
y down, looking to the left. Its proportions are random.
"""

import math

import numpy as np

BODY, SHADE, DARK, LIGHT = range(4)
_CIRCLE = np.exp(2j * np.pi * np.arange(16) / 16).view(float).reshape(16, 2)


# --- shapes -----------------------------------------------------------------------------------


def ellipse(x, y, rx, ry, tilt=0.0):
    """An ellipse as a polygon of 16 points; tilt in radians."""
    cos, sin = math.cos(tilt), math.sin(tilt)
    return _CIRCLE @ np.array([[rx * cos, rx * sin], [-ry * sin, ry * cos]]) + (x, y)


def limb(start, end, width, width_end=None):
    """A straight stroke from start to end, `width` thick, getting `width_end` thick."""
    (x0, y0), (x1, y1) = start, end
    last = width if width_end is None else width_end
    length = 2 * max(1e-6, math.hypot(x1 - x0, y1 - y0))
    dx, dy = -(y1 - y0) / length, (x1 - x0) / length  # half a unit across the stroke
    return np.array(
        [
            (x0 + dx * width, y0 + dy * width),
            (x1 + dx * last, y1 + dy * last),
            (x1 - dx * last, y1 - dy * last),
            (x0 - dx * width, y0 - dy * width),
        ]
    )


def _box(left, top, right, bottom):
    return np.array([(left, top), (right, top), (right, bottom), (left, bottom)], float)


# --- the ten classes --------------------------------------------------------------------------


def _airplane(rng):
    sweep, span, body = rng.uniform(0.1, 0.5), rng.uniform(0.6, 0.95), rng.uniform(0.11, 0.17)
    wing = np.array([(-0.25, 0), (0.2, 0), (0.3 + sweep, span), (0.05 + sweep, span)])
    tail = np.array([(0.62, 0), (0.85, 0), (1.0, 0.4), (0.85, 0.4)])
    far = rng.uniform(-1.0, -0.3)  # seen from above, or nearly from the side
    return [
        (SHADE, wing * (1, far)),
        (SHADE, tail * (1, -1)),
        (BODY, ellipse(0, 0, 0.95, body)),
        (SHADE, wing),
        (SHADE, tail * (1, rng.uniform(0.2, 0.9))),
        (LIGHT, ellipse(-0.7, -0.04, 0.1, 0.05)),
    ]


def _wheels(places, y, radius):
    return [
        part
        for x in places
        for part in (
            (DARK, ellipse(x, y, radius, radius)),
            (LIGHT, ellipse(x, y, radius / 2.5, radius / 2.5)),
        )
    ]


def _automobile(rng):
    roof, nose, back = rng.uniform(-0.55, -0.35), rng.uniform(-0.5, -0.2), rng.uniform(0.45, 0.8)
    cabin = np.array([(nose, 0), (nose + 0.25, roof), (back - 0.2, roof), (back + 0.1, 0)])
    glass = (cabin - cabin.mean(0)) * (0.75, 0.65) + cabin.mean(0)
    hull = np.array([(-0.95, 0.08), (-0.85, -0.02), (0.9, -0.06), (0.97, 0.3), (-0.97, 0.3)])
    return [
        (BODY, cabin),
        (LIGHT, glass),
        (BODY, hull),
        *_wheels((-0.55, 0.55), 0.32, rng.uniform(0.17, 0.24)),
    ]


def _truck(rng):
    top, split = rng.uniform(-0.75, -0.45), rng.uniform(-0.5, -0.3)
    cab = np.array([(-0.95, 0.3), (-0.95, -0.05), (-0.8, -0.35), (split, -0.35), (split, 0.3)])
    glass = np.array([(-0.85, -0.05), (-0.76, -0.27), (split - 0.12, -0.27), (split - 0.12, -0.05)])
    places = (-0.65, 0.45, 0.75) if rng.random() < 0.6 else (-0.65, 0.6)
    return [
        (BODY, cab),
        (LIGHT, glass),
        (SHADE, _box(split + 0.06, top, 0.97, 0.25)),
        (DARK, _box(-0.9, 0.25, 0.95, 0.33)),
        *_wheels(places, 0.38, rng.uniform(0.14, 0.19)),
    ]


def _ship(rng):
    deck, bridge = rng.uniform(0.05, 0.2), rng.uniform(-0.3, 0.4)
    hull = np.array([(-1.0, deck - 0.08), (0.95, deck), (0.75, 0.5), (-0.7, 0.5)])
    parts = [(BODY, hull), (LIGHT, _box(bridge - 0.35, deck - 0.25, bridge + 0.35, deck))]
    if rng.random() < 0.5:  # a sailing boat, else a steamer
        mast = rng.uniform(-0.9, -0.7)
        sail = np.array([(bridge, mast), (bridge + 0.6, deck - 0.1), (bridge, deck - 0.1)])
        return [*parts, (DARK, limb((bridge, mast), (bridge, deck), 0.06)), (SHADE, sail)]
    funnel = _box(bridge - 0.12, rng.uniform(-0.7, -0.45), bridge + 0.12, deck - 0.25)
    return [*parts, (SHADE, funnel), (DARK, limb((-0.6, -0.5), (-0.6, deck), 0.05))]


def _bird(rng):
    lift, tilt = rng.uniform(-0.8, 0.5), rng.uniform(-0.3, 0.3)
    wing = np.array([(-0.15, -0.1), (0.3, -0.1), (0.55, lift), (0.3, lift)])
    tail = np.array([(0.4, -0.05), (0.95, -0.2 + tilt), (0.95, 0.1 + tilt), (0.4, 0.12)])
    return [
        (SHADE, tail),
        (BODY, ellipse(0.05, 0, 0.5, 0.27)),
        (BODY, ellipse(-0.5, -0.27, 0.2, 0.19)),
        (SHADE, np.array([(-0.66, -0.34), (-0.95, -0.22), (-0.66, -0.18)])),
        (SHADE, wing),
        (DARK, limb((-0.02, 0.2), (-0.05, 0.6), 0.05)),
        (DARK, limb((0.14, 0.2), (0.12, 0.6), 0.05)),
        (DARK, ellipse(-0.54, -0.32, 0.05, 0.05)),
    ]


def _frog(rng):
    wide, squat = rng.uniform(0.55, 0.75), rng.uniform(0.3, 0.42)
    parts = [
        (SHADE, ellipse(side * wide, 0.3, 0.32, 0.17, side * rng.uniform(0.2, 0.9)))
        for side in (-1, 1)
    ]
    parts += [(BODY, limb((side * 0.3, 0.25), (side * 0.5, 0.65), 0.16)) for side in (-1, 1)]
    parts += [(BODY, ellipse(0, 0.1, wide, squat)), (DARK, limb((-0.4, 0.08), (0.4, 0.08), 0.06))]
    for side in (-0.32, 0.32):
        parts += [
            (BODY, ellipse(side, -0.25, 0.19, 0.19)),
            (LIGHT, ellipse(side, -0.28, 0.12, 0.12)),
            (DARK, ellipse(side, -0.28, 0.06, 0.06)),
        ]
    return parts


def _legs(rng, length, width, places=(-0.42, -0.28, 0.38, 0.52), top=0.1):
    return [
        (
            SHADE if k % 2 else BODY,
            limb((x, top), (x + rng.uniform(-0.15, 0.15), top + length), width * 1.5, width),
        )
        for k, x in enumerate(places)
    ]


def _cat(rng):
    x, y = rng.uniform(-0.55, -0.4), rng.uniform(-0.4, -0.25)
    ears = [
        (BODY, np.array([(x + s * 0.27, y), (x + s * 0.25, y - 0.45), (x + s * 0.02, y - 0.2)]))
        for s in (-1, 1)
    ]
    eyes = [(LIGHT, ellipse(x + s * 0.11, y - 0.02, 0.06, 0.06)) for s in (-1, 1)]
    curl = rng.uniform(-0.9, -0.3)
    return [
        (BODY, limb((0.5, 0.1), (0.85, curl * 0.4), 0.1)),
        (BODY, limb((0.85, curl * 0.4), (0.7, curl), 0.1)),
        *_legs(rng, 0.42, 0.1),
        (BODY, ellipse(0.08, 0.1, 0.55, 0.24)),
        *ears,
        (BODY, ellipse(x, y, 0.29, 0.25)),
        *eyes,
        (DARK, ellipse(x, y + 0.12, 0.06, 0.04)),
    ]


def _dog(rng):
    x, y = rng.uniform(-0.6, -0.5), rng.uniform(-0.42, -0.25)
    tail = limb((0.52, 0), (0.9, rng.uniform(-0.6, -0.1)), 0.12, 0.06)
    return [
        (BODY, tail),
        *_legs(rng, 0.55, 0.11),
        (BODY, ellipse(0.05, 0.02, 0.58, 0.24)),
        (BODY, limb((-0.4, 0), (x, y), 0.26)),
        (BODY, ellipse(x, y, 0.22, 0.2)),
        (BODY, ellipse(x - 0.25, y + 0.06, 0.2, 0.11)),
        (DARK, ellipse(x - 0.42, y + 0.02, 0.06, 0.06)),
        (SHADE, ellipse(x + 0.14, y + 0.1, 0.1, 0.24, 0.2)),
        (DARK, ellipse(x - 0.07, y - 0.06, 0.04, 0.04)),
    ]


def _horse(rng):
    x, y = rng.uniform(-0.7, -0.55), rng.uniform(-0.65, -0.45)
    mane = limb((-0.3, -0.12), (x + 0.16, y - 0.08), 0.14)
    tail = limb((0.56, -0.1), (rng.uniform(0.7, 0.9), 0.55), 0.12, 0.2)
    return [
        (DARK, tail),
        *_legs(rng, 0.75, 0.09),
        (BODY, ellipse(0.06, -0.02, 0.56, 0.24)),
        (DARK, mane),
        (BODY, limb((-0.35, 0), (x, y), 0.34, 0.2)),
        (BODY, ellipse(x - 0.14, y + 0.1, 0.26, 0.11, 0.7)),
        (BODY, np.array([(x - 0.04, y - 0.05), (x + 0.02, y - 0.26), (x + 0.1, y - 0.05)])),
    ]


def _deer(rng):
    x, y = rng.uniform(-0.6, -0.45), rng.uniform(-0.4, -0.25)
    antlers = []
    for side in (-1, 1):
        tip = (x + side * rng.uniform(0.2, 0.35), y - 0.55)
        middle = (x + side * 0.14, y - 0.32)
        antlers += [
            (DARK, limb((x, y - 0.1), tip, 0.06)),
            (DARK, limb(middle, (middle[0] + side * 0.22, middle[1] - 0.05), 0.06)),
        ]
    return [
        *antlers,
        *_legs(rng, 0.72, 0.07),
        (BODY, ellipse(0.06, 0.05, 0.5, 0.2)),
        (LIGHT, ellipse(0.56, 0, 0.09, 0.09)),
        (BODY, limb((-0.32, 0.05), (x, y), 0.22, 0.14)),
        (BODY, ellipse(x - 0.12, y + 0.03, 0.22, 0.1, 0.4)),
        (BODY, ellipse(x + 0.14, y - 0.06, 0.12, 0.05)),
    ]


SILHOUETTES = {
    "airplane": _airplane,
    "automobile": _automobile,
    "bird": _bird,
    "cat": _cat,
    "deer": _deer,
    "dog": _dog,
    "frog": _frog,
    "horse": _horse,
    "ship": _ship,
    "truck": _truck,
}
