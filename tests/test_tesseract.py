"""Tesseract, the real one: what it reads, the cuttings, and every message when it cannot."""

import os
import platform
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from ocr_synth.fonts import course_fonts, korean_font, load_font
from ocr_synth.textures import scene
from ocr_utils import OcrError, tesseract, to_text
from ocr_utils.words import Word
from tools import system

LINES = ("The ferry leaves", "from the south pier")
KOREAN = ("안녕하세요, 서울역입니다.", "출구는 왼쪽에 있습니다.", "표를 먼저 사 주세요.")


def drawn(lines, font, size) -> Image.Image:
    image = Image.new("RGB", (600, 40 + len(lines) * 2 * size), "white")
    for i, line in enumerate(lines):
        ImageDraw.Draw(image).text((30, 20 + i * 2 * size), line, "black", load_font(font, size))
    return image


@pytest.fixture(scope="module")
def sign():
    return drawn(LINES, course_fonts()[0], 32)


@pytest.fixture(scope="module")
def korean():
    return drawn(KOREAN, korean_font(), 32)


def test_read(sign):
    words = tesseract.read(sign)
    assert to_text(words) == "\n".join(LINES)
    assert all(0.8 < word.confidence <= 1 for word in words)
    left, top, right, bottom = words[0].bounds
    assert 28 <= left <= 36 and 20 <= top <= 32 and 80 <= right <= 92 and 45 <= bottom <= 55


def test_the_network_alone_reads_the_same(sign):
    assert to_text(tesseract.read(sign, oem=1)) == "\n".join(LINES)


def test_read_takes_what_load_image_takes(sign, tmp_path):
    path = tmp_path / "sign.jpg"
    sign.save(path)
    assert [word.text for word in tesseract.read(path)] == " ".join(LINES).split()
    assert [word.text for word in tesseract.read(np.array(sign))] == " ".join(LINES).split()


@pytest.mark.parametrize("shape", [(1, 1), (2, 5), (40, 200)])
def test_a_blank_image_has_no_words(shape):
    assert tesseract.read(np.full(shape, 255, np.uint8)) == []


def test_a_picture_without_text_has_no_words():
    """Tesseract's table gives it one word, without a letter."""
    picture = scene(np.random.default_rng(0), 300, 400)
    data = tesseract.image_to_data(picture)
    assert data["level"].count(5) == 1 and not "".join(data["text"]).strip()
    assert tesseract.read(picture) == []


def test_page_modes_make_a_difference():
    letter = Image.new("L", (60, 80), 255)
    ImageDraw.Draw(letter).text((20, 20), "R", font=load_font(course_fonts()[0], 36))
    assert tesseract.read(letter, psm=3) == []
    assert [word.text for word in tesseract.read(letter, psm=10)] == ["R"]


def test_korean_words_are_whole(korean):
    words = tesseract.read(korean, lang="kor", psm=6)
    assert [word.text for word in words] == " ".join(KOREAN).split()
    pieces = tesseract.image_to_data(korean, lang="kor", psm=6)["level"].count(5)
    assert pieces > len(words)


def test_pieces_stay_where_the_text_differs():
    pieces = [
        Word.from_bounds(text, 0.5, 10 * i, 0, 10 * i + 9, 9) for i, text in enumerate("가나다")
    ]
    joined = tesseract.join_syllables(pieces, "가나 다")
    assert [(word.text, word.bounds) for word in joined] == [
        ("가나", (0, 0, 19, 9)),
        ("다", (20, 0, 29, 9)),
    ]
    assert tesseract.join_syllables(pieces, "가라 다") == pieces
    two = [Word.from_bounds("가나", 0.5, 0, 0, 9, 9), Word.from_bounds("다", 0.5, 10, 0, 19, 9)]
    assert tesseract.join_syllables(two, "가 나다") == two


# --- cuttings -----------------------------------------------------------------------------------


