"""Rendered words: the same for every worker, legible, as varied as the labels say."""

import string
import subprocess
import sys

import cv2
import numpy as np
import pytest

from ocr_synth import colors, fonts, styles, text, warps
from ocr_synth.scene import scene_sample
from ocr_synth.words import plain_sample
from ocr_utils.labels import PRINTABLE


@pytest.mark.parametrize("sample", [plain_sample, scene_sample])
def test_a_sample_depends_on_seed_and_index_alone(sample):
    alone = sample(3, 11)
    for index in (0, 5, 11):  # other samples before it change nothing
        image, label = sample(3, index)
    assert label == alone[1]
    np.testing.assert_array_equal(image, alone[0])
    assert not np.array_equal(sample(4, 11)[0], alone[0])


def test_another_process_makes_the_same_words():
    code = (
        "import zlib; from ocr_synth.scene import scene_sample;"
        "print([zlib.crc32(scene_sample(0, i)[0].tobytes()) for i in range(5)])"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout
        for _ in range(2)
    }
    assert len(outputs) == 1


def test_scene_words_are_images_with_something_in_them():
    for index in range(100):
        image, label = scene_sample(1, index)
        assert image.dtype == np.uint8 and image.ndim == 3 and image.shape[2] == 3
        assert image.shape[0] >= 6 and image.shape[1] >= 4
        assert image.std() > 1, f"sample {index} ({label}) is blank"
        assert set(label) <= set(PRINTABLE)


def test_both_light_on_dark_and_dark_on_light_occur():
    """The border is ground, so its brightness against the middle tells the polarity."""
    lighter = []
    for index in range(120):
        gray = cv2.cvtColor(scene_sample(2, index)[0], cv2.COLOR_RGB2GRAY).astype(float)
        border = np.concatenate([gray[0], gray[-1]])
        lighter.append(border.mean() > gray[2:-2].mean())
    assert 0.3 < np.mean(lighter) < 0.7


def test_labels_have_words_numbers_and_short_strings():
    labels = [text.random_text(np.random.default_rng(i)) for i in range(2000)]
    share = {
        "letters": np.mean([label.isalpha() for label in labels]),
        "digits": np.mean([any(c in string.digits for c in label) for label in labels]),
        "short": np.mean([len(label) <= 3 for label in labels]),
        "punctuation": np.mean([any(c in string.punctuation for c in label) for label in labels]),
    }
    assert share["letters"] > 0.65 and share["digits"] > 0.12
    assert share["short"] > 0.15 and share["punctuation"] > 0.1


def test_plain_labels_fit_the_lesson():
    labels = [plain_sample(0, i)[1] for i in range(300)]
    assert all(3 <= len(label) <= 9 and label.isalnum() for label in labels)
    assert {True, False} == {label.isalpha() for label in labels}


def test_course_fonts_draw_every_printable_character():
    for path in fonts.course_fonts():
        font = fonts.load_font(path, 20)
        assert all(font.getbbox(c)[2] > 0 for c in PRINTABLE), path.name


def test_installed_fonts_are_limited_by_family(tmp_path):
    for i, source in enumerate(fonts.course_fonts()):
        (tmp_path / f"{i:02d}.ttf").write_bytes(source.read_bytes())
    (tmp_path / "broken.ttf").write_bytes(b"no font")
    kept = fonts.installed_fonts(tmp_path, per_family=1)
    assert len(kept) == 3  # DejaVu Sans (with Mono), DejaVu Serif, STIXGeneral
    assert len(fonts.installed_fonts(tmp_path, per_family=9, per_folder=2)) == 2


def test_a_font_of_symbols_is_left_out(tmp_path):
    folder = fonts.course_fonts()[0].parent
    for name in ("LastResortHE-Regular.ttf", "DejaVuSerif.ttf"):  # the first draws only boxes
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    assert [path.name for path in fonts.installed_fonts(tmp_path)] == ["DejaVuSerif.ttf"]


def test_letters_can_be_told_from_their_ground():
    rng = np.random.default_rng(0)
    distances = [colors.gray_distance(*colors.two_colors(rng)) for _ in range(500)]
    assert min(distances) > 25


def test_letters_as_boxes_have_a_rim_that_stands_out_from_their_face():
    for seed in range(20):
        rng = np.random.default_rng(seed)
        ground, ink = colors.two_colors(rng)
        mask = np.zeros((120, 120), np.float32)
        mask[20:100, 20:100] = 1  # a letter as thick as a wall
        image = np.full((120, 120, 3), ground, np.float32)
        styles._channel_letters(image, mask, ground, ink, rng, unit=1.0)
        inwards = [colors.gray_distance(image[row, 60], ink) for row in range(20, 27)]
        assert inwards[0] < 1 and max(inwards) > 15


@pytest.mark.parametrize("angle", [1.5, -1.5])
def test_a_line_on_an_arc_keeps_its_letters_upright_and_in_order(angle):
    """Three bars of growing width, laid on an arc: the middle one stays, the outer ones lean."""
    line = np.zeros((60, 240, 1), np.float32)
    for left, width in ((30, 6), (115, 10), (196, 14)):
        line[20:40, left : left + width] = 1
    bent, _ = warps.arc(line, (30, 20, 210, 40), angle)
    count, _, stats, centers = cv2.connectedComponentsWithStats(np.uint8(bent[:, :, 0] > 0.5))
    areas = stats[1:, cv2.CC_STAT_AREA][np.argsort(centers[1:, 0])]
    assert count == 4 and areas[0] < areas[1] < areas[2]  # still from left to right
    heights = centers[1:, 1][np.argsort(centers[1:, 0])]
    middle_is_higher = heights[1] < heights[[0, 2]].min() - 10
    middle_is_lower = heights[1] > heights[[0, 2]].max() + 10
    assert middle_is_higher if angle > 0 else middle_is_lower
    assert stats[1:, cv2.CC_STAT_HEIGHT].max() < 30  # bent, not stretched


def test_sharp_crops_of_every_height_are_made():
    heights = np.array([scene_sample(6, index)[0].shape[0] for index in range(200)])
    assert (heights < 20).mean() > 0.1 and (heights > 64).mean() > 0.1
