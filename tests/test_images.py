"""Whatever a learner has becomes (H, W, 3) uint8 RGB, or one sentence says why not."""

import contextlib
import io
import os
import subprocess
import sys
import warnings
import zlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from ocr_utils import OcrError, images
from ocr_utils.images import load_frames, load_image

RED_AND_BLUE = np.array([[[255, 0, 0], [0, 0, 255]]], np.uint8)  # one row, two pixels


def encode(image: Image.Image, kind: str, **options) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


@pytest.fixture
def png() -> bytes:
    return encode(Image.fromarray(RED_AND_BLUE), "PNG")


def noise(height=64, width=96) -> Image.Image:
    rng = np.random.default_rng(0)
    return Image.fromarray(rng.integers(0, 256, (height, width, 3), dtype=np.uint8))


# --- what can be read ---------------------------------------------------------------------------


def test_every_kind_of_source_gives_the_same_pixels(png, tmp_path):
    path = tmp_path / "two pixels 한글.png"
    path.write_bytes(png)
    sources = [
        path,
        str(path),
        png,
        bytearray(png),
        io.BytesIO(png),
        Image.open(path),
        RED_AND_BLUE,
    ]
    for source in sources:
        image = load_image(source)
        assert image.dtype == np.uint8
        np.testing.assert_array_equal(image, RED_AND_BLUE)
    with open(path, "rb") as file:
        file.read()  # somebody has read it before
        np.testing.assert_array_equal(load_image(file), RED_AND_BLUE)


def test_the_result_is_a_copy():
    image = load_image(RED_AND_BLUE)
    image[:] = 0
    assert RED_AND_BLUE[0, 0, 0] == 255


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "CMYK", "YCbCr", "LAB", "HSV"])
def test_every_color_mode_keeps_black_and_white(mode):
    gray = Image.fromarray(np.array([[0, 255]], np.uint8)).convert("RGB")
    if mode == "LAB":
        source = Image.merge(
            "LAB",
            [Image.fromarray(np.array([[0, 255]], np.uint8)), *[Image.new("L", (2, 1), 128)] * 2],
        )
    else:
        source = gray.convert(mode)
    np.testing.assert_allclose(load_image(source)[0, :, 1], [0, 255], atol=2)


def test_cmyk_jpeg_keeps_its_colors():
    red = Image.new("RGB", (32, 32), (200, 30, 30)).convert("CMYK")
    pixel = load_image(encode(red, "JPEG", quality=95))[16, 16].astype(int)
    assert pixel[0] > 170 and pixel[1] < 70 and pixel[2] < 70


def test_a_photo_is_turned_as_its_camera_says():
    lying = Image.fromarray(np.zeros((10, 20, 3), np.uint8))
    lying.putpixel((0, 0), (255, 255, 255))
    exif = Image.Exif()
    exif[0x0112] = 6  # has to be turned by 90 degrees clockwise
    image = load_image(encode(lying, "PNG", exif=exif))
    assert image.shape == (20, 10, 3)
    assert image[0, -1].tolist() == [255, 255, 255]


def test_transparency_is_laid_on_white():
    clear_red = Image.new("RGBA", (2, 2), (255, 0, 0, 0))
    assert load_image(clear_red)[0, 0].tolist() == [255, 255, 255]
    assert load_image(np.array(clear_red))[0, 0].tolist() == [255, 255, 255]
    half_black = Image.new("LA", (2, 2), (0, 128))
    assert load_image(half_black)[0, 0].tolist() == [127, 127, 127]
    palette = Image.new("P", (2, 2), 0)
    palette.putpalette([255, 0, 0, 0, 0, 0])
    assert load_image(encode(palette, "PNG", transparency=0))[0, 0].tolist() == [255, 255, 255]


def test_sixteen_bits_become_eight():
    deep = np.array([[0, 32768, 65535]], np.uint16)
    expected = [0, 128, 255]
    assert load_image(deep)[0, :, 0].tolist() == expected
    assert load_image(encode(Image.fromarray(deep), "PNG"))[0, :, 0].tolist() == expected
    assert load_image(encode(Image.fromarray(deep), "TIFF"))[0, :, 0].tolist() == expected


@pytest.mark.parametrize(
    "mode, values", [("F", np.float32([[0, 0.5, 1]])), ("I", np.int32([[0, 2048, 4095]]))]
)
def test_pictures_of_numbers_keep_their_range(mode, values):
    picture = Image.fromarray(values)
    assert picture.mode == mode
    assert load_image(picture)[0, :, 0].tolist() == [0, 128, 255]


