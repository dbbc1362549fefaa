"""What goes wrong with Google Vision: one sentence for errors of key, network, service, caller."""

import threading

import numpy as np
import pytest
from google.cloud import vision
from PIL import Image

from ocr_utils import google_vision
from ocr_utils.errors import OcrError
from ocr_utils.words import Word
from ocr_vision import emulator, tesseract_text
from tests.test_google_vision import KEY, write_key


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


# --- what goes wrong --------------------------------------------------------------------------


def test_a_proxy_is_not_asked_for_the_server_on_this_machine(monkeypatch):
    for name in ("grpc_proxy", "https_proxy", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("no_grpc_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    server, address = emulator.start()
    blank = np.full((40, 200), 255, np.uint8)
    assert google_vision.read(blank, emulator.connect(address)) == []
    server.stop(0)


def test_no_key():
    with pytest.raises(OcrError, match=f"{KEY} is not set: give it the path of the JSON key"):
        google_vision.make_real_client()


def test_a_key_that_is_not_there(monkeypatch, tmp_path):
    monkeypatch.setenv(KEY, str(tmp_path / "gone.json"))
    with pytest.raises(OcrError, match=r"gone\.json, which is not a file: correct the path"):
        google_vision.make_client()


@pytest.mark.parametrize("content", [b"", b"not json", b"{}", b"[1]", b"\xff\xfe\x00\x01"])
def test_a_key_that_is_none(monkeypatch, tmp_path, content):
    path = tmp_path / "key.json"
    path.write_bytes(content)
    monkeypatch.setenv(KEY, str(path))
    with pytest.raises(OcrError, match=r"key\.json is not a Google Cloud key .*: download a new"):
        google_vision.make_client()


def test_a_key_with_a_damaged_secret(monkeypatch, tmp_path):
    monkeypatch.setenv(KEY, str(write_key(tmp_path, "-----BEGIN PRIVATE KEY-----\nabc\n")))
    with pytest.raises(OcrError, match=r"key\.json is not a Google Cloud key .*: download a new"):
        google_vision.make_client()


REFUSALS = {
    ("PERMISSION_DENIED", "This API method requires billing to be enabled."): "switch billing on",
    (
        "PERMISSION_DENIED",
        "Cloud Vision API has not been used in project 1 before or it is disabled.",
    ): "enable the Cloud Vision API",
    ("PERMISSION_DENIED", "The caller does not have permission"): "give the service account",
    ("UNAUTHENTICATED", "Request had invalid authentication credentials."): "download a new JSON",
    (
        "UNAVAILABLE",
        "Getting metadata from plugin failed with error: ('invalid_grant: Invalid JWT Signature.')",
    ): "the key is not valid any more",
    ("RESOURCE_EXHAUSTED", "Quota exceeded for quota metric 'Requests'"): "the quota is used up",
    ("UNAVAILABLE", "The service is currently unavailable."): "check the network",
    ("DEADLINE_EXCEEDED", "Deadline Exceeded"): "check the network",
    ("INTERNAL", "Internal error encountered."): "see https://cloud.google.com/apis/design/errors",
}


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal[1][:30])
def test_a_refused_call_says_what_to_do(refusal):
    server, address = emulator.start(refuse=refusal)
    with pytest.raises(OcrError) as error:
        google_vision.read(np.zeros((9, 9), np.uint8), emulator.connect(address))
    server.stop(0)
    assert refusal[1].rstrip(".") in str(error.value) and REFUSALS[refusal] in str(error.value)
    assert error.value.__suppress_context__  # no traceback from the depths


def test_a_server_that_is_down():
    server, address = emulator.start()
    server.stop(0).wait()
    with pytest.raises(OcrError, match="check the network, and whether the server runs"):
        google_vision.read(np.zeros((9, 9), np.uint8), emulator.connect(address))


@pytest.mark.parametrize("content", [b"", b"no image at all", b"\x89PNG\r\n\x1a\n\0\0\0"])
def test_a_broken_image_is_an_error_inside_the_answer(client, content):
    response = client.text_detection(image={"content": content})  # raises nothing
    assert (response.error.code, response.error.message) == (3, "Bad image data.")
    with pytest.raises(OcrError, match="Bad image data.*: save the image again as PNG or JPEG"):
        google_vision.annotate(content, client)


@pytest.mark.parametrize(
    "hint, complaint",
    [("xx", "Language hint 'xx' is not supported"), ("ja", "needs Tesseract's language 'jpn'")],
)
def test_a_wrong_hint_is_an_error_inside_the_answer(client, hint, complaint, monkeypatch):
    monkeypatch.setattr("ocr_utils.tesseract.languages", lambda: ["eng", "kor"])
    with pytest.raises(OcrError, match=f"{complaint}.*: correct the language hints"):
        google_vision.read(np.zeros((9, 9), np.uint8), client, language_hints=[hint])


def test_what_the_stand_in_does_not_do_it_says(client):
    label = client.label_detection(image={"content": google_vision.encode(np.zeros((9, 9)))})
    assert label.error.code == 12 and "stand-in answers only TEXT_DETECTION" in label.error.message
    address = client.text_detection(image={"source": {"image_uri": "https://example.org/a.png"}})
    assert "Please download the content" in address.error.message


def test_a_missing_file(client):
    with pytest.raises(OcrError, match=r"nowhere\.png does not exist"):
        google_vision.detect_text("nowhere.png", client)


@pytest.mark.parametrize(
    "arguments, sentence",
    [
        ({"content": "scan.png"}, "annotate takes bytes, not a str: call encode first"),
        ({"content": None}, "annotate takes bytes, not a NoneType"),
        ({"client": object()}, "A object is no Vision client: take one of make_client"),
        ({"language_hints": 7}, "Language hints are codes"),
        ({"language_hints": [b"ko"]}, "Language hints are codes"),
    ],
)
def test_arguments_of_another_kind(client, arguments, sentence):
    options = {"content": google_vision.encode(np.zeros((9, 9))), "client": client} | arguments
    with pytest.raises(OcrError, match=sentence):
        google_vision.annotate(**options)


def test_one_hint_may_be_a_string(client):
    blank = google_vision.encode(np.full((60, 90), 255, np.uint8))
    assert google_vision.elements(google_vision.annotate(blank, client, language_hints="ko")) == []


def test_elements_of_something_else():
    with pytest.raises(OcrError, match="no level 'line': choose one of page, block"):
        google_vision.elements(vision.AnnotateImageResponse(), "line")
    with pytest.raises(OcrError, match="A dict is no answer of Vision"):
        google_vision.elements({}, "word")


# --- the limits of the server -----------------------------------------------------------------

TEXT, LABEL = vision.Feature.Type.TEXT_DETECTION, vision.Feature.Type.LABEL_DETECTION


def batch(client, count: int, *kinds):
    content = google_vision.encode(np.full((40, 60), 255, np.uint8))
    features = [{"type_": kind} for kind in kinds]
    requests = [{"image": {"content": content}, "features": features}] * count
    return client.batch_annotate_images(requests=requests).responses


def test_a_request_may_have_sixteen_images(client):
    from google.api_core.exceptions import InvalidArgument

    assert len(batch(client, 16, TEXT)) == 16
    with pytest.raises(InvalidArgument, match="Too many images per request"):
        batch(client, 17, TEXT)


def test_a_feature_it_does_not_have_is_refused_beside_one_it_has(client):
    (response,) = batch(client, 1, TEXT, LABEL)
    assert response.error.code == 12 and not response.text_annotations
    (response,) = batch(client, 1)
    assert "must specify image and features" in response.error.message


def test_the_hint_of_english_adds_nothing_to_english(monkeypatch):
    monkeypatch.setattr("ocr_utils.tesseract.languages", lambda: ["eng", "kor"])
    assert tesseract_text.tesseract_languages(["en"]) == "eng"
    assert tesseract_text.tesseract_languages(["ko", "en"]).split("+") == ["kor", "eng"]


@pytest.mark.parametrize(
    "hint, language",
    [("zh", "chi_sim"), ("zh-CN", "chi_sim"), ("zh-TW", "chi_tra"), ("zh-Hant-HK", "chi_tra")],
)
def test_chinese_hints_name_the_right_script(monkeypatch, hint, language):
    monkeypatch.setattr("ocr_utils.tesseract.languages", lambda: ["eng", "chi_sim", "chi_tra"])
    assert tesseract_text.tesseract_languages([hint]) == f"{language}+eng"


# --- another reader ---------------------------------------------------------------------------


def answer_of(reader, image=None):
    server, address = emulator.start(reader=reader)
    image = np.full((90, 300, 3), 255, np.uint8) if image is None else image
    response = google_vision.annotate(
        google_vision.encode(image), emulator.connect(address), document=True
    )
    server.stop(0)
    return response


def test_the_server_reads_with_any_reader():
    words = [
        Word.from_bounds("빵집", None, 10, 50, 60, 70),
        Word.from_bounds("Harbor", 0.9, 10, 10, 130, 30),
        Word.from_bounds("light", 0.5, 150, 10, 250, 30),
    ]
    seen = []

    def read(image):
        seen.append(image.shape)
        return words

    response = answer_of(read)
    assert seen == [(90, 300, 3)]
    assert response.full_text_annotation.text == "Harbor light\n빵집"
    assert [a.description for a in response.text_annotations[1:]] == ["Harbor", "light", "빵집"]
    found = google_vision.elements(response)
    assert [(w.text, w.confidence and round(w.confidence, 2), w.bounds) for w in found] == [
        ("Harbor", 0.9, (10, 10, 130, 30)),
        ("light", 0.5, (150, 10, 250, 30)),
        ("빵집", None, (10, 50, 60, 70)),
    ]
    symbols = google_vision.elements(response, "symbol")
    assert [symbol.bounds for symbol in symbols[:2]] == [(10, 10, 30, 30), (30, 10, 50, 30)]
    languages = response.full_text_annotation.pages[0].property.detected_languages
    assert [language.language_code for language in languages] == ["en", "ko"]


def test_an_image_of_many_megabytes_reaches_the_server_whole():
    """gRPC takes 4 MB where nobody says otherwise; the real service takes 10."""
    noise = np.random.default_rng(0).integers(0, 256, (1300, 1300, 3), np.uint8)
    assert len(google_vision.encode(noise)) > 5_000_000
    seen = []
    answer_of(lambda image: seen.append(np.array_equal(image, noise)) or [], noise)
    assert seen == [True]


def test_an_answer_of_many_megabytes_comes_back_whole():
    words = [Word.from_bounds("x" * 40, 0.9, 0, 9 * i, 90, 9 * i + 8) for i in range(1500)]
    assert len(google_vision.elements(answer_of(lambda image: words))) == 1500


def test_a_reader_that_finds_nothing_and_one_that_fails():
    assert answer_of(lambda image: []).full_text_annotation.text == ""
    assert answer_of(lambda image: [Word.from_bounds(" ", 1, 0, 0, 5, 5)]).text_annotations == []
    with pytest.raises(OcrError, match="ZeroDivisionError"):
        answer_of(lambda image: 1 / 0)


def test_the_courses_own_reader_serves():
    from PIL import ImageDraw

    from ocr_synth.fonts import course_fonts, load_font
    from ocr_utils import read

    image = Image.new("RGB", (420, 120), "white")
    ImageDraw.Draw(image).text((20, 30), "Harbor", "black", load_font(course_fonts()[0], 48))
    assert "HARBOR" in answer_of(read, np.array(image)).full_text_annotation.text.upper()


def test_a_service_that_does_not_answer_is_given_up(monkeypatch):
    """The reader waits until the test is over: only the client's own limit ends the call."""
    over = threading.Event()
    server, address = emulator.start(reader=lambda image: over.wait(20) and [])
    monkeypatch.setattr(google_vision, "TIMEOUT", 0.5)
    try:
        with pytest.raises(OcrError, match="check the network, then try again or send a smaller"):
            google_vision.read(np.zeros((9, 9), np.uint8), emulator.connect(address))
    finally:
        over.set()
        server.stop(0)
