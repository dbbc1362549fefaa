"""The API of the web service: a real server, asked over HTTP; what is wrong gets one sentence."""

import io
import json
import re
import time
import zlib
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from ocr_serve.settings import Settings
from ocr_synth.objects import draw_object
from ocr_utils.classifier import image_classification
from tests.serving import encoded, picture, running


@pytest.fixture(scope="module")
def server():
    with running(environment={"OCR_SERVE_UPLOAD_SECONDS": "2"}) as server:
        yield server


def refused(answer, status: int) -> str:
    """The one sentence of a refusal."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    error = answer.json()["error"]
    assert error["code"] == status and error["message"].endswith((".", "`"))
    for secret in ("Traceback", "/ocr_serve", "site-packages", ".py"):
        assert secret not in answer.text
    return error["message"]


# --- what is read -----------------------------------------------------------------------------


def test_a_picture_as_body_and_as_form_gives_words_with_boxes(server):
    page = server.read(picture("lemon harbor\nseven")).json()["pages"][0]
    assert page["text"] == "lemon harbor\nseven"
    assert [word["line"] for word in page["words"]] == [1, 1, 2]
    left, top = np.min(page["words"][0]["points"], axis=0)
    assert 20 < left < 40 and 10 < top < 40
    form = server.client.post("/v1/read", files={"image": ("sign.png", picture("lemon"))}).json()
    assert form["pages"][0]["image"] == "sign.png" and form["pages"][0]["text"] == "lemon"


def test_every_format(server):
    sign = picture("lemon harbor")
    text = server.read(sign, format="text")
    assert text.text == "lemon harbor" and text.headers["content-type"].startswith("text/plain")
    rows = server.read(sign, format="tsv").text.splitlines()
    assert [row.split("\t")[-1] for row in rows] == ["text", "lemon", "harbor"]
    hocr = ElementTree.fromstring(server.read(sign, format="hocr").content)
    words = [one.text for one in hocr.iter() if one.get("class") == "ocrx_word"]
    assert words == ["lemon", "harbor"]
    assert server.read(sign, format="pdf").content.startswith(b"%PDF")


def test_words_less_sure_than_asked_are_left_out(server):
    assert server.read(picture("lemon"), min_confidence=1).json()["pages"][0]["words"] == []


def test_every_page_of_a_tiff_is_read_and_photos_are_turned(server):
    first, second = (Image.open(io.BytesIO(picture(text))) for text in ("lemon", "harbor"))
    tiff = encoded(first, "TIFF", save_all=True, append_images=[second])
    assert [page["text"] for page in server.read(tiff).json()["pages"]] == ["lemon", "harbor"]
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright
    turned = encoded(first.rotate(90, expand=True), "JPEG", exif=exif)
    assert server.read(turned, format="text").text == "lemon"


def test_a_blank_picture_has_no_words(server):
    page = server.read(encoded(Image.new("L", (300, 200), 255))).json()["pages"][0]
    assert (page["text"], page["words"], page["width"], page["height"]) == ("", [], 300, 200)


def test_what_is_in_a_picture(server):
    drawn = encoded(draw_object("ship", np.random.default_rng(0)))
    classes = server.client.post("/v1/classify", content=drawn).json()["classes"]
    answers = [(one["name"], pytest.approx(one["probability"])) for one in classes]
    assert image_classification(drawn) == answers and len(answers) == 10
    assert answers[0][0] == "ship"
    assert "no picture" in refused(server.client.post("/v1/classify", content=b"lemon"), 400)


# --- what is wrong ----------------------------------------------------------------------------


def bomb(width: int, height: int) -> bytes:
    """A PNG file of one color: some hundred kilobytes, gigabytes once it is decoded."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)

    header = width.to_bytes(4) + height.to_bytes(4) + bytes([1, 0, 0, 0, 0])
    rows = zlib.compressobj(9)
    row = bytes(1 + width // 8)
    data = b"".join(rows.compress(row) for _ in range(height)) + rows.flush()
    signature = b"\x89PNG\r\n\x1a\n"
    return signature + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


BAD = {
    "empty": (b"", "holds no picture"),
    "text": (b"lemon harbor", "no picture that can be read"),
    "zeros": (bytes(5000), "no picture that can be read"),
    "truncated": (encoded(np.random.default_rng(0).integers(0, 256, (90, 90), np.uint8))[:2000],
                  "damaged or cut off"),
    "only a head": (picture()[:20], ""),
    "bomb": (bomb(50_000, 50_000), "gigantic"),
    "large": (bomb(9_000, 6_000), "gigantic"),
    "PostScript": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "no picture"),
    "SVG": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no picture"),
    "PDF": (b"%PDF-1.7\n", "no picture"),
}  # fmt: skip


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_picture_gets_one_sentence(server, kind):
    data, reason = BAD[kind]
    assert reason in refused(server.read(data), 400)


