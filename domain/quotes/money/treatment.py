"""How a line is taxed: standard, reduced, zero, exempt, or reverse charge; pure."""

from decimal import Decimal
from enum import StrEnum

from domain.tenants.taxes import TaxRates

NOTHING = Decimal(0)


class Treatment(StrEnum):
    STANDARD = "standard"
    REDUCED = "reduced"
    ZERO = "zero"
    EXEMPT = "exempt"
    REVERSE_CHARGE = "reverse_charge"

    @property
    def has_note(self) -> bool:
        """Whether the law wants a sentence about it on the paper."""
        return self in (Treatment.EXEMPT, Treatment.REVERSE_CHARGE)


def rate_for(treatment: Treatment, rates: TaxRates) -> Decimal:
    if treatment is Treatment.STANDARD:
        return rates.standard
    return rates.reduced if treatment is Treatment.REDUCED else NOTHING


def treatment_at(rate: Decimal, rates: TaxRates) -> Treatment:
    """What a product's own rate is: a rate that is neither nor is taxed as the law's standard."""
    if not rate:
        return Treatment.ZERO
    is_reduced = rate == rates.reduced and rates.reduced != rates.standard
    return Treatment.REDUCED if is_reduced else Treatment.STANDARD


def taxed(own_rate: Decimal, buyer: Treatment, rates: TaxRates) -> tuple[Treatment, Decimal]:
    """Of a product with a rate of its own, sold to a buyer. A buyer of the reduced rate pays less
    where goods are at zero; exempt and reverse charge take every line."""
    if buyer is Treatment.STANDARD:
        return treatment_at(own_rate, rates), own_rate
    if buyer is Treatment.REDUCED and own_rate <= rates.reduced:
        return treatment_at(own_rate, rates), own_rate
    return buyer, rate_for(buyer, rates)
