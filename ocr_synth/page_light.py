"""What light, lens and file do to the picture of a page."""

import numpy as np

from ocr_synth.textures import value_noise


def _light(rng, height, width) -> np.ndarray:
    """Uneven light and the shadow of a wall: a factor 0..1 for each pixel, shape (H, W, 1)."""
    import cv2

    light = np.ones((height, width), np.float32)
    if rng.random() < 0.5:
        light -= rng.uniform(0.1, 0.6) * value_noise(rng, height, width, int(rng.integers(1, 4)), 2)
    if rng.random() < 0.25:
        shadow = np.zeros((height, width), np.float32)
        corners = [[0, 0], [rng.uniform(0, width), 0], [rng.uniform(0, width), height], [0, height]]
        cv2.fillPoly(shadow, [np.int32(corners)], 1.0)
        light *= 1 - rng.uniform(0.2, 0.6) * cv2.GaussianBlur(shadow, (0, 0), rng.uniform(1, 12))
    return light[:, :, None]


def degrade(rng, image: np.ndarray, hard: bool) -> np.ndarray:
    """Shadow, blur, loss of resolution, noise, JPEG: each now and then."""
    import cv2

    height, width = image.shape[:2]
    strength = 1.0 if hard else 0.25
    if hard:
        image = (image * _light(rng, height, width)).astype(np.uint8)
    if rng.random() < 0.3 * strength:
        factor = rng.uniform(0.3 if hard else 0.45, 0.9)
        small = cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        image = cv2.resize(small, (width, height), interpolation=int(rng.choice([1, 2])))
    if rng.random() < 0.4 * strength:
        image = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.3, 1.8 if hard else 1.3))
    if rng.random() < 0.6 * strength:
        noise = rng.standard_normal(
            (height, width, 1 if rng.random() < 0.7 else 3), dtype=np.float32
        )
        image = np.clip(image + noise * rng.uniform(2, 18 * strength + 2), 0, 255).astype(np.uint8)
    if rng.random() < 0.15 * strength:
        image = np.repeat(image.mean(axis=2, keepdims=True), 3, axis=2).astype(np.uint8)
    if rng.random() < 0.5 * strength:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(30, 95))]
        image = cv2.imdecode(cv2.imencode(".jpg", image, quality)[1], cv2.IMREAD_COLOR)
    return image
