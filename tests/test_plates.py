"""Plates: a sign rendered once, any text on it, and what the generator makes of them."""

import numpy as np
import pytest

from ocr_render import plate_scenes, plates
from ocr_render.plate import Plate, load
from ocr_synth import lit
from ocr_utils.errors import OcrError


def flat_plate(rows=200, columns=400, border=20, slant=0.1) -> Plate:
    """A bright sign in a gray picture, its lower edge moved to the right, lit from the left."""
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float32)
    v = (y + 0.5 - border) / (rows - 2 * border)
    u = (x + 0.5 - border - slant * (y - border)) / (columns - 2.5 * border)
    shown = (u > 0) & (u < 1) & (v > 0) & (v < 1)
    gain = np.where(shown, 1.2 - 0.6 * u, 0)[..., None].repeat(3, axis=2)
    black = np.where(shown, 0.0, 0.2)[..., None].repeat(3, axis=2)
    gu, gv = np.meshgrid(np.linspace(0, 1, 65), np.linspace(0, 1, 33))
    across = border - 0.5 + gu * (columns - 2.5 * border) + slant * gv * (rows - 2 * border)
    grid = np.stack([across, border - 0.5 + gv * (rows - 2 * border)], axis=2)
    arrays = [np.float32(part) for part in (black, gain, np.stack([u, v], axis=2).clip(0, 1))]
    return Plate(*arrays, shown, np.float32(grid), aspect=2.2)


@pytest.fixture
def folder(tmp_path):
    flat_plate().save(tmp_path / "plate_00000.npz")
    return tmp_path


def test_a_saved_plate_gives_the_same_picture(folder):
    texture = np.random.default_rng(0).integers(0, 255, (100, 220, 3), np.uint8)
    one, two = flat_plate().picture(texture), load(folder / "plate_00000.npz").picture(texture)
    assert np.abs(one.astype(int) - two).max() <= 2


def test_a_window_is_a_part_of_the_picture():
    plate, texture = flat_plate(), np.zeros((100, 220, 3), np.uint8)
    texture[30:60, 40:200] = (250, 200, 20)
    part = plate.picture(texture, window=(100, 40, 300, 160))
    assert (part == plate.picture(texture)[40:160, 100:300]).all()


def test_a_texture_on_a_part_of_the_sign_lies_where_the_whole_one_has_it():
    plate, texture = flat_plate(), np.full((200, 440, 3), 240, np.uint8)
    texture[60:140, 110:330] = (
        np.random.default_rng(1).integers(0, 255, (8, 22, 3)).repeat(10, axis=0).repeat(10, axis=1)
    )
    window, area = (150, 80, 250, 120), (0.25, 0.3, 0.75, 0.7)
    whole = plate.picture(texture, window).astype(int)
    part = plate.picture(texture[60:140, 110:330], window, area)
    assert np.abs(whole - part).mean() < 1


def test_pixels_say_where_a_place_of_the_sign_is_seen():
    plate = flat_plate()
    (x, y), *_ = np.round(plate.pixels([[0.4, 0.7]])).astype(int)
    assert np.allclose(plate.uv[y, x], [0.4, 0.7], atol=0.01)


def test_light_falls_on_the_letters():
    """White on the left, where the lamp is, comes out brighter than white on the right."""
    picture = flat_plate().picture(np.full((100, 220, 3), 255, np.uint8))
    assert picture[100, 60].mean() > picture[100, 320].mean() + 20


def test_words_depend_on_seed_and_index_alone(folder):
    first = [lit.lit_sample(3, index, folder) for index in range(6)]
    again = [lit.lit_sample(3, index, folder) for index in (5, 0)]
    assert again[0][1] == first[5][1] and (again[1][0] == first[0][0]).all()
    assert len({text for _, text in first}) > 3
    assert all(image.shape[0] >= 6 and image.dtype == np.uint8 for image, _ in first)


def test_every_character_of_a_page_lies_in_its_box(folder):
    inside, outside = [], []
    plate = load(folder / "plate_00000.npz")
    for index in range(0, 12 * lit.BLOCK, lit.BLOCK):
        page = lit.lit_page(4, index, folder)
        assert page.image.shape == (200, 400, 3)
        for word, boxes in zip(page.words, page.characters, strict=True):
            assert len(word.text) == len(boxes)
            center = boxes.mean(axis=(0, 1))
            assert plate.shown[int(center[1]), int(center[0])]
            low, high = (
                np.round(side(boxes, axis=(0, 1))).astype(int) for side in (np.min, np.max)
            )
            gray = page.image.mean(axis=2)
            part = gray[max(0, low[1]) : high[1], max(0, low[0]) : high[0]]
            above = gray[max(0, low[1] - 6) : max(1, low[1] - 2), max(0, low[0]) : high[0]]
            inside.append(part.std())
            outside.append(above.std())
    assert len(inside) > 20 and np.median(inside) > 2 * np.median(outside)


def test_a_folder_without_plates_names_the_command(tmp_path):
    with pytest.raises(OcrError, match="python -m ocr_render.plates --out"):
        lit.lit_sample(0, 0, tmp_path)


def test_stages_of_plates_are_varied_and_show_their_sign():
    pytest.importorskip("mapbox_earcut", reason="install ocr_render/requirements.txt")
    kinds = set()
    for number in range(24):
        stage = plate_scenes.build(np.random.default_rng([0, number]))
        label = stage.labels[0]
        corners = label.place(np.array([[0, 0], [1, 0], [1, 1], [0, 1.0]]))
        spots = stage.camera.project(corners, stage.width, stage.height)
        size, cut = np.array([stage.width, stage.height]), 0.05  # a corner may be cut, no more
        assert (spots > -cut * size).all() and (spots < (1 + cut) * size).all()
        kinds.add((label.place.__qualname__, *sorted(stage.lights)))
    assert len(kinds) >= 5


@pytest.mark.renders
def test_a_stopped_run_goes_on_where_it_was(tmp_path, capsys):
    plates.make_many(tmp_path, 1, samples=1)
    first = (tmp_path / "plate_00000.npz").stat().st_mtime_ns
    assert plates.main(["--out", str(tmp_path), "--count", "2", "--samples", "1"]) == 0
    assert sorted(f.name for f in tmp_path.iterdir()) == ["plate_00000.npz", "plate_00001.npz"]
    assert (tmp_path / "plate_00000.npz").stat().st_mtime_ns == first
    plate = load(tmp_path / "plate_00001.npz")
    shown = plate.shown.nonzero()
    middle = np.array([[0.5, 0.5]])
    x, y = plate.pixels(middle)[0].astype(int)
    assert len(shown[0]) > 0 and np.abs(plate.uv[y, x] - 0.5).max() < 0.05


def test_a_missing_package_is_one_sentence(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert plates.main(["--out", str(tmp_path), "--count", "1"]) == 1
    assert "pip install -r ocr_render/requirements.txt" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
