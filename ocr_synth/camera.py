"""What a camera makes of a painted word: resolution, blur, noise, exposure, JPEG."""

import cv2
import numpy as np


def photograph(image, rng):
    """A painted crop (H, W, 3) float32, about 0..255 -> what a camera kept of it, uint8.

    >>> painted = np.full((60, 200, 3), 128, np.float32)
    >>> photograph(painted, np.random.default_rng(0)).dtype
    dtype('uint8')
    """
    image = _resample(np.clip(image, 0, 255).astype(np.float32), rng)
    if rng.random() < 0.13:
        image = _motion_blur(image, rng)
    if rng.random() < 0.5:
        noise = rng.normal(0, rng.uniform(1, 8), size=(*image.shape[:2], 1))
        image = image + noise.astype(np.float32)
    gain, offset = rng.uniform(0.75, 1.2), rng.uniform(-25, 25)
    image = np.clip(image * gain + offset, 0, 255).astype(np.uint8)
    if rng.random() < 0.5:
        quality = int(rng.integers(25, 92))
        image = cv2.imdecode(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], 1)
    return np.ascontiguousarray(image)


def _resample(image, rng):
    """To the height at which the photograph saw the word, with its lens' blur.

    A quarter are coarse, 11 to 20 pixels high, four in ten of 20 to 42, the others sharp: as
    large as they were painted.
    """
    height, width = image.shape[:2]
    kind = rng.random()
    coarse, sharp = kind < 0.26, kind > 0.66
    target = height if sharp else rng.uniform(11, 20) if coarse else rng.uniform(20, 42)
    scale = min(1.0, target / height)
    if rng.random() < (0.25 if sharp else 0.5):
        sigma = rng.uniform(0.2, 0.8 if coarse else 1.4)
        image = cv2.GaussianBlur(image, (0, 0), sigma)
    if scale == 1.0:
        return image
    size = max(4, round(width * scale)), max(6, round(height * scale))
    how = [cv2.INTER_AREA, cv2.INTER_LINEAR, cv2.INTER_AREA][rng.integers(3)]
    return cv2.resize(image, size, interpolation=how)


def _motion_blur(image, rng):
    length = int(rng.integers(2, max(3, min(9, image.shape[0] // 6))))
    kernel = np.zeros((length, length), np.float32)
    angle = rng.uniform(0, np.pi)
    for t in np.linspace(-0.5, 0.5, length * 2):
        x, y = np.cos(angle) * t * (length - 1), np.sin(angle) * t * (length - 1)
        kernel[round(y + (length - 1) / 2), round(x + (length - 1) / 2)] = 1
    return cv2.filter2D(image, -1, kernel / kernel.sum())
