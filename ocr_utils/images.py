"""Read whatever picture a learner has into one shape: (H, W, 3) uint8 RGB (notebooks 00 and 03)."""

import io
import os
import warnings
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from ocr_utils.errors import OcrError

DOWNLOAD_SECONDS = 15
DOWNLOAD_BYTES = 50_000_000
MAX_PIXELS = 89_478_485  # Pillow's own limit: a quarter of a gigabyte once it is decoded
NOT_IMAGES = {
    b"%PDF": "a PDF: export its page as PNG",
    b"<!do": "a web page: open it and save the picture itself",
    b"<htm": "a web page: open it and save the picture itself",
    b"<svg": "an SVG drawing: export it as PNG",
    b"<?xm": "an XML or SVG file: export it as PNG",
    b"PK\x03\x04": "an archive or office document: take the picture out of it",
}


def load_image(source) -> np.ndarray:
    """Read an image from anywhere -> array (H, W, 3), uint8, RGB (notebook 00).

    source: a path, an http(s) address, bytes, an open file, a PIL image or an array
    (H, W), (H, W, 3) or (H, W, 4) of integers 0..255, 16-bit integers, booleans or floats 0..1;
    colors are RGB, so turn OpenCV's BGR round first.
    A photo is turned as its EXIF says, transparency is laid on white, 16 bits become 8, an
    animation gives its first frame.
    Raises OcrError for what is missing, empty, cut off, no image, or above 89 million pixels.

    >>> load_image(Image.new("L", (4, 2), 255)).shape
    (2, 4, 3)
    >>> load_image("no_such_photo.png")
    Traceback (most recent call last):
    ...
    ocr_utils.errors.OcrError: no_such_photo.png does not exist: check the name and the folder.
    """
    if isinstance(source, np.ndarray):
        return _array_to_rgb(source, "the array")
    if isinstance(source, Image.Image):
        return _pil_to_rgb(source, getattr(source, "filename", "") or "the PIL image")
    data, name = _read_bytes(source)
    return _decode(data, name)


def _read_bytes(source) -> tuple[bytes, str]:
    """The file behind any source that has to be decoded, and what to call it in a message."""
    if isinstance(source, (bytes, bytearray, memoryview)):
        return bytes(source), f"the {len(source)} bytes given"
    if isinstance(source, str) and source.lower().startswith(("http://", "https://")):
        return _download(source), source
    if isinstance(source, (str, os.PathLike)):
        return _read_file(Path(source).expanduser()), str(source)
    if hasattr(source, "read"):
        if hasattr(source, "seek"):
            source.seek(0)
        return source.read(), str(getattr(source, "name", "the open file"))
    raise OcrError(
        f"An image cannot be read from a {type(source).__name__}: give a path, "
        "an http address, bytes, an open file, a PIL image or an array."
    )


def _read_file(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise OcrError(f"{path} does not exist: check the name and the folder.") from None
    except (IsADirectoryError, PermissionError) as error:
        if path.is_dir():
            raise OcrError(f"{path} is a folder: give the file inside it.") from None
        raise OcrError(f"{path} may not be read ({error.strerror}): change its rights.") from None
    except (OSError, ValueError) as error:
        raise OcrError(f"{str(path)[:200]} cannot be read ({error}): check the path.") from None


def _download(address: str) -> bytes:
    """The bytes behind an http(s) address, at most 50 MB, in at most 15 s of silence."""
    from http.client import HTTPException
    from urllib.error import HTTPError
    from urllib.request import Request, urlopen

    try:
        request = Request(address, headers={"User-Agent": "ocr-course/1.0"})
        with urlopen(request, timeout=DOWNLOAD_SECONDS) as answer:
            data = answer.read(DOWNLOAD_BYTES + 1)
    except HTTPError as error:
        raise OcrError(
            f"{address} answered {error.code} {error.reason}: open it in a browser, "
            "save the picture and give its path."
        ) from None
    except (OSError, ValueError, HTTPException) as error:
        reason = getattr(error, "reason", None) or error
        raise OcrError(
            f"{address} cannot be reached ({reason}): check the address and the "
            "network, or give the path of a saved picture."
        ) from None
    if len(data) > DOWNLOAD_BYTES:
        raise OcrError(
            f"{address} is larger than {DOWNLOAD_BYTES // 10**6} MB: "
            "download it, make it smaller and give its path."
        )
    return data


def _decode(data: bytes, name: str) -> np.ndarray:
    if not data:
        raise OcrError(f"{name} is empty (0 bytes): save or download the image again.")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            image = Image.open(io.BytesIO(data))
        except (Image.DecompressionBombWarning, Image.DecompressionBombError):
            raise _too_large(name) from None
        except Exception:  # every decoder has its own exceptions for a header it cannot use
            raise OcrError(_not_an_image(data, name)) from None
        return _pil_to_rgb(image, name)


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
    try:
        image.load()
    except Exception as error:  # as many kinds as there are formats
        raise OcrError(
            f"{name} is damaged or cut off ({error}): copy, save or download it again."
        ) from None
    image = _upright(image)
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
    array = _to_8_bits(array, name)
    if array.shape[2:] == (4,):
        return _pil_to_rgb(Image.fromarray(array, "RGBA"), name)
    return np.repeat(array[:, :, None], 3, axis=2) if array.ndim == 2 else array.copy()


def _to_8_bits(array: np.ndarray, name: str) -> np.ndarray:
    """Booleans, floats 0..1 and 16-bit integers -> uint8; what is 0..255 already stays."""
    if array.dtype == np.uint8:
        return array
    if array.dtype == bool:
        return array * np.uint8(255)
    if array.dtype.kind not in "iuf" or not np.isfinite(array).all() or array.min() < 0:
        raise OcrError(
            f"{name} holds values that are no brightness ({array.dtype}): "
            "give 0..255, or floats from 0 to 1."
        )
    highest = float(array.max())
    if array.dtype.kind == "f" and highest <= 1:
        scale = 255.0
    elif array.dtype == np.uint16 or highest > 255:
        scale = 255 / max(65535.0, highest)
    else:
        scale = 1.0
    return np.round(array.astype(np.float64) * scale).astype(np.uint8)
