"""What a contract brings in, net of tax; pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from domain.types import Money

Interval = Literal["once", "monthly", "quarterly", "yearly"]
PER_YEAR: dict[str, int] = {"once": 0, "monthly": 12, "quarterly": 4, "yearly": 1}

_UNITS: dict[str, Interval] = {
    **dict.fromkeys(
        ("month", "months", "mth", "monat", "monate", "mes", "mois", "mese"), "monthly"
    ),
    **dict.fromkeys(("maand", "mês", "per month", "pro monat", "al mes", "par mois"), "monthly"),
    **dict.fromkeys(("quarter", "quarters", "quartal", "trimestre", "kwartaal"), "quarterly"),
    **dict.fromkeys(("year", "years", "yr", "annum", "jahr", "jahre", "año", "an"), "yearly"),
    **dict.fromkeys(("année", "anno", "jaar", "ano", "per year", "pro jahr"), "yearly"),
}


@dataclass(frozen=True, slots=True)
class Charge:
    """What one line costs each time it is charged, net."""

    total: Money
    interval: str


@dataclass(frozen=True, slots=True)
class Value:
    """`annual`: of all that comes again; `once`: of all that does not."""

    annual: Money
    once: Money

    @property
    def monthly(self) -> Money:
        return Money(self.annual.amount / 12, self.annual.currency).rounded()

    def of_term(self, months: int) -> Money:
        recurring = Money(self.annual.amount * months / 12, self.annual.currency)
        return (recurring + self.once).rounded()


def interval_of(unit: str) -> Interval:
    """How often a line is charged, by the unit it is sold in: “month” comes every month."""
    return _UNITS.get(unit.strip().casefold(), "once")


def value(charges: Iterable[Charge], currency: str) -> Value:
    annual = once = Money(Decimal(0), currency)
    for charge in charges:
        if charge.interval == "once":
            once += charge.total
        else:
            annual += charge.total * PER_YEAR[charge.interval]
    return Value(annual.rounded(), once.rounded())
