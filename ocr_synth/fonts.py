"""Fonts: the ones every installation has, and the ones a machine happens to have."""

import functools
import importlib.util
from pathlib import Path

import numpy as np
from PIL import Image, ImageFont

from ocr_utils.errors import OcrError

COURSE_FONT_FILES = (
    "DejaVuSans.ttf",
    "DejaVuSans-Bold.ttf",
    "DejaVuSans-Oblique.ttf",
    "DejaVuSerif.ttf",
    "DejaVuSerif-Bold.ttf",
    "DejaVuSerif-Italic.ttf",
    "DejaVuSansMono.ttf",
    "DejaVuSansMono-Bold.ttf",
    "STIXGeneral.ttf",
    "STIXGeneralBol.ttf",
    "STIXGeneralItalic.ttf",
)


def course_fonts() -> list[Path]:
    """The Latin fonts that come inside matplotlib: the same on every machine.

    >>> [font.stem for font in course_fonts()[:2]]
    ['DejaVuSans', 'DejaVuSans-Bold']
    """
    folder = package_folder("matplotlib") / "mpl-data" / "fonts" / "ttf"
    return [folder / name for name in COURSE_FONT_FILES]


def korean_font(bold: bool = False) -> Path:
    """NanumGothic, a font with Hangul, from the package koreanize-matplotlib.

    >>> korean_font().name
    'NanumGothic.ttf'
    """
    name = "NanumGothicBold.ttf" if bold else "NanumGothic.ttf"
    return package_folder("koreanize_matplotlib") / "fonts" / name


def package_folder(package: str) -> Path:
    """The folder of an installed package, found without importing it."""
    spec = importlib.util.find_spec(package)
    if spec is None:
        raise OcrError(f"The package {package} is missing: run `python3 course.py check`.")
    return Path(spec.origin).parent


@functools.lru_cache(maxsize=4096)
def load_font(path: Path, size: int) -> ImageFont.FreeTypeFont:
    """A font file at a size in pixels, loaded once.

    >>> load_font(course_fonts()[0], 20).getname()
    ('DejaVu Sans', 'Book')
    """
    return ImageFont.truetype(str(path), size)


def installed_fonts(
    folder: Path = Path("/usr/share/fonts"), per_family: int = 4, per_folder: int = 60
) -> tuple[Path, ...]:
    """Latin fonts below a folder, so many at most of one family and one folder: what training uses.

    Each has every printable ASCII character, and draws letters that look like letters: some fonts
    have crosses, stars or Greek in their places.
    """
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in (".ttf", ".otf"))
    kept = _limit(files, _latin_family, per_family)
    return tuple(_limit(kept, lambda path: path.parent, per_folder))


def _limit(paths, key, most: int) -> list[Path]:
    """At most `most` paths of each group, evenly over the group; a key of None drops the path."""
    groups: dict = {}
    for path in paths:
        groups.setdefault(key(path), []).append(path)
    groups.pop(None, None)
    return [path for group in groups.values() for path in _spread(group, most)]


def _spread(paths: list[Path], count: int) -> list[Path]:
    """At most `count` of the paths, evenly over the list."""
    step = max(1.0, len(paths) / count)
    return [paths[int(i * step)] for i in range(min(count, len(paths)))]


def _latin_family(path: Path) -> str | None:
    """The family name of a font that has all of ASCII, else None."""
    from fontTools.ttLib import TTFont

    try:
        font = TTFont(path, lazy=True)
        covered = set(range(33, 127)) <= set(font.getBestCmap())
        family = font["name"].getBestFamilyName() or path.stem
        legible = covered and likeness(path) > 0.4
    except Exception:  # a broken font file is no font for us
        return None
    return " ".join(family.split()[:2]) if legible else None


def likeness(path: Path) -> float:
    """How alike a font's letters are to those of the course's fonts: mean correlation, up to 1.

    >>> likeness(course_fonts()[0]) > 0.99, likeness(course_fonts()[5]) > 0.8
    (True, True)
    """
    letters = _letter_shapes(path)
    alike = [(letters * known).sum(axis=1) for known in _known_shapes()]  # of each letter
    return float(np.max(alike, axis=0).mean())


@functools.lru_cache(maxsize=1)
def _known_shapes() -> list[np.ndarray]:
    return [_letter_shapes(path) for path in course_fonts()]


def _letter_shapes(path: Path) -> np.ndarray:
    """Some letters, each scaled to 16x16 pixels, its mean taken off, of length 1: (15, 256)."""
    font, shapes = load_font(path, 32), []
    for letter in "DFGJLQRSUfghqrw":
        mask = font.getmask(letter)
        image = Image.frombytes("L", mask.size, bytes(mask)).resize((16, 16))
        shape = np.asarray(image, np.float32).ravel()
        shape = shape - shape.mean()
        shapes.append(shape / max(1e-6, np.linalg.norm(shape)))
    return np.array(shapes)