def test_crop_and_recognize(sign, tmp_path):
    sign.save(tmp_path / "sign.png")
    paths = tesseract.crop_word_regions(tmp_path / "sign.png", tmp_path / "new" / "words")
    assert [Path(path).name for path in paths] == [f"{i:04d}.png" for i in range(7)]
    assert sorted(map(str, (tmp_path / "new" / "words").iterdir())) == paths
    left, top, right, bottom = (int(value) for value in tesseract.read(sign)[0].bounds)
    np.testing.assert_array_equal(
        np.array(Image.open(paths[0])), np.array(sign)[top:bottom, left:right]
    )
    assert tesseract.recognize_images(paths) == " ".join(LINES).split()


def test_the_defaults_of_the_tutorial(sign, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("images").mkdir()
    sign.save("images/sample.png")
    paths = tesseract.crop_word_regions()
    assert paths[0] == os.path.join("output", "0000.png") and len(paths) == 7


def test_cutting_again_leaves_no_stale_words_and_nothing_else_is_touched(sign, tmp_path):
    tesseract.crop_word_regions(np.array(sign), tmp_path)
    sign.save(tmp_path / "0009.png")  # the learner's own, by chance of such a name
    (tmp_path / "0008.png").write_text("no picture at all")
    one = drawn(("harbor",), course_fonts()[0], 32)
    paths = tesseract.crop_word_regions(np.array(one), tmp_path)
    assert [path.name for path in sorted(tmp_path.iterdir())] == [
        "0000.png",
        "0008.png",
        "0009.png",
    ]
    assert tesseract.recognize_images(paths) == ["harbor"]


def test_copies_of_cuttings_under_names_of_the_learners_own_are_kept(sign, tmp_path):
    first = Path(tesseract.crop_word_regions(np.array(sign), tmp_path)[0]).read_bytes()
    kept = {"0001_keep.png", "0002 my best.png", "00a1.png", "word0003.png"}
    for name in kept:
        (tmp_path / name).write_bytes(first)
    blank = np.full((40, 200), 255, np.uint8)
    assert tesseract.crop_word_regions(blank, tmp_path) == []
    assert {path.name for path in tmp_path.iterdir()} == kept


def test_a_strange_png_in_the_folder_is_left_alone(tmp_path):
    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    huge = chunk(b"IHDR", struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0))
    whole = b"\x89PNG\r\n\x1a\n" + huge + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    for name, content in {"0007.png": whole, "0008.png": whole[:40], "0009.png": b""}.items():
        (tmp_path / name).write_bytes(content)
    assert tesseract.crop_word_regions(np.full((40, 200), 255, np.uint8), tmp_path) == []
    assert len(list(tmp_path.iterdir())) == 3


def test_the_image_is_not_replaced_by_its_own_cutting(sign, tmp_path):
    sign.save(tmp_path / "0002.png")
    before = (tmp_path / "0002.png").read_bytes()
    text = message(tesseract.crop_word_regions, tmp_path / "0002.png", tmp_path)
    assert "0002.png is the image itself" in text and "another folder" in text
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"0002.png": before}


def test_one_crop_that_is_too_wide_does_not_cost_the_others():
    lemon = drawn(("lemon",), course_fonts()[0], 32)
    wide = Image.new("RGB", (33_000, 20), "white")
    first, _, last = tesseract.recognize_images([lemon, wide, lemon])
    assert (first, last) == ("lemon", "lemon")


@pytest.mark.skipif(os.name == "nt", reason="a shell script stands in for a Tesseract that hangs")
def test_a_tesseract_that_hangs_is_given_up(sign, tmp_path, monkeypatch):
    hangs = tmp_path / "tesseract"
    hangs.write_text("#!/bin/sh\nexec sleep 60\n")
    hangs.chmod(0o755)
    assert "eng" in tesseract.languages()
    monkeypatch.setattr(tesseract._pytesseract().pytesseract, "tesseract_cmd", str(hangs))
    monkeypatch.setattr(tesseract, "SECONDS", 0.5)
    assert "no answer within 0.5 seconds" in message(tesseract.read, np.array(sign))
    assert "no answer within 1.5 seconds" in message(tesseract.recognize_images, [np.array(sign)])
    tesseract._languages.cache_clear()
    assert "no answer within 0.5 seconds" in message(tesseract.languages)


def test_a_page_without_text_gives_no_cutting(tmp_path):
    Image.new("RGB", (200, 100), "white").save(tmp_path / "blank.png")
    assert tesseract.crop_word_regions(tmp_path / "blank.png", tmp_path / "words") == []
    assert list((tmp_path / "words").iterdir()) == []


