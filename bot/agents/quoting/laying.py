"""What new words change, laid on the lines there are: what a person set by hand stays.

Words are read twice, without and with the new ones; the difference is the change.
"""

import re
from decimal import Decimal

from domain.quotes.drafting import Draft
from domain.quotes.pricing import QuoteLine
from domain.quotes.revising import Change

_IT = re.compile(
    r"(?:(?:please|sorry|oh|ok|okay|no|hi|hello|can|could|would|we|you|i|and|then)\b[ ,.]*)*"
    r"(?:make|change|set|put)\s+(?:it|that|this)\s+(?:to\s+|at\s+|into\s+)?(\d{1,6})\b"
    r"(?:\s+(?:please|instead|then|now|thanks|thank you|(?:and )?not \d{1,6}))*[ .!?]*",
    re.I,
)


def laid_on(
    lines: tuple[QuoteLine, ...], before: Draft, after: Draft, percent: Decimal | None = None
) -> Change:
    """`before`, `after`: as code drafts it without and with the new words."""
    was, now = _goods(before), _goods(after)
    quantities: dict[int, Decimal] = {}
    for position, line in enumerate(lines, 1):
        key = (line.code, line.site)
        if line.rule.startswith("norm "):
            continue
        # What only the new words made plain is compared with the line itself.
        old = was[key].quantity if key in was else line.quantity
        if key not in now:
            quantities |= {position: Decimal(0)} if key in was else {}
        elif now[key].quantity != old:
            quantities[position] = now[key].quantity
    present = {(line.code, line.site) for line in lines}
    added = tuple(line for key, line in now.items() if key not in was and key not in present)
    return Change(quantities, percent, None, added)


def make_it(words: str, lines: tuple[QuoteLine, ...]) -> Change | None:
    """ "make it 30": of the goods there are most of; None where other words are said."""
    found = _IT.fullmatch(words.strip())
    goods = [(line.quantity, -n) for n, line in enumerate(lines, 1) if not line.rule]
    if not found or not goods:
        return None
    return Change({-max(goods)[1]: Decimal(found[1])})


def _goods(made: Draft) -> dict[tuple[str, str], QuoteLine]:
    return {
        (line.code, line.site): line for line in made.lines if not line.rule.startswith("norm ")
    }
