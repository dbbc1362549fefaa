"""The oval ceramic sign of Harbor House, domed, with letters that follow its edge."""

import numpy as np

from ocr_render import lights, masonry, materials, surfaces
from ocr_render.camera import Camera
from ocr_render.geometry import Mesh, _grid_faces
from ocr_render.lettering import Canvas
from ocr_render.phone import Look
from ocr_render.scenes import parts
from ocr_render.stage import Stage

SIZE, DOME = (340.0, 250.0), 26.0
CREAM, BLUE = (0.93, 0.90, 0.82), (0.06, 0.15, 0.40)


def build(view: str = "") -> Stage:
    """The stage."""
    rng = np.random.default_rng(73)
    camera = Camera((190, -120, 560), (2, 0, 0), view=46, aperture=2.0, focus=(0, 0, 26), roll=1.5)
    stage = Stage(camera, seed=73)
    stage.looks = {"": Look(key=0.50, white=0.5, seed=47)}
    stage.light("sky", lights.sun_and_sky(-48, 44, sun=0.85, sky=1.1, turbidity=4))
    parts.street(stage)
    sun = np.array([np.sin(np.radians(-48)), np.tan(np.radians(44)), np.cos(np.radians(48))])
    tree = lights.leaves(rng, sun * 1300 + [330, 300, 0], (800, 350, 200), 50, 70)
    stage.add("leaves", tree, materials.matte((0.2, 0.3, 0.1)))
    wall = masonry.bricks((700, 900), 1.0, rng)
    tones = (0.60, 0.36, 0.26), (0.45, 0.26, 0.20)
    color = masonry.fired(wall, rng, 1.0, tones, (0.66, 0.62, 0.55))
    masonry.put(stage, (900, 700), wall, color)
    sign = canvas(rng)
    material = materials.painted(sign.color, 0.08, 0.6)
    stage.add("sign", oval(), material)
    stage.know("sign", sign, domed)
    for k, x in enumerate((-148, 148)):
        parts.screw(
            stage,
            f"bolt{k}",
            x,
            0,
            domed(np.array([[0.5 + x / SIZE[0], 0.5]]))[0, 2] - 0.6,
            6,
            (0.72, 0.55, 0.25),
            30 + 40 * k,
        )
    return stage


def domed(uv) -> np.ndarray:
    """Surface function of the sign."""
    x, y = (uv[:, 0] - 0.5) * 2, (0.5 - uv[:, 1]) * 2
    radius = np.hypot(x, y)
    z = 7 + DOME * (1 - radius**2) - 10 * np.clip(radius - 0.95, 0, 1) / 0.05 * 0.6
    return np.c_[x * SIZE[0] / 2, y * SIZE[1] / 2, z]


def oval() -> Mesh:
    """The oval as rings from its middle to its edge, and an edge down to the wall."""
    rings = np.concatenate([np.linspace(0.001, 0.95, 40), np.linspace(0.955, 1.0, 8)])
    angle = -np.linspace(0, 2 * np.pi, 161)
    u = 0.5 + 0.5 * rings[:, None] * np.cos(angle)
    v = 0.5 - 0.5 * rings[:, None] * np.sin(angle)
    uv = np.stack([u.ravel(), v.ravel()], axis=1)
    points = domed(uv)
    skirt = points[-161:].copy()
    skirt[:, 2] = 0.0
    faces = _grid_faces(len(rings) + 1, 161)[:, ::-1]
    return Mesh(np.concatenate([points, skirt]), faces[:, ::-1], np.concatenate([uv, uv[-161:]]))


def canvas(rng) -> Canvas:
    """Cream glaze, blue letters."""
    sign = Canvas(*SIZE, 6, CREAM)

    def edge(grow, width):
        def draw(pen, s):
            box = [grow * s, grow * s * 0.9, (SIZE[0] - grow) * s, (SIZE[1] - 0.9 * grow) * s]
            pen.ellipse(box, outline=255, width=int(width * s))

        return draw

    sign.shape(edge(9, 3.4), BLUE)
    sign.shape(edge(15, 1.0), BLUE)
    sign.write("HARBOR HOUSE", 170, 64, "old", 26, BLUE, "center", tracking=3.6, radius=185)
    sign.write("27", 170, 158, "old", 104, BLUE, "center", tracking=4)
    sign.write("LANTERN STREET", 170, 206, "old", 20, BLUE, "center", tracking=3.2, radius=-230)
    craze = 1 + 0.012 * surfaces.cloud(sign.ink.shape, 120, rng, 4)[..., None]
    specks = (surfaces.cloud(sign.ink.shape, 8, rng, 2) - 3.4).clip(0, 1)
    sign.color = surfaces.mix_in(sign.color * craze, (0.35, 0.28, 0.2), specks * 0.6)
    return sign
