"""Trained weights and the card beside them: NAME.npz and NAME.json (notebooks 05, 07 and 08).

The card says how the network is built, what it was trained on and what it reaches, and holds the
SHA-256 of the weights and of the ONNX file made of them. Reading it checks it, once, against a JSON
schema (json-schema.org).
"""

import hashlib
import json
import re
import zipfile
from collections import Counter
from pathlib import Path

import fastjsonschema
import numpy as np

from ocr_data.atomic import new_file
from ocr_utils.errors import OcrError

CHANNELS = {"type": "integer", "minimum": 1, "maximum": 1024}
SHA256 = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
PROPERTIES = {  # of every card
    "sha256": SHA256,
    "onnx_sha256": SHA256,
    "parameters": {"type": "integer", "minimum": 1},
    "steps": {"type": "integer", "minimum": 0},
    "samples_seen": {"type": "integer", "minimum": 0},
    "minutes": {"type": "number", "minimum": 0},
    **{name: {"type": "string"} for name in ("data", "hardware", "command", "history", "limits")},
    "results": {"type": "object"},
}
RECOGNIZER = {
    "type": "object",
    "required": ["sha256", "alphabet", "image_size", "architecture", "temperature", "calibration"],
    "properties": PROPERTIES
    | {
        "alphabet": {"type": "string", "minLength": 1},
        "image_size": {"enum": [[100, 32], [128, 32]]},
        "temperature": {"type": "number", "minimum": 0.01, "maximum": 100},
        "calibration": {
            "type": "object",
            "required": ["at first sight", "voted"],
            "additionalProperties": {
                "type": "array",
                "minItems": 4,
                "maxItems": 4,
                "items": {"type": "number", "minimum": -100, "maximum": 100},
            },
        },
        "architecture": {
            "type": "object",
            "required": ["channels", "lstm_units", "convolutions", "batch_norm"],
            "properties": {
                "channels": {"type": "array", "minItems": 2, "maxItems": 6, "items": CHANNELS},
                "lstm_units": {"type": "array", "maxItems": 4, "items": CHANNELS},
                "convolutions": {"type": "integer", "minimum": 1, "maximum": 4},
                "batch_norm": {"type": "boolean"},
            },
            "additionalProperties": False,
        },
    },
}
SHARE = {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}
DETECTOR = {
    "type": "object",
    "required": ["sha256", "channels", "options"],
    "properties": PROPERTIES
    | {
        "channels": {"type": "array", "minItems": 5, "maxItems": 5, "items": CHANNELS},
        "options": {
            "type": "object",
            "required": ["threshold", "peak", "gap"],
            "properties": {"threshold": SHARE, "peak": SHARE, "gap": SHARE},
            "additionalProperties": False,
        },
    },
}
CLASSIFIER = {
    "type": "object",
    "required": ["sha256", "classes", "image_size", "data"],
    "properties": PROPERTIES
    | {
        "classes": {"type": "array", "minItems": 2, "items": {"type": "string", "minLength": 1}},
        "image_size": {"enum": [[32, 32]]},
    },
}


def read_card(path, schema: dict) -> dict:
    """The card at `path`, which fits a schema (one of the three above); or OcrError.

    >>> from ocr_utils.paths import WEIGHTS
    >>> read_card(WEIGHTS / "detector.json", DETECTOR)["options"]
    {'threshold': 0.6, 'peak': 0.7, 'gap': 0.7}
    """
    path = Path(path)
    try:
        card = json.loads(path.read_text(encoding="utf-8"), parse_constant=_no_number)
        fastjsonschema.validate(schema, card)
    except FileNotFoundError:
        raise OcrError(f"{path} is missing: clone the repository again.") from None
    except fastjsonschema.JsonSchemaValueException as error:
        what = error.message.removeprefix("data").lstrip(".")[:120].strip()
        raise OcrError(
            f"{path} does not describe this network ({what}): restore it with git checkout."
        ) from None
    except (OSError, ValueError, RecursionError):
        raise OcrError(f"{path} is not readable as JSON: restore it with git checkout.") from None
    return card


def _no_number(name: str):
    raise ValueError(f"{name} is no number of JSON's")


def save_weights(model, path) -> str:
    """Write a network's weights by name; returns the SHA-256 of the file, for the card.

    Kernels are kept in half precision, vectors (biases, batch statistics) in single precision. The
    file appears when it is whole.
    """
    path = Path(path)
    arrays = {name: np.asarray(variable) for name, variable in _by_name(model).items()}
    arrays = {name: a.astype(np.float16) if a.ndim > 1 else a for name, a in arrays.items()}
    with new_file(path) as temporary:
        with open(temporary, "wb") as file:
            np.savez(file, **arrays)
        return hashlib.sha256(temporary.read_bytes()).hexdigest()


def load_weights(model, path, card: dict) -> None:
    """Give a network the weights that `save_weights` wrote.

    card: its `sha256` is that of the file. Raises OcrError: no file, a damaged one, or the weights
    of another network, the first of which it names.
    """
    arrays, variables = _read(Path(path), card["sha256"]), _by_name(model)
    for name in sorted(variables.keys() | arrays.keys()):
        stored, wanted = arrays.get(name), variables.get(name)
        if stored is None or wanted is None or stored.shape != tuple(wanted.shape):
            raise OcrError(
                f"{path} belongs to another network (weight {name}): take this course's."
            )
    for name, variable in variables.items():
        variable.assign(arrays[name].astype(np.float32))


def _read(path: Path, sha256: str) -> dict[str, np.ndarray]:
    try:
        if hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
            raise OcrError(f"{path} is damaged or not its card's: restore it with git checkout.")
        with np.load(path) as stored:
            return {name: stored[name] for name in stored.files}
    except FileNotFoundError:
        raise OcrError(f"{path} is missing: clone the repository again.") from None
    except (OSError, ValueError, EOFError, AttributeError, zipfile.BadZipFile):
        raise OcrError(f"{path} holds no weights: restore it with git checkout.") from None


def _by_name(model) -> dict:
    """Every weight under a name that is the same whenever the network is built.

    Keras numbers layers without a name through the whole process: here each network begins anew.
    """
    names, seen = {}, Counter()
    for layer in model.layers:
        if layer.weights:
            kind = re.sub(r"_\d+$", "", layer.name)
            own = f"{kind}_{seen[kind]}" if seen[kind] else kind
            seen[kind] += 1
            for variable in layer.weights:
                inside = re.sub(r"_\d+(?=/)", "", variable.path.split("/", 1)[1])
                names[f"{own}/{inside}"] = variable
    return names
