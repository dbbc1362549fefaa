"""A learner's own photograph: saved whole or refused, and the newest one is taken."""

import os
import re

import pytest
from PIL import Image

from ocr_lessons import own_photo as own
from ocr_utils.images import load_image
from tests.test_images import encode

JPEG = encode(Image.new("RGB", (40, 30), "red"), "JPEG")


@pytest.fixture
def shown(monkeypatch):
    """What a notebook would display; own photographs are allowed."""
    monkeypatch.delenv("OCR_COURSE_DATA", raising=False)
    displayed = []
    monkeypatch.setattr(own, "display", displayed.append)
    return displayed


def save(tmp_path, name="photo.jpg", data=JPEG) -> str:
    return own.save({"name": name}, [memoryview(data)], tmp_path / "my")


def test_what_is_sent_is_saved_and_taken(tmp_path, shown, capsys):
    assert own.own_photo("street.jpg", tmp_path / "my").name == "street.jpg"
    assert capsys.readouterr().out == "the course's: street.jpg\n"
    assert save(tmp_path).startswith("Saved as 2")
    taken = own.own_photo("street.jpg", tmp_path / "my")
    assert load_image(taken).shape == (30, 40, 3)
    assert capsys.readouterr().out == f"your own photograph: {taken.name}\n"
    assert [repr(widget) for widget in shown] == [
        "two buttons: choose a photograph, or take one"
    ] * 2


def test_the_newest_is_taken_and_none_replaces_another(tmp_path):
    for _ in range(3):  # within one second
        save(tmp_path)
    pictures = sorted((tmp_path / "my").iterdir())
    assert len(pictures) == 3
    os.utime(pictures[1], (2e9, 2e9))
    assert own.newest_picture(tmp_path / "my") == pictures[1]


def test_the_browser_reaches_the_folder(tmp_path, shown):
    """The message that the buttons send, through the widget itself."""
    own.own_photo("street.jpg", tmp_path)
    answers = []
    shown[0].send = answers.append
    shown[0]._handle_custom_msg({"name": "camera.jpg"}, [memoryview(JPEG)])
    assert answers[0].startswith("Saved as ") and len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize(
    "name, data, sentence",
    [
        ("notes.txt", JPEG, "That is no picture"),
        ("", JPEG, "That is no picture"),
        ("photo.jpg", b"", "Not saved: .* is empty"),
        ("photo.jpg", JPEG[:630], "Not saved: .* damaged or cut off"),
        ("photo.heic", b"\0\0\0\x18ftypheic", "Not saved: .* save it as JPEG or PNG"),
        ("../../up.png", b"<html>", "Not saved: .* web page"),
    ],
)
def test_what_is_no_picture_is_refused(tmp_path, name, data, sentence):
    assert re.match(sentence, save(tmp_path, name, data))
    assert own.save({}, [], tmp_path).startswith("That is no picture")
    assert not (tmp_path / "my").exists() or list((tmp_path / "my").iterdir()) == []


def test_a_folder_that_cannot_be_written_is_said_to_the_learner(tmp_path):
    (tmp_path / "my").write_text("a file")
    assert "could not be written" in save(tmp_path)


def test_with_stand_ins_it_is_the_courses_and_no_widget(tmp_path, shown, monkeypatch, capsys):
    save(tmp_path)
    monkeypatch.setenv("OCR_COURSE_DATA", "standin")
    assert own.own_photo("a/street.jpg", tmp_path / "my").as_posix() == "a/street.jpg"
    assert shown == [] and capsys.readouterr().out == "the course's: street.jpg\n"


@pytest.mark.parametrize("suffix", "jpg jpeg JPG png webp heic bmp tif tiff".split())
def test_pictures_as_cameras_scanners_and_phones_write_them_are_taken(tmp_path, suffix):
    (tmp_path / "notes.txt").write_text("no picture")
    (tmp_path / f"mine.{suffix}").write_bytes(JPEG)
    assert own.newest_picture(tmp_path) == tmp_path / f"mine.{suffix}"
    sentence = save(tmp_path, f"mine.{suffix}")
    assert sentence.startswith("Saved as") and f".{suffix.lower()}." in sentence
