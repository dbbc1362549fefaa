"""What is written: real words, and the numbers, prices and codes that dictionaries lack."""

import functools
import re
import string

import numpy as np

from ocr_synth.fonts import package_folder

PRINTABLE = string.ascii_letters + string.digits + string.punctuation
UNITS = ("km", "m", "kg", "g", "ml", "cm", "mm", "th", "st", "x")
CODE_CHARACTERS = string.ascii_uppercase + string.digits


@functools.lru_cache(maxsize=1)
def lexicon() -> tuple[str, ...]:
    """About 36,000 English words, cased, sorted: the vocabulary inside essential-generators.

    That package comes with keras-ocr; only its text file is read here.

    >>> words = lexicon()
    >>> len(words) > 30_000, "hotel" in words
    (True, True)
    """
    return tuple(sorted(set(running_words())))


@functools.lru_cache(maxsize=1)
def running_words() -> tuple[str, ...]:
    """The same words, each as often as it has different neighbors in running text.

    >>> words = running_words()
    >>> words.count("the") > 1000 > words.count("hotel")
    True
    """
    file = package_folder("essential_generators") / "markov_textgen.json"
    tokens = re.findall(r'"(?:left|right)": "([^"]+)"', file.read_text(encoding="utf-8"))
    words = (match[0] for token in tokens if (match := re.match(r"[A-Za-z]+(?:'[a-z]+)?", token)))
    return tuple(word for word in words if 2 <= len(word) <= 20)


def random_text(rng: np.random.Generator) -> str:
    """One label as streets, receipts and forms have them: words, mostly, and everything else.

    >>> [random_text(np.random.default_rng(seed)) for seed in range(3)] == [
    ...     random_text(np.random.default_rng(seed)) for seed in range(3)]
    True
    """
    kind = rng.random()
    if kind < 0.71:
        return _punctuate(_change_case(_word(rng), rng), rng)
    if kind < 0.79:
        return _short(rng)
    if kind < 0.90:
        return random_number(rng)
    if kind < 0.95:
        return _letters(CODE_CHARACTERS, int(rng.integers(2, 10)), rng)
    if kind < 0.98:
        return _compound(rng)
    return _letters(PRINTABLE, int(rng.integers(1, 9)), rng)


def _word(rng) -> str:
    """A third as running text has them, small words often; the others one as often as another."""
    words = running_words() if rng.random() < 0.35 else lexicon()
    return words[rng.integers(len(words))]


def _change_case(word: str, rng) -> str:
    kind = rng.random()
    if kind < 0.48:
        return word.upper()
    if kind < 0.70:
        return word.lower()
    return word[0].upper() + word[1:]


def _punctuate(word: str, rng) -> str:
    if rng.random() < 0.88:
        return word
    before, after = [
        ("", "."),
        ("", ","),
        ("", ":"),
        ("(", ")"),
        ('"', '"'),
        ("", "!"),
        ("", "?"),
        ("'", "'"),
        ("", "'s"),
        ("(", ""),
        ("", ")"),
        ("-", ""),
        ("&", ""),
    ][rng.integers(13)]
    return before + word + after


def _short(rng) -> str:
    """One to three characters, which dictionaries have few of."""
    characters = string.ascii_uppercase if rng.random() < 0.5 else string.ascii_letters
    characters += string.digits if rng.random() < 0.3 else ""
    return _letters(characters, int(rng.integers(1, 4)), rng)


def _letters(characters: str, length: int, rng) -> str:
    return "".join(characters[i] for i in rng.integers(len(characters), size=length))


def random_number(rng) -> str:
    """Counts, prices, dates, times, percentages and telephone numbers."""
    digits = _letters(string.digits, int(rng.integers(1, 8)), rng)
    a, b, c = rng.integers(1, 99, size=3)
    return [
        digits,
        digits,
        f"${a}.{b:02d}",
        f"{a}.{b:02d}",
        f"{a},{b:02d}{c % 10}",
        f"{a}%",
        f"#{a}",
        f"{a % 12 + 1}/{b % 28 + 1}/{c:02d}",
        f"{a % 28 + 1:02d}-{b % 12 + 1:02d}-19{c:02d}",
        f"{a % 24}:{b % 60:02d}",
        f"({digits})",
        f"+{a}-{digits}",
        f"{a}-{digits}",
        f"${a}",
    ][rng.integers(14)]


def _compound(rng) -> str:
    """Two parts joined: web and mail addresses, hyphenated words, a unit behind a number."""
    first, second = _word(rng).lower()[:9], _word(rng).lower()[:8]
    number = int(rng.integers(1, 1000))
    return [
        f"www.{first}.com",
        f"{first}@{second}.com",
        f"{first}-{second}",
        f"{first}/{second}".title(),
        f"{number}{UNITS[number % 10]}",
        f"{first}&{second}".title(),
        f"{first.upper()}-{number}",
        f"{first}.{second}",
        f"{first}_{number}",
    ][rng.integers(9)]
