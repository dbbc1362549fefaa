"""The page of the web service in a real Chromium: a picture is dropped, words are found."""

import base64
import shutil

import numpy as np
import pytest

from ocr_synth.objects import draw_object
from ocr_utils.paths import PHOTOGRAPHS
from tests.serving import encoded, picture, running

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
pytestmark = pytest.mark.skipif(not CHROMIUM, reason="no Chromium is installed")
WORDS, BOXES = "#text span", "#boxes polygon"
DROP = """async ([content, type]) => {
    const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
    const data = new DataTransfer();
    data.items.add(new File([bytes], "sign.png", { type: "image/png" }));
    const event = type === "drop"
        ? new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true })
        : new ClipboardEvent("paste", { clipboardData: data, bubbles: true });
    document.getElementById("drop").dispatchEvent(event);
}"""


@pytest.fixture(scope="module")
def server():
    with running() as server:
        yield server


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(server, browser):
    """The page, opened; at the end nothing may have gone wrong, or left this machine."""
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.set_default_timeout(120_000)
    asked, errors = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(server.address)
    yield page
    own = (server.address, f"blob:{server.address}")
    assert [url for url in asked if not url.startswith(own)] == [] and errors == []
    context.close()


def give(page, data: bytes, how: str = "drop") -> None:
    page.evaluate(DROP, [base64.b64encode(data).decode(), how])


def texts(page, selector: str = WORDS) -> list[str]:
    return page.locator(selector).all_text_contents()


@pytest.mark.parametrize("how", ["drop", "paste"])
def test_a_picture_is_dropped_or_pasted_and_its_words_stand_at_their_places(page, how):
    give(page, picture("lemon harbor\nseven"), how)
    page.wait_for_selector(WORDS)
    assert texts(page) == ["lemon", "harbor", "seven"]
    assert "3 words in 2 lines" in page.inner_text("#status")
    image = page.locator("#picture").bounding_box()
    boxes = [one.bounding_box() for one in page.locator(BOXES).all()]
    assert len(boxes) == 3
    assert image["x"] < boxes[0]["x"] < boxes[1]["x"] and boxes[2]["y"] > boxes[0]["y"] + 10
    assert boxes[1]["x"] + boxes[1]["width"] < image["x"] + image["width"]


def test_a_click_on_a_word_marks_its_box_and_back(page):
    give(page, picture("lemon harbor\nseven"))
    page.locator(BOXES).nth(2).click()
    assert texts(page, f"{WORDS}.on") == ["seven"]
    page.locator(WORDS).nth(1).click()
    assert page.get_attribute(f"{BOXES}.on", "data-n") == "1"
    assert "harbor" in page.inner_text("#word") and "% sure" in page.inner_text("#word")


def test_the_keyboard_is_enough(page):
    page.locator("#example").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(WORDS)
    page.locator(f"{WORDS}[tabindex='0']").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("End")
    assert texts(page, f"{WORDS}.on") == texts(page)[-1:]
    assert page.evaluate("document.activeElement.getAttribute('aria-pressed')") == "true"
    page.keyboard.press("Home")
    assert texts(page, f"{WORDS}.on") == texts(page)[:1]
    page.locator("#tab-read").focus()
    page.keyboard.press("ArrowRight")
    assert page.locator("#panel-classify").is_visible()


def test_the_text_is_copied(page):
    give(page, picture("lemon harbor\nseven"))
    page.click("#copy")
    page.locator("#status", has_text="copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == "lemon harbor\nseven"


@pytest.mark.parametrize(
    ("format", "name", "start"),
    [
        ("text", "sign.txt", b"lemon harbor"),
        ("json", "sign.json", b'{\n "pages"'),
        ("tsv", "sign.tsv", b"image\tline"),
        ("hocr", "sign.hocr", b"<?xml"),
        ("pdf", "sign.pdf", b"%PDF"),
    ],
)
def test_every_format_is_downloaded(page, tmp_path, format, name, start):
    give(page, picture("lemon harbor"))
    with page.expect_download() as download:
        page.click(f"[data-format={format}]")
    assert download.value.suggested_filename == name
    download.value.save_as(tmp_path / name)
    assert (tmp_path / name).read_bytes().startswith(start)


def test_a_file_is_chosen_and_what_is_no_picture_is_said(page):
    page.set_input_files("#choose-file", PHOTOGRAPHS / "street_plate.jpg")
    page.wait_for_selector(WORDS)
    assert "Lantern" in texts(page)
    give(page, b"no picture")
    page.wait_for_selector("#error:not([hidden])")
    assert "no picture" in page.inner_text("#error") and not page.locator("#result").is_visible()


def test_the_second_tab_names_what_is_in_the_picture(page):
    page.click("#tab-classify")
    give(page, encoded(draw_object("ship", np.random.default_rng(0))))
    page.wait_for_selector("#classes li", timeout=120_000)
    assert "ship" in page.inner_text("#status") and page.locator("#classes li").count() == 10
    assert page.locator("#thing").is_visible() and not page.locator("#panel-read").is_visible()
    page.click("#tab-read")
    page.locator("#status", has_text="No text").wait_for(timeout=120_000)


def test_the_camera_is_asked_for_on_a_phone(page):
    with page.expect_file_chooser() as chooser:
        page.click("#camera")
    assert chooser.value.element.get_attribute("capture") == "environment"


def test_nothing_is_wider_than_a_phone_and_every_control_has_a_name(server, browser):
    page = browser.new_page(viewport={"width": 360, "height": 740})
    page.goto(server.address)
    give(page, picture("lemon harbor"))
    page.wait_for_selector(WORDS, timeout=120_000)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    for control in page.get_by_role("button").all() + page.get_by_role("tab").all():
        label = control.get_attribute("aria-label") or control.inner_text()
        assert label.strip() and control.bounding_box()["height"] >= 24
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(server, browser, scheme):
    page = browser.new_page(color_scheme=scheme)
    page.goto(server.address)
    ink, ground = (
        page.evaluate(f"getComputedStyle(document.body).{name}")
        for name in ("color", "backgroundColor")
    )
    assert contrast(ink, ground) > 7
    assert (luminance(ground) < 0.2) == (scheme == "dark")
    page.close()


def luminance(color: str) -> float:
    """Relative luminance of `rgb(r, g, b)`, by WCAG 2.2."""
    parts = [int(part) / 255 for part in color[4:-1].split(",")]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


def test_a_token_is_asked_for_once(browser):
    with running(token="sesame") as server:
        page = browser.new_page()
        page.goto(server.address)
        give(page, picture("lemon"))
        page.fill("#token", "sesame", timeout=60_000)
        page.keyboard.press("Enter")
        page.wait_for_selector(WORDS, timeout=120_000)
        assert texts(page) == ["lemon"] and not page.locator("#key").is_visible()
        page.close()