def test_an_animation_gives_its_first_frame():
    frames = [Image.new("RGB", (4, 4), color) for color in ("red", "blue")]
    data = encode(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert load_image(data)[0, 0].tolist() == [255, 0, 0]


def tiff(*heights: int, **options) -> bytes:
    pages = [Image.new("L", (4, height), height) for height in heights]
    return encode(pages[0], "TIFF", save_all=True, append_images=pages[1:], **options)


@pytest.mark.parametrize("options", [{}, {"compression": "tiff_lzw"}])
def test_every_page_of_a_tiff(options, tmp_path):
    (tmp_path / "scan.tif").write_bytes(tiff(3, 5, 7, **options))
    for source in (tmp_path / "scan.tif", Image.open(tmp_path / "scan.tif")):
        pages = load_frames(source)
        assert [page.shape for page in pages] == [(3, 4, 3), (5, 4, 3), (7, 4, 3)]
        assert [page[0, 0, 0] for page in pages] == [3, 5, 7]
    assert load_image(tmp_path / "scan.tif").shape == (3, 4, 3)


def test_what_has_no_pages_is_one(png):
    assert [page.shape for page in load_frames(RED_AND_BLUE)] == [(1, 2, 3)]
    assert [page.shape for page in load_frames(png)] == [(1, 2, 3)]
    frames = [Image.new("RGB", (4, 4), color) for color in ("red", "blue")]
    assert len(load_frames(encode(frames[0], "GIF", save_all=True, append_images=frames[1:]))) == 1


def test_too_many_pages_and_a_damaged_last_one(monkeypatch):
    damaged = tiff(3, 5)[:-40]
    with pytest.raises(OcrError, match="again"):
        load_frames(damaged)
    monkeypatch.setattr(images, "MAX_PAGES_PIXELS", 40)
    with pytest.raises(OcrError, match="gigantic, .* on its pages: split it"):
        load_frames(tiff(3, 5, 7))


@pytest.mark.parametrize("mode", ["La", "RGBa", "PA", "F", "I", "I;16"])
def test_rare_modes_of_pillow(mode):
    source = (
        Image.new("LA", (2, 1), (0, 255)).convert(mode) if mode == "La" else Image.new(mode, (2, 1))
    )
    assert load_image(source).shape == (1, 2, 3)


@pytest.mark.parametrize(
    "array, expected",
    [
        (np.array([[0.0, 1.0]]), [0, 255]),
        (np.array([[0.0, 0.5]], np.float32), [0, 128]),
        (np.array([[0.0, 200.0]]), [0, 200]),
        (np.array([[False, True]]), [0, 255]),
        (np.array([[0, 200]]), [0, 200]),
        (np.array([[[7], [9]]], np.uint8), [7, 9]),
        (np.array([[0, 4095]], np.uint16), [0, 255]),  # 12 bits
        (np.array([[0, 2048, 4095]], np.uint16)[:, 1:], [128, 255]),
        (np.array([[0, 200]], np.uint16), [0, 200]),
        (np.array([[512, 1023]], np.int32), [128, 255]),  # 10 bits
        (np.array([[0, 2**20]]), [0, 255]),
        (np.array([[0.5, 1.0000001]]), [128, 255]),
        (np.array([[-1e-9, 1.004]]), [0, 255]),
        (np.array([[128.0, 255.001]], np.float32), [128, 255]),
        (np.matrix([[0, 200]]), [0, 200]),
        (np.ma.masked_array([[0, 200]], [[True, False]]), [0, 200]),
    ],
)
def test_arrays(array, expected):
    image = load_image(array)
    assert type(image) is np.ndarray and image.shape == (1, 2, 3)
    assert image[0, :, 2].tolist() == expected


# --- what cannot --------------------------------------------------------------------------------


def message(source) -> str:
    """The one sentence that load_image refuses with."""
    with pytest.raises(OcrError) as caught:
        load_image(source)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_missing(tmp_path):
    assert message(tmp_path / "scan.png") == (
        f"{tmp_path / 'scan.png'} does not exist: check the name and the folder."
    )


def test_folder(tmp_path):
    assert "is a folder: give the file inside it" in message(tmp_path)


def test_empty(tmp_path):
    path = tmp_path / "scan.png"
    path.touch()
    assert message(path).startswith(f"{path} is empty (0 bytes): ")
    assert "is empty" in message(b"")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "TIFF", "WEBP", "BMP"])
