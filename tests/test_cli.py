"""`python -m ocr_utils` as a user types it."""

import json
import subprocess
import sys

import pytest
from PIL import Image, ImageDraw
from rapidfuzz.fuzz import partial_ratio

from ocr_output import command
from ocr_output.command import find_images, main
from ocr_output.formats import Page, to_hocr, to_json
from ocr_synth.fonts import course_fonts, load_font
from ocr_utils.words import Word


def save_sign(path, text="HARBOR"):
    sign = Image.new("RGB", (320, 120), "white")
    ImageDraw.Draw(sign).text((30, 30), text, "black", load_font(course_fonts()[0], 48))
    path.parent.mkdir(exist_ok=True)
    sign.save(path)
    return str(path)


def holds(out, text="HARBOR"):
    """Whether the text was read, give or take a letter: which one depends on the weights."""
    return partial_ratio(text, out.upper()) > 75


@pytest.fixture
def sign(tmp_path):
    return save_sign(tmp_path / "sign.png")


def test_the_command_prints_the_text_and_names_the_engines_aside(sign):
    done = subprocess.run([sys.executable, "-m", "ocr_utils", sign], capture_output=True, text=True)
    assert done.returncode == 0 and holds(done.stdout) and done.stdout.count("\n") == 1
    assert done.stderr.startswith("detector: ") and len(done.stderr.strip().split("\n")) == 1


def test_a_bad_file_is_named_in_one_line_and_the_rest_is_read(tmp_path, sign, capsys):
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"not an image")
    assert main([str(broken), "gone.png", sign]) == 1
    out, err = capsys.readouterr()
    assert holds(out) and f"== {sign} ==" not in out  # one page: no heading
    complaints = [
        line
        for line in err.replace("\r", "\n").split("\n")
        if "broken.png" in line or "gone.png" in line
    ]
    assert len(complaints) == 2 and "Traceback" not in err


def test_several_files_get_headings_and_a_progress_bar(tmp_path, capsys):
    folder = tmp_path / "signs"
    for text in ("HARBOR", "COFFEE"):
        save_sign(folder / f"{text.lower()}.png", text)
    (folder / "notes.txt").write_text("no image")
    assert main([str(folder)]) == 0
    out, err = capsys.readouterr()
    coffee, harbor = out.split("harbor.png ==")
    assert "coffee.png ==" in coffee and holds(coffee, "COFFEE") and holds(harbor)
    assert "2/2" in err


def test_a_blank_line_stands_between_two_pages():
    words = [Word.from_bounds(text, None, 0, 0, 9, 9) for text in ("one", "two")]
    pages = [Page(name, 9, 9, [word]) for name, word in zip("ab", words, strict=True)]
    assert command._formatted(pages, "text") == "== a ==\none\n\n== b ==\ntwo"


def test_an_empty_folder_is_an_error_beside_images_that_were_read_too(sign, tmp_path, capsys):
    empty = tmp_path / "empty"
    empty.mkdir()
    assert main([str(empty)]) == 1
    assert "holds no images" in capsys.readouterr().err
    assert main([sign, str(empty)]) == 1
    assert holds(capsys.readouterr().out)


def test_the_help_names_what_each_option_takes(capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["--help"])
    assert stopped.value.code == 0
    usage = " ".join(capsys.readouterr().out.split("\n\n")[0].split())
    assert "[--json | --tsv | --hocr] [--annotate OUT] [--min-confidence SURE]" in usage
    assert usage.startswith("usage: python -m ocr_utils") and usage.endswith("IMAGE [IMAGE ...]")


def test_an_image_that_failed_and_a_good_one_end_with_status_one(sign, tmp_path, capsys):
    (tmp_path / "broken.png").write_bytes(b"no image")
    assert main([sign, str(tmp_path / "broken.png")]) == 1
    assert main([sign]) == 0


def test_nothing_readable_still_gives_valid_json(capsys):
    assert main(["gone.png", "--json"]) == 1
    assert json.loads(capsys.readouterr().out) == {"pages": []}


@pytest.mark.parametrize(
    "kind, start", [("--json", "{"), ("--tsv", "image\tline"), ("--hocr", "<?xml")]
)
def test_the_formats(sign, capsys, kind, start):
    assert main([sign, kind]) == 0
    out = capsys.readouterr().out
    assert out.startswith(start) and holds(out)


def test_annotate_saves_the_image_with_its_words_outlined(sign, tmp_path, capsys):
    out = tmp_path / "new" / "out.png"
    assert main([sign, "--annotate", str(out)]) == 0
    picture = Image.open(out)
    assert picture.size == (320, 120)
    assert (255, 0, 0) in {color for _, color in picture.getcolors(100_000)}
    assert [path.name for path in out.parent.iterdir()] == ["out.png"]  # nothing half-written


