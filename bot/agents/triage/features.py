"""Turns a text into what the classifier weighs: hashed words and letters, markers, meaning."""

import itertools
import re
from collections.abc import Iterator, Sequence
from zlib import crc32

import numpy as np
import numpy.typing as npt

from bot.agents.triage.markers import NAMES, marks

Matrix = npt.NDArray[np.float32]

BUCKETS = 8192
MEANING = 256
WIDTH = BUCKETS + len(NAMES) + MEANING + 1

_WORD_WEIGHT = 1.0
_LETTER_WEIGHT = 0.7
_MARK_WEIGHT = 0.5
_MEANING_WEIGHT = 2.5

_MONEY = re.compile(r"[£$€]\s?\d[\d.,]*|\d[\d.,]*\s?(?:[£$€]|pounds?|euros?|dollars?|quid)\b")
_DIGITS = re.compile(r"\d[\d.,:/]*")
_TOKEN = re.compile(r"\w+(?:'\w+)?|[?!]")


def tokens(text: str) -> list[str]:
    """Lower-cased words; every number is one word and every amount another."""
    lowered = text.lower().replace("’", "'")
    return _TOKEN.findall(_DIGITS.sub("0", _MONEY.sub("00", lowered)))[:120]


def features(text: str, meaning: npt.NDArray[np.float32]) -> Matrix:
    """Shape (WIDTH,). `meaning` is the text's L2-normalised vector."""
    row = np.zeros(WIDTH, np.float32)
    words = tokens(text)
    _scatter(row, list(_word_grams(words)), _WORD_WEIGHT)
    _scatter(row, list(_letter_grams(words)), _LETTER_WEIGHT)
    at = BUCKETS + len(NAMES)
    row[BUCKETS:at] = np.asarray(marks(text), np.float32) * _MARK_WEIGHT
    row[at : at + MEANING] = meaning * _MEANING_WEIGHT
    row[-1] = 1.0
    return row


def table(texts: Sequence[str], meanings: Matrix) -> Matrix:
    rows = [features(text, meaning) for text, meaning in zip(texts, meanings, strict=True)]
    return np.stack(rows) if rows else np.zeros((0, WIDTH), np.float32)


def _scatter(row: Matrix, grams: list[str], weight: float) -> None:
    if not grams:
        return
    slots = [crc32(gram.encode()) % BUCKETS for gram in grams]
    np.add.at(row, slots, np.float32(weight / np.sqrt(len(grams))))


def _word_grams(words: list[str]) -> Iterator[str]:
    yield from (f"w:{word}" for word in words)
    yield from (f"b:{a} {b}" for a, b in itertools.pairwise(words))
    yield from (f"f:{' '.join(words[:n])}" for n in (1, 2, 3) if len(words) >= n)


def _letter_grams(words: list[str]) -> Iterator[str]:
    for word in words:
        if len(word) > 3:
            padded = f"<{word}>"
            yield from (f"c:{padded[at : at + 4]}" for at in range(len(padded) - 3))
