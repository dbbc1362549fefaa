"""Count the course's language model, data/language_model.npz, from its word list.

    python -m training.language_model

Words count by the square root of how common they are, so that rare ones keep a voice; a tenth of
everything are numbers and prices, as `ocr_synth.text` makes them.
"""

import collections

import numpy as np

from ocr_synth.text import random_number, running_words
from ocr_utils.language_model import LanguageModel
from ocr_utils.paths import DATA


def main() -> None:
    counts = collections.Counter(running_words())
    words = {word: float(np.sqrt(count)) for word, count in counts.items()}
    share, rng = 0.1 * sum(words.values()) / 5000, np.random.default_rng(0)
    for _ in range(5000):
        number = random_number(rng)
        words[number] = words.get(number, 0) + share
    path = DATA / "language_model.npz"
    LanguageModel.count(words).save(path)
    print(f"{len(words)} words, {path.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
