"""The Korean noodle kitchen of Larkhaven: its sign, and a notice on the boards below."""

import numpy as np

from ocr_render import lights, materials, surfaces
from ocr_render.camera import Camera
from ocr_render.geometry import extrude, flat, rounded_box, rounded_rectangle, sheet
from ocr_render.lettering import Canvas
from ocr_render.phone import Look
from ocr_render.scenes import parts
from ocr_render.stage import Stage

RED, NAVY, WHITE = (0.70, 0.09, 0.07), (0.07, 0.12, 0.26), (0.92, 0.91, 0.87)
NOTICE = (
    ("영업 시간", 46, "korean heavy", 44, RED),
    ("화요일 - 일요일", 104, "korean bold", 31, NAVY),
    ("오전 11시 - 오후 9시", 152, "korean bold", 31, NAVY),
    ("월요일은 쉽니다", 216, "korean heavy", 37, RED),
    ("등불 축제 날에는", 280, "korean bold", 30, NAVY),
    ("밤늦게까지 엽니다", 324, "korean bold", 30, NAVY),
)


def build(view: str = "") -> Stage:
    """The stage."""
    rng = np.random.default_rng(29)
    camera = Camera((300, -260, 1560), (0, -50, 0), view=50, aperture=1.5, roll=0.8)
    stage = Stage(camera, seed=29)
    stage.looks = {"": Look(key=0.46, white=0.4, seed=17, contrast=1.05)}
    stage.light("sky", lights.sun_and_sky(-40, 36, sun=0.75, sky=1.2, turbidity=4))
    parts.street(stage)
    paint, height = surfaces.boards((2200, 3000), 1.0, rng, (0.23, 0.42, 0.43), 145, 3)
    parts.wall(stage, 3000, 2200, paint, height, rough=0.5)
    board(stage)
    notice(stage, rng)
    return stage


def board(stage) -> None:
    """The white board with raised red letters and a painted line."""
    frame = materials.painted((0.16, 0.10, 0.07), 0.4, 0.5)
    stage.add("frame", rounded_box((1240, 470, 40), 8, (0, 235, 22)), frame)
    line = Canvas(1180, 410, 2.4, WHITE)
    line.write(
        "해물 국수와 만두", 590, 372, "korean heavy", 74, NAVY, "center", language="ko", tracking=6
    )
    stage.add(
        "board",
        extrude(rounded_rectangle(1180, 410, 10), 6, 2).moved(parts.shift(0, 235, 42)),
        materials.painted(line.color, 0.3, 0.5),
    )
    stage.know("board", line, flat(1180, 410, (0, 235, 48)))
    stage.letters(
        "name",
        "바다 식당",
        "korean heavy",
        228,
        (0, 222, 48),
        materials.painted(RED, 0.22, 0.5),
        depth=22,
        bevel=2.5,
        tracking=10,
        language="ko",
    )


def notice(stage, rng) -> None:
    """A sheet of paper held by four strips of tape."""
    page = Canvas(310, 360, 6, (0.94, 0.93, 0.89))
    for text, y, name, size, color in NOTICE:
        page.write(text, 155, y, name, size, color, "center", language="ko", room=296)
    page.line([(40, 240), (270, 240)], NAVY, 1.2)
    page.color *= 1 + 0.008 * surfaces.cloud(page.ink.shape, 60, rng, 3)[..., None]
    center = (-150, -300, 3)
    base = flat(372, 432, center, 1.3)

    def place(uv):
        xyz = base(uv)
        u, v = uv[:, 0] - 0.5, uv[:, 1] - 0.5
        xyz[:, 2] += (
            7 * (0.25 - u**2) + 3 * np.sin(7 * u + 4 * v) * (0.25 - v**2) + 9 * v.clip(0) ** 2
        )
        return xyz

    stage.label("notice", page, place, materials.painted(page.color, 0.55, 0.3), (40, 40))
    tape = materials.painted((0.80, 0.73, 0.52), 0.35, 0.5)
    for k, (x, y, angle) in enumerate(
        ((-182, 208, 42), (178, 216, -40), (-184, -208, -44), (180, -202, 40))
    ):
        strip = flat(76, 24, (center[0] + x, center[1] + y, 9 if y < 0 else 6.5), angle)
        stage.add(f"tape{k}", sheet(strip), tape)
