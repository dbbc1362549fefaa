"""Fonts: the ones every installation has, and the ones a machine happens to have."""

import functools
import importlib.util
from pathlib import Path

from PIL import ImageFont

from ocr_utils.errors import OcrError

COURSE_FONT_FILES = (
    "DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSans-Oblique.ttf",
    "DejaVuSerif.ttf", "DejaVuSerif-Bold.ttf", "DejaVuSerif-Italic.ttf",
    "DejaVuSansMono.ttf", "DejaVuSansMono-Bold.ttf",
    "STIXGeneral.ttf", "STIXGeneralBol.ttf", "STIXGeneralItalic.ttf",
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
