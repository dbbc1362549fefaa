"""Google Vision: the real client over real gRPC to the local server, and every error message."""

import io
import json
import subprocess
import sys

import numpy as np
import pytest
from google.cloud import vision
from PIL import Image, ImageDraw

from ocr_synth.fonts import course_fonts, korean_font, load_font
from ocr_utils import google_vision
from ocr_utils.errors import OcrError
from ocr_utils.words import Word
from ocr_vision import emulator
from ocr_vision.response import from_words

KEY = google_vision.KEY_VARIABLE
LEFT = (
    "Open from 9 to 17, except\non Mondays. Please return\nyour books at the counter.",
    "Ask us: room 204, or call\nphone 5571.",
)
RIGHT = (
    "Ground floor: novels,\nnewspapers, maps.",
    "First floor: science,\nhistory and a quiet room\nfor thirty readers.",
)
TEXT = "\n".join(["The city library", *LEFT, *RIGHT])


@pytest.fixture(autouse=True)
def no_key(monkeypatch):
    """Whatever the machine has: no key, and stand-ins not forced."""
    monkeypatch.delenv(KEY, raising=False)
    monkeypatch.delenv("OCR_COURSE_DATA", raising=False)


@pytest.fixture(scope="module")
def client():
    server, address = emulator.start()
    yield emulator.connect(address)
    server.stop(0)


@pytest.fixture(scope="module")
def two_columns():
    image = Image.new("RGB", (900, 400), "white")
    pen, font = ImageDraw.Draw(image), course_fonts()[0]
    pen.text((40, 30), "The city library", font=load_font(font, 44), fill="black")
    for x, paragraphs in ((40, LEFT), (500, RIGHT)):
        pen.multiline_text(
            (x, 120), "\n\n".join(paragraphs), font=load_font(font, 28), fill="black", spacing=12
        )
    return np.asarray(image)


@pytest.fixture(scope="module")
def document(client, two_columns):
    return google_vision.annotate(google_vision.encode(two_columns), client, document=True)


# --- the answer -------------------------------------------------------------------------------


def test_the_whole_text_comes_first_column_by_column(document):
    first, *words = document.text_annotations
    assert first.description == TEXT
    assert first.locale == "en"
    assert [word.description for word in words] == first.description.split()
    assert document.full_text_annotation.text == first.description


def test_the_tree_has_every_level_inside_the_one_above(document):
    (page,) = document.full_text_annotation.pages
    assert (page.width, page.height) == (900, 400)
    for block in page.blocks:
        assert block.block_type == vision.Block.BlockType.TEXT
        for paragraph in block.paragraphs:
            assert inside(paragraph.bounding_box, block.bounding_box)
            for word in paragraph.words:
                assert inside(word.bounding_box, paragraph.bounding_box)
                assert all(
                    inside(symbol.bounding_box, word.bounding_box, slack=3)
                    for symbol in word.symbols
                )
    counts = [len(google_vision.elements(document, level)) for level in google_vision.LEVELS]
    assert counts[0] == 1 and counts[1] == 5 and counts[3] == len(TEXT.split())
    assert counts[4] == len("".join(document.full_text_annotation.text.split()))


def inside(inner, outer, slack=0):
    (a, b, c, d), (e, f, g, h) = (bounds(box) for box in (inner, outer))
    return a >= e - slack and b >= f - slack and c <= g + slack and d <= h + slack


def bounds(box):
    xs, ys = [v.x for v in box.vertices], [v.y for v in box.vertices]
    return min(xs), min(ys), max(xs), max(ys)


def test_breaks_tell_blanks_from_line_ends(document):
    kinds = vision.TextAnnotation.DetectedBreak.BreakType
    page = document.full_text_annotation.pages[0]
    words = [word for block in page.blocks for par in block.paragraphs for word in par.words]
    breaks = [word.symbols[-1].property.detected_break.type_ for word in words[:9]]  # to "except"
    assert breaks == [kinds.SPACE] * 2 + [kinds.LINE_BREAK] + [kinds.SPACE] * 5 + [
        kinds.EOL_SURE_SPACE
    ]
    assert all(
        symbol.property.detected_break.type_ == kinds.UNKNOWN
        for word in words
        for symbol in word.symbols[:-1]
    )


