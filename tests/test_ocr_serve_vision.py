"""Google's own Vision client, over REST and over gRPC, with the course's reader behind it."""

import base64
import json

import pytest
from google.api_core import exceptions
from google.auth.credentials import AnonymousCredentials
from google.auth.exceptions import GoogleAuthError
from google.cloud import vision
from google.oauth2.credentials import Credentials

from ocr_serve.reader import Reader
from ocr_serve.vision_json import to_rest
from ocr_vision import emulator
from tests.serving import picture, running

SIGN = picture("lemon harbor\nseven")


@pytest.fixture(scope="module")
def server():
    with running(token="sesame") as server:
        yield server


def rest_client(address: str, credentials=None):
    """The official client; a program for the real service changes this address and no more."""
    from google.cloud.vision_v1.services.image_annotator.transports import (
        ImageAnnotatorRestTransport,
    )

    transport = ImageAnnotatorRestTransport(
        host=address.removeprefix("http://"),
        url_scheme="http",
        credentials=credentials or Credentials("sesame"),
    )
    return vision.ImageAnnotatorClient(transport=transport)


@pytest.fixture(scope="module", params=["REST", "gRPC"])
def client(request, server):
    if request.param == "REST":
        yield rest_client(server.address)
        return
    reader = Reader()
    grpc_server, address = emulator.start(reader=reader.read)
    yield emulator.connect(address)
    grpc_server.stop(0)
    reader.close()


def test_text_detection(client):
    response = client.text_detection(image=vision.Image(content=SIGN))
    whole, *words = response.text_annotations
    assert whole.description == "lemon harbor\nseven" and whole.locale == "en"
    assert [word.description for word in words] == ["lemon", "harbor", "seven"]
    corners = words[2].bounding_poly.vertices
    assert 20 < corners[0].x < 40 and 55 < corners[0].y < 90 and corners[2].x > corners[0].x
    pages = response.full_text_annotation.pages
    assert pages[0].blocks[0].paragraphs[0].words[0].confidence == 0  # was not asked for


def test_document_text_detection(client):
    response = client.document_text_detection(image=vision.Image(content=SIGN))
    annotation = response.full_text_annotation
    assert annotation.text == "lemon harbor\nseven"
    (block,) = annotation.pages[0].blocks
    assert block.block_type == vision.Block.BlockType.TEXT
    words = block.paragraphs[0].words
    assert ["".join(s.text for s in word.symbols) for word in words] == ["lemon", "harbor", "seven"]
    assert all(0.5 < word.confidence <= 1 for word in words)
    kinds = [word.symbols[-1].property.detected_break.type_ for word in words]
    breaks = vision.TextAnnotation.DetectedBreak.BreakType
    assert kinds == [breaks.SPACE, breaks.EOL_SURE_SPACE, breaks.LINE_BREAK]


def test_several_images_one_of_them_bad(client):
    feature = {"type_": vision.Feature.Type.TEXT_DETECTION}
    requests = [
        {"image": {"content": content}, "features": [feature]} for content in (SIGN, b"no picture")
    ]
    good, bad = client.batch_annotate_images(requests=requests).responses
    assert good.text_annotations and not good.error.message
    assert (bad.error.code, bad.error.message) == (3, "Bad image data.")


def test_what_is_not_offered_is_said_in_the_answer(client):
    response = client.label_detection(image=vision.Image(content=SIGN))
    assert response.error.code == 12 and "TEXT_DETECTION" in response.error.message


def test_too_many_images(client):
    request = {"image": {"content": SIGN}, "features": [{"type_": 5}]}
    with pytest.raises(exceptions.BadRequest, match="Too many images"):
        client.batch_annotate_images(requests=17 * [request])


def test_without_the_token_the_client_raises_its_own_error(server):
    client = rest_client(server.address, AnonymousCredentials())
    with pytest.raises(GoogleAuthError):  # it tries to get a new token, and has none to get
        client.text_detection(image=vision.Image(content=SIGN))


# --- the bare JSON ----------------------------------------------------------------------------


def post(server, body):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return server.client.post("/v1/images:annotate", content=content)


def request_of(kind, content=None) -> dict:
    content = base64.b64encode(SIGN).decode() if content is None else content
    return {"requests": [{"image": {"content": content}, "features": [{"type": kind}]}]}


def test_json_as_programs_without_a_client_send_it(server):
    (response,) = post(server, request_of("DOCUMENT_TEXT_DETECTION")).json()["responses"]
    page = response["fullTextAnnotation"]["pages"][0]
    block = page["blocks"][0]
    assert block["blockType"] == "TEXT"
    last = block["paragraphs"][0]["words"][-1]["symbols"][-1]
    assert last["property"]["detectedBreak"] == {"type": "LINE_BREAK"}
    urlsafe = base64.urlsafe_b64encode(SIGN).decode().rstrip("=")
    (same,) = post(server, request_of(11, urlsafe)).json()["responses"]
    assert same == response


def test_a_blank_image_has_an_empty_answer(server):
    blank = base64.b64encode(picture(" ")).decode()
    assert post(server, request_of("TEXT_DETECTION", blank)).json() == {"responses": [{}]}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "Invalid JSON"),
        (b"[1", "Invalid JSON"),
        (b'"lemon"', "Invalid JSON"),
        ({"requests": 7}, "requests"),
        ({"request": []}, "request"),
        (request_of("READ_ALL"), "READ_ALL"),
        (request_of([]), "type"),
        (request_of("TEXT_DETECTION", "%%%"), "Base64"),
        (request_of("TEXT_DETECTION", 7), "Base64"),
    ],
)
def test_json_that_is_no_request(server, body, reason):
    answer = post(server, body)
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["status"] == "INVALID_ARGUMENT" and reason in error["message"]


def test_zeros_are_left_out_and_numbers_of_enums_stay_where_asked():
    message = {"block_type": 1, "confidence": 0.0, "vertices": [{"x": 0, "y": 0}]}
    assert to_rest(message) == {"blockType": "TEXT", "vertices": [{}]}
    assert to_rest(message, numbers=True)["blockType"] == 1