def test_damaged_bytes_of_every_format_are_refused_or_read(server):
    rng = np.random.default_rng(5)
    for kind in ("PNG", "JPEG", "TIFF", "WEBP", "GIF", "BMP", "PPM"):
        whole = np.frombuffer(picture("lemon", kind), np.uint8)
        for _ in range(4):
            broken = whole.copy()
            broken[rng.integers(0, min(400, len(whole)), 12)] = rng.integers(0, 256, 12)
            answer = server.read(broken.tobytes())
            assert answer.status_code == 200 or refused(answer, 400)


def test_a_request_too_large_is_refused_before_and_while_it_comes(server):
    assert "20 MB" in refused(server.read(bytes(20_000_001)), 413)
    chunks = (bytes(1_000_000) for _ in range(21))  # without a length in the headers
    assert "20 MB" in refused(server.client.post("/v1/read", content=chunks), 413)


def test_forms_of_every_wrong_kind(server):
    post = server.client.post
    assert "no picture" in refused(post("/v1/read", files={"text": (None, "lemon")}), 400)
    fields = {f"field{n}": (None, "x") for n in range(10_000)}
    assert "Too many fields" in refused(post("/v1/read", files=fields), 400)
    two = [("image", ("a.png", picture())), ("image", ("b.png", picture()))]
    assert "Too many files" in refused(post("/v1/read", files=two), 400)
    for kind, body in (
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=a", b"no such form"),
        ("multipart/form-data; boundary=a", b"--a\r\nContent-Disposition: \r\n\r\n\r\n--a--"),
        ("multipart/form-data; boundary=\xff", b"--\xff\r\n"),
        ("multipart/form-data; boundary=a; charset=none", b"--a\r\n\r\n\r\n--a--\r\n"),
    ):
        answer = post("/v1/read", content=body, headers={"Content-Type": kind.encode("latin-1")})
        refused(answer, 400)


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "a\nb.png", "간판.png", '"; drop.png', "x" * 5000, "", "\x00"]
)
def test_odd_file_names_do_no_harm(server, name):
    answer = server.client.post("/v1/read", files={"image": (name, picture("lemon"))})
    assert answer.status_code in (200, 400)
    if answer.status_code == 200:
        shown = answer.json()["pages"][0]["image"]
        assert 0 < len(shown) <= 100 and shown.isprintable() and "/" not in shown


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_wrong_methods(server, method):
    assert method in refused(server.client.request(method, "/v1/read"), 405)


@pytest.mark.parametrize("query", ["format=docx", "min_confidence=2", "min_confidence=none"])
def test_wrong_values_are_named(server, query):
    answer = server.client.post(f"/v1/read?{query}", content=picture())
    assert query.split("=")[0] in refused(answer, 400)


@pytest.mark.parametrize(
    "path", ["/nothing", "/static/../app.py", "/static/%2e%2e/app.py", "/static/", "/v1/read/"]
)
def test_addresses_that_do_not_exist(server, path):
    assert server.client.get(path).status_code in (307, 404, 405)


def test_a_slow_sender_is_told_so(server):
    with server.connect() as connection:
        connection.sendall(b"POST /v1/read HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n")
        connection.sendall(b"a few bytes")
        answer = connection.makefile("rb").read().decode()
    assert answer.startswith("HTTP/1.1 408") and "2 seconds" in answer
    assert server.client.get("/healthz").status_code == 200


