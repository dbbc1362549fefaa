"""Batched prefix beam search against the plain one, and what a language model does to it."""

import numpy as np
import pytest

from ocr_utils import augmentation, beam, ctc
from ocr_utils.errors import OcrError
from ocr_utils.labels import PRINTABLE
from ocr_utils.language_model import LanguageModel, load_language_model


@pytest.mark.parametrize("steps", [1, 6])
def test_all_images_at_once_give_what_each_gives_alone(steps):
    logits = np.random.default_rng(0).normal(0, 2, (20, steps, 4)).astype(np.float32)
    found = beam.beam_search_batch(logits, "ABC", beam_width=300)
    for image, texts in zip(logits, found, strict=True):
        alone = ctc.beam_search(ctc.softmax(image), "ABC", 300)
        chances = {text: np.exp(score) for text, score in texts}
        assert len(chances) == len(texts)  # no text twice
        assert all(chances[text] == pytest.approx(p, abs=1e-5) for text, p in alone[:20])
        assert [text for text, _ in texts[:3]] == [text for text, _ in alone[:3]]


def test_steps_that_are_surely_blank_change_nothing():
    logits = np.random.default_rng(1).normal(0, 2, (3, 5, 4)).astype(np.float32)
    blank = np.float32([40, 0, 0, 0])
    longer = np.insert(logits, [2, 2, 2, 5, 5], blank, axis=1)
    once = np.insert(logits, [2, 5], blank, axis=1)
    for a, b in zip(*(beam.beam_search_batch(x, "ABC", 20) for x in (longer, once)), strict=True):
        assert [text for text, _ in a] == [text for text, _ in b]
        np.testing.assert_allclose([p for _, p in a], [p for _, p in b], atol=1e-5)


def test_no_images_no_texts():
    assert beam.beam_search_batch(np.zeros((0, 5, 4)), "ABC") == []


def _unsure(between: str, other: str, share: float) -> np.ndarray:
    """Logits of a word that may as well be another of the same length, (1, T, 95)."""
    logits = np.full((1, 2 * len(between), 95), -12.0, np.float32)
    logits[0, 1::2, 0] = 0
    for i, (a, b) in enumerate(zip(between, other, strict=True)):
        logits[0, 2 * i, 1 + PRINTABLE.index(a)] = np.log(share)
        if a != b:
            logits[0, 2 * i, 1 + PRINTABLE.index(b)] = np.log(1 - share)
    return logits


def test_the_language_model_turns_a_doubtful_zero_into_a_letter():
    logits = _unsure("STATI0N", "STATION", 0.6)
    plain = beam.beam_search_batch(logits, PRINTABLE)[0][0][0]
    helped = beam.beam_search_batch(logits, PRINTABLE, language_model=load_language_model())
    assert (plain, helped[0][0][0]) == ("STATI0N", "STATION")


def test_a_clear_code_stays_a_code():
    logits = _unsure("X7K0Q2", "XTKOQZ", 0.999)
    found = beam.beam_search_batch(logits, PRINTABLE, language_model=load_language_model())
    assert found[0][0][0] == "X7K0Q2"


def test_the_counts_of_a_language_model_are_probabilities():
    model = LanguageModel.count({"banana": 2, "band": 1})
    np.testing.assert_allclose(np.exp(model.table).sum(axis=-1), 1, rtol=1e-4)
    assert model.log_probability("BAND") > model.log_probability("NABD")
    assert model.log_probability("ban", boundary=False) > model.log_probability("ban")


def test_the_search_scores_a_text_as_the_model_does():
    """The search's score is log p of the network plus the model's, weighted, plus the bonus."""
    model = load_language_model()
    logits = _unsure("Hotel", "Motel", 0.7)
    with_model = dict(beam.beam_search_batch(logits, PRINTABLE, 6, model, 0.5, 0.3)[0])
    alone = dict(beam.beam_search_batch(logits, PRINTABLE)[0])
    for text in ("Hotel", "Motel"):
        expected = alone[text] + 0.5 * model.log_probability(text) + 0.3 * len(text)
        assert with_model[text] == pytest.approx(expected, abs=1e-3)


def test_a_damaged_language_model_is_named(tmp_path):
    (tmp_path / "broken.npz").write_bytes(b"no model")
    with pytest.raises(OcrError, match="broken.npz holds no language model"):
        load_language_model(tmp_path / "broken.npz")
    np.savez(tmp_path / "small.npz", table=np.zeros((3, 3)))
    with pytest.raises(OcrError, match="small.npz.*table is"):
        load_language_model(tmp_path / "small.npz")


def test_two_views_that_agree_outvote_a_surer_one():
    once, twice = [("0UR", np.log(0.4))], [("OUR", np.log(0.3))]
    assert augmentation.vote([once, twice])[0] == "0UR"
    text, share, view = augmentation.vote([once, twice, [("OUR", np.log(0.35))]])
    assert (text, view) == ("OUR", 2) and share == pytest.approx(0.65 / 1.05)
