"""Weights and cards: they come back by name, and whatever is wrong with them is one sentence."""

import json

import numpy as np
import pytest

from ocr_utils import OcrError, crnn, detector, recognizer, weights
from ocr_utils.paths import WEIGHTS

SMALL = {"input_shape": (48, 32, 1), "channels": (8, 16, 32), "lstm_units": (32,)}
NAMES = {"recognizer": recognizer.load_recognizer.__wrapped__, "detector": detector.load_detector}


def refusal(call, *args) -> str:
    with pytest.raises(OcrError) as caught:
        call(*args)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.fixture(params=NAMES)
def shipped(request, tmp_path, monkeypatch):
    """A copy of what is shipped: (function that loads it, its weights, its card)."""
    monkeypatch.setattr(recognizer, "WEIGHTS", tmp_path)
    monkeypatch.setattr(detector, "WEIGHTS", tmp_path)
    for suffix in ("npz", "json"):
        name = f"{request.param}.{suffix}"
        (tmp_path / name).write_bytes((WEIGHTS / name).read_bytes())
    paths = (tmp_path / f"{request.param}.{suffix}" for suffix in ("npz", "json"))
    return NAMES[request.param], *paths


@pytest.mark.parametrize("path", sorted(WEIGHTS.glob("*.npz")), ids=lambda path: path.stem)
def test_shipped_weights_are_small_and_what_their_card_says(path):
    card = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    with np.load(path) as arrays:
        shapes = [arrays[name].shape for name in arrays.files]
        assert {arrays[name].dtype for name in arrays.files if arrays[name].ndim > 1} == {
            np.dtype(np.float16)
        }
    assert path.stat().st_size <= 8 * 2**20
    assert sum(map(np.prod, shapes)) == card["parameters"]


def test_weights_come_back_into_a_network_built_later(tmp_path):
    images = np.random.default_rng(0).random((2, 48, 32, 1), np.float32)
    first = crnn.build_crnn_model(**SMALL, dropout=0.1)
    sha256 = weights.save_weights(first, tmp_path / "w.npz")
    second = crnn.build_crnn_model(**SMALL)  # Keras numbers its layers on
    weights.load_weights(second, tmp_path / "w.npz", {"sha256": sha256})
    np.testing.assert_allclose(np.array(first(images)), np.array(second(images)), atol=0.01)
    assert [path.name for path in tmp_path.iterdir()] == ["w.npz"]
    assert weights.save_weights(second, tmp_path / "again.npz") == sha256  # bytes do not drift


@pytest.mark.parametrize(
    "other, name",
    [
        ({"channels": (8, 16, 32, 32)}, "batch_normalization_3/beta"),
        ({"channels": (8, 16)}, "batch_normalization_2/beta"),
        ({"lstm_units": (40,)}, "bidirectional/backward_lstm/lstm_cell/bias"),
        ({"batch_norm": False}, "batch_normalization/beta"),
        ({"characters": "ABC"}, "output/bias"),
    ],
)
def test_weights_of_another_network_are_refused_by_name(tmp_path, other, name):
    stranger = crnn.build_crnn_model(**{**SMALL, **other})
    card = {"sha256": weights.save_weights(stranger, tmp_path / "w.npz")}
    text = refusal(weights.load_weights, crnn.build_crnn_model(**SMALL), tmp_path / "w.npz", card)
    assert text.startswith(str(tmp_path / "w.npz")) and f"another network (weight {name})" in text


