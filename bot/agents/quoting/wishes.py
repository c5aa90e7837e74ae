"""Wishes: what one customer wants, while the message is still being read and may be corrected."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal

from bot.agents.quoting.language.numbers import Number
from bot.agents.quoting.matching.scoring import Query
from bot.agents.quoting.reading import Reading
from bot.agents.quoting.vocabulary import Term, marker

_COUNTED = re.compile(
    r"^\s?(?:x|no\.?|nos\.?|off|of|pcs?|pieces?|ea|each|units?|stk|stck|stuck|uds?|unidades|pz|"
    r"pezzi|st\.?|stuks?|pieces|un|lots?)(?!\w)"
)
_TIMES = re.compile(r"(?:\bx|\bqty\.?:?|\bquantity:?|\bmenge:?|\bcant\.?:?|\banzahl:?|:|=|-|\bmakes"
                    r"|\b(?:total|quantity|number) of)\s*$")  # fmt: skip
WORK = frozenset({"engineer", "configuration", "scissor_lift", "boom_lift", "scaffold"})
TOPICS = frozenset({"cabling", "cctv_system", "wifi_system"})
"""Kinds of work that are spoken of as a whole: no line, but a reason to ask."""
SERVICES = WORK | frozenset(
    {"certification", "installation", "survey", "wifi_survey", "monitoring", "support", "travel",
     "health_check", "zone_charge", "manual", "fibre_test", "splice"}
)  # fmt: skip


@dataclass
class Wish:
    """One thing wanted. Spans point into the message; `words` is cut from there in the end."""

    source: str
    """Which message: "new" or "previous"."""
    start: int
    end: int
    head: str = ""
    head_words: str = ""
    families: frozenset[str] = frozenset()
    objects: frozenset[str] = frozenset()
    attributes: dict[str, frozenset[str]] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)
    name_words: list[str] = field(default_factory=list)
    sizes: frozenset[str] = frozenset()
    quantity: Decimal | None = None
    is_article: bool = False
    range: tuple[Decimal, Decimal] | None = None
    metres: tuple[Decimal, ...] = ()
    durations: dict[str, Decimal] = field(default_factory=dict)
    unit: str = ""
    is_plural: bool = False
    is_pending: bool = False
    is_about: bool = False
    is_optional: bool = False
    is_listed: bool = False
    """From a table or list, where every line is meant to be priced."""
    site: str = ""
    places: Decimal | None = None
    """How many floors or sites the piece itself speaks of."""
    factor: Decimal = Decimal(1)
    text: str = ""
    rule: str = ""
    named: str = ""
    """As the row of a file names it."""
    later: list[tuple[str, int, int]] = field(default_factory=list)
    """Other places that speak of it: (message, start, end) of a correction."""

    def copy(self) -> "Wish":
        return replace(self, attributes=dict(self.attributes), words=list(self.words),
                       durations=dict(self.durations), later=list(self.later))  # fmt: skip

    def state(self) -> tuple[object, ...]:
        """What a correction may change."""
        return self.quantity, self.range, dict(self.attributes), self.metres, tuple(self.words)

    def query(self, hints: dict[str, frozenset[str]]) -> Query:
        told = {k: v for k, v in self.attributes.items() if k not in {"installed", "certified"}}
        unit = self.unit or (next(iter(self.durations), "") if self.head in SERVICES else "")
        return Query(self.head, self.families, self.objects, told, hints, tuple(self.words),
                     self.sizes, self.metres, unit, self.text,
                     frozenset(self.name_words))  # fmt: skip

    def absorb(self, other: Reading, end: int) -> None:
        """Takes in what a later piece says of the same thing: ", the 800 wide version"."""
        for key, values in other.attributes.items():
            self.attributes[key] = values
        metres = tuple(Decimal(m.value) for m in other.measures if m.key == "metres")
        self.metres = self.metres + metres
        self.durations.update(durations(other))
        self.words += other.residual
        self.sizes |= other.sizes
        self.objects |= frozenset(other.objects)
        self.end = max(self.end, end)


def durations(reading: Reading) -> dict[str, Decimal]:
    units = {"hours": "hour", "days": "day", "months": "month", "km": "km"}
    return {units[m.key]: Decimal(m.value) for m in reading.measures if m.key in units}


def quantity_of(piece: str, reading: Reading, *, is_row: bool = False) -> Number | None:
    """The number that says how many: marked as such, or the one before the thing's name."""
    numbers = reading.numbers
    if not numbers:
        return None
    for number in numbers:
        if not number.is_article and _COUNTED.match(piece[number.end :]):
            return number
        if not number.is_article and _TIMES.search(piece[: number.start]):
            return number
    head = reading.families[-1] if reading.families else None
    before = [n for n in numbers if head is None or n.start < head.start]
    strong = [n for n in before if not n.is_article and _near(reading, n, head)]
    if strong:
        return strong[0]
    after = [n for n in numbers if head is not None and n.start > head.start and not n.is_article]
    if after and (is_row or not piece[after[-1].end :].strip(" .)")):
        return after[-1] if _could_count(after[-1]) else None
    if after and reading.head in SERVICES:
        return after[0]
    articles = [n for n in before if n.is_article]
    return articles[-1] if articles else None


