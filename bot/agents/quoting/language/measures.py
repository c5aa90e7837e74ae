"""Sizes that tell products apart or measure them: `24 port`, `42U`, `4 MP`, `50 x 50`, `2 m`.

A size is never how many are wanted; whether `30 m` is a size or a quantity is decided by what
is sold by the metre.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

from bot.agents.quoting.vocabulary import MeasureRule, measure_rules, measure_values


@dataclass(frozen=True, slots=True)
class Measure:
    key: str
    value: str
    start: int
    end: int


def find(folded: str) -> list[Measure]:
    """All sizes, the earlier rule first where two claim the same letters."""
    taken = bytearray(len(folded) + 1)
    found = []
    for rule in measure_rules():
        for match in rule.pattern.finditer(folded):
            if any(taken[match.start() : match.end()]):
                continue
            told = next((group for group in match.groups() if group), "")
            taken[match.start() : match.end()] = b"\x01" * (match.end() - match.start())
            found.append(Measure(rule.key, _value(rule, told), *match.span()))
    return sorted(found, key=lambda measure: measure.start)


def _value(rule: MeasureRule, told: str) -> str:
    if rule.value or rule.is_word:
        return rule.value or told
    if rule.key == "dims":
        return re.sub(r"[^\dx]", "", told)
    number = Decimal(measure_values().get(told, told).replace(",", ".")) * rule.times
    return f"{number.normalize():f}"