def test_what_is_no_http_is_told_so(server):
    with server.connect() as connection:
        connection.sendall(b"lemon harbor\r\n\r\n")
        head, body = connection.makefile("rb").read().split(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400") and json.loads(body)["error"]["code"] == 400


def test_a_request_that_is_broken_off_disturbs_nobody(server):
    for _ in range(5):
        connection = server.connect()
        connection.sendall(b"POST /v1/read HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\nabc")
        connection.close()
    assert server.read(picture("lemon"), format="text").text == "lemon"


def test_a_connection_that_says_nothing_is_closed(monkeypatch):
    """The protocol alone, in this process, with less patience."""
    import socket
    import threading

    import uvicorn

    from ocr_serve import protocol

    monkeypatch.setattr(protocol, "HEADER_SECONDS", 0.3)
    door = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(lambda *_: None, http=protocol.PatientProtocol, lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([door],))
    thread.start()
    try:
        with socket.create_connection(door.getsockname(), timeout=60) as connection:
            connection.sendall(b"GET / HT")
            assert connection.recv(100) == b""
    finally:
        server.should_exit = True
        thread.join()


# --- who may ask, and what the answers carry --------------------------------------------------


def test_a_token_closes_the_api_but_not_the_page():
    with running(token="sesame") as server:
        assert server.read(picture("lemon"), format="text").text == "lemon"
        for headers in ({"Authorization": "Bearer wrong"}, {"Authorization": "sesame"}):
            answer = server.client.post("/v1/read", content=picture(), headers=headers)
            assert "Bearer TOKEN" in refused(answer, 401)
        server.client.headers.pop("Authorization")
        refused(server.client.get("/metrics"), 401)
        key = {"key": "sesame"}  # as API keys are sent to Google
        assert server.client.post("/v1/images:annotate", params=key, json={}).json() == {
            "responses": []
        }
        for path in ("/", "/healthz", "/openapi.json", "/static/app.js"):
            assert server.client.get(path).status_code == 200


def test_answers_carry_security_headers(server):
    for answer in (server.client.get("/"), server.read(b""), server.client.get("/nothing")):
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "server" not in answer.headers


def test_it_listens_to_this_machine_alone(server):
    assert server.address.startswith("http://127.0.0.1:")


def test_uploads_never_touch_the_disk(tmp_path):
    """The server's folder for temporary files cannot hold one."""
    full = tmp_path / "no_folder"
    full.write_text("in the way")
    with running(environment={"TMPDIR": str(full), "TEMP": str(full), "TMP": str(full)}) as server:
        noise = np.random.default_rng(0).integers(0, 256, (800, 1200, 3), np.uint8)
        files = {"image": ("noise.bmp", encoded(noise, "BMP"))}  # 2.9 MB
        assert server.client.post("/v1/read", files=files).status_code == 200


def test_the_description_is_complete_and_true(server):
    description = server.client.get("/openapi.json").json()
    assert {"/v1/read", "/v1/classify", "/v1/images:annotate", "/healthz", "/metrics"} <= set(
        description["paths"]
    )
    reading = description["paths"]["/v1/read"]["post"]
    assert {"400", "401", "408", "413", "429", "503"} <= set(reading["responses"])
    assert "multipart/form-data" in reading["requestBody"]["content"]
    word = description["components"]["schemas"]["WordModel"]["properties"]
    assert set(word) == set(server.read(picture()).json()["pages"][0]["words"][0])


def test_metrics_count_requests(server):
    line = 'ocr_requests_total{path="/v1/read",status="200"}'
    before = server.metric(line)
    server.read(picture())
    time.sleep(0.1)
    assert server.metric(line) == before + 1
    assert server.metric("ocr_batch_crops_count") >= 1


def test_settings_travel_through_the_environment(monkeypatch):
    from ocr_serve.settings import from_environment

    settings = Settings(token="a b", queue=3, seconds=0.5)
    for name, value in settings.to_environment().items():
        monkeypatch.setenv(name, value)
    assert from_environment() == settings


def test_a_port_that_is_taken_is_said_in_one_sentence(server, capsys):
    from ocr_serve.__main__ import main

    port = re.search(r":(\d+)$", server.address)[1]
    assert main(["--port", port]) == 1
    assert "cannot be opened" in capsys.readouterr().err
