"""Part numbers as people write them: with other dashes, with spaces, with a wrong letter."""

import re
from collections.abc import Mapping

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.agents.quoting.language.text import fold

LONGEST = 6
"""Pieces that one part number may be written in."""
SHORTEST_TYPO = 6
_PIECE = re.compile(r"[a-z0-9]+")


def key_of(code: str) -> str:
    """Small letters and digits only."""
    return re.sub(r"[^a-z0-9]", "", fold(code))


def joined(folded: str, known: Mapping[str, object], *, shortest: int, digits: int) -> list[str]:
    """Keys that some neighbouring pieces of the text make together, the longest first.

    Short ones would be found in ordinary words: “box 305” is no part number.
    """
    pieces = _PIECE.findall(folded)
    found: dict[str, int] = {}
    for start in range(len(pieces)):
        key = ""
        for piece in pieces[start : start + LONGEST]:
            key += piece
            if key in known and len(key) >= shortest and _digits(key) >= digits:
                found[key] = len(key)
    return sorted(found, key=lambda key: -found[key])


def near(folded: str, known: Mapping[str, object], limit: int) -> list[tuple[str, float]]:
    """Keys that a piece of the text is with one letter wrong, and how near (0 to 1).

    Whoever searches sees them; a quote is never drafted from one, since the neighbour of a part
    number is another product.
    """
    found: dict[str, float] = {}
    for word in re.findall(r"\S+", folded):
        key = key_of(word)
        if len(key) < SHORTEST_TYPO or not _digits(key) or key in known:
            continue
        for other, distance, _ in process.extract(
            key, known.keys(), scorer=OSA.distance, score_cutoff=1, limit=limit
        ):
            found[other] = max(found.get(other, 0.0), 1 - distance / len(key))
    return sorted(found.items(), key=lambda pair: -pair[1])[:limit]


def _digits(key: str) -> int:
    return sum(letter.isdigit() for letter in key)
