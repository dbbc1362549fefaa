"""Pages with truth: deterministic, truth where the ink is, readable as each set promises."""

import json
import subprocess
import sys

import numpy as np
import pytest

from ocr_synth import page_canvas, pages
from ocr_synth.textures import TEXTURES, scene


@pytest.mark.parametrize("kind", pages.KINDS)
def test_same_seed_same_page_other_index_other_page(kind):
    first, again, other = (pages.render_page(3, i, kind, size=(320, 320)) for i in (4, 4, 5))
    assert (first.image == again.image).all()
    assert first.words == again.words and len(first.words) > 0
    assert (first.image != other.image).any()


@pytest.mark.parametrize("index", range(6))
def test_truth_hangs_together(index):
    page = pages.render_page(11, index)
    assert page.image.shape == (640, 640, 3) and page.image.dtype == np.uint8
    assert len(page.words) == len(page.characters) == len(page.lines)
    for word, boxes in zip(page.words, page.characters, strict=True):
        assert len(word.text) == len(boxes)
        assert np.allclose(word.polygon, page_canvas.word_box(boxes))
        x, y = boxes.mean(axis=1).T
        assert (x > 0).all() and (x < 640).all() and (y > 0).all() and (y < 640).all()


def test_boxes_hug_the_ink():
    canvas = page_canvas.Canvas(300, 80, (255, 255, 255))
    from ocr_synth.fonts import course_fonts, load_font

    canvas.write_line(20, 50, ["Hag", "mil"], load_font(course_fonts()[0], 30))
    page = canvas.page()
    ink = page.image.min(axis=2) < 200
    inside = np.zeros_like(ink)
    for word in page.words:
        left, top, right, bottom = (round(v) for v in word.bounds)
        columns = np.flatnonzero(ink[top:bottom, left:right].any(axis=0))
        assert columns[0] <= 4 and columns[-1] >= right - left - 5
        assert ink[top, left:right].any() and ink[bottom - 1, left:right].any()
        inside[top:bottom, left:right] = True
    assert not (ink & ~inside).any()
    assert page.lines == [0, 0]


def test_perspective_moves_boxes_with_the_pixels():
    """Ink under the boxes of a photographed sign differs from the ground around them."""
    page = pages.render_page(2, 3, "sign", size=(640, 640), hard=False)
    assert any(abs(w.box[0][1] - w.box[1][1]) > 1 for w in page.words)  # something is turned
    for word in page.words:
        left, top, right, bottom = (int(v) for v in word.bounds)
        patch = page.image[max(0, top) : bottom, max(0, left) : right]
        assert patch.std() > 8


def test_textures_hold_no_words_and_differ():
    pictures = [scene(np.random.default_rng(i), 64, 96) for i in range(8)]
    assert len({picture.tobytes() for picture in pictures}) == 8
    for texture in TEXTURES:
        picture = texture(np.random.default_rng(1), 64, 96)
        assert picture.shape == (64, 96, 3) and picture.dtype == np.uint8


def test_hangul_pages_are_written_in_hangul():
    page = pages.render_page(0, 0, "document", korean=1.0, hard=False)
    letters = "".join(word.text for word in page.words).replace(".", "").replace(",", "")
    assert all("가" <= letter <= "힣" for letter in letters) and len(letters) > 20


@pytest.mark.parametrize("kind", pages.KINDS)
def test_every_kind_has_clean_pages_in_hangul(kind):
    for index in range(3):
        assert pages.render_page(5, index, kind, size=(320, 320), korean=1.0, hard=False).words


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    pages.build_pages(folder, pages=2)
    return folder


@pytest.mark.parametrize("name", pages.PAGE_SETS)
def test_build_pages_writes_the_format(built, name):
    from PIL import Image

    entries = json.loads((built / name / "pages.json").read_text(encoding="utf-8"))["pages"]
    assert len(entries) == 2
    for entry in entries:
        assert Image.open(built / name / entry["image"]).size == (entry["width"], entry["height"])
        assert entry["words"] and set(entry["words"][0]) == {"points", "text", "ignore"}


def test_documents_are_easy_and_signs_hard_for_tesseract(built):
    from ocr_utils.metrics import Score, word_f1
    from ocr_utils.tesseract import read
    from training.evaluate_pages import read_pages

    def f1(name, **options):
        return sum(
            (word_f1(words, read(file, **options)) for file, words, _ in read_pages(built / name)),
            Score(),
        ).f1

    assert f1("documents") > 0.8
    assert f1("korean", lang="kor", psm=6) > 0.8
    assert f1("signs") < 0.75


def test_import_is_light():
    heavy = "{'tensorflow', 'keras', 'cv2'} & set(sys.modules)"
    code = f"import sys, ocr_synth.pages, ocr_synth.textures; sys.exit(bool({heavy}))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
