"""Pages whose every character is known: documents, forms, receipts, posters, signs and screens.

A page is a function of (seed, index) alone. Flat layouts are written on a `Canvas`; signs and
photographed papers are canvases laid in perspective over a picture from `ocr_synth.textures`.
"""

import json
from pathlib import Path

import numpy as np
from PIL import Image

from ocr_synth.fonts import course_fonts
from ocr_synth.page_canvas import Canvas, Page, inside, warped
from ocr_synth.page_displays import poster, screen
from ocr_synth.page_documents import document, form, receipt
from ocr_synth.page_light import degrade
from ocr_synth.page_style import Style, contrasting
from ocr_synth.page_views import on_a_ground, street
from ocr_synth.textures import random_color

KINDS = ("document", "form", "receipt", "poster", "screen", "sign")
LAYOUTS = {
    "document": document,
    "form": form,
    "receipt": receipt,
    "poster": poster,
    "screen": screen,
}


def render_page(
    seed: int,
    index: int,
    kind: str | None = None,
    size=(640, 640),
    korean: float = 0.15,
    fonts=None,
    hard: bool = True,
) -> Page:
    """One page of a kind of KINDS (None: any), size (width, height) pixels (notebooks 02, 08).

    korean: the chance of a page in Hangul. fonts: Latin font files (None: the course's).
    hard: photographed, noisy, with shadows; False: a clean scan (signs are always photographed).

    >>> page = render_page(0, 1, "document", size=(320, 240))
    >>> page.image.shape, len(page.words) == len(page.characters) == len(page.lines) > 0
    ((240, 320, 3), True)
    >>> bool((page.image == render_page(0, 1, "document", size=(320, 240)).image).all())
    True
    """
    rng = np.random.default_rng([seed, index])
    kind = kind or KINDS[rng.choice(len(KINDS), p=[0.2, 0.15, 0.08, 0.1, 0.07, 0.4])]
    style = Style(rng, rng.random() < korean, fonts or course_fonts(), hard)
    if kind == "sign":
        page = street(rng, style, size)
    elif hard and rng.random() < 0.35:
        smaller = int(size[0] * rng.uniform(0.7, 1)), int(size[1] * rng.uniform(0.7, 1))
        page = on_a_ground(rng, _layout(rng, style, smaller, kind), size)
    else:
        page = _scanned(rng, style, size, kind)
    page = inside(page)
    page.image = degrade(rng, page.image, hard)
    return page


def _scanned(rng, style, size, kind) -> Page:
    """A layout that fills the picture, as a scanner sees it: at most a little askew."""
    page = _layout(rng, style, size, kind).page()
    if style.hard and rng.random() < 0.4:
        angle = np.deg2rad(rng.normal(0, 1.2))
        (w, h), (c, s) = size, (np.cos(angle), np.sin(angle))
        matrix = np.array(
            [[c, -s, w / 2 * (1 - c) + h / 2 * s], [s, c, h / 2 * (1 - c) - w / 2 * s], [0, 0, 1]]
        )
        page = warped(page, matrix)
    return page


def _layout(rng, style, size, kind) -> Canvas:
    light = not style.hard or rng.random() < (0.2 if kind in ("screen", "poster") else 0.95)
    paper = (
        random_color(rng)
        if not light
        else np.clip(rng.uniform(225, 260) + rng.normal(0, 6, 3), 0, 255)
    )
    canvas = Canvas(*size, paper, contrasting(rng, paper, 110 if style.hard else 160))
    LAYOUTS[kind](rng, style, canvas)
    return canvas


PAGE_SETS = {
    "documents": {"kinds": ("document", "form", "receipt"), "size": (800, 1000), "korean": 0.0},
    "signs": {"kinds": ("sign",), "size": (800, 600), "korean": 0.0},
    "korean": {"kinds": ("document",), "size": (800, 480), "korean": 1.0},
}


def build_pages(folder, pages: int = 12, seed: int = 7) -> None:
    """Write `folder`/documents, /signs and /korean: images/*.png and pages.json (notebooks 03, 08).

    Tesseract reads the Korean set best with `psm=6` (psm 3 takes Hangul for columns).
    pages.json: {"pages": [{"image", "width", "height", "words": [{"points", "text", "ignore"}]}]}.
    """
    for name, recipe in PAGE_SETS.items():
        target = Path(folder) / name
        (target / "images").mkdir(parents=True, exist_ok=True)
        entries = [_write_page(target, number, recipe, seed) for number in range(pages)]
        (target / "pages.json").write_text(
            json.dumps({"pages": entries}, ensure_ascii=False), encoding="utf-8"
        )


def _write_page(target: Path, number: int, recipe: dict, seed: int) -> dict:
    kind = recipe["kinds"][number % len(recipe["kinds"])]
    page = render_page(seed, number, kind, recipe["size"], recipe["korean"], hard=False)
    file = target / "images" / f"{number:02d}.png"
    Image.fromarray(page.image).save(file, compress_level=1)
    words = [
        {"points": word.polygon.astype(float).round(1).tolist(), "text": word.text, "ignore": False}
        for word in page.words
    ]
    return {
        "image": f"images/{file.name}",
        "width": recipe["size"][0],
        "height": recipe["size"][1],
        "words": words,
    }