def test_truncated(kind, tmp_path):
    path = tmp_path / f"scan.{kind.lower()}"
    data = encode(noise(), kind)
    for share in (0.03, 0.3, 0.6, 0.9):
        path.write_bytes(data[: int(len(data) * share)])
        text = message(path)
        assert text.startswith(str(path)) and ("again" in text)


@pytest.mark.parametrize(
    "data, what",
    [
        (b"%PDF-1.7 ...", "a PDF: export its page as PNG"),
        (b"<!DOCTYPE html><html>", "a web page: open it and save the picture itself"),
        (b"\n <html><body>", "a web page"),
        (b"<svg xmlns='...'/>", "an SVG drawing: export it as PNG"),
        (b"PK\x03\x04 docx", "an archive or office document"),
        (b"\x00\x00\x00\x18ftypheic", "save it as JPEG or PNG"),
        (b"These are notes.", "not an image that can be read here"),
    ],
)
def test_not_an_image(data, what, tmp_path):
    path = tmp_path / "scan.png"
    path.write_bytes(data)
    assert str(path) in message(path) and what in message(path)


def bomb(side: int) -> bytes:
    """A PNG of a few bytes whose header announces side x side pixels."""

    def chunk(name, content):
        check = zlib.crc32(name + content)
        return len(content).to_bytes(4, "big") + name + content + check.to_bytes(4, "big")

    header = side.to_bytes(4, "big") * 2 + bytes([8, 0, 0, 0, 0])
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b""))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("side", [9_500, 20_000, 1_000_000])
def test_gigantic(side, tmp_path):
    path = tmp_path / "map.png"
    path.write_bytes(bomb(side))
    assert message(path).startswith(f"{path} is gigantic, more than 89 million pixels: ")


@pytest.mark.parametrize(
    "array", [np.zeros((0, 5)), np.zeros(7), np.zeros((4, 4, 2)), np.zeros((1, 4, 4, 3))]
)
def test_arrays_of_another_shape(array):
    assert f"has the shape {array.shape}, which is no image" in message(array)


@pytest.mark.parametrize(
    "array", [np.full((2, 2), np.nan), np.full((2, 2), -1), np.array([["a"]]), np.array([[1j]])]
)
def test_arrays_that_hold_no_brightness(array):
    assert "values that are no brightness" in message(array)


@pytest.mark.parametrize(
    "source", [Image.Image(), Image.new("RGB", (0, 3)), Image.new("L", (3, 0))]
)
def test_images_of_pillow_without_pixels(source):
    message(source)


def test_a_gigantic_view_of_one_pixel():
    assert "gigantic" in message(np.broadcast_to(np.uint8(0), (200_000, 200_000)))


def test_libtiff_is_not_heard(tmp_path, capfd):
    content = bytearray(encode(noise(), "TIFF", compression="tiff_lzw"))
    content[1000:1200] = bytes(200)
    with contextlib.suppress(OcrError):
        load_image(bytes(content))
    assert capfd.readouterr() == ("", "")


def test_threads_leave_the_filters_of_warnings_alone(png):
    before = list(warnings.filters)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(load_image, [png] * 400))
    assert warnings.filters == before


class Odd:
    """An object that passes for anything and keeps no promise."""

    def __getattr__(self, name):
        raise RuntimeError(name)


def test_any_object():
    for source in (Odd(), object(), [1, 2], {}, float("nan"), type, Ellipsis):
        message(source)


def test_something_else():
    assert message(42).startswith("An image cannot be read from a int: give a path")
    assert message(None).startswith("An image cannot be read from a NoneType")


@pytest.mark.skipif(
    os.name == "nt" or not hasattr(os, "geteuid") or os.geteuid() == 0,
    reason="root may read everything",
)
def test_forbidden(tmp_path, png):
    path = tmp_path / "scan.png"
    path.write_bytes(png)
    path.chmod(0)
    assert "may not be read" in message(path)


def test_importing_loads_nothing_heavy():
    code = (
        "import sys, ocr_utils.images, ocr_utils.tesseract; "
        "sys.exit(any(name in sys.modules for name in ('tensorflow', 'cv2', 'pytesseract')))"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
