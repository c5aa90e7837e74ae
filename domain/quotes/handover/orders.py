"""What a quote's goods mean for suppliers: who gets an order, for how many whole packs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.catalogue.models import ProductRecord
from domain.errors import Refused
from domain.quotes.approval import line_of
from domain.quotes.handover.sheet import as_csv
from domain.quotes.models import Quote
from domain.quotes.money.terms import exchange_of
from domain.quotes.pricing import QuoteLine, Tier
from domain.quotes.service import Quotes
from domain.quotes.writing.linework import category
from domain.types import Money

COLUMNS = ("Supplier", "Part number", "Our code", "Description", "Quantity", "Unit", "Contains",
           "For")  # fmt: skip
COSTS = ("Unit cost", "Cost", "Currency")
_MEASURES = frozenset({"m", "km", "m2", "m²", "kg", "l", "metre", "meter"})
NOT_YET = "{number} is {status} and not accepted yet: order nothing that cannot be sent back."


class NothingToOrder(Refused):
    def __init__(self, quote: Quote) -> None:
        super().__init__(
            f"{quote.number} is {quote.status}: orders are made for what was sent or accepted."
        )


@dataclass(frozen=True, slots=True)
class Part:
    """What the catalogue knows of a product."""

    part_number: str = ""
    pack_size: Decimal | None = None
    supplier: str = ""


@dataclass(frozen=True, slots=True)
class OrderLine:
    """`needed` is what the quote has, `quantity` what is ordered: whole units, unless the unit is
    a measure. `contains`: pieces or metres in all of it, where a unit holds several."""

    code: str
    part_number: str
    description: str
    needed: Decimal
    quantity: Decimal
    unit: str
    contains: Decimal | None
    sites: tuple[str, ...]
    unit_cost: Money | None

    @property
    def cost(self) -> Money | None:
        return (self.unit_cost * self.quantity).rounded() if self.unit_cost else None


@dataclass(frozen=True, slots=True)
class Order:
    supplier: str
    lines: tuple[OrderLine, ...]

    @property
    def cost(self) -> Money | None:
        """Of the lines whose cost is known."""
        known = [one.cost for one in self.lines if one.cost]
        return sum(known[1:], known[0]) if known else None


@dataclass(frozen=True, slots=True)
class OrderList:
    """`warning`: said where the quote is not accepted yet."""

    quote: Quote
    orders: tuple[Order, ...]
    warning: str


def orders(lines: Iterable[QuoteLine], parts: Mapping[str, Part]) -> tuple[Order, ...]:
    """Goods by supplier, the same product of all sites together; work and travel are none."""
    gathered: dict[tuple[str, str], OrderLine] = {}
    for line in lines:
        if not _is_ordered(line):
            continue
        part = parts.get(line.code, Part())
        key = (line.supplier or part.supplier, line.code or line.description)
        known = gathered.get(key)
        gathered[key] = _more(known, line) if known else _first(line, part)
    by_supplier: dict[str, list[OrderLine]] = {}
    for (supplier, _), one in gathered.items():
        by_supplier.setdefault(supplier, []).append(_in_packs(one, parts.get(one.code, Part())))
    return tuple(
        Order(name, tuple(by_supplier[name])) for name in sorted(by_supplier, key=str.casefold)
    )


def _is_ordered(line: QuoteLine) -> bool:
    is_counted = line.is_summed and line.tier in (None, Tier.STANDARD)
    return is_counted and category(line) == "Materials"


def _first(line: QuoteLine, part: Part) -> OrderLine:
    sites = (line.site,) if line.site else ()
    return OrderLine(
        line.code, part.part_number, line.description, line.quantity, line.quantity, line.unit,
        None, sites, line.unit_cost,
    )  # fmt: skip


def _more(known: OrderLine, line: QuoteLine) -> OrderLine:
    sites = dict.fromkeys((*known.sites, line.site) if line.site else known.sites)
    return replace(known, needed=known.needed + line.quantity, sites=tuple(sites))


def _in_packs(one: OrderLine, part: Part) -> OrderLine:
    is_measure = one.unit.lower().rstrip("s") in _MEASURES
    quantity = one.needed if is_measure else one.needed.to_integral_value(ROUND_CEILING)
    contains = part.pack_size * quantity if part.pack_size and part.pack_size > 1 else None
    return replace(one, quantity=quantity, contains=contains)


async def order_list(session: AsyncSession, tenant_id: UUID, quote_id: UUID) -> OrderList:
    """Costs in the company's own currency. Raises NotFound or NothingToOrder."""
    quote = await Quotes(session, tenant_id).get(quote_id)
    if quote.status not in ("sent", "viewed", "accepted"):
        raise NothingToOrder(quote)
    rows = await Quotes(session, tenant_id).lines(quote.id)
    lines = [_at_own_cost(line_of(row, quote.currency), quote) for row in rows]
    query = select(ProductRecord).where(ProductRecord.code.in_({line.code for line in lines}))
    parts = {
        row.code: Part(row.part_number, row.pack_size, row.supplier)
        for row in await session.scalars(query)
    }
    is_accepted = quote.status == "accepted"
    warning = "" if is_accepted else NOT_YET.format(number=quote.number, status=quote.status)
    return OrderList(quote, orders(lines, parts), warning)


def as_sheet(found: Iterable[Order], *, with_costs: bool) -> str:
    """One row a part, of one supplier or of all."""
    rows = [
        [order.supplier, one.part_number, one.code, one.description, _plain(one.quantity), one.unit,
         _plain(one.contains) if one.contains else "", ", ".join(one.sites),
         *(_costs(one) if with_costs else ())]
        for order in found
        for one in order.lines
    ]  # fmt: skip
    return as_csv((*COLUMNS, *COSTS) if with_costs else COLUMNS, rows)


def _costs(one: OrderLine) -> tuple[str, str, str]:
    if one.unit_cost is None or one.cost is None:
        return "", "", ""
    return (
        str(one.unit_cost.rounded().amount), str(one.cost.amount), one.cost.currency
    )  # fmt: skip


def _at_own_cost(line: QuoteLine, quote: Quote) -> QuoteLine:
    exchange = exchange_of(quote)
    if exchange is None or line.unit_cost is None:
        return line
    return replace(line, unit_cost=Money(line.unit_cost.amount / exchange.rate, exchange.source))


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"