def test_a_margin_in_the_color_of_the_edge_helps():
    font, truth, light, dark = load_font(course_fonts()[0], 32), ["ferry", "pier", "south"], [], []
    for text in truth:
        left, top, right, bottom = font.getbbox(text)
        for crops, paper, ink in ((light, "white", "black"), (dark, "black", "white")):
            crop = Image.new("RGB", (right - left, bottom - top), paper)
            ImageDraw.Draw(crop).text((-left, -top), text, ink, font)
            crops.append(crop)
    assert tesseract.recognize_images(light) == truth
    assert tesseract.recognize_images(dark) == truth
    assert tesseract.recognize_images(light, margin=0) != truth


def test_recognize_keeps_the_places_of_unread_images(sign):
    line = sign.crop((0, 0, 600, 80))
    speck = Image.new("RGB", (3, 3), "white")
    texts = tesseract.recognize_images([line, speck, line])
    assert len(texts) == 3 and texts[0] == texts[2] == LINES[0]
    assert tesseract.recognize_images([]) == []


def test_a_full_disk_leaves_no_half_file(sign, tmp_path, monkeypatch):
    def full(self, file, *args, **kwargs):
        Path(file).write_bytes(b"half")
        raise OSError(28, "No space left on device")

    image = np.array(sign)
    words = tesseract.read(image)
    monkeypatch.setattr(tesseract, "read", lambda *args: words)
    monkeypatch.setattr(Image.Image, "save", full)
    text = message(tesseract.crop_word_regions, image, tmp_path)
    assert text.startswith(str(tmp_path / "0000.png")) and "the disk is full" in text
    assert list(tmp_path.iterdir()) == []


# --- messages -----------------------------------------------------------------------------------


