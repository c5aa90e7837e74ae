"""What is left of a quote after cost; pure, and for those who may see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from domain.quotes.pricing import QuoteLine, Tier


@dataclass(frozen=True, slots=True)
class Margin:
    """What is left of the net total after cost; `unknown`: lines whose cost nobody knows."""

    amount: Decimal
    percent: Decimal
    unknown: int


def margin_of(lines: Sequence[QuoteLine]) -> Margin | None:
    """Of the lines that count and whose cost is known; None: of none."""
    counted = [line for line in lines if line.is_summed and line.tier in (None, Tier.STANDARD)]
    known = [line for line in counted if line.unit_cost is not None]
    net = sum((line.total.amount for line in known), Decimal(0))
    cost = sum(
        (line.unit_cost.amount * line.quantity for line in known if line.unit_cost), Decimal(0)
    )
    if not known or not net:
        return None
    percent = ((net - cost) / net * 100).quantize(Decimal("0.1"))
    return Margin((net - cost).quantize(Decimal("0.01")), percent, len(counted) - len(known))
