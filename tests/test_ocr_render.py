"""Rendered photographs: their truth, their stages, and the path tracer where it is installed."""

import json
from argparse import Namespace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ocr_render import masonry, phone, pictures, render, surfaces, truth
from ocr_render.__main__ import main
from ocr_render.camera import Camera
from ocr_render.fonts import check_glyphs, path
from ocr_render.geometry import flat, lathe, rounded_box
from ocr_render.lettering import Canvas, embossed
from ocr_render.matrix import DOT, Matrix
from ocr_render.phone import Look
from ocr_render.plate import load
from ocr_utils.errors import OcrError

PHOTOGRAPHS = Path(__file__).parents[1] / "data" / "photographs"
PAGES = json.loads((PHOTOGRAPHS / "pages.json").read_text())["pages"]


def board(text="HARBOR 27", **how):
    """A canvas with one line in a font that comes with matplotlib."""
    canvas = Canvas(100, 40, 6, (0.95, 0.95, 0.9))
    canvas.write(text, 50, 26, "sans bold", 12, (0.1, 0.1, 0.2), "center", **how)
    return canvas


# the pictures in data/photographs ---------------------------------------------------------


def test_every_scene_has_its_pictures():
    expected = {f"{name}.jpg" for scene in pictures.SCENES for name in pictures.names(scene)}
    assert {page["image"] for page in PAGES} == expected


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page["image"])
def test_picture_is_whole(page):
    file = PHOTOGRAPHS / page["image"]
    assert file.stat().st_size <= 250_000
    with Image.open(file) as image:
        assert image.size == (page["width"], page["height"])
    assert page["width"] >= 1280
    assert page["render"] is True
    assert page["command"].startswith("python -m ocr_render ")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page["image"])
def test_truth_is_consistent(page):
    assert any(not word["ignore"] for word in page["words"])
    for word in page["words"]:
        points = np.array(word["points"])
        assert len(points) >= 3 and (points >= -0.1).all()
        assert (points <= np.array([page["width"], page["height"]]) + 0.1).all()
        assert word["text"].strip() == word["text"] != ""
        assert len(word["characters"]) == len(word["text"])
        assert word["language"] in ("en", "ko")
        assert 0 < word["visible"] <= 1
        letters = any(character.isalnum() for character in word["text"])
        hard = not word["legible"] or word["visible"] < 0.6 or not letters
        assert word["ignore"] == hard or (page["look"] == "shaken" and not word["ignore"])


def test_ink_lies_within_the_outlines():
    for page in PAGES:
        if page["check"]:
            assert page["check"]["inside"] > 0.98, page["image"]  # raised letters show their sides


# labels -----------------------------------------------------------------------------------


def test_ink_of_each_character_lies_in_its_quad():
    canvas = board()
    for word in canvas.words:
        for k, quad in enumerate(word.quads):
            y, x = np.nonzero(canvas.ids == word.first_id + k)
            low, high = quad.min(axis=0) * 6 - 1, quad.max(axis=0) * 6 + 1
            assert len(x) > 20
            assert (x >= low[0]).all() and (x <= high[0]).all()
            assert (y >= low[1]).all() and (y <= high[1]).all()


def test_words_are_split_and_spaces_are_not_characters():
    assert [word.text for word in board().words] == ["HARBOR", "27"]


@pytest.mark.parametrize("radius", [60, -60])
def test_outline_follows_a_curve(radius):
    word = board("HARBOR", radius=radius).words[0]
    middle, ends = word.quads[2:4, :, 1].mean(), word.quads[[0, -1], :, 1].mean()
    assert (ends > middle) == (radius > 0)


def test_a_matrix_shows_what_it_is_told_and_knows_where():
    matrix = Matrix(60, 12, 9.0)
    matrix.write("Pier 3", 2, 10, "sans bold", 11)
    canvas = matrix.canvas
    assert [word.text for word in canvas.words] == ["Pier", "3"]
    light = matrix.glow((1, 1, 1), np.random.default_rng(0))[..., 0]
    dark = ~matrix.lit.repeat(DOT, axis=0).repeat(DOT, axis=1)
    assert light[dark].max() == 0 and (light > 0).sum() > 40 * matrix.lit.sum()
    for word in canvas.words:
        for k, quad in enumerate(word.quads):
            y, x = np.nonzero(canvas.ids == word.first_id + k)
            low, high = quad.min(axis=0) * canvas.scale, quad.max(axis=0) * canvas.scale
            assert len(x) > 100 and low[0] <= x.min() and x.max() < high[0]
            assert low[1] <= y.min() and y.max() < high[1]


@pytest.mark.parametrize("row", [10, 4])
def test_a_text_too_large_for_its_matrix_is_an_error(row):
    with pytest.raises(OcrError, match="not fit on a matrix of 60 x 12 dots"):
        Matrix(60, 12, 9.0).write("LANTERN STREET" if row == 10 else "7", 2, row, "sans bold", 11)


