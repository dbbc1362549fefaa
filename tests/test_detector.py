"""The detector: targets by hand, boxes back from perfect maps, weights by name, exact resume."""

import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from ocr_synth.pages import render_page
from ocr_utils import craft_maps, detector
from ocr_utils.metrics import Score, box_hmean

TINY = (4, 4, 4, 4, 4)


def rectangle(left, top, right, bottom):
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def test_maps_of_two_characters_by_hand():
    """Two boxes 8 wide and 12 high: centers 1, edge middles exp(-2.5), the link between them 1."""
    word = np.float32([rectangle(5, 5, 13, 17), rectangle(13, 5, 21, 17)])
    maps = detector.score_maps([word], 24, 28)
    assert maps.shape == (12, 14, 2) and maps.dtype == np.float32
    assert maps[5, 4, 0] == pytest.approx(1) and maps[5, 8, 0] == pytest.approx(1)
    assert maps[5, 6, 0] == pytest.approx(np.exp(-2.5))  # the shared edge
    assert maps[5, 6, 1] == pytest.approx(1)  # affinity is highest where region is lowest
    assert maps[4, 4, 0] == pytest.approx(
        np.exp(-2.5 * (1 / 3) ** 2)
    )  # one of three half-heights up
    assert maps[0, 0].max() < 0.01


def test_gaussians_turn_with_the_box():
    turned = np.float32([[(10, 20), (20, 10), (30, 20), (20, 30)]])  # a square on its corner
    maps = detector.score_maps([turned], 40, 40)[:, :, 0]
    assert maps[9:11, 9:11].min() > 0.9
    assert maps[7, 7] == pytest.approx(np.exp(-2.5))  # the middle of an edge
    assert maps[9, 7] == pytest.approx(np.exp(-2.5 * (0.4**2 + 0.6**2)))


def test_characters_outside_the_image_are_no_error():
    outside = [
        np.float32([rectangle(-50, -50, -40, -40)]),
        np.float32([rectangle(99, 99, 110, 120)]),
    ]
    assert detector.score_maps(outside, 32, 32).max() < 0.01


def test_affinity_of_one_character_is_empty():
    assert detector.affinity_boxes([rectangle(0, 0, 4, 8)]).shape == (0, 4, 2)


@pytest.mark.parametrize("kind", ["document", "form", "sign", "poster"])
def test_perfect_maps_give_back_the_boxes(kind):
    score = Score()
    for index in range(6):
        page = render_page(21, index, kind, size=(512, 512), hard=False)
        maps = detector.score_maps(page.characters, 512, 512)
        score += box_hmean(page.words, detector.find_boxes(maps) * detector.STRIDE, iou=0.6)
    assert score.f1 > 0.93, score


def line_of_letters(dips, pitches) -> np.ndarray:
    """A score map (5, W): letters that reach 1, so far apart, and what it falls to between them."""
    places = np.concatenate([[0], np.cumsum(pitches)])
    between = (places[:-1] + places[1:]) / 2
    order = np.argsort(np.concatenate([places, between]))
    where = np.concatenate([places, between])[order]
    heights = np.concatenate([np.ones(len(places)), dips])[order]
    return np.tile(np.interp(np.arange(places[-1] + 1), where, heights), (5, 1))


@pytest.mark.parametrize(
    ("dips", "pitches", "words"),
    [
        ([0.9, 0.9, 0.6, 0.9, 0.9], [8, 8, 12, 8, 8], 2),
        ([0.9, 0.9, 0.6, 0.9, 0.9], [8, 8, 9, 8, 8], 1),  # at a gap letters stand farther apart
        ([0.65] * 5, [12] * 5, 1),  # wide spacing is no gap
        ([0.9, 0.6, 0.9, 0.6, 0.9, 0.9, 0.9], [8, 12, 8, 12, 8, 8, 8], 3),
        ([0.6], [20], 1),  # two letters do not say what is usual
    ],
)
def test_words_are_parted_where_the_line_dips_more_than_usual(dips, pitches, words):
    score = line_of_letters(dips, pitches)
    found = craft_maps.split_words(np.ones(score.shape, bool), score, gap=0.7)
    assert len(found) == words and (sum(found) == 1).all()


