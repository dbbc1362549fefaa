"""The picture in a request, never on disk: bytes of the body, or the file of a form."""

import contextlib
import io
import threading

from fastapi import HTTPException, Request
from PIL import Image, UnidentifiedImageError
from starlette.formparsers import MultiPartException, MultiPartParser

from ocr_serve.reader import time_left
from ocr_utils.errors import OcrError
from ocr_utils.image_sources import one_line
from ocr_utils.images import load_frames

FORMATS = ("PNG", "JPEG", "TIFF", "WEBP", "GIF", "BMP", "PPM")
MOST_PIXELS = 50_000_000  # of all pages of a file
NO_PICTURE = "The request holds no picture: send its bytes as the body, or as a form's file."
NO_FORMAT = "This is no picture that can be read here: send PNG, JPEG, TIFF, WebP, GIF or BMP."
MILLIONS = MOST_PIXELS // 10**6
TOO_MANY_PIXELS = f"The picture is gigantic, above {MILLIONS} million pixels: shrink it."


class InMemoryParser(MultiPartParser):
    """Reads forms; files stay in memory whatever their size, which `Guard` has limited."""

    spool_max_size = 1 << 40


async def receive_picture(request: Request) -> tuple[bytes, str]:
    """The bytes of the picture and what its sender calls it."""
    if "multipart/form-data" not in request.headers.get("content-type", "").lower():
        return await request.body(), "picture"
    try:
        form = await InMemoryParser(
            request.headers, request.stream(), max_files=1, max_fields=10
        ).parse()
    except MultiPartException as error:
        raise HTTPException(400, f"The form cannot be read: {one_line(error.message)}") from None
    except (UnicodeDecodeError, LookupError, KeyError):
        raise HTTPException(400, "The form cannot be read: its headers are damaged.") from None
    for value in form.values():
        if not isinstance(value, str):
            return await value.read(), picture_name(value.filename)
    raise HTTPException(400, NO_PICTURE)


def picture_name(name: str | None) -> str:
    """The last part of a file name, of printable letters, at most 100.

    >>> picture_name("C:\\\\photos\\\\my\\nsign.png"), picture_name("../../etc/passwd")
    ('my sign.png', 'passwd')
    """
    last = one_line((name or "").replace("\\", "/").rsplit("/", 1)[-1])
    return last[-100:] or "picture"


class Budget:
    """So much of something may be in use at once; who wants more waits."""

    def __init__(self, most: float):
        self.left, self.changed = most, threading.Condition()

    @contextlib.contextmanager
    def hold(self, amount: float, until: float = float("inf")):
        """Use `amount` for a while; TimeoutError where it is not free by then, a monotonic time.

        >>> with Budget(10).hold(7):
        ...     pass
        """
        with self.changed:
            if not self.changed.wait_for(lambda: self.left >= amount, time_left(until)):
                raise TimeoutError
            self.left -= amount
        try:
            yield
        finally:
            with self.changed:
                self.left += amount
                self.changed.notify_all()


in_memory = Budget(4 * MOST_PIXELS)  # pixels of all pictures that are decoded at a time


@contextlib.contextmanager
def decoded(data: bytes, until: float = float("inf")):
    """The pages of a picture, arrays (H, W, 3) uint8, while there is memory reserved for them.

    More than one page only in a TIFF file. Raises OcrError with a sentence for whoever sent it.

    >>> with decoded(b"no picture") as pages:
    ...     pass
    Traceback (most recent call last):
    ...
    ocr_utils.errors.OcrError: This is no picture that can be read here: send PNG, JPEG, TIFF, \
WebP, GIF or BMP.
    """
    if not data:
        raise OcrError(NO_PICTURE)
    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)
    except Image.DecompressionBombError:
        raise OcrError(TOO_MANY_PIXELS) from None
    except UnidentifiedImageError:
        raise OcrError(NO_FORMAT) from None
    except Exception:  # every decoder has its own exceptions for a header it cannot use
        raise OcrError("The picture is damaged at its beginning: save it again.") from None
    if (pixels := _pixels(image)) > MOST_PIXELS:
        raise OcrError(TOO_MANY_PIXELS)
    image.filename = "the picture"
    with in_memory.hold(pixels, until):
        yield load_frames(image)


def _pixels(image) -> int:
    """Of all pages that will be read."""
    if image.format != "TIFF":
        return image.width * image.height
    total = 0
    try:
        for number in range(image.n_frames):
            image.seek(number)
            total += image.width * image.height
            if total > MOST_PIXELS:
                break
        image.seek(0)
    except Exception:
        raise OcrError("The picture's list of pages is damaged: save it again.") from None
    return total
