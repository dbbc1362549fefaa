"""Read whatever picture a learner has into one shape: (H, W, 3) uint8 RGB (notebooks 00 and 03)."""

import io
import warnings

import numpy as np
from PIL import Image, ImageOps

from ocr_utils.errors import OcrError
from ocr_utils.image_sources import describe, one_line, read_bytes
from ocr_utils.stderr import quiet_stderr

MAX_PIXELS = 89_478_485  # Pillow's own limit: a quarter of a gigabyte once it is decoded
MAX_PAGES_PIXELS = 500_000_000  # of all pages of one file
OVERSHOOT = 0.01  # of white, in floats that a filter or a scaling has made
BIT_DEPTHS = (8, 10, 12, 14, 16)  # as cameras and scanners have them
NOT_IMAGES = {
    b"%PDF": "a PDF: export its page as PNG",
    b"<!do": "a web page: open it and save the picture itself",
    b"<htm": "a web page: open it and save the picture itself",
    b"<svg": "an SVG drawing: export it as PNG",
    b"<?xm": "an XML or SVG file: export it as PNG",
    b"PK\x03\x04": "an archive or office document: take the picture out of it",
}


# Here and not around each call: catch_warnings is not safe in threads. What is wrong with an image
# is said by an OcrError, and its size is checked below.
warnings.filterwarnings("ignore", module=r"PIL\.")


def load_image(source) -> np.ndarray:
    """Read an image from anywhere -> array (H, W, 3), uint8, RGB (notebook 00).

    source: a path, an http(s) address, bytes, an open file, a PIL image or an array
    (H, W), (H, W, 3) or (H, W, 4) of integers, booleans or floats 0..1; colors are RGB, so turn
    OpenCV's BGR round first. Integers are taken for 8, 10, 12, 14 or 16 bits, the fewest that hold
    their maximum.
    A photo is turned as its EXIF says, transparency is laid on white, more than 8 bits become 8, an
    animation gives its first frame and a document its first page (`load_frames` gives them all).
    Raises OcrError for what is missing, empty, cut off, no image, or above 89 million pixels.

    >>> load_image(Image.new("L", (4, 2), 255)).shape
    (2, 4, 3)
    >>> load_image("no_such_photo.png")
    Traceback (most recent call last):
    ...
    ocr_utils.errors.OcrError: no_such_photo.png does not exist: check the name and the folder.
    """
    return _load(source, every_page=False)[0]


def load_frames(source) -> list[np.ndarray]:
    """Read every page of a TIFF file -> arrays (H, W, 3), uint8, RGB (notebook 08).

    Everything else gives one array. source and errors: as of `load_image`.

    >>> pages = [Image.new("L", (4, height)) for height in (2, 3)]
    >>> pages[0].save(file := io.BytesIO(), "TIFF", save_all=True, append_images=pages[1:])
    >>> [page.shape for page in load_frames(file)]
    [(2, 4, 3), (3, 4, 3)]
    """
    return _load(source, every_page=True)


def _load(source, every_page: bool) -> list[np.ndarray]:
    name = "the source"
    try:
        if isinstance(source, np.ndarray):
            return [_array_to_rgb(np.asarray(source), "the array")]
        if isinstance(source, Image.Image):
            name, image = one_line(getattr(source, "filename", "") or "the PIL image"), source
        else:
            name = describe(source)
            image = _open(*read_bytes(source))
        if every_page and image.format == "TIFF":
            return list(_pages(image, name))
        return [_pil_to_rgb(image, name)]
    except OcrError:
        raise
    except Exception as error:  # objects of any kind come here
        what = f"{type(error).__name__}: {one_line(error)}"
        raise OcrError(f"{name} cannot be read as an image ({what}): save it as PNG.") from None


def _pages(image, name: str):
    pixels = 0
    for number in range(getattr(image, "n_frames", 1)):
        image.seek(number)
        pixels += image.width * image.height
        if pixels > MAX_PAGES_PIXELS:
            raise OcrError(
                f"{name} is gigantic, more than {MAX_PAGES_PIXELS // 10**6} million pixels on its "
                "pages: split it."
            )
        yield _pil_to_rgb(image, name)


def _open(data: bytes, name: str) -> Image.Image:
    if not data:
        raise OcrError(f"{name} is empty (0 bytes): save or download the image again.")
    try:
        return Image.open(io.BytesIO(data))
    except Image.DecompressionBombError:
        raise _too_large(name) from None
    except Exception:  # every decoder has its own exceptions for a header it cannot use
        raise OcrError(_not_an_image(data, name)) from None


