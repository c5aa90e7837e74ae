"""Whether a text tells a price that is no longer true: pure."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from domain.catalogue.keeping.synonyms import folded
from domain.catalogue.numbers import NotANumber, amount

_AMOUNT = re.compile(
    r"(?P<before>[£€$]|\b(?:gbp|eur|usd|chf)\b)?\s?(?<![\w.,])(?P<number>\d[\d.,'’]*\d|\d)(?![\w])"
    r"\s?(?P<after>[£€$]|\b(?:gbp|eur|usd|chf|euros?|pounds?)\b)?",
    re.IGNORECASE,
)
_PENCE = re.compile(r"[.,]\d{2}$")
_WORD = re.compile(r"[a-z0-9]+(?:[./-][a-z0-9]+)*")
_FILLING = frozenset(
    (
        *("a", "an", "and", "the", "of", "for", "with", "per", "in", "to"),
        *("mit", "der", "die", "das", "und", "con", "de", "la", "le", "les"),
    )
)


@dataclass(frozen=True, slots=True)
class OldPrice:
    """A product, and a price it had."""

    code: str
    name: str
    price: Decimal


@dataclass(frozen=True, slots=True)
class Mention:
    """`words`: the paragraph that tells it."""

    code: str
    name: str
    price: Decimal
    words: str


def amounts(text: str) -> frozenset[Decimal]:
    """What a text names as money: with a currency beside it, or with pence."""
    found = set()
    for match in _AMOUNT.finditer(text):
        number = match["number"]
        if not (match["before"] or match["after"] or _PENCE.search(number)):
            continue
        try:
            value = amount(number)
        except NotANumber:
            continue
        if value is not None:
            found.add(value)
    return frozenset(found)


class OldPrices:
    """Many products' old prices, looked for in many texts."""

    def __init__(self, prices: Iterable[OldPrice]) -> None:
        self._by_price: dict[Decimal, list[tuple[OldPrice, frozenset[str]]]] = defaultdict(list)
        for one in prices:
            self._by_price[one.price.normalize()].append((one, _words(one.name)))

    def told_in(self, text: str, title: str = "") -> list[Mention]:
        """Each product once: its old price and its name stand in one paragraph, or its code."""
        found: dict[str, Mention] = {}
        for paragraph in _paragraphs(text):
            told = {value.normalize() for value in amounts(paragraph)} & self._by_price.keys()
            if not told:
                continue
            said = _words(f"{title} {paragraph}")
            for value in told:
                for old, name in self._by_price[value]:
                    if old.code not in found and _is_named(old, name, said):
                        words = " ".join(paragraph.split())[:300]
                        found[old.code] = Mention(old.code, old.name, old.price, words)
        return list(found.values())


def _paragraphs(text: str) -> list[str]:
    """A row of a table or a list stands for itself; other lines go together."""
    blocks: list[str] = []
    for block in re.split(r"\n\s*\n", text):
        lines = [line for line in block.splitlines() if line.strip()]
        if lines and all(re.match(r"\s*(?:[|*•-]|\d+[.)])", line) for line in lines):
            blocks += lines
        elif block.strip():
            blocks.append(block)
    return blocks


def _words(text: str) -> frozenset[str]:
    return frozenset(_single(word) for word in _WORD.findall(folded(text)) if word not in _FILLING)


def _single(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _is_named(old: OldPrice, name: frozenset[str], said: frozenset[str]) -> bool:
    code = folded(old.code)
    return bool(name and name <= said) or (len(code) >= 3 and _single(code) in said)