def test_annotate_takes_a_folder_for_several_images(tmp_path, capsys):
    names = [save_sign(tmp_path / f"{n}.jpg", "HARBOR") for n in "ab"]
    assert main([*names, "--annotate", str(tmp_path / "out")]) == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.png", "b.png"]


def test_a_place_that_cannot_be_written_is_one_sentence(sign, tmp_path, capsys):
    assert main([sign, "--annotate", str(tmp_path / "out.doc")]) == 1
    assert "no name for an image" in capsys.readouterr().err
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert main([sign, "--annotate", str(blocked / "out.png")]) == 1
    out, err = capsys.readouterr()
    assert "could not be written" in err and holds(out)  # what was read is not lost


def test_json_and_tsv_together_are_refused(sign, capsys):
    with pytest.raises(SystemExit) as stopped:
        main([sign, "--json", "--tsv"])
    assert stopped.value.code == 2


def test_folders_and_files_keep_their_order(tmp_path):
    for name in ("b.PNG", "a.jpg", "readme.md"):
        (tmp_path / name).write_bytes(b"")
    found, problems = find_images(["x.png", str(tmp_path)])
    assert [name.split("/")[-1] for name in found] == ["x.png", "a.jpg", "b.PNG"] and not problems


# --- what must not happen -----------------------------------------------------------------------


@pytest.mark.parametrize("out", ["sign.png", "."])
def test_an_annotated_copy_never_replaces_an_image(sign, tmp_path, monkeypatch, capsys, out):
    monkeypatch.chdir(tmp_path)
    before = (tmp_path / "sign.png").read_bytes()
    assert main(["sign.png", "--annotate", out]) == 1
    assert (tmp_path / "sign.png").read_bytes() == before
    out, err = capsys.readouterr()
    assert out == "" and "would replace" in err and len(err.strip().split("\n")) == 1


def test_images_of_one_name_get_two_annotated_copies(tmp_path, capsys):
    names = [save_sign(tmp_path / folder / "x.png", folder.upper()) for folder in ("cafe", "hotel")]
    assert main([*names, "--annotate", str(tmp_path / "out")]) == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["x.png", "x_2.png"]


def test_every_page_of_a_tiff_is_read(tmp_path, capsys):
    first, second = (
        Image.open(save_sign(tmp_path / f"{text}.png", text)) for text in ("COFFEE", "HARBOR")
    )
    first.save(tmp_path / "two.tif", save_all=True, append_images=[second])
    assert main([str(tmp_path / "two.tif"), "--json"]) == 0
    pages = json.loads(capsys.readouterr().out)["pages"]
    assert [page["image"].split("two.tif")[1] for page in pages] == [", page 1", ", page 2"]
    assert holds(pages[0]["text"], "COFFEE") and holds(pages[1]["text"], "HARBOR")


def test_words_below_the_least_confidence_are_left_out(sign, capsys):
    assert main([sign, "--min-confidence", "1.01"]) == 0
    assert capsys.readouterr().out.strip() == ""


def test_a_pattern_is_expanded_where_the_shell_does_not(tmp_path):
    names = [save_sign(tmp_path / f"{name}.png") for name in ("b", "a")]
    assert find_images([str(tmp_path / "*.png")]) == (sorted(names), [])
    assert find_images(["http://127.0.0.1/x?y=1"]) == (["http://127.0.0.1/x?y=1"], [])


def test_a_file_name_that_is_no_unicode_does_not_lose_the_text(sign, tmp_path):
    odd = bytes(tmp_path) + b"/odd\xff.png"
    try:
        with open(odd, "wb") as file:
            file.write(open(sign, "rb").read())
    except OSError:
        pytest.skip("this file system takes Unicode names only")
    command = [sys.executable, "-m", "ocr_utils", sign, odd]
    done = subprocess.run(command, capture_output=True)
    assert done.returncode == 0 and done.stdout.count(b"==") == 4


def test_what_xml_and_json_forbid_does_not_reach_them():
    from xml.etree import ElementTree

    page = Page("a\x07.png", 80, 40, [Word.from_bounds("a\x00b\ud800", float("nan"), 1, 2, 3, 4)])
    ElementTree.fromstring(to_hocr([page]).encode())
    assert json.loads(to_json([page]))["pages"][0]["words"][0]["confidence"] is None


def test_a_folder_gives_pictures_of_every_kind_and_nothing_else(tmp_path):
    kinds = "png jpg jpeg tif tiff bmp gif webp ppm pgm".split()
    for kind in [*kinds, "txt", "pdf"]:
        (tmp_path / f"a.{kind}").touch()
    assert find_images([str(tmp_path)]) == (sorted(str(tmp_path / f"a.{k}") for k in kinds), [])
