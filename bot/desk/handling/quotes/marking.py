"""What staff's words say of numbered lines and of money off: read before goods are looked for."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from domain.quotes.pricing import QuoteLine
from domain.quotes.revising import Change

_LINES = r"lines?\s+(?P<lines>\d{1,3}(?:\s*(?:,|and|&|\+)\s*(?:line\s+)?\d{1,3})*)"
_SIGN = r"(?:[£€$]|GBP|EUR|USD|CHF)"
_AMOUNT = r"\d{1,7}(?:[.,]\d{1,2})?"
_LEAD = (
    r"(?:\b(?:please|and|then|also)\s+)*(?:\b(?:give|add|take|put|grant|apply|make|mark|set)\b)?\s*"
)
_LINE_DISCOUNT = re.compile(
    rf"{_LEAD}(?:a\s+)?(?:{_SIGN}\s*)?(?P<amount>{_AMOUNT})\s*(?P<percent>%|per ?cent\b)?\s*"
    rf"(?:{_SIGN}\s*)?(?:discount|rebate|off)\s+(?:on|off|for|from)?\s*{_LINES}",
    re.I,
)
_NO_LINE_DISCOUNT = re.compile(rf"{_LEAD}no\s+discount\s+(?:on|for)\s+{_LINES}", re.I)
_OFF = re.compile(
    rf"{_LEAD}(?:a\s+)?(?:discount|rebate)?\s*(?:of\s+)?"
    rf"(?:{_SIGN}\s*(?P<before>{_AMOUNT})|(?P<after>{_AMOUNT})\s*{_SIGN})"
    r"(?:\s*(?:discount|rebate|off)\b)?(?:\s+(?:on|off)?\s*"
    r"(?:everything|all(?: lines)?|the (?:whole )?quote))?",
    re.I,
)
_MEANS_OFF = re.compile(r"\b(?:discount|rebate|off)\b", re.I)
_STATE = re.compile(
    rf"{_LEAD}{_LINES}\s*(?:is|are|as|to be|be)?\s*(?P<state>(?:no longer|not|an?)?\s*"
    r"(?:optional|options?|alternatives?|alternates?|included|fixed))\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Marks:
    """`rest`: the words that speak of something else."""

    rest: str
    optional: dict[int, bool] = field(default_factory=dict)
    alternate: dict[int, bool] = field(default_factory=dict)
    discounts: dict[int, str] = field(default_factory=dict)
    amount: Decimal | None = None

    def laid_on(self, change: Change, lines: tuple[QuoteLine, ...]) -> Change:
        return Change(
            change.quantities,
            change.percent,
            _chosen(self.optional, lines, lambda line: line.is_optional),
            change.added,
            _chosen(self.alternate, lines, lambda line: line.is_alternate),
            self.discounts,
            self.amount,
        )


def marks(words: str) -> Marks:
    found = Marks(words)
    rest = _LINE_DISCOUNT.sub(lambda m: _note_discount(found, m), words)
    rest = _NO_LINE_DISCOUNT.sub(lambda m: _note_discount(found, m), rest)
    rest = _STATE.sub(lambda m: _note_state(found, m), rest)
    amount = None
    for off in _OFF.finditer(rest):
        if _MEANS_OFF.search(off[0]):
            amount = Decimal((off["before"] or off["after"]).replace(",", "."))
            rest = f"{rest[: off.start()]} {rest[off.end() :]}"
            break
    return Marks(rest.strip(), found.optional, found.alternate, found.discounts, amount)


def _note_discount(found: Marks, match: re.Match[str]) -> str:
    named = match.groupdict()
    percent = "%" if named.get("percent") else ""
    given = f"{(named.get('amount') or '0').replace(',', '.')}{percent}"
    found.discounts.update(dict.fromkeys(_positions(match), given))
    return " "


def _note_state(found: Marks, match: re.Match[str]) -> str:
    state = match["state"].lower()
    is_on = not re.match(r"no longer|not|included|fixed", state)
    is_alternate = "altern" in state
    for position in _positions(match):
        if "included" in state or "fixed" in state:
            is_in = not state.startswith(("no", "not"))
            found.optional[position] = not is_in
            if is_in:
                found.alternate[position] = False
        elif is_alternate:
            found.alternate[position] = is_on
        else:
            found.optional[position] = is_on
    return " "


def _positions(match: re.Match[str]) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", match["lines"])]


def _chosen(
    said: dict[int, bool], lines: tuple[QuoteLine, ...], present: Callable[[QuoteLine], bool]
) -> frozenset[int] | None:
    """All positions that are so from now on; None: as they are."""
    if not said:
        return None
    now = {number: present(line) for number, line in enumerate(lines, 1)} | said
    return frozenset(number for number, is_so in now.items() if is_so)