def test_words_of_a_rising_line_are_parted_too():
    score = line_of_letters([0.9, 0.9, 0.6, 0.9, 0.9], [8, 8, 12, 8, 8])
    turned = np.zeros((60, 60))
    for x in range(score.shape[1]):
        turned[45 - x * 3 // 4 : 50 - x * 3 // 4, 5 + x] = score[:, x]
    maps = np.dstack([turned, np.zeros_like(turned)]).astype(np.float32)
    whole, parted = craft_maps.find_boxes(maps), craft_maps.find_boxes(maps, gap=0.7)
    assert len(whole) == 1 and len(parted) == 2
    assert {int(box[:, 0].mean()) // 22 for box in parted} == {0, 1}
    first, second = (
        np.flatnonzero(word.any(axis=0)) for word in craft_maps.split_words(turned > 0, turned, 0.7)
    )
    assert first[-1] - second[0] < 4  # parted across the line, which is five pixels thick


def test_perfect_maps_have_hardly_a_gap_inside_a_word():
    whole = parted = 0
    for kind in ("document", "sign", "poster"):
        for index in range(4):
            page = render_page(22, index, kind, size=(512, 512), hard=False)
            maps = detector.score_maps(page.characters, 512, 512)
            whole += len(craft_maps.find_boxes(maps))
            parted += len(craft_maps.find_boxes(maps, gap=0.7))
    assert whole > 100 and parted <= 1.05 * whole


def test_turned_word_gives_a_turned_quadrilateral_in_order():
    angle = np.deg2rad(25)
    turn = np.float32([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    word = np.float32([rectangle(x, 0, x + 18, 30) for x in range(0, 126, 18)]) @ turn + [40, 30]
    boxes = detector.find_boxes(detector.score_maps([word], 160, 220)) * 2
    assert boxes.shape == (1, 4, 2) and boxes.dtype == np.float32
    truth = np.array([word[0, 0], word[-1, 1], word[-1, 2], word[0, 3]])
    assert np.abs(boxes[0] - truth).max() < 6
    assert np.abs(boxes[0].mean(axis=0) - truth.mean(axis=0)).max() < 0.5  # pixels


def test_peak_drops_weak_findings_and_threshold_separates():
    word = np.float32([rectangle(4, 4, 20, 28), rectangle(20, 4, 36, 28)])
    maps = detector.score_maps([word], 40, 48)
    assert len(detector.find_boxes(maps)) == 1
    assert len(detector.find_boxes(maps * 0.55)) == 0
    assert detector.find_boxes(np.zeros((20, 20, 2), np.float32)).shape == (0, 4, 2)


def test_a_speck_is_no_word():
    maps = np.zeros((12, 12, 2), np.float32)
    maps[3:5, 3:5, 0] = 1
    assert len(detector.find_boxes(maps)) == 1
    maps[4, 4, 0] = 0
    assert len(detector.find_boxes(maps)) == 0


def test_import_loads_no_network_library():
    heavy = "{'tensorflow', 'keras', 'cv2'} & set(sys.modules)"
    code = f"import sys, ocr_utils.detector; sys.exit(bool({heavy}))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# --- with a network -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tiny():
    return detector.build_detector(TINY)


def test_size_and_output(tiny):
    assert 300_000 < detector.build_detector().count_params() < 1_100_000
    assert tiny.predict_on_batch(np.zeros((2, 64, 96, 3))).shape == (2, 32, 48, 2)


def test_loss_mines_the_worst_ground(tiny):
    """One positive pixel and one bad ground pixel: hundreds of easy ones add almost nothing."""
    truth = np.zeros((1, 32, 32, 2), np.float32)
    logits = np.full_like(truth, -8.0)
    easy = float(detector.detection_loss(truth, logits))
    logits[0, 5, 5, 0] = 8.0
    bad = float(detector.detection_loss(truth, logits))
    assert easy < 0.01 and bad == pytest.approx(8 / 64 / 3, rel=0.05)


@pytest.mark.parametrize("shape", [(33, 70, 3), (7, 300, 3), (200, 40, 3), (1, 1, 3)])
def test_images_of_any_size(tiny, shape):
    image = np.random.default_rng(0).integers(0, 255, shape, np.uint8)
    (boxes,) = detector.Detector(tiny).detect([image])
    assert boxes.dtype == np.float32 and boxes.ndim == 3 and boxes.shape[1:] == (4, 2)


def test_tiles_join_to_the_map_of_the_whole(monkeypatch):
    shipped = detector.load_detector()
    page = render_page(3, 0, kind="poster", size=(400, 300), hard=False)
    whole = shipped.maps(page.image)
    monkeypatch.setattr(detector, "TILE", 128)
    tiled = shipped.maps(page.image)
    assert whole.shape == tiled.shape and whole.max() > 0.8
    assert np.abs(whole - tiled).mean() < 0.005


def test_the_enlarged_look_spares_what_shows_no_characters(monkeypatch):
    """Small words in a corner of a large sheet: the same boxes as if all of it were enlarged."""
    shipped, seen = detector.load_detector(runtime="onnxruntime"), []
    paint = shipped._paint
    monkeypatch.setattr(shipped, "_paint", lambda tile: seen.append(tile.size) or paint(tile))
    sheet = np.full((700, 900, 3), 235, np.uint8)
    page = render_page(3, 0, kind="poster", size=(400, 300), hard=False)
    sheet[-150:, -200:] = np.asarray(Image.fromarray(page.image).resize((200, 150)))
    (boxes,) = shipped.detect([sheet])
    spared = sum(seen)
    monkeypatch.setattr(detector, "_hinted", lambda region, zoom: None)
    (everywhere,) = shipped.detect([sheet])
    assert len(boxes) > 2 and boxes == pytest.approx(everywhere, abs=1)
    assert sum(seen) - spared > 2 * spared


def test_merge_prefers_the_coarse_look_for_large_letters():
    fine = np.float32([rectangle(10, 10, 40, 60), rectangle(300, 300, 340, 320)])
    coarse = np.float32([rectangle(0, 0, 200, 80)])
    assert detector.merge(fine, coarse).tolist() == [fine[1].tolist(), coarse[0].tolist()]


def test_merge_takes_a_word_in_large_letters_whole_however_many_pieces_it_fell_into():
    pieces = np.float32([rectangle(x, 10, x + 50, 65) for x in (10, 70, 130)])
    whole = np.float32([rectangle(0, 0, 200, 80)])
    assert detector.merge(pieces, whole).tolist() == whole.tolist()


def test_merge_finds_no_word_twice():
    """`Gull` and `Cafe` of the chalk menu, which the fine look takes for one."""
    fine = np.float32([rectangle(517, 297, 989, 451)])
    gull, cafe = rectangle(517, 310, 737, 440), rectangle(754, 314, 974, 430)
    coarse = np.float32([gull, cafe])
    assert detector.merge(fine, coarse).tolist() == coarse.tolist()
    assert detector.merge(fine, np.float32([gull])).tolist() == fine.tolist()


def test_merge_refuses_a_box_around_several_words_that_cuts_them():
    """`MARLOW & SONS` over the shop, of which the coarse look saw `RLOW & SON`."""
    words = np.float32([rectangle(0, 0, 300, 100), rectangle(350, 0, 550, 100)])
    cut = np.float32([rectangle(80, 0, 500, 110)])
    assert detector.merge(words, cut).tolist() == words.tolist()


def test_merge_compares_turned_boxes_as_they_lie():
    """Two words of a steep sign, one above the other: upright bounds of theirs overlap by half."""
    below = np.float32([(0, 0), (300, 300), (270, 330), (-30, 30)])
    above = below + np.float32([60, -60])
    assert len(detector.merge(below[None], above[None])) == 2


def test_merge_keeps_the_words_of_a_paragraph_apart():
    words = np.float32([rectangle(x, y, x + 60, y + 14) for y in (10, 30, 50) for x in (10, 80)])
    seen_from_afar = np.float32([rectangle(5, 5, 150, 70)])
    assert detector.merge(words, seen_from_afar).tolist() == words.tolist()
