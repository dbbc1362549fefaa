"""The photographs of Larkhaven with their true words."""

import json

import numpy as np
import pytest

from ocr_data import photographs
from ocr_data.photographs import load_photograph, photograph_names
from ocr_utils.errors import OcrError


def test_every_word_has_a_rectangle_around_all_its_letters():
    pages = json.loads((photographs.PHOTOGRAPHS / "pages.json").read_text(encoding="utf-8"))[
        "pages"
    ]
    assert sorted(page["image"] for page in pages) == [f"{n}.jpg" for n in photograph_names()]
    lengths = set()
    for page in pages:
        image, words = load_photograph(page["image"].removesuffix(".jpg"))
        assert image.shape == (page["height"], page["width"], 3)
        shown = [word for word in page["words"] if word["legible"] and not word["ignore"]]
        assert [word.text for word in words] == [word["text"] for word in shown]
        for word, told in zip(words, shown, strict=True):
            corners, outlines = word.polygon, np.array(told["characters"], float).reshape(-1, 2)
            sides = np.roll(corners, -1, axis=0) - corners
            assert abs(np.sum(sides[0] * sides[1])) < 1e-4 * np.prod(
                np.linalg.norm(sides[:2], axis=1)
            )
            away = outlines[:, None] - corners[None]
            inside = sides[None, :, 0] * away[..., 1] - sides[None, :, 1] * away[..., 0]
            assert inside.min() > -1e-4 * np.abs(inside).max()  # clockwise, and nothing outside
            lengths.add(len(told["characters"]))
    assert 1 in lengths and max(lengths) > 6


def test_a_name_that_no_photograph_has_and_a_list_that_is_gone(tmp_path, monkeypatch):
    with pytest.raises(OcrError, match="'cat': choose .*receipt"):
        load_photograph("cat")
    monkeypatch.setattr(photographs, "PHOTOGRAPHS", tmp_path)
    for content in (None, "{", "{}"):
        if content:
            (tmp_path / "pages.json").write_text(content)
        photographs._pages.cache_clear()
        with pytest.raises(OcrError, match="pages.json is missing or damaged"):
            photograph_names()
    photographs._pages.cache_clear()