def message(function, *args, **options) -> str:
    with pytest.raises(OcrError) as caught:
        function(*args, **options)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    "system, command",
    [
        ("Linux", "sudo apt install tesseract-ocr"),
        ("Darwin", "brew install tesseract"),
        ("Windows", "winget install UB-Mannheim.TesseractOCR"),
    ],
)
def test_missing_tesseract(system, command, sign, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(platform, "system", lambda: system)
    tesseract._languages.cache_clear()
    for call in (
        tesseract.languages,
        lambda: tesseract.read(sign),
        lambda: tesseract.recognize_images([sign]),
        lambda: tesseract.crop_word_regions(np.array(sign), tmp_path / "words"),
    ):
        text = message(call)
        assert text.startswith("Tesseract is not installed") and f": {command}, " in text


@pytest.mark.parametrize(
    "system, command",
    [
        ("Linux", "sudo apt install tesseract-ocr-chi-tra"),
        ("Darwin", "brew install tesseract-lang"),
        ("Windows", "put chi_tra.traineddata from"),
    ],
)
def test_missing_language(system, command, sign, monkeypatch):
    monkeypatch.setattr(tesseract, "_languages", fake_languages())
    monkeypatch.setattr(platform, "system", lambda: system)
    for lang in ("chi_tra", "eng+chi_tra"):  # Tesseract leaves out the second without a word
        text = message(tesseract.read, sign, lang=lang)
        assert text.startswith("Tesseract's language 'chi_tra' is not installed: ")
        assert command in text and "(installed: eng, kor)" in text


def fake_languages():
    def languages():
        return "eng", "kor"

    languages.cache_clear = lambda: None
    return languages


@pytest.mark.skipif(os.name == "nt", reason="a shell script stands in for another Tesseract")
def test_a_language_installed_meanwhile_is_found(sign, tmp_path, monkeypatch):
    lacks = tmp_path / "tesseract"
    lacks.write_text("#!/bin/sh\necho 'List of available languages (1):'\necho osd\n")
    lacks.chmod(0o755)
    with monkeypatch.context() as patch:
        patch.setattr(tesseract._pytesseract().pytesseract, "tesseract_cmd", str(lacks))
        tesseract._languages.cache_clear()
        assert "(installed: osd)" in message(tesseract.read, sign)
    assert tesseract.read(sign)


@pytest.mark.parametrize(
    "options, text",
    [
        ({"lang": ""}, "lang is empty: name a language"),
        ({"psm": 0}, "psm=0, oem=3 cannot be used to read"),
        ({"psm": 2}, "psm is 1 or 3 to 13"),
        ({"psm": 14}, "psm=14"),
        ({"oem": 4}, "oem is 0 to 3"),
    ],
)
def test_impossible_options(options, text, sign):
    assert text in message(tesseract.read, sign, **options)


def test_bad_images_and_folders(sign, tmp_path):
    assert "does not exist" in message(tesseract.read, tmp_path / "no.png")
    assert "does not exist" in message(tesseract.recognize_images, [tmp_path / "0000.png"])
    assert not (tmp_path / "words").exists()
    assert "does not exist" in message(
        tesseract.crop_word_regions, tmp_path / "no.png", tmp_path / "words"
    )
    assert not (tmp_path / "words").exists()
    (tmp_path / "taken").touch()
    assert "is a file: give a folder" in message(
        tesseract.crop_word_regions, np.array(sign), tmp_path / "taken"
    )


def test_what_tesseract_itself_refuses(sign, monkeypatch):
    pytesseract = tesseract._pytesseract()

    def refuse(*args, **options):
        raise pytesseract.TesseractError(1, "Image too large: (99999, 99999)")

    monkeypatch.setattr(pytesseract, "image_to_data", refuse)
    assert "Tesseract could not read this image (Image too large" in message(tesseract.read, sign)
    assert "oem=0 needs the legacy engine" in message(tesseract.read, sign, oem=0)


def test_a_margin_is_equally_wide_on_all_sides_even_of_a_single_pixel():
    framed = tesseract._with_margin(np.full((1, 1, 3), 80, np.uint8), 10)
    assert framed.shape == (21, 21, 3) and (framed == 80).all()
    framed = tesseract._with_margin(np.dstack([np.eye(3, dtype=np.uint8) * 255] * 3), 2)
    assert framed.shape == (7, 7, 3) and np.argwhere(framed[..., 0]).tolist() == [
        [2, 2],
        [3, 3],
        [4, 4],
    ]


def test_the_remedies_name_the_packages_of_the_set_up():
    """`tools` runs before anything is installed, `ocr_utils` may be installed without it."""
    assert tesseract.INSTALL["Linux"].split()[-1] in system.APT_PACKAGES
    korean = tesseract.INSTALL_LANGUAGE["Linux"].format(package="kor").split()[-1]
    assert korean in system.APT_PACKAGES


def test_windows_finds_tesseract_where_its_installer_puts_it(tmp_path, monkeypatch):
    """The installer does not extend the PATH; what stands on the PATH comes first."""
    module = tesseract._pytesseract().pytesseract
    usual = tmp_path / "Tesseract-OCR" / "tesseract.exe"
    usual.parent.mkdir()
    usual.touch()
    monkeypatch.setattr(module, "tesseract_cmd", "tesseract")
    monkeypatch.setattr(platform, "system", lambda: "Windows")
    monkeypatch.setenv("PROGRAMFILES", str(tmp_path))
    on_path = {"tesseract": "C:/tools/tesseract.exe"}
    monkeypatch.setattr(tesseract.shutil, "which", on_path.get)
    assert tesseract._pytesseract().pytesseract.tesseract_cmd == "tesseract"
    monkeypatch.setattr(tesseract.shutil, "which", lambda name: None)
    assert tesseract._pytesseract().pytesseract.tesseract_cmd == str(usual)
    monkeypatch.setattr(platform, "system", lambda: "Linux")
    monkeypatch.setattr(module, "tesseract_cmd", "tesseract")
    assert tesseract._pytesseract().pytesseract.tesseract_cmd == "tesseract"


def test_the_margin_has_the_color_of_the_edge():
    image = np.zeros((20, 30, 3), np.uint8)
    image[:] = 250, 200, 90
    image[8:12, 8:20] = 0
    framed = tesseract._with_margin(image, 5)
    assert framed.shape == (30, 40, 3)
    assert (framed[:5] == (250, 200, 90)).all() and (framed[5:25, 5:35] == image).all()
