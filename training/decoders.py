"""Decoders side by side: greedy, beam, beam with the language model, several views, a lexicon.

    python -m training.decoders FOLDER [FOLDER ...]

One line for each set, and one for generated codes, which no language model knows: word accuracy in
percent, letters and digits without case. The lexicon is every word of the set itself, 50 at a time.
"""

import argparse
import itertools
from pathlib import Path

import numpy as np

from ocr_synth.fonts import installed_fonts
from ocr_synth.scene import scene_sample
from ocr_synth.text import lexicon
from ocr_utils import beam, ctc
from ocr_utils.images import load_image
from ocr_utils.language_model import load_language_model
from ocr_utils.metrics import word_accuracy
from ocr_utils.recognizer import load_recognizer
from training import evaluate

CODE_SEED = 999_949


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folders", nargs="+")
    parser.add_argument("--codes", type=int, default=500)
    args = parser.parse_args()
    sets = {Path(folder).name: evaluate.read_folder(folder) for folder in args.folders}
    sets["generated codes"] = codes(args.codes)
    columns = None
    for name, (crops, texts) in sets.items():
        row = accuracies([load_image(crop) for crop in crops], texts)
        if columns is None:
            columns = list(row)
            print("| set |", " | ".join(columns), "|")
        print(
            f"| {name} |", " | ".join(f"{row[column]:.1f}" for column in columns), "|", flush=True
        )


def codes(count: int):
    """Generated crops whose text is no word: letters and digits mixed, or letters at random."""
    known, fonts = {word.lower() for word in lexicon()}, installed_fonts() or None
    samples = (scene_sample(CODE_SEED, index, fonts) for index in itertools.count())
    chosen = ((image, text) for image, text in samples if _is_code(text, known))
    return tuple(map(list, zip(*itertools.islice(chosen, count), strict=True)))


def _is_code(text: str, known: set[str]) -> bool:
    mixed = any(c.isdigit() for c in text) and any(c.isalpha() for c in text)
    return (
        len(text) > 3
        and text.isalnum()
        and not text.isdigit()
        and (mixed or text.lower() not in known)
    )


def accuracies(crops, texts) -> dict[str, float]:
    """Word accuracy in percent of each way to read the crops."""
    recognizer = load_recognizer()
    first, _ = recognizer.predict(crops, augment=False)
    logits = np.array([reading.logits for reading in first])
    model, alphabet = load_language_model(), recognizer.alphabet

    def best(language_model):
        return [t[0][0] for t in beam.beam_search_batch(logits, alphabet, 6, language_model)]

    found = {
        "greedy": [reading.text for reading in first],
        "beam": best(None),
        "beam + model": best(model),
        "views": [r.text for r in recognizer.predict(crops, language_model=False)[0]],
        "views + model, as shipped": [r.text for r in recognizer.predict(crops)[0]],
        "lexicon of 50": _with_lexicon(logits, texts, alphabet),
    }
    return {name: 100 * word_accuracy(texts, list(words)) for name, words in found.items()}


def _with_lexicon(logits, texts, alphabet) -> list[str]:
    """Every image read as one of 50 words in four cases: its own and 49 of its neighbors."""
    found = []
    for i, image in enumerate(logits):
        words = [texts[(i + k) % len(texts)] for k in range(min(50, len(texts)))]
        cased = {form for w in words for form in (w, w.upper(), w.lower(), w.capitalize())}
        found.append(ctc.rank_lexicon(ctc.softmax(image), alphabet, sorted(cased))[0][0])
    return found


if __name__ == "__main__":
    main()
