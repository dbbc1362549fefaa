"""The airport bus at dusk: where it goes, in lights behind its windscreen."""

import numpy as np

from ocr_render import lights, materials, surfaces
from ocr_render.camera import Camera
from ocr_render.geometry import rounded_box, sheet, tube
from ocr_render.matrix import Matrix
from ocr_render.phone import Look
from ocr_render.scenes import parts
from ocr_render.stage import Stage

LEFT, RIGHT, TOP, BOTTOM = -1250.0, 1250.0, 520.0, -1000.0  # of the bus's front, mm
TEAL, RUBBER, GLASS = (0.05, 0.30, 0.33), (0.03, 0.03, 0.032), (0.012, 0.013, 0.014)


def build(view: str = "") -> Stage:
    """The stage."""
    rng = np.random.default_rng(83)
    camera = Camera((430, -390, 1480), (10, 10, 0), view=57, aperture=2.0, roll=1.5)
    stage = Stage(camera, seed=83, depth=7)
    stage.looks = {"": Look(key=0.36, noise=1.4, glow=0.07, white=0.2, seed=53)}
    evening(stage)
    color, roughness = skin(rng)
    stage.add("front", sheet(front, 220, 160), materials.painted(color, roughness, 0.5))
    display(stage, rng)
    for k, x in enumerate((-1010, 1010)):
        lamp = rounded_box((90, 34, 24), 10).moved(parts.shift(*front(_uv(x, 350))[0]))
        stage.add(
            f"lamp{k}", lamp, materials.matte((0.9, 0.6, 0.2)), lights.emitting((2.2, 1.1, 0.2))
        )
    wipers(stage)
    return stage


def evening(stage) -> None:
    """The last light of the sky, and lamps along the street that the glass mirrors."""
    stage.light("dusk", lights.ambient((0.10, 0.13, 0.22)))
    fade = np.linspace(0, 1, 200, dtype=np.float32)[:, None, None]
    glow = np.float32([0.08, 0.12, 0.26]) * (1 - fade) + np.float32([0.50, 0.33, 0.30]) * fade**3
    for name, z in (("west", 16000), ("behind", -14000)):
        sky = lights.panel((0, 9000, z), (0, 9000, 0), 90000, 24000, (0, 1, 0))
        radiance = lights.emitting(glow.repeat(8, axis=1))
        stage.add(name, sky, materials.matte((0, 0, 0)), radiance)
    for k in range(9):
        where = (2600 * (k % 5) - 5200 + 300 * (k % 3), 300 + 1900 * (k // 5), 8780)
        window = lights.panel(where, (where[0], where[1], 0), 800, 1150, (0, 1, 0))
        warm = np.float32([1.5, 0.95, 0.42]) * (0.3 + 0.7 * (k * 5 % 4 > 1))
        shine = lights.emitting(lights.window_texture(warm))
        stage.add(f"window{k}", window, materials.matte((0, 0, 0)), shine)
    for k, (x, y, z) in enumerate(((-2600, 2300, 3600), (3400, 2500, 5200))):
        lamp = lights.panel((x, y, z), (0, 0, 0), 420, 260, (0, 1, 0))
        stage.add(f"street{k}", lamp, materials.matte((0, 0, 0)), lights.emitting((30, 19, 9)))
    parts.street(stage, ground=-2300, opposite=(0.30, 0.27, 0.25))


def front(uv) -> np.ndarray:
    """Surface function of the front: bent at the sides, and above towards the roof."""
    x, y = LEFT + uv[:, 0] * (RIGHT - LEFT), TOP + uv[:, 1] * (BOTTOM - TOP)
    z = -240 * np.abs(x / RIGHT) ** 4 - 0.06 * (y + 200).clip(0)
    roof = ((y - 300) / 220).clip(0, 1)
    return np.c_[x, y - 60 * roof**3, z - 260 * roof**2.6]


def _uv(x, y) -> np.ndarray:
    return np.array([[(x - LEFT) / (RIGHT - LEFT), (y - TOP) / (BOTTOM - TOP)]])


def skin(rng, scale: float = 0.8):
    """Paint above, the large dark windscreen below it in its rubber: color and roughness."""
    shape = round((TOP - BOTTOM) * scale), round((RIGHT - LEFT) * scale)
    y = TOP - np.arange(shape[0])[:, None] / scale
    x = LEFT + np.arange(shape[1])[None] / scale
    away = [np.abs(x) - 1140 + 110, np.abs(y + 420) - 640 + 110]
    edge = 110 - np.hypot(*(side.clip(0) for side in away)) - np.maximum(*away).clip(None, 0)
    glass, seal = (edge / 3).clip(0, 1), (edge / 3 + 6).clip(0, 1)
    dust = 0.10 * (surfaces.cloud(shape, 200, rng, 5) * 0.5 + 0.6).clip(0, 1)
    color = np.broadcast_to(np.float32(TEAL), (*shape, 3))
    color = surfaces.mix_in(color, (0.35, 0.33, 0.30), dust)
    color = surfaces.mix_in(surfaces.mix_in(color, RUBBER, seal), GLASS, glass)
    return color, 0.25 + 0.25 * seal - 0.46 * glass


def display(stage, rng) -> None:
    """The matrix, close behind the windscreen."""
    matrix = Matrix(152, 24, 9.0)
    matrix.write("7", 2, 21, "sans bold", 27)
    matrix.write("LANTERN STREET", 25, 11, "sans bold", 13)
    matrix.write("via Pier 3", 25, 21, "sans bold", 11)
    canvas = matrix.canvas
    width, height = canvas.width, canvas.height

    def place(uv):
        x, y = (uv[:, 0] - 0.5) * width, 40 + (0.5 - uv[:, 1]) * height
        share = np.c_[(x - LEFT) / (RIGHT - LEFT), (y - TOP) / (BOTTOM - TOP)]
        return front(share) + [0, 0, 3.0]

    glass = materials.painted(canvas.color, 0.06, 0.5)
    shine = lights.emitting(matrix.glow((9.0, 3.6, 0.35), rng))
    stage.label("display", canvas, place, glass, (80, 8), shine)


def wipers(stage) -> None:
    """Two arms with their blades, at rest."""
    black = materials.painted(RUBBER, 0.45, 0.4)
    for k, x in enumerate((-760, 240)):
        arm = np.linspace((x, -980, 20), (x + 330, -420, 45), 8)
        stage.add(f"arm{k}", tube(arm, 9), black)
        blade = np.linspace((x + 190, -760, 22), (x + 420, -170, 26), 12)
        stage.add(f"blade{k}", tube(blade, 7), black)
