"""Searchable PDF: the text is in it, invisible, at the words' places, as poppler reads it."""

import re
import shutil
import subprocess
import zlib

import numpy as np
import pytest

from ocr_output.searchable_pdf import DPI, to_pdf
from ocr_utils.words import Word

PAGE = np.full((300, 600, 3), 230, np.uint8)
WORDS = [
    Word.from_bounds("lemon", 0.9, 50, 40, 180, 80),
    Word.from_bounds("harbor", 0.9, 200, 40, 360, 80),
    Word.from_bounds("(seven)", 0.9, 50, 120, 180, 160),
]
needs_poppler = pytest.mark.skipif(not shutil.which("pdftotext"), reason="poppler is not installed")


def streams(pdf: bytes) -> bytes:
    """The page descriptions of a PDF, decompressed."""
    found = re.findall(rb"stream\n(.*?)\nendstream", pdf, flags=re.DOTALL)
    plain = b""
    for one in found:
        try:
            plain += zlib.decompress(one)
        except zlib.error:  # the picture
            continue
    return plain


def sizes(pdf: bytes) -> list[tuple[float, float]]:
    """Width and height of each page, in points."""
    found = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]\n/Parent", pdf)
    return [(float(width), float(height)) for width, height in found]


def poppler(pdf: bytes, folder, *options) -> str:
    (folder / "page.pdf").write_bytes(pdf)
    command = ["pdftotext", *options, str(folder / "page.pdf"), "-"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_the_text_is_there_and_invisible():
    content = streams(to_pdf([PAGE], [WORDS]))
    assert content.count(b"3 Tr") == 3 and b"(lemon) Tj" in content


def test_a_page_for_each_picture_and_none_without_words_is_lost():
    pdf = to_pdf([PAGE, PAGE[:100]], [WORDS, []])
    assert sizes(pdf) == [(600 * 72 / DPI, 300 * 72 / DPI), (600 * 72 / DPI, 100 * 72 / DPI)]


def test_words_for_some_pictures_only_are_an_error():
    with pytest.raises(ValueError):
        to_pdf([PAGE, PAGE], [WORDS])


@needs_poppler
def test_a_viewer_finds_words_at_their_places(tmp_path):
    found = re.findall(
        r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.+?)</word>',
        poppler(to_pdf([PAGE], [WORDS]), tmp_path, "-bbox"),
    )
    assert [one[4] for one in found] == [word.text for word in WORDS]
    for one, word in zip(found, WORDS, strict=True):
        box = np.array(one[:4], float) * DPI / 72
        assert np.abs(box[[0, 2]] - np.array(word.bounds)[[0, 2]]).max() < 4
        assert abs(box[[1, 3]].mean() - np.mean([word.bounds[1], word.bounds[3]])) < 12


@needs_poppler
def test_lines_turned_words_hangul_and_signs_are_found(tmp_path):
    turned = Word("upward", 0.9, [(500, 250), (500, 100), (540, 100), (540, 250)])
    korean = Word.from_bounds("식당", 0.9, 50, 220, 150, 260)
    words = [*WORDS, turned, korean, Word("", 0.5, ((0, 0),) * 4), Word("dot", 0.5, ((9, 9),) * 4)]
    text = poppler(to_pdf([PAGE], [words]), tmp_path).split()
    assert {"lemon", "harbor", "(seven)", "upward", "식당"} <= set(text)


def test_a_gigantic_picture_fits_on_a_page():
    pdf = to_pdf([np.zeros((10, 40_000), np.uint8)], [[]])
    assert 7000 < sizes(pdf)[0][0] <= 14_400
