"""Text <-> class numbers for CTC: index 0 is the blank, characters count from 1 (notebook 07)."""

import string

import numpy as np

from ocr_utils.errors import OcrError

TARGET_CHARACTERS = string.ascii_uppercase + string.digits  # the lesson's 36 classes
PRINTABLE = string.digits + string.ascii_letters + string.punctuation  # 94, case and punctuation
BLANK = "-"  # how the blank, index 0, is shown


class LabelConverter:
    """Converts between text and class indexes; `character` is the alphabet without the blank.

    >>> converter = LabelConverter(TARGET_CHARACTERS)
    >>> converter.encode("HELLO")
    array([ 8,  5, 12,  0, 12, 15], dtype=int32)
    >>> converter.decode([8, 5, 12, 0, 12, 15])
    'HEL-LO'
    >>> converter.collapse([8, 8, 0, 5, 12, 12, 0, 12, 15, 0])
    'HELLO'
    """

    def __init__(self, character: str = TARGET_CHARACTERS):
        if not character or len(set(character)) != len(character):
            raise OcrError(
                f"The alphabet {character!r} is empty or names a character twice: "
                "list every character once."
            )
        self.character = BLANK + character
        self.label_map = {char: index for index, char in enumerate(character, start=1)}

    def encode(self, text: str, separate_doubles: bool = True) -> np.ndarray:
        """Text -> indexes, shape (n,), int32; a 0 between equal neighbors if `separate_doubles`.

        The 0s show what the network has to write; `keras.losses.CTC` wants the label without them.
        Raises OcrError for a character outside the alphabet.

        >>> LabelConverter("ABC").encode("ABBA", separate_doubles=False)
        array([1, 2, 2, 1], dtype=int32)
        """
        indexes: list[int] = []
        for position, char in enumerate(text):
            if char not in self.label_map:
                raise OcrError(
                    f"{text!r} holds {char!r}, which is not in the alphabet "
                    f"{self.character[1:]!r}: remove it or choose a larger alphabet."
                )
            if separate_doubles and position and char == text[position - 1]:
                indexes.append(0)
            indexes.append(self.label_map[char])
        return np.array(indexes, dtype=np.int32)

    def decode(self, indexes) -> str:
        """Indexes -> one character each, the blank as "-".

        >>> LabelConverter("ABC").decode([1, 1, 0, 3])
        'AA-C'
        """
        return "".join(self.character[index] for index in indexes)

    def collapse(self, path) -> str:
        """What a CTC path spells: repeats merged first, then blanks dropped (Graves 2006).

        >>> LabelConverter("ABC").collapse([1, 1, 0, 1, 3, 3])
        'AAC'
        """
        path = np.asarray(path)
        first = np.concatenate([[True], path[1:] != path[:-1]])[: len(path)]
        return self.decode(path[first & (path != 0)])

    def encode_batch(self, texts: list[str], max_text_len: int = 22) -> np.ndarray:
        """Plain labels for `keras.losses.CTC`: (B, max_text_len) int32, padded with 0.

        >>> LabelConverter("ABC").encode_batch(["ABBA", "C"], max_text_len=5)
        array([[1, 2, 2, 1, 0],
               [3, 0, 0, 0, 0]], dtype=int32)
        """
        labels = np.zeros((len(texts), max_text_len), dtype=np.int32)
        for row, text in zip(labels, texts, strict=True):
            if len(text) > max_text_len:
                raise OcrError(
                    f"{text!r} has {len(text)} characters, the labels have room for "
                    f"{max_text_len}: drop the word or raise max_text_len."
                )
            row[: len(text)] = self.encode(text, separate_doubles=False)
        return labels


def required_steps(text: str) -> int:
    """Time steps CTC needs for a text: one a character, one more between equal neighbors.

    >>> required_steps("HELLO")
    6
    """
    return len(text) + sum(a == b for a, b in zip(text, text[1:], strict=False))


def check_labels(texts: list[str], time_steps: int) -> None:
    """Raise OcrError naming the texts that CTC cannot fit into `time_steps`.

    Keras's loss does not: it trains on them with a finite, meaningless loss (notebook 07b).

    >>> check_labels(["HELLO"], time_steps=5)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    ocr_utils.errors.OcrError: 'HELLO' needs 6 time steps, the network has 5: drop it or ...
    """
    bad = [text for text in texts if required_steps(text) > time_steps]
    if bad:
        more = f" (and {len(bad) - 1} more like it)" if len(bad) > 1 else ""
        raise OcrError(
            f"{bad[0]!r}{more} needs {required_steps(bad[0])} time steps, the network "
            f"has {time_steps}: drop it or widen the input."
        )