def _too_large(name: str) -> OcrError:
    return OcrError(
        f"{name} is gigantic, more than {MAX_PIXELS // 10**6} million pixels: "
        "scale it down or cut out the part with the text."
    )


def _not_an_image(data: bytes, name: str) -> str:
    for start, what in NOT_IMAGES.items():
        if data[:64].lstrip(b"\xef\xbb\xbf \r\n\t").lower().startswith(start.lower()):
            return f"{name} is {what}."
    if data[4:8] == b"ftyp":
        return f"{name} is a HEIC, AVIF or video file: save it as JPEG or PNG."
    return (
        f"{name} is not an image that can be read here, or its beginning is damaged: "
        "save it again as PNG or JPEG."
    )


def _pil_to_rgb(image: Image.Image, name: str) -> np.ndarray:
    if image.width * image.height > MAX_PIXELS:
        raise _too_large(name)
    if image.width * image.height == 0:
        raise OcrError(f"{name} has no pixels ({image.width} x {image.height}): give an image.")
    try:
        if image.format == "TIFF":
            with quiet_stderr():  # libtiff talks there
                image.load()
        image.load()
    except Exception as error:  # as many kinds as there are formats
        raise OcrError(
            f"{name} is damaged or cut off ({one_line(error)}): copy, save or download it again."
        ) from None
    image = _upright(image)
    if image.mode == "La":  # Pillow converts it to nothing else
        image = image.convert("LA")
    if image.mode.startswith("I;16") or image.mode in ("I", "F"):
        return _array_to_rgb(np.asarray(image), name)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image)
    return np.array(image.convert("RGB"))


def _upright(image: Image.Image) -> Image.Image:
    """Turned as the camera's EXIF tag says; a broken tag leaves the image as it is."""
    try:
        return ImageOps.exif_transpose(image)
    except Exception:
        return image


def _array_to_rgb(array: np.ndarray, name: str) -> np.ndarray:
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    if array.size == 0 or array.ndim not in (2, 3) or array.shape[2:] not in ((), (3,), (4,)):
        raise OcrError(
            f"{name} has the shape {array.shape}, which is no image: "
            "give (H, W), (H, W, 3) or (H, W, 4)."
        )
    if array.shape[0] * array.shape[1] > MAX_PIXELS:
        raise _too_large(name)
    array = _to_8_bits(array, name)
    if array.shape[2:] == (4,):
        return _pil_to_rgb(Image.fromarray(array, "RGBA"), name)
    return np.repeat(array[:, :, None], 3, axis=2) if array.ndim == 2 else array.copy()


def _to_8_bits(array: np.ndarray, name: str) -> np.ndarray:
    """Booleans, floats 0..1 and integers of any depth -> uint8; what is 0..255 already stays."""
    if array.dtype == np.uint8:
        return array
    if array.dtype == bool:
        return array * np.uint8(255)
    if array.dtype.kind in "iuf" and np.isfinite(array).all():
        white = _white(array)
        values = array.astype(np.float64) * (255 / white)
        if values.min() >= -255 * OVERSHOOT * (array.dtype.kind == "f"):
            return np.round(values.clip(0, 255)).astype(np.uint8)
    raise OcrError(
        f"{name} holds values that are no brightness ({array.dtype}): "
        "give 0..255, or floats from 0 to 1."
    )


def _white(array: np.ndarray) -> float:
    """The value of white: 1 for floats, or the highest of the fewest bits that hold the maximum.

    Floats may lie a little above, as filters leave them.
    """
    highest, floats = float(array.max()), array.dtype.kind == "f"
    slack = 1 + OVERSHOOT * floats
    whites = [1.0] * floats + [2.0**bits - 1 for bits in BIT_DEPTHS]
    return next((white for white in whites if highest <= white * slack), highest)


def fit_image(gray: np.ndarray, size=(100, 32), pad: bool = True) -> np.ndarray:
    """Scale a gray image (h, w) to `size`, (width, height) -> (W, H) uint8, width first (06).

    With `pad` the proportions stay: what is wider is squeezed, what is narrower is filled with 0.
    Without, it is stretched to the whole width.

    >>> fit_image(np.full((31, 62), 9, np.uint8))[[0, 63, 64], 0].tolist()
    [9, 9, 0]
    """
    import cv2

    width, height = size
    inner = min(max(1, gray.shape[1] * height // gray.shape[0]), width) if pad else width
    method = cv2.INTER_AREA if gray.shape[0] > height else cv2.INTER_LINEAR
    fitted = np.zeros((width, height), np.uint8)
    fitted[:inner] = cv2.resize(gray, (inner, height), interpolation=method).T
    return fitted
