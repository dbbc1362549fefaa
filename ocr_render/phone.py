"""What a phone does with light: exposure, tone, shake, noise, sharpening, vignette, JPEG."""

import io
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image

from ocr_data.atomic import new_file


@dataclass
class Look:
    """How a picture is developed.

    `key` is the brightness (0 to 1) that the mean of the picture gets, `exposure` a factor beside
    it, `white` the share of the light's tint that the phone takes out, `noise` the noise of the
    sensor (1: by day), `shake` the path (dx, dy) of a shaken hand in pixels of a picture 1280
    wide, `glow` the share of light that the lens scatters, `contrast` and `saturation` 1 for plain.
    """

    key: float = 0.42
    exposure: float = 1.0
    white: float = 0.6
    noise: float = 1.0
    shake: tuple | None = None
    glow: float = 0.02
    contrast: float = 1.0
    saturation: float = 1.05
    vignette: float = 0.18
    sharpen: float = 0.6
    seed: int = 1

    def shaken(self, width: int) -> float:
        """Length of the hand's way in pixels of a picture `width` wide."""
        return float(np.hypot(*self.shake)) * width / 1280 if self.shake else 0.0


def develop(light, look: Look) -> np.ndarray:
    """sRGB picture (rows, columns, 3) uint8 of linear `light` (rows, columns, 3) float."""
    rng = np.random.default_rng(look.seed)
    unit = light.shape[1] / 1280
    light = _balance(np.maximum(light, 0).astype(np.float32), look.white)
    if look.shake is not None:
        light = cv2.filter2D(
            light, -1, shake_kernel(look.shake, unit, rng), borderType=cv2.BORDER_REFLECT
        )
    light = _glow(light, look.glow, unit) * _vignette(light.shape, look.vignette)
    light = light * (exposure(light, look.key) * look.exposure)
    light = _sensor(light, look.noise, unit, rng)
    picture = _tone(light, look.contrast, look.saturation)
    soft = cv2.GaussianBlur(picture, (0, 0), 1.1 * max(unit, 0.5))
    picture = picture + look.sharpen * (picture - soft).clip(-0.08, 0.08)
    return (picture.clip(0, 1) * 255 + 0.5).astype(np.uint8)


def exposure(light, key: float) -> float:
    """Factor that brings the mean of the compressed luminance to the gray `key` (sRGB)."""
    gray = light @ np.float32([0.21, 0.72, 0.07])
    factor = 0.18 / max(float(np.exp(np.log(gray + 1e-4).mean())), 1e-6)
    for _ in range(30):
        mean = float(_curve(gray * factor).mean())
        factor *= (key / max(mean, 1e-3)) ** 1.5
    return factor


def _balance(light, share) -> np.ndarray:
    """Take out `share` of the light's tint, guessed from the brighter half of the picture."""
    gray = light.mean(axis=2)
    mean = light[gray >= np.median(gray)].mean(axis=0) + 1e-6
    return light * (mean.mean() / mean) ** share


def shake_kernel(path, unit, rng) -> np.ndarray:
    """Kernel of a hand that moves by `path` (dx, dy) with a slight bend; its mean stays put."""
    size = int(2 * np.ceil(np.hypot(*path) * unit) + 7)
    t = np.linspace(-0.5, 0.5, 400)
    bend = rng.uniform(0.1, 0.25) * np.hypot(*path)
    x = path[0] * t + bend * (t**2 - 1 / 12) * -np.sign(path[1] or 1)
    y = path[1] * t + bend * (t**2 - 1 / 12)
    kernel = np.zeros((size, size), np.float32)
    for px, py in zip(x * unit + size // 2, y * unit + size // 2, strict=True):
        kernel[int(round(py)), int(round(px))] += 1
    kernel = cv2.GaussianBlur(kernel, (0, 0), 0.8)
    return kernel / kernel.sum()


def _glow(light, share, unit) -> np.ndarray:
    for sigma, part in ((6, 0.5), (28, 0.3), (90, 0.2)):
        bright = np.minimum(light, np.percentile(light, 99.5) * 8)
        light = light + share * part * (cv2.GaussianBlur(bright, (0, 0), sigma * unit) - light)
    return light


def _vignette(shape, strength) -> np.ndarray:
    rows, columns = shape[:2]
    y, x = np.mgrid[-1 : 1 : rows * 1j, -1 : 1 : columns * 1j].astype(np.float32)
    return (1 - strength * (0.6 * x**2 + 0.4 * y**2))[..., None]


def _sensor(light, amount, unit, rng) -> np.ndarray:
    """Shot and read noise, smoothed in color more than in brightness, as phones do."""
    sigma = amount * np.sqrt(0.00022 * np.maximum(light, 0) + 0.000012)
    noise = rng.normal(0, 1, light.shape).astype(np.float32)
    gray = cv2.GaussianBlur(noise.mean(axis=2), (0, 0), 0.55) * 2.2
    tint = cv2.GaussianBlur(noise, (0, 0), 2.2) * 4.0
    tint -= tint.mean(axis=2, keepdims=True)
    return light + sigma * (gray[..., None] + 0.6 * tint)


def _curve(x):
    """Filmic tone: a straight middle, a soft shoulder; linear light to sRGB, both from 0."""
    x = np.maximum(x, 0)
    x = x * (1 + x / 16) / (1 + 0.72 * x)
    return np.where(x < 0.0031308, 12.92 * x, 1.055 * np.maximum(x, 1e-9) ** (1 / 2.4) - 0.055)


def _tone(light, contrast, saturation) -> np.ndarray:
    gray = light @ np.float32([0.21, 0.72, 0.07])
    light = gray[..., None] + saturation * (light - gray[..., None])
    picture = _curve(light).astype(np.float32)
    bent = picture + contrast * 0.22 * (picture - 0.5) * 4 * picture.clip(0, 1) * (
        1 - picture.clip(0, 1)
    )
    return bent


def tone_table(brightest: float = 8.0) -> np.ndarray:
    """Table (1024,) uint8: sRGB gray for the root of exposed linear light up to `brightest`."""
    curve = _curve(np.linspace(0, 1, 1024) ** 2 * brightest).clip(0, 1)
    return (curve * 255 + 0.5).astype(np.uint8)


def save_jpeg(picture, path, limit: int = 250_000) -> int:
    """Write a JPEG of at most `limit` bytes under a temporary name, then rename it; its bytes."""
    for quality in (90, 86, 82, 78, 74, 70, 65, 60, 54, 48, 40):
        buffer = io.BytesIO()
        Image.fromarray(picture).save(buffer, "JPEG", quality=quality, optimize=True)
        if buffer.tell() <= limit:
            break
    write_whole(path, buffer.getvalue())
    return buffer.tell()


def write_whole(path, data: bytes) -> None:
    """Write a file so that it is either whole or not there."""
    with new_file(path) as temporary:
        temporary.write_bytes(data)