def test_damaged_weights_are_refused_whatever_the_damage(shipped):
    load, path, _ = shipped
    whole = path.read_bytes()
    rng = np.random.default_rng(0)
    damaged = [whole[: len(whole) // 2], b"", b"not weights", whole + b"\0"]
    for place in rng.integers(0, len(whole), 4):
        damaged.append(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
    for content in damaged:
        path.write_bytes(content)
        assert refusal(load).startswith(f"{path} is damaged")
    path.unlink()
    assert refusal(load).startswith(f"{path} is missing")


def test_a_file_that_only_its_card_takes_for_weights(tmp_path):
    import hashlib

    for content in (b"text", b"PK\3\4 broken", b"\x93NUMPY"):
        (tmp_path / "w.npz").write_bytes(content)
        card = {"sha256": hashlib.sha256(content).hexdigest()}
        assert "holds no weights" in refusal(weights.load_weights, None, tmp_path / "w.npz", card)


ARCHITECTURE = {"channels": [8, 16], "lstm_units": [8], "convolutions": 1, "batch_norm": True}
CARDS = {
    "recognizer": [
        {"alphabet": 5},
        {"alphabet": ""},
        {"image_size": [64, 32]},
        {"architecture": {}},
        {"architecture": {"channels": "many"}},
        {"architecture": [32, 64]},
        {"architecture": ARCHITECTURE | {"channels": [32]}},
        {"architecture": ARCHITECTURE | {"channels": [32, 64, 0]}},
        {"architecture": ARCHITECTURE | {"channels": [32, 64, 1025]}},
        {"architecture": ARCHITECTURE | {"lstm_units": [1.5]}},
        {"architecture": ARCHITECTURE | {"lstm_units": [8] * 5}},
        {"architecture": ARCHITECTURE | {"convolutions": 0}},
        {"architecture": ARCHITECTURE | {"convolutions": 5}},
        {"architecture": ARCHITECTURE | {"batch_norm": "yes"}},
        {"architecture": ARCHITECTURE | {"dropout": 0.1}},
        {"temperature": 0},
        {"temperature": -1},
        {"temperature": 1e-300},
        {"temperature": float("nan")},
        {"temperature": float("inf")},
        {"temperature": 10**400},
        {"temperature": 100.5},
        {"calibration": {"at first sight": [1, 0, 0, 0], "voted": [1, 0, 0, 101]}},
        {"temperature": "0.86"},
        {"temperature": None},
        {"calibration": {}},
        {"calibration": None},
        {"calibration": {"at first sight": [1, 0, 0, 0]}},
        {"calibration": {"at first sight": [1, 0, 0, 0], "voted": [1, 0]}},
        {"calibration": {"at first sight": [1, 0, 0, 0], "voted": [1, 0, 0, 0, 0]}},
        {"calibration": {"at first sight": [1, 0, 0, 0], "voted": [1, 0, 0, "0"]}},
        {"calibration": {"at first sight": [1, 0, 0, 0], "voted": [1, 0, 0, 10**400]}},
        {"calibration": {"at first sight": [1, 0, 0, 0], "voted": [1, 0, 0, float("nan")]}},
    ],
    "detector": [
        {"channels": [16, 32]},
        {"channels": [16, 32, 64, 128, 128, 128]},
        {"channels": [16, 32, 64, 128, 10**9]},
        {"channels": [16, 32, 64, 128, 0]},
        {"channels": [16, 32, 64, 128, 1.5]},
        {"channels": None},
        {"options": {}},
        {"options": {"threshold": 0.6, "peak": 0.7}},
        {"options": {"threshold": 0, "peak": 0.7, "gap": 0.7}},
        {"options": {"threshold": 0.6, "peak": 1, "gap": 0.7}},
        {"options": {"threshold": 0.6, "peak": 0.7, "gap": 1.5}},
        {"options": {"threshold": 0.6, "peak": 0.7, "gap": 0.7, "smallest": -1}},
        {"options": [0.6, 0.7, 0.7]},
    ],
    "any": [
        {"sha256": 7},
        {"sha256": "short"},
        {"sha256": "G" * 64},
        {"sha256": "0" * 65},
        {"onnx_sha256": "short"},
        {"parameters": "many"},
        {"parameters": 0},
        {"steps": -1},
        {"samples_seen": 0.5},
        {"minutes": [1]},
        {"data": 7},
        {"hardware": 7},
        {"command": 7},
        {"history": 7},
        {"limits": 7},
        {"results": 7},
    ],
}


def test_a_wrong_card_is_refused_at_loading_by_the_field(shipped):
    load, _, path = shipped
    card = json.loads(path.read_text(encoding="utf-8"))
    for change in CARDS[path.stem] + CARDS["any"]:
        path.write_text(json.dumps(card | change), encoding="utf-8")
        text = refusal(load)
        assert text.startswith(str(path)), change
        assert next(iter(change)) in text or "not readable as JSON" in text, change


def test_what_is_no_card_at_all(shipped):
    load, _, path = shipped
    for content in (b"", b"{", b"[]", b"null", b"7", b"\xff\xfe", b"[" * 100_000, b'{"a": NaN}'):
        path.write_bytes(content)
        assert refusal(load).startswith(str(path)), content[:20]
    card = json.loads((WEIGHTS / path.name).read_text(encoding="utf-8"))
    for field in ("sha256", "channels" if path.stem == "detector" else "alphabet"):
        left = {name: value for name, value in card.items() if name != field}
        path.write_text(json.dumps(left), encoding="utf-8")
        assert f"must contain ['{field}'] properties" in refusal(load)
    path.unlink()
    assert refusal(load).startswith(f"{path} is missing")


def test_another_alphabet_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(recognizer, "WEIGHTS", tmp_path)
    card = json.loads((WEIGHTS / "recognizer.json").read_text(encoding="utf-8"))
    (tmp_path / "digits.json").write_text(json.dumps(card | {"alphabet": "0123456789"}))
    text = refusal(NAMES["recognizer"], "digits")
    assert "digits.json was trained for another alphabet (10 characters" in text
