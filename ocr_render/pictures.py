"""From the name of a scene to its JPEG and its truth."""

import importlib
import json
from pathlib import Path

import numpy as np

from ocr_render import phone, render, truth
from ocr_utils.errors import OcrError

SCENES = (
    "street_plate",
    "shop_front",
    "neon_sign",
    "receipt",
    "form",
    "book_page",
    "bus_ticket",
    "bus_display",
    "parcel_label",
    "number_plate",
    "tin_can",
    "chalk_menu",
    "poster",
    "house_sign",
    "korean_shop",
    "boarding_pass",
    "typed_letter",
)
PAGES = "pages.json"


def module(scene: str):
    """The module of a scene; OcrError for a name that there is not."""
    if scene not in SCENES:
        raise OcrError(f"There is no scene {scene!r}: choose of {', '.join(SCENES)}.")
    return importlib.import_module(f"ocr_render.scenes.{scene}")


def names(scene: str) -> list[str]:
    """Names of a scene's pictures: one for each view and look."""
    views = getattr(module(scene), "VIEWS", ("",))
    looks = getattr(module(scene), "LOOKS", ("",))
    return ["_".join(part for part in (scene, v, k) if part) for v in views for k in looks]


def choose(wanted) -> list[tuple[str, str]]:
    """(scene, view) pairs for names of scenes or pictures; all of them for an empty list."""
    chosen = []
    for name in wanted or SCENES:
        found = False
        for scene in SCENES:
            if not name.startswith(scene):
                continue
            for view in getattr(module(scene), "VIEWS", ("",)):
                plain = "_".join(part for part in (scene, view) if part)
                if name == scene or (view and name == plain):
                    chosen.append((scene, view))
                    found = True
        if not found:
            module(name)
    return chosen


def make(scene: str, view: str, options):
    """Render a view, write a JPEG for each look and its truth to pages.json.

    Returns the pages, and the numbers of the comparison of outlines with the ID pass.
    """
    render.require()
    stage = module(scene).build(view)
    width = options.width or stage.width
    stem = "_".join(part for part in (scene, view) if part)
    if hasattr(stage, "scan"):
        light, shares, numbers = None, None, {}
    else:
        light = _light(stage, width, options, stem)
        shares, numbers = _shares(stage, width)
    pages = []
    for look_name, look in stage.looks.items():
        name = "_".join(part for part in (stem, look_name) if part)
        picture = stage.scan(width) if light is None else phone.develop(light, look)
        file = options.out / f"{name}.jpg"
        phone.save_jpeg(picture, file)
        page = {
            "image": file.name,
            "width": picture.shape[1],
            "height": picture.shape[0],
            "render": True,
            "scene": scene,
            "view": view,
            "look": look_name,
            "seed": stage.seed,
            "command": f"python -m ocr_render {stem} --out data/photographs --spp {options.spp}",
            "check": numbers,
            "words": truth.words(stage, width, shares, look.shaken(width)),
        }
        pages.append(page)
    _remember(options.out / PAGES, pages)
    return pages, numbers


def _shares(stage, width):
    everything = render.identify(stage, width)
    alone = render.identify(stage, width, only_labels=True)
    shares = truth.visible_shares(stage, width, everything, alone)
    return shares, truth.check(stage, width, everything)


def _light(stage, width, options, stem) -> np.ndarray:
    kept = options.light and Path(options.light) / f"{stem}_{width}_{options.spp}.npy"
    if kept and kept.exists():
        return np.load(kept)
    light = render.render(stage, width, options.spp)
    if kept:
        kept.parent.mkdir(parents=True, exist_ok=True)
        np.save(kept, light.astype(np.float32))
    return light


def _remember(file: Path, pages: list[dict]) -> None:
    """Replace these pages in the JSON beside the pictures, in the order of the scenes."""
    old = json.loads(file.read_text())["pages"] if file.exists() else []
    new = {page["image"]: page for page in [*old, *pages]}
    order = [
        f"{name}.jpg" for scene in {p["scene"]: 0 for p in new.values()} for name in names(scene)
    ]
    found = sorted(new.values(), key=lambda p: (SCENES.index(p["scene"]), order.index(p["image"])))
    body = ",\n".join(_page_text(page) for page in found)
    phone.write_whole(file, f'{{"pages": [\n{body}\n]}}\n'.encode())


def _page_text(page: dict) -> str:
    """A page as JSON, one line a word."""
    head = json.dumps({k: v for k, v in page.items() if k != "words"}, ensure_ascii=False)
    rows = ",\n".join("  " + json.dumps(w, ensure_ascii=False) for w in page["words"])
    return head[:-1] + ', "words": [\n' + rows + "\n]}"
