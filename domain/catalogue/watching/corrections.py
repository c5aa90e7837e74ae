"""What staff corrected in a draft quote: another product behind the customer's words, or other
hours behind a norm. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from domain.catalogue.keeping.synonyms import LONGEST, SHORTEST, folded
from domain.catalogue.product import Norm
from domain.quotes.pricing import QuoteLine

SYNONYM, NORM = "synonym", "norm"
MOST_WORDS = 6
_COUNT = re.compile(
    r"^(?:\d+(?:[.,]\d+)?\s*(?:x|×|no\.?|off|pcs|pieces|stk|st)?\s+|an?\s+|the\s+)+"
)
_GOODS = re.compile(r"h × (\d+(?:\.\d+)?)")
_HOUR_STEP = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Correction:
    """`code`: the product or norm that was right; `quantity`: the norm's hours a unit."""

    kind: str
    words: str
    code: str
    instead_of: str
    quantity: Decimal | None = None


def corrections(
    before: Sequence[QuoteLine], after: Sequence[QuoteLine], norms: Mapping[str, Norm]
) -> tuple[Correction, ...]:
    """Of lines as drafted and as staff left them."""
    return (*_replaced(before, after), *_other_hours(before, after, norms))


def _replaced(before: Sequence[QuoteLine], after: Sequence[QuoteLine]) -> list[Correction]:
    """A product taken out and another put in for the same quantity, where only one fits."""
    kept = {(line.code, line.site) for line in after}
    had = {(line.code, line.site) for line in before}
    gone = [ln for ln in before if ln.words and not ln.rule and (ln.code, ln.site) not in kept]
    come = [ln for ln in after if ln.code and not ln.rule and (ln.code, ln.site) not in had]
    made = []
    for line in gone:
        fitting = [one for one in come if (one.quantity, one.site) == (line.quantity, line.site)]
        rivals = [one for one in gone if (one.quantity, one.site) == (line.quantity, line.site)]
        phrase = named(line.words)
        if len(fitting) == len(rivals) == 1 and phrase:
            made.append(Correction(SYNONYM, phrase, fitting[0].code, line.code))
    return made


def named(words: str) -> str:
    """What the words call the thing, without how many; empty where that is no short name."""
    phrase = _COUNT.sub("", folded(words))
    if not SHORTEST <= len(phrase) <= LONGEST or len(phrase.split()) > MOST_WORDS:
        return ""
    return phrase if re.search(r"[^\W\d_]{2}", phrase) else ""


def _other_hours(
    before: Sequence[QuoteLine], after: Sequence[QuoteLine], norms: Mapping[str, Norm]
) -> list[Correction]:
    """The same goods, other hours: what a unit of them took by the person's reckoning."""
    now = {line.code: line for line in after if line.rule.startswith("norm ")}
    made = []
    for line in before:
        norm, new = norms.get(line.code), now.get(line.code)
        if norm is None or new is None or new.rule != line.rule or new.quantity == line.quantity:
            continue
        goods = _GOODS.search(line.rule)
        count = Decimal(goods[1]) if goods else Decimal(0)
        hours = new.quantity - norm.fixed_hours
        if count > 0 and hours > 0:
            unit = (hours / count).quantize(_HOUR_STEP)
            made.append(Correction(NORM, "", line.code, line.code, unit))
    return made