def test_elements_join_the_symbols_to_text(document):
    assert google_vision.elements(document, "page")[0].text == document.full_text_annotation.text
    paragraphs = google_vision.elements(document, "paragraph")
    assert [part.text for part in paragraphs] == ["The city library", *LEFT, *RIGHT]
    assert [part.text for part in google_vision.elements(document, "symbol")][:4] == [*"Thec"]


def test_boxes_lie_where_the_words_were_drawn(document, two_columns):
    ink = two_columns[..., 0] < 128
    for word in google_vision.elements(document, "word"):
        left, top, right, bottom = (int(value) for value in word.bounds)
        rows = ink[top:bottom, left:right].any(axis=1)
        assert rows[:2].any() and rows[-2:].any()  # letters touch the box above and below
        assert not ink[top:bottom, [left - 4, right + 4]].any()  # and leave a gap beside it


def test_text_detection_gives_confidences_only_when_asked(client, two_columns):
    content = google_vision.encode(two_columns)
    plain = client.text_detection(image={"content": content})
    assert {word.confidence for word in google_vision.elements(plain, "word")} == {None}
    asked = google_vision.annotate(content, client)
    for level in google_vision.LEVELS:
        assert all(0.5 < part.confidence <= 1 for part in google_vision.elements(asked, level))


def test_document_text_detection_gives_confidences_unasked(client, two_columns):
    response = client.document_text_detection(image={"content": google_vision.encode(two_columns)})
    assert all(word.confidence for word in google_vision.elements(response, "word"))


def test_several_images_in_one_request(client, two_columns):
    feature = {"type_": vision.Feature.Type.TEXT_DETECTION}
    requests = [
        {"image": {"content": content}, "features": [feature]}
        for content in (google_vision.encode(two_columns), b"broken")
    ]
    good, bad = client.batch_annotate_images(requests=requests).responses
    assert good.text_annotations and not good.error.message
    assert bad.error.code == 3 and not bad.text_annotations


def test_a_blank_image_gives_no_words_and_no_error(client):
    assert google_vision.read(np.full((80, 200), 255, np.uint8), client) == []


def test_a_photo_above_the_request_limit_is_sent_as_jpeg():
    noise = np.random.default_rng(0).integers(0, 256, (1700, 1700, 3), dtype=np.uint8)
    content = google_vision.encode(noise)
    assert len(content) < google_vision.MOST_BYTES
    assert Image.open(io.BytesIO(content)).format == "JPEG"


@pytest.mark.parametrize("side", [2600, 3300])
def test_what_is_sent_is_small_enough_or_refused(side):
    """Noise is the worst case: no picture of a page is as large."""
    noise = np.random.default_rng(0).integers(0, 256, (side, side, 3), dtype=np.uint8)
    assert len(google_vision.encode(noise)) <= google_vision.MOST_BYTES


def test_what_is_too_large_even_as_jpeg_is_refused(monkeypatch):
    monkeypatch.setattr(google_vision, "MOST_BYTES", 100_000)
    noise = np.random.default_rng(0).integers(0, 256, (900, 700, 3), dtype=np.uint8)
    with pytest.raises(OcrError, match="700 x 900 pixels is too large for Cloud Vision, .*: scale"):
        google_vision.encode(noise)


def test_an_image_of_several_megabytes_arrives(client, two_columns):
    content = google_vision.encode(two_columns)
    content += bytes(5_000_000)  # gRPC's own limit is 4 MB
    assert "library" in google_vision.annotate(content, client).full_text_annotation.text


# --- languages --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def korean():
    image = Image.new("RGB", (560, 200), "white")
    pen = ImageDraw.Draw(image)
    pen.text((30, 30), "도서관 이용 안내", font=load_font(korean_font(), 44), fill="black")
    pen.text((30, 120), "Library 열람실", font=load_font(korean_font(), 36), fill="black")
    return np.asarray(image)


def test_a_hint_lets_the_stand_in_read_korean(client, korean):
    response = google_vision.annotate(google_vision.encode(korean), client, language_hints=["ko"])
    assert "도서관 이용 안내" in response.full_text_annotation.text
    assert "Library" in response.full_text_annotation.text
    languages = response.full_text_annotation.pages[0].property.detected_languages
    assert [language.language_code for language in languages] == ["ko", "en"]
    assert response.text_annotations[0].locale == "ko"


def test_without_a_hint_it_finds_no_hangul(client, korean):
    text = " ".join(word.text for word in google_vision.read(korean, client))
    assert text and not any("가" <= letter <= "힣" for letter in text)