def test_bricks_stand_out_of_their_joints():
    wall = masonry.bricks((300, 500), 1.0, np.random.default_rng(0))
    brick, mortar = wall.height[wall.face > 0.95], wall.height[wall.face < 0.05]
    assert 0.7 < (wall.face > 0.5).mean() < 0.9
    assert brick.mean() - mortar.mean() > 2 and wall.height.max() < 3


def test_crumpled_paper_has_flat_pieces_and_sharp_folds():
    height = surfaces.crumple((200, 300), 1.0, np.random.default_rng(0), cell=60, slope=0.5)
    slope, bend = np.gradient(height, axis=1), np.diff(height, 2, axis=1)
    assert 0.05 < np.abs(slope).mean() < 0.5
    assert np.percentile(np.abs(bend), 99) > 8 * np.median(np.abs(bend))


def test_a_text_too_long_is_an_error():
    with pytest.raises(OcrError, match="place 30 mm"):
        board("LANTERN STREET", room=30)
    with pytest.raises(OcrError, match="does not fit on its label"):
        board("LANTERN STREET AND HARBOR")


def test_a_missing_glyph_is_an_error():
    with pytest.raises(OcrError, match="lacks '바'"):
        check_glyphs("sans", "a 바")


def test_a_missing_font_names_the_command(monkeypatch):
    monkeypatch.setattr("ocr_render.fonts._folders", lambda package: [])
    path.cache_clear()
    with pytest.raises(OcrError, match="sudo apt-get install fonts-lato"):
        path("humanist")
    path.cache_clear()


# camera, shapes, phone --------------------------------------------------------------------


def test_camera_projects_target_and_axes():
    camera = Camera((0, 0, 10), (0, 0, 0), view=90)
    spots = camera.project([[0, 0, 0], [10, 0, 0], [0, 5, 0]], 200, 100)
    assert np.allclose(spots, [[100, 50], [200, 50], [100, 0]])


@pytest.mark.parametrize(
    "mesh", [rounded_box((4, 6, 2), 0.3), lathe([(1, 0), (2, 1), (2, 3), (1, 4)])]
)
def test_normals_point_outwards(mesh):
    middle = mesh.vertices.mean(axis=0)
    outwards = ((mesh.vertices - middle) * mesh.normals()).sum(axis=1)
    assert (outwards > 0).mean() > 0.95


def test_phone_is_deterministic_and_keeps_the_key():
    light = np.random.default_rng(0).uniform(0, 3, (60, 80, 3))
    one, two = phone.develop(light, Look(key=0.5)), phone.develop(light, Look(key=0.5))
    assert (one == two).all()
    assert abs(one.mean() / 255 - 0.5) < 0.08


def test_shake_keeps_the_place():
    kernel = phone.shake_kernel((20, 9), 1.0, np.random.default_rng(1))
    y, x = np.mgrid[0 : len(kernel), 0 : len(kernel)] - len(kernel) // 2
    assert abs((kernel * x).sum()) < 1.5 and abs((kernel * y).sum()) < 1.5


