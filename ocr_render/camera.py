"""The camera: where a point in space appears in the picture."""

from dataclasses import dataclass

import numpy as np


@dataclass
class Camera:
    """A phone's lens at `eye` (mm) looking at `target`.

    `view` is the horizontal angle in degrees. `aperture` is the lens's radius in mm (0: a pinhole),
    `focus` the point that is sharp, `roll` turns the phone (degrees, clockwise).
    """

    eye: tuple
    target: tuple
    up: tuple = (0, 1, 0)
    view: float = 55.0
    aperture: float = 0.0
    focus: tuple | None = None
    roll: float = 0.0

    def axes(self) -> np.ndarray:
        """Unit vectors (3, 3): right, up, forward."""
        forward = np.subtract(self.target, self.eye).astype(float)
        forward /= np.linalg.norm(forward)
        right = np.cross(forward, self.up)
        right /= np.linalg.norm(right)
        up = np.cross(right, forward)
        angle = np.radians(self.roll)
        c, s = np.cos(angle), np.sin(angle)
        return np.stack([c * right - s * up, s * right + c * up, forward])

    def project(self, points, width: int, height: int) -> np.ndarray:
        """Pixels (n, 2) of `points` (n, 3) in a picture of `width` x `height`."""
        seen = (np.asarray(points, float) - self.eye) @ self.axes().T
        scale = width / 2 / np.tan(np.radians(self.view) / 2)
        depth = np.maximum(seen[:, 2:], 1e-6)
        return seen[:, :2] / depth * [scale, -scale] + [width / 2, height / 2]

    def focus_distance(self) -> float:
        """Distance of the sharp plane along the view, mm."""
        point = self.target if self.focus is None else self.focus
        return float(np.subtract(point, self.eye) @ self.axes()[2])

    def to_world(self) -> np.ndarray:
        """Mitsuba's matrix (4, 4): its x points to the left."""
        right, up, forward = self.axes()
        matrix = np.eye(4)
        matrix[:3, 0], matrix[:3, 1], matrix[:3, 2], matrix[:3, 3] = -right, up, forward, self.eye
        return matrix