def _near(reading: Reading, number: Number, head: Term | None) -> bool:
    """Not a number far off in the sentence: at most eight words before the name."""
    return head is None or head.first - number.last <= 9


def _could_count(number: Number) -> bool:
    return number.value == number.value.to_integral_value() and number.value < 20000


def wish_of(piece: str, reading: Reading, start: int, *, is_row: bool = False) -> Wish:
    """A wish from a piece that names a thing; `start` is the piece's place in the message."""
    number = quantity_of(piece, reading, is_row=is_row)
    head = reading.head_term
    names = [t.value for t in reading.families]
    wish = Wish(
        source="new",
        start=start + _first_word(reading),
        end=start + len(piece),
        head=reading.head,
        head_words=piece[head.start : head.end] if head else "",
        families=frozenset(names) - {reading.head},
        objects=frozenset(reading.objects),
        attributes=dict(reading.attributes),
        words=list(reading.residual),
        name_words=list(reading.name_words),
        sizes=reading.sizes,
        quantity=number.value if number else None,
        is_article=bool(number and number.is_article),
        metres=tuple(Decimal(m.value) for m in reading.measures if m.key == "metres"),
        durations=durations(reading),
        unit=_unit(reading, number),
        is_plural=bool(head and _plural(piece, head)),
        is_pending=marker("pending").has(piece),
        is_about=marker("about").has(piece),
        text=piece,
    )
    if wish.head == "fibre_test" and wish.quantity is None and "cores" in wish.attributes:
        wish.quantity = Decimal(next(iter(wish.attributes.pop("cores"))))
    kilometres = wish.durations.get("km")
    if kilometres is not None and wish.head != "travel":
        wish.metres = (*wish.metres, kilometres * 1000)
    if reading.ranges:
        wish.range = (reading.ranges[0].low, reading.ranges[0].high)
        wish.quantity = None
    return wish


def _first_word(reading: Reading) -> int:
    """Where the thing's own words begin: "mate can u price up" is not among them."""
    places = [number.start for number in reading.numbers]
    places += [term.start for term in reading.families]
    places += [measure.start for measure in reading.measures]
    places += [told.start for told in reading.ranges]
    return min(places, default=0)


def _plural(piece: str, head: Term) -> bool:
    return head.is_plural or piece[head.end : head.end + 1] == "s"


def _unit(reading: Reading, number: Number | None) -> str:
    packages = [unit for unit, _ in reading.units if unit in {"box", "reel", "pack", "length"}]
    if packages and not (reading.head in {"back_box", "junction_box"} and packages[0] == "box"):
        return packages[0]
    times = [unit for unit, _ in reading.units if unit in {"hour", "day", "m", "km"}]
    return times[0] if times else ""


def by_head(wishes: Iterable[Wish], head: str) -> list[Wish]:
    return [wish for wish in wishes if wish.head == head]
