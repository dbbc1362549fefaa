"""The reader put together from parts: crops, order, stand-ins, and what bad input gets."""

import json
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from PIL import Image, ImageDraw

from ocr_data.datasets import load_pages
from ocr_output import formats
from ocr_synth.fonts import course_fonts, load_font
from ocr_utils import end_to_end, metrics, recognizer
from ocr_utils.errors import OcrError
from ocr_utils.layout import to_text
from ocr_utils.words import Word

LINES = ("Harbor Street 12", "open from 9 to 17", "fresh coffee daily")


def draw_page(lines=LINES, size=(640, 260)) -> Image.Image:
    page = Image.new("RGB", size, "white")
    draw, font = ImageDraw.Draw(page), load_font(course_fonts()[0], 36)
    for row, line in enumerate(lines):
        draw.text((40, 30 + 70 * row), line, "black", font)
    return page


class KnownDetector:
    """Finds the boxes it was given."""

    def __init__(self, boxes):
        self.boxes = np.array(boxes, np.float32).reshape(-1, 4, 2)

    def detect(self, images):
        return [self.boxes for _ in images]


class ListeningRecognizer:
    """Reads the words it was given and keeps what it was shown."""

    def __init__(self, texts):
        self.texts, self.calls = texts, []

    def read(self, crops):
        self.calls.append(crops)
        return [Word.from_bounds(text, 0.5, 0, 0, 1, 1) for text in self.texts]


def box(left, top, right, bottom):
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def test_a_clean_page_is_read_right_by_the_stand_ins():
    words = end_to_end.read(
        draw_page(), end_to_end.TesseractDetector(), end_to_end.TesseractRecognizer()
    )
    assert metrics.word_f1(" ".join(LINES).split(), words).f1 >= 0.8
    assert "harbor" in to_text(words).lower().split("\n")[0]


def test_a_clean_page_is_read_right_by_whatever_is_installed():
    words = end_to_end.read(draw_page())
    assert metrics.word_f1(" ".join(LINES).split(), words).f1 >= 0.8
    assert all(word.confidence is None or 0 <= word.confidence <= 1 for word in words)


def test_words_come_in_reading_order_with_their_own_boxes():
    boxes = [box(100, 60, 150, 80), box(10, 10, 50, 30), box(60, 11, 150, 31)]
    reader = ListeningRecognizer(["last", "first", "second"])
    words = end_to_end.read(np.zeros((90, 200), np.uint8), KnownDetector(boxes), reader)
    assert [word.text for word in words] == ["first", "second", "last"]
    assert words[0].bounds == (10, 10, 50, 30) and words[0].confidence == 0.5


def test_all_crops_of_a_page_go_to_the_recognizer_together():
    reader = ListeningRecognizer(["a", "b"])
    boxes = [box(0, 0, 20, 10), box(30, 0, 60, 10)]
    end_to_end.read(np.zeros((50, 90), np.uint8), KnownDetector(boxes), reader)
    assert [len(crops) for crops in reader.calls] == [2]


def test_a_box_without_text_is_left_out():
    boxes = [box(0, 0, 20, 10), box(30, 0, 60, 10)]
    words = end_to_end.read(
        np.zeros((50, 90), np.uint8), KnownDetector(boxes), ListeningRecognizer(["a", ""])
    )
    assert [word.text for word in words] == ["a"]


def test_a_slanted_word_is_laid_straight():
    upright = draw_page(("SLANTED",), (420, 110))
    corners = np.array(box(30, 25, 260, 85), np.float32)
    for degrees in (-25, 15, 40):
        turned = upright.rotate(
            degrees, expand=True, fillcolor="white", resample=Image.Resampling.BICUBIC
        )
        crop = end_to_end.crop_words(turned, [_rotated(corners, degrees, upright, turned)], 0)[0]
        original = np.asarray(upright.crop((30, 25, 260, 85)).convert("L"), int)
        assert crop.shape == (60, 230, 3)
        assert np.abs(crop[:, :, 0].astype(int) - original).mean() < 12


def _rotated(points, degrees, before, after):
    angle = np.deg2rad(degrees)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return (points - np.array(before.size) / 2) @ turn + np.array(after.size) / 2


def test_the_margin_widens_a_crop_and_the_edge_of_the_image_does_not_matter():
    crops = end_to_end.crop_words(np.full((40, 80), 200, np.uint8), [box(-5, -5, 95, 35)], 0.1)
    assert crops[0].shape == (48, 108, 3) and (crops[0] == 200).all()


def test_detect_text_gives_the_outlined_image_and_crops_in_order(tmp_path):
    path = tmp_path / "page.png"
    draw_page().save(path)
    detector = KnownDetector([box(300, 100, 400, 140), box(40, 30, 170, 80)])
    result_img, cropped_imgs = end_to_end.detect_text(path, detector)
    assert result_img.size == (640, 260)
    assert result_img.getpixel((100, 30)) == (255, 0, 0)
    assert [crop.size for crop in cropped_imgs] == [(140, 60), (108, 48)]  # 10 % wider on each side
    assert Image.open(path).getpixel((100, 30)) == (255, 255, 255)