def test_jpeg_stays_below_its_limit_and_leaves_nothing_half_written(tmp_path, monkeypatch):
    noise = np.random.default_rng(0).integers(0, 255, (300, 300, 3), np.uint8)
    assert phone.save_jpeg(noise, tmp_path / "a.jpg", 40_000) <= 40_000
    monkeypatch.setattr("os.replace", lambda *names: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        phone.save_jpeg(noise, tmp_path / "b.jpg")
    assert [file.name for file in tmp_path.iterdir()] == ["a.jpg"]


# the command and the path tracer ----------------------------------------------------------


def test_unknown_scene_is_one_sentence(capsys):
    assert main(["lighthouse"]) == 1
    assert "There is no scene 'lighthouse'" in capsys.readouterr().err


def test_a_missing_package_names_the_command(capsys, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert main(["receipt"]) == 1
    assert "pip install -r ocr_render/requirements.txt" in capsys.readouterr().err


def test_the_newest_llvm_that_works_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr(render, "LLVM", (str(tmp_path / "libLLVM*"),))
    for name in ("libLLVM-14.so.1", "libLLVM-15.so"):
        (tmp_path / name).touch()
    assert render.newest_llvm() is None
    for name in ("libLLVM-16.so", "libLLVM.so.19.1"):
        (tmp_path / name).touch()
    assert render.newest_llvm() == str(tmp_path / "libLLVM.so.19.1")


@pytest.mark.renders
def test_without_llvm_one_sentence_names_the_command(capsys, monkeypatch):
    monkeypatch.setattr(render, "LLVM", ())
    monkeypatch.delenv("DRJIT_LIBLLVM_PATH", raising=False)
    light = [render.render(tiny_stage(), 48, 1) for _ in range(2)]
    assert render.backend().variant() == "scalar_rgb" and light[1].mean() > 0.1
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 1 and said[0].endswith("sudo apt-get install libllvm19")


def test_stages_are_deterministic():
    try:
        one, two = (pictures.module("typed_letter").build("") for _ in range(2))
    except OcrError as error:
        pytest.skip(str(error))
    assert (one.letter.color == two.letter.color).all()


def tiny_stage():
    """A flat sign in even light."""
    from ocr_render import lights, materials
    from ocr_render.stage import Stage

    stage = Stage(Camera((20, -10, 90), (0, 0, 0), view=60), width=320, height=240)
    canvas = board()
    sign = flat(100, 40)
    stage.label("sign", canvas, sign, materials.painted(canvas.color))
    stage.add("cover", rounded_box((20, 30, 2), 0.2, (-33, 0, 5)), materials.matte((0.5, 0.4, 0.3)))
    stage.light("sky", lights.ambient((1, 1, 1)))
    return stage


@pytest.mark.renders
def test_render_and_truth_agree():
    stage = tiny_stage()
    one, two = (render.render(stage, 160, 2) for _ in range(2))
    assert one.shape == (120, 160, 3) and np.isfinite(one).all()
    assert np.allclose(one, two, atol=1e-4)
    everything, alone = render.identify(stage, 320), render.identify(stage, 320, only_labels=True)
    numbers = truth.check(stage, 320, everything)
    assert numbers["inside"] > 0.99 and numbers["characters"] >= 6
    found = truth.words(stage, 320, truth.visible_shares(stage, 320, everything, alone))
    assert [word["text"] for word in found] == ["HARBOR", "27"]
    assert found[0]["visible"] < 0.9 < found[1]["visible"]


def sheet_of_metal(text, size, depth):
    """White metal with white letters in the light of a low sun: only their relief shows them."""
    from ocr_render import lights, materials
    from ocr_render.stage import Stage

    canvas = Canvas(100, 40, 6, (0.8, 0.8, 0.8))
    canvas.write(text, 50, 28, "sans bold", size, (0.8, 0.8, 0.8), "center")
    stage = Stage(Camera((0, 0, 90), (0, 0, 0), view=60), width=320, height=160)
    place = embossed(flat(100, 40), canvas.relief(depth))
    stage.label("sign", canvas, place, materials.matte((0.8, 0.8, 0.8)), (300, 120))
    stage.add(
        "lamp",
        lights.panel((-150, 60, 60), (0, 0, 0), 30, 30, (0, 1, 0)),
        None,
        lights.emitting((30, 30, 30)),
    )
    return stage


@pytest.mark.renders
def test_embossed_letters_are_seen_by_light_alone():
    contrast = []
    for depth in (0.0, 1.5):
        stage = sheet_of_metal("27", 30, depth)
        light = render.render(stage, 200, 8)[..., 1]
        found = truth.words(stage, 200, None)[0]["points"]
        low, high = np.min(found, axis=0).astype(int), np.max(found, axis=0).astype(int)
        part = light[low[1] : high[1], low[0] : high[0]]
        contrast.append(part.std() / part.mean())
    assert contrast[1] > 3 * contrast[0]


@pytest.mark.renders
def test_make_writes_picture_and_truth(tmp_path, monkeypatch):
    scene = Namespace(build=lambda view: tiny_stage())
    monkeypatch.setattr(pictures, "module", lambda name: scene)
    options = Namespace(out=tmp_path, width=96, spp=1, light=None)
    pages, numbers = pictures.make("poster", "", options)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["pages.json", "poster.jpg"]
    assert json.loads((tmp_path / "pages.json").read_text())["pages"] == pages
    assert numbers["words"] == 2


# plates: one render, many labels -----------------------------------------------------------


@pytest.mark.renders
def test_a_retextured_plate_equals_a_full_render(tmp_path):
    from ocr_render import plates

    stage = tiny_stage()
    plates.make(stage, "sign", 200, 16).save(tmp_path / "plate.npz")
    plate = load(tmp_path / "plate.npz")
    texture = (board().color * 255).astype(np.uint8)
    full = render.render(stage, 200, 16)
    again = plate.light(texture)
    key = phone.exposure(full, 0.42)
    pictures_ = [phone.develop(light * key, Look(noise=0)) for light in (full, again)]
    difference = np.abs(pictures_[0].astype(float) - pictures_[1]).mean()
    assert difference < 2.5  # of 255
    assert plate.picture(texture).shape == full.shape


def test_a_broken_plate_is_one_sentence(tmp_path):
    (tmp_path / "plate.npz").write_bytes(b"PK half of it")
    with pytest.raises(OcrError, match="is no plate"):
        load(tmp_path / "plate.npz")
