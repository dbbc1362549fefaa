"""The fonts of the pictures: where they lie, and one sentence where one is missing."""

import functools
import importlib.util
from pathlib import Path

from fontTools.ttLib import TTFont
from PIL import ImageFont

from ocr_utils.errors import OcrError

FONTS = {  # name: file, and the Debian package or Python package that brings it
    "sans": ("DejaVuSans.ttf", "matplotlib"),
    "sans bold": ("DejaVuSans-Bold.ttf", "matplotlib"),
    "mono": ("DejaVuSansMono.ttf", "matplotlib"),
    "mono bold": ("DejaVuSansMono-Bold.ttf", "matplotlib"),
    "serif": ("DejaVuSerif.ttf", "matplotlib"),
    "korean": ("NanumGothic.ttf", "koreanize_matplotlib"),
    "korean bold": ("NanumGothicBold.ttf", "koreanize_matplotlib"),
    "korean heavy": ("NanumGothicExtraBold.ttf", "koreanize_matplotlib"),
    "pen": ("NanumPen.ttf", "fonts-nanum-extra"),
    "brush": ("NanumBrush.ttf", "fonts-nanum-extra"),
    "typewriter": ("Courier Prime.otf", "fonts-courier-prime"),
    "book": ("EBGaramond12-Regular.otf", "fonts-ebgaramond"),
    "book italic": ("EBGaramond12-Italic.otf", "fonts-ebgaramond"),
    "script": ("LobsterTwo-BoldItalic.otf", "fonts-lobstertwo"),
    "poster": ("BebasNeue-Bold.otf", "fonts-bebas-neue"),
    "condensed": ("YanoneKaffeesatz-Bold.otf", "fonts-yanone-kaffeesatz"),
    "old": ("OldStandard-Bold.ttf", "fonts-oldstandard"),
    "screen": ("Inter-Regular.otf", "fonts-inter"),
    "screen bold": ("Inter-SemiBold.otf", "fonts-inter"),
    "humanist": ("Lato-Regular.ttf", "fonts-lato"),
    "humanist bold": ("Lato-Bold.ttf", "fonts-lato"),
    "humanist heavy": ("Lato-Black.ttf", "fonts-lato"),
    "chalk": ("Rufscript010.ttf", "fonts-rufscript"),
    "receipt": ("Hack-Regular.ttf", "fonts-hack"),
    "receipt bold": ("Hack-Bold.ttf", "fonts-hack"),
    "vollkorn": ("Vollkorn-Black.ttf", "fonts-vollkorn"),
}
SYSTEM_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts")


@functools.cache
def path(name: str) -> Path:
    """The file of a font of `FONTS`; OcrError with the command to type where it is missing."""
    file, package = FONTS[name]
    for folder in _folders(package):
        found = sorted(folder.rglob(file))
        if found:
            return found[0]
    if package.startswith("fonts-"):
        command = f"sudo apt-get install {package}"
    else:
        command = f"pip install {package.replace('_', '-')}"
    raise OcrError(f"The font {file} is missing: {command}")


def _folders(package: str) -> list[Path]:
    if package.startswith("fonts-"):
        return [path for path in (Path(name).expanduser() for name in SYSTEM_FOLDERS)]
    module = importlib.util.find_spec(package)
    return [Path(module.origin).parent] if module else []


def font(name: str, pixels: float) -> ImageFont.FreeTypeFont:
    """A font of `FONTS` with an em of `pixels`."""
    return ImageFont.truetype(str(path(name)), pixels)


@functools.cache
def _characters(name: str) -> frozenset:
    with TTFont(path(name)) as opened:
        return frozenset(map(chr, opened.getBestCmap()))


def check_glyphs(name: str, text: str) -> None:
    """OcrError if the font lacks a character of `text`.

    >>> check_glyphs("sans", "Lantern Street")
    """
    lacking = sorted(set(text) - _characters(name) - {" "})
    if lacking:
        raise OcrError(
            f"The font {FONTS[name][0]} lacks {' '.join(lacking)!r} of {text!r}: take another font."
        )