def test_the_seeds_loop_reads_the_page():
    result_img, cropped_imgs = end_to_end.detect_text(draw_page())
    texts = [end_to_end.recognize_img(_img) for _img in cropped_imgs[:3]]
    assert metrics.word_f1(["Harbor", "Street", "12"], texts).recall >= 2 / 3


def test_recognize_img_reads_at_any_size_and_refuses_what_is_none():
    _, crops = end_to_end.detect_text(draw_page())
    assert end_to_end.recognize_img(crops[0], (200, 64)) == end_to_end.recognize_img(crops[0])
    assert end_to_end.recognize_img(crops[0], (4, 4)) != end_to_end.recognize_img(crops[0])
    for size in ((0, 32), (100,), ("a", "b"), (100_000, 100_000)):
        with pytest.raises(OcrError, match="give .width, height. in pixels"):
            end_to_end.recognize_img(crops[0], size)


def test_a_missing_file_is_named():
    with pytest.raises(OcrError, match="no_photo.jpg does not exist"):
        end_to_end.read("no_photo.jpg")
    with pytest.raises(OcrError, match="no_photo.jpg does not exist"):
        end_to_end.detect_text("no_photo.jpg")


def test_the_stand_ins_leave_as_soon_as_weights_are_there(tmp_path, monkeypatch):
    monkeypatch.setattr(end_to_end, "WEIGHTS", tmp_path)
    load_detector = end_to_end.load_detector.__wrapped__
    load_recognizer = end_to_end.load_recognizer.__wrapped__
    assert "stand-in" in load_detector().description
    assert "stand-in" in load_recognizer().description
    (tmp_path / "recognizer.json").write_text("not json")
    monkeypatch.setattr("ocr_utils.recognizer.WEIGHTS", tmp_path)
    recognizer.load_recognizer.cache_clear()
    with pytest.raises(OcrError, match="recognizer.json"):  # broken weights are not passed over
        load_recognizer()


def test_engines_are_named():
    names = end_to_end.describe(KnownDetector([]), end_to_end.TesseractRecognizer())
    assert "KnownDetector" in names and "Tesseract" in names


PAGE = formats.Page(
    'odd "name" & 1.png',
    200,
    100,
    [
        Word.from_bounds("second", None, 10, 50, 90, 70),
        Word("R&D <1>", 0.876, [(10, 10), (60, 12), (60, 32), (10, 30)]),
    ],
)


def test_json_is_a_data_sets_pages_json_with_text():
    page = json.loads(formats.to_json([PAGE]))["pages"][0]
    assert page["text"] == "R&D <1>\nsecond" and (page["width"], page["height"]) == (200, 100)
    assert page["words"][0] == {
        "text": "R&D <1>",
        "confidence": 0.876,
        "line": 1,
        "points": [[10, 10], [60, 12], [60, 32], [10, 30]],
    }
    assert page["words"][1]["confidence"] is None


def test_json_keeps_hangul_readable():
    assert "서울역" in formats.to_json(
        [formats.Page("역.png", 9, 9, [Word.from_bounds("서울역", 1, 0, 0, 9, 9)])]
    )


def test_the_outline_of_a_word_is_thick_enough_to_be_seen_on_a_large_page():
    page = Image.new("RGB", (1600, 1600), "white")
    annotated = end_to_end.annotate(page, [Word.from_bounds("", None, 400, 400, 900, 700)])
    red = (np.asarray(annotated) == (255, 0, 0)).all(axis=2)
    assert red[600].sum() >= 2 * 3


def test_a_label_stands_above_its_word_and_covers_none_of_it():
    page = np.zeros((900, 900, 3), np.uint8)
    annotated = np.asarray(
        end_to_end.annotate(page, [Word.from_bounds("label", None, 100, 200, 390, 260)])
    )
    assert annotated[180:199, 100:160].any()
    assert not annotated[202:259, 102:389].any()


def test_tsv_has_a_row_for_each_word():
    rows = [row.split("\t") for row in formats.to_tsv([PAGE]).split("\n")]
    assert rows[0] == "image line word confidence left top right bottom text".split()
    assert [len(row) for row in rows] == [9, 9, 9]
    assert rows[1][1:] == ["1", "1", "0.876", "10", "10", "60", "32", "R&D <1>"]


def test_hocr_is_well_formed_and_carries_boxes_and_confidence():
    tree = ElementTree.fromstring(formats.to_hocr([PAGE]).split("\n", 3)[3])
    spans = [e for e in tree.iter() if e.get("class") == "ocrx_word"]
    assert [span.text for span in spans] == ["R&D <1>", "second"]
    assert spans[0].get("title") == "bbox 10 10 60 32; x_wconf 88"
    lines = [e for e in tree.iter() if e.get("class") == "ocr_line"]
    assert len(lines) == 2 and len({e.get("id") for e in tree.iter()}) == 1 + 1 + 2 + 2


def test_doubtful_words_are_left_out():
    signs = [image for image, _ in load_pages("signs")]
    everything = [word for sign in signs for word in end_to_end.read(sign, min_confidence=0)]
    sure = [word for sign in signs for word in end_to_end.read(sign)]
    assert sure and all(word.confidence >= end_to_end.DOUBTFUL for word in sure)
    assert {word.text for word in sure} < {word.text for word in everything}
