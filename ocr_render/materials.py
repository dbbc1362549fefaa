"""Materials as Mitsuba takes them, from colors or images (rows, columns, 3) in sRGB, 0 to 1."""

import numpy as np


def linear(value) -> np.ndarray:
    """Linear light of sRGB values from 0 to 1."""
    value = np.asarray(value, np.float32)
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def color(value) -> dict:
    """A texture: one sRGB color (3,), or an image (rows, columns, 3)."""
    value = np.asarray(value, np.float32)
    if value.ndim == 1:
        return {"type": "rgb", "value": [float(c) for c in linear(value)]}
    return {"type": "bitmap", "array": (value.clip(0, 1) * 255 + 0.5).astype(np.uint8)}


def number(value) -> dict | float:
    """A number, or an image (rows, columns) of it."""
    value = np.asarray(value, np.float32)
    if value.ndim == 0:
        return float(value)
    return {"type": "bitmap", "array": value[..., None], "raw": True}


def painted(paint, roughness=0.5, specular=0.5, metallic=0.0, coat=0.0) -> dict:
    """Anything opaque: paint, paper, plastic, wood; metal with `metallic` 1."""
    bsdf = {
        "type": "principled",
        "base_color": color(paint),
        "roughness": number(roughness),
        "specular": float(specular),
    }
    if np.ndim(metallic) or metallic:
        bsdf["metallic"] = number(metallic)
    if coat:
        bsdf |= {"clearcoat": float(coat), "clearcoat_gloss": 0.92}
    return {"type": "twosided", "bsdf": bsdf}


def matte(paint) -> dict:
    """A surface without any gloss."""
    return {"type": "twosided", "bsdf": {"type": "diffuse", "reflectance": color(paint)}}


def bumpy(material, height) -> dict:
    """`material` with an image (rows, columns) of heights, in mm times the sheet's extent."""
    inner = material["bsdf"]
    bump = {"type": "bumpmap", "arbitrary": number(height), "scale": 1.0, "bsdf": inner}
    return {"type": "twosided", "bsdf": bump}


def cut_out(material, opacity) -> dict:
    """`material` only where the image `opacity` (rows, columns) is 1."""
    return {"type": "mask", "opacity": number(opacity), "bsdf": material}