# --- detect_text and make_client --------------------------------------------------------------


def test_detect_text_prints_every_word_with_vertices_and_confidence(
    client, two_columns, tmp_path, capsys
):
    path = tmp_path / "notice.png"
    Image.fromarray(two_columns).save(path)
    words = google_vision.detect_text(path, client)
    printed = capsys.readouterr().out
    assert printed.startswith("Texts:\nThe city library\n")
    lines = [line for line in printed.splitlines() if " bounds: " in line]
    assert len(lines) == len(words) == len(TEXT.split())
    x, y = (int(value) for value in words[0].box[0])
    assert lines[0].startswith(f'"The" bounds: ({x},{y}),(')
    assert lines[0].endswith(f"confidence: {words[0].confidence:.2f}")


def test_without_a_key_the_stand_in_answers_and_says_so(two_columns):
    client, who = google_vision.make_client()
    assert "stand-in" in who and "Tesseract" in who
    assert isinstance(client, vision.ImageAnnotatorClient)
    assert google_vision.read(two_columns)[0].text == "The"  # read makes its own client


def test_forced_stand_ins_win_over_a_key(monkeypatch, tmp_path):
    monkeypatch.setenv(KEY, str(tmp_path / "no.json"))
    monkeypatch.setenv("OCR_COURSE_DATA", "standin")
    assert google_vision.make_client()[1] == google_vision.STAND_IN


def test_with_a_key_the_client_is_that_of_the_real_service(monkeypatch, tmp_path):
    monkeypatch.setenv(KEY, str(write_key(tmp_path, new_private_key())))
    client, who = google_vision.make_client()
    assert who == google_vision.REAL_SERVICE
    assert "vision.googleapis.com" in client.transport.host


def new_private_key() -> str:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    return (
        rsa.generate_private_key(public_exponent=65537, key_size=2048)
        .private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        .decode()
    )


def write_key(folder, private_key: str):
    path = folder / "key.json"
    path.write_text(
        json.dumps(
            {
                "type": "service_account",
                "project_id": "course",
                "private_key_id": "1",
                "private_key": private_key,
                "client_email": "ocr@course.iam.gserviceaccount.com",
                "token_uri": "https://oauth2.googleapis.com/token",
            }
        )
    )
    return path


# --- quiet and light --------------------------------------------------------------------------


def test_importing_loads_no_google_client_and_reading_leaves_stderr_empty():
    program = (
        "import sys, numpy as np\n"
        "from ocr_utils import google_vision\n"
        "assert not {'grpc', 'google.cloud.vision'} & set(sys.modules)\n"
        "print(google_vision.read(np.full((90, 200), 255, np.uint8)))\n"
    )
    result = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program], capture_output=True, text=True
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, "[]\n", "")


def test_a_page_is_as_large_as_its_image_and_a_symbol_stands_in_its_word():
    word = Word.from_bounds("ab", 0.9, 10, 20, 50, 40)
    answer = from_words([word], (200, 100), True)
    response = vision.AnnotateImageResponse(answer)
    [page] = google_vision.elements(response, "page")
    assert page.box == ((0, 0), (200, 0), (200, 100), (0, 100))
    a, b = google_vision.elements(response, "symbol")
    assert a.box == ((10, 20), (30, 20), (30, 40), (10, 40))
    assert b.box == ((30, 20), (50, 20), (50, 40), (30, 40))


@pytest.mark.parametrize(
    "kind, text",
    [
        ("UNKNOWN", "ab"),
        ("SPACE", "a b"),
        ("SURE_SPACE", "a b"),
        ("EOL_SURE_SPACE", "a\nb"),
        ("HYPHEN", "a-\nb"),
        ("LINE_BREAK", "a\nb"),
    ],
)
def test_every_break_of_visions_becomes_text(kind, text):
    """The kinds of https://cloud.google.com/vision/docs/reference/rpc/google.cloud.vision.v1."""
    words = [Word.from_bounds(letter, 0.9, x, 0, x + 9, 9) for letter, x in (("a", 0), ("b", 20))]
    response = vision.AnnotateImageResponse(from_words(words, (40, 20), True))
    block = response.full_text_annotation.pages[0].blocks[0]
    found = vision.TextAnnotation.DetectedBreak.BreakType[kind]
    block.paragraphs[0].words[0].symbols[0].property.detected_break.type_ = found
    [paragraph] = google_vision.elements(response, "paragraph")
    assert paragraph.text == text
