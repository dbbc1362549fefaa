"""The neon sign of the fish bar on Pier 3, at night."""

import numpy as np

from ocr_render import lights, materials, surfaces
from ocr_render.camera import Camera
from ocr_render.geometry import flat, rounded_box, tube
from ocr_render.lettering import Canvas, Word
from ocr_render.phone import Look
from ocr_render.scenes import parts
from ocr_render.scenes.strokes import strokes
from ocr_render.stage import Label, Stage, front

RADIUS, Z = 6.5, 62.0


def build(view: str = "") -> Stage:
    """The stage."""
    rng = np.random.default_rng(43)
    camera = Camera((-420, -420, 1850), (0, -10, 0), view=57, aperture=1.5, roll=-1)
    stage = Stage(camera, seed=43, depth=7)
    stage.looks = {"": Look(key=0.27, noise=1.6, glow=0.10, white=0.0, seed=29, saturation=1.1)}
    stage.light("night", lights.ambient((0.06, 0.075, 0.13)))
    lamp = lights.panel((-1500, 1900, 1700), (0, 0, 0), 500, 500, (0, 1, 0))
    stage.add("street_lamp", lamp, materials.matte((0, 0, 0)), lights.emitting((26, 18, 9)))
    color, height = surfaces.brick((1500, 1900), 0.6, rng)
    parts.wall(stage, 3167, 2500, color, height)
    stage.add(
        "panel",
        rounded_box((1760, 860, 30), 8, (0, 35, 25)),
        materials.painted((0.028, 0.032, 0.038), 0.30, 0.5),
    )
    tubes(stage, "fish", "FISH BAR", 290, (0, 40), (30.0, 3.0, 0.75), 52, 1)
    tubes(stage, "open", "OPEN LATE", 130, (0, -190), (0.8, 7.5, 11.0), 36, 2)
    foot(stage)
    return stage


def foot(stage) -> None:
    """The painted line below the tubes, lit by them."""
    line = Canvas(1300, 80, 2.0, (0.028, 0.032, 0.038))
    line.write(
        "PIER 3 - LARKHAVEN HARBOR",
        650,
        58,
        "humanist bold",
        54,
        (0.85, 0.83, 0.78),
        "center",
        tracking=9,
    )
    stage.label(
        "foot", line, flat(1300, 80, (0, -290, 40.4)), materials.painted(line.color, 0.35, 0.5)
    )


def tubes(stage, name, text, size, middle, glow, gap, line) -> None:
    """Letters of glass tubes that shine with the radiance `glow`, with their dark ends."""
    letters, width = strokes(text, size, gap)
    offset = np.array([middle[0] - width / 2, middle[1], Z])
    label = Label(name, [], front(offset, 0.0), (1.0, 1.0))
    glass, black = (
        materials.painted((0.9, 0.9, 0.9), 0.1, 0.5),
        materials.painted((0.02, 0.02, 0.02), 0.5, 0.3),
    )
    count = 0
    for part in text.split():
        quads = []
        for _ in part:
            lines, box = letters[count]
            grow = RADIUS * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
            quads.append(box + grow)
            for k, points in enumerate(lines):
                path = np.c_[points, np.zeros(len(points))] + offset
                full = f"{name}_{count}" + (f"_{k}" if k else "")
                stage.add(full, tube(path, RADIUS), glass, lights.emitting(glow))
                for end, tip in enumerate((path[0], path[-1])):
                    post = np.linspace(tip - [0, 0, 1.0], [tip[0], tip[1], 40.0], 4)
                    stage.add(f"post{name}{count}{k}{end}", tube(post, RADIUS * 1.25), black)
            count += 1
        word = Word(part, np.array(quads), "en", line, True, count - len(part) + 1)
        label.words.append(word)
    stage.labels.append(label)
