"""How likely a text is as English spells: a character n-gram model (Jurafsky and Martin, ch. 3).

It knows 30 symbols: letters without case, any digit, the apostrophe, any other mark, and the
word's boundary. One table holds log p(symbol | three symbols before it), 30^4 numbers.
"""

import functools
import string
from pathlib import Path

import numpy as np

from ocr_utils.errors import OcrError
from ocr_utils.paths import DATA

BOUNDARY, DIGIT, OTHER = 0, 27, 29
SYMBOLS = 30
ORDER = 4  # symbols in an n-gram
_SYMBOL = {char: 1 + i for i, char in enumerate(string.ascii_lowercase)}
_SYMBOL |= dict.fromkeys(string.digits, DIGIT) | {"'": 28}


def symbols(text: str) -> np.ndarray:
    """A text -> its symbols, (n,) int.

    >>> symbols("Ab'7&")
    array([ 1,  2, 28, 27, 29])
    """
    return np.array([_SYMBOL.get(char, OTHER) for char in text.lower()], dtype=int)


class LanguageModel:
    """A character n-gram model; `table` is (30, 30, 30, 30) log p(the last | the three before).

    >>> model = LanguageModel.count({"hotel": 3, "motel": 1})
    >>> model.log_probability("HOTEL") > model.log_probability("LTHOE")
    True
    """

    def __init__(self, table: np.ndarray):
        self.table = np.asarray(table, np.float32)

    @classmethod
    def count(cls, words: dict[str, float], uniform: float = 0.02) -> "LanguageModel":
        """The model of words and how common they are, smoothed as Witten and Bell do.

        uniform: the share of each prediction that any symbol has alike, for what is no word.
        """
        estimate = np.full(SYMBOLS, 1 / SYMBOLS)
        for length in range(1, ORDER + 1):
            counts = _ngrams(words, length)
            total, kinds = counts.sum(-1, keepdims=True), (counts > 0).sum(-1, keepdims=True)
            seen = (counts + kinds * estimate) / np.maximum(total + kinds, 1e-9)
            estimate = np.where(total > 0, seen, np.broadcast_to(estimate, counts.shape))
        return cls(np.log((1 - uniform) * estimate + uniform / SYMBOLS))

    def log_probability(self, text: str, boundary: bool = True) -> float:
        """log p(text), natural; with the word's end unless `boundary` is False."""
        path = np.concatenate([[BOUNDARY] * (ORDER - 1), symbols(text), [BOUNDARY] * boundary])
        grams = np.lib.stride_tricks.sliding_window_view(path.astype(int), ORDER)
        return float(self.table[tuple(grams.T)].sum())

    def save(self, path: Path) -> None:
        """Write the table in half precision, compressed: about half a megabyte."""
        with open(path, "wb") as file:
            np.savez_compressed(file, table=self.table.astype(np.float16))


def _ngrams(words: dict[str, float], length: int) -> np.ndarray:
    """How often each n-gram of so many symbols stands in the words, its end included."""
    counts = np.zeros((SYMBOLS,) * length)
    for word, weight in words.items():
        path = [BOUNDARY] * (length - 1) + symbols(word).tolist() + [BOUNDARY]
        for i in range(len(path) - length + 1):
            counts[tuple(path[i : i + length])] += weight
    return counts


@functools.lru_cache(maxsize=1)
def load_language_model(path: Path = DATA / "language_model.npz") -> LanguageModel:
    """The model that ships with the course, made by `training/language_model.py`.

    Raises OcrError where the file is missing or damaged.
    """
    try:
        with np.load(path, allow_pickle=False) as arrays:
            table = arrays["table"]
        if table.shape != (SYMBOLS,) * ORDER:
            raise ValueError(f"its table is {table.shape}")
    except Exception as error:
        raise OcrError(f"{path} holds no language model ({error}): clone it again.") from None
    return LanguageModel(table)
