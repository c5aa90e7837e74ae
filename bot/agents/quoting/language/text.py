"""Text as the reader sees it: folded without moving a letter, so that spans stay true."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_SINGLE = str.maketrans(
    {
        "ß": "s", "œ": "o", "æ": "a", "ø": "o", "ł": "l", "đ": "d", "×": "x", "✕": "x",
        "–": "-", "—": "-", "−": "-", "‑": "-", "’": "'", "‘": "'", "`": "'", "´": "'",
        "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "\u00a0": " ", "\u202f": " ",
        "\u2009": " ", "\u3000": " ", "•": "-", "·": "-", "▪": "-", "‣": "-", "➢": "-",
    }
)  # fmt: skip
_WORD = re.compile(r"[a-z]+|\d+(?:[.,]\d+)*")
_JOINTS = frozenset(" -'/&.")


@lru_cache(maxsize=65536)
def _fold_letter(letter: str) -> str:
    folded = unicodedata.normalize("NFKD", letter).lower().translate(_SINGLE)
    base = [c for c in folded if not unicodedata.combining(c)]
    return base[0] if base else " "


def fold(text: str) -> str:
    """Lower case without accents, letter for letter: offsets in the result are the text's own."""
    lowered = text.translate(_SINGLE)
    if lowered.isascii():
        return lowered.lower()
    return "".join(c.lower() if c.isascii() else _fold_letter(c) for c in lowered)


@dataclass(frozen=True, slots=True)
class Word:
    """A run of letters or a number, with its place in the text."""

    text: str
    start: int
    end: int

    @property
    def is_number(self) -> bool:
        return self.text[0].isdigit()


def words(folded: str, start: int = 0, end: int | None = None) -> list[Word]:
    stop = len(folded) if end is None else end
    return [Word(m[0], m.start(), m.end()) for m in _WORD.finditer(folded, start, stop)]


def are_joined(folded: str, left: Word, right: Word) -> bool:
    """Whether two words may belong to one phrase: only blanks, hyphens and the like between."""
    gap = folded[left.end : right.start]
    return len(gap) <= 3 and all(c in _JOINTS for c in gap) and gap.count(".") <= 1
