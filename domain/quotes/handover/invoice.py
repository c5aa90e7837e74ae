"""An accepted quote as an invoice: every line and every tax to the penny as the quote has it; pure.

Accounting programs multiply again. A line whose quantity times price would come to another amount
there (a discount, a price finer than four decimals) is handed over as one piece at its total, with
quantity and discount in its words.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from domain.quotes.money.treatment import Treatment
from domain.quotes.pricing import QuoteLine, Tier, Totals, totals
from domain.quotes.writing.linework import is_labour
from domain.types import MINOR_UNITS, Money

FINEST = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Customer:
    """`address`: its lines."""

    name: str
    email: str = ""
    address: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """`amount`: net; `treatment`: never open, so that a tax code can be found for it."""

    code: str
    description: str
    quantity: Decimal
    unit_price: Decimal
    amount: Money
    tax: Money
    tax_rate: Decimal
    treatment: Treatment
    is_labour: bool = False


@dataclass(frozen=True, slots=True)
class Invoice:
    number: str
    reference: str
    customer: Customer
    issued_on: date
    due_on: date
    currency: str
    lines: tuple[InvoiceLine, ...]
    totals: Totals
    days: int = 30


def invoice_lines(lines: Sequence[QuoteLine], currency: str, reduced: Decimal) -> list[InvoiceLine]:
    """Of what the total is made of; `reduced`: by which quotes from before treatments are read."""
    counted = [
        one for one in lines if one.is_summed and one.tier in (None, Tier.STANDARD) and one.quantity
    ]
    taxes = _taxes(counted, totals(lines, currency))
    return [
        _line(one, _treatment(one, reduced), tax) for one, tax in zip(counted, taxes, strict=True)
    ]


def _line(one: QuoteLine, treatment: Treatment, tax: Money) -> InvoiceLine:
    price = one.unit_price.amount.quantize(FINEST, ROUND_HALF_UP).normalize()
    again = Money(one.quantity * price, one.total.currency).rounded()
    is_exact = price == one.unit_price.amount and again == one.total.rounded()
    description = f"{one.description} ({one.site})" if one.site else one.description
    if not is_exact:
        said = f"{_plain(one.quantity)} {one.unit} × {one.unit_price}"
        off = f", less {one.discount}" if one.discount.amount else ""
        description = f"{description}: {said}{off}"
    return InvoiceLine(
        code=one.code,
        description=description,
        quantity=one.quantity if is_exact else Decimal(1),
        unit_price=price if is_exact else one.total.rounded().amount,
        amount=one.total.rounded(),
        tax=tax,
        tax_rate=one.tax_rate,
        treatment=treatment,
        is_labour=is_labour(one),
    )


def _taxes(counted: Sequence[QuoteLine], sums: Totals) -> list[Money]:
    """Each rate's tax shared out over its lines, the last penny to who lost most by rounding."""
    shared = [one.total * 0 for one in counted]
    for each in sums.taxes:
        of_rate = [n for n, one in enumerate(counted) if _key(one) == (each.rate, each.treatment)]
        places = MINOR_UNITS.get(each.tax.currency, 2)
        penny = Decimal(1).scaleb(-places)
        exact = {n: counted[n].total.amount * each.rate for n in of_rate}
        floors = {n: amount.quantize(penny, ROUND_DOWN) for n, amount in exact.items()}
        left = int((each.tax.amount - sum(floors.values(), Decimal(0))) / penny)
        for n in sorted(of_rate, key=lambda n: floors[n] - exact[n])[:left]:
            floors[n] += penny
        for n in of_rate:
            shared[n] = Money(floors[n], each.tax.currency).rounded()
    return shared


def _key(one: QuoteLine) -> tuple[Decimal, Treatment | None]:
    told = one.tax_treatment
    return one.tax_rate, told if told and told.has_note else None


def _treatment(one: QuoteLine, reduced: Decimal) -> Treatment:
    if one.tax_treatment is not None:
        return one.tax_treatment
    if not one.tax_rate:
        return Treatment.ZERO
    return Treatment.REDUCED if one.tax_rate == reduced else Treatment.STANDARD


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"
