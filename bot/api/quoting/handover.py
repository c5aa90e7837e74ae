"""An accepted quote for the books, and its goods as orders to suppliers."""

import re
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query, Response
from pydantic import BaseModel

from bot.api.quoting.seeing import rights_of_key
from bot.api.rest import Body, Line, rest_router
from bot.dependencies import Reader, ReadTransaction
from domain.contracts.calendar import today
from domain.errors import NotFound
from domain.quotes.handover.orders import Order, OrderLine, OrderList, as_sheet, order_list
from domain.quotes.handover.taking import handed_over
from domain.types import Money

router = rest_router("/quotes", "quotes")

SHEET: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "CSV"}
}


class OrderLineOut(BaseModel):
    """`needed`: what the quote has; `quantity`: in whole units. Costs for who sees margins."""

    code: str
    part_number: str
    description: str
    needed: Decimal
    quantity: Decimal
    unit: str
    contains: Decimal | None
    sites: list[str]
    unit_cost: Decimal | None
    cost: Decimal | None


class OrderOut(BaseModel):
    """`supplier` is empty where none is known."""

    supplier: str
    cost: Decimal | None
    currency: str
    lines: list[OrderLineOut]


class OrdersOut(BaseModel):
    """`warning`: said while the quote is not accepted yet."""

    quote_id: UUID
    quote_number: str
    status: str
    warning: str
    orders: list[OrderOut]


class OfSupplier(Body):
    """Left out: of all."""

    supplier: Line | None = None


@router.get(
    "/{quote_id}/handover/{program}.csv",
    summary="An accepted quote as an invoice to import",
    response_class=Response,
    responses=SHEET,
)
async def handover(
    quote_id: UUID,
    program: Literal["xero", "quickbooks"],
    caller: Reader,
    session: ReadTransaction,
) -> Response:
    """In the columns of Xero's sales invoice template or of QuickBooks Online's invoice import.
    Accounts, tax types and days are set under `handover` in the tenant's settings."""
    day = await today(session, caller.tenant_id)
    name, content = await handed_over(session, caller.tenant_id, quote_id, program, day)
    return _sheet(name, content)


@router.get("/{quote_id}/order-list", summary="A quote's goods by supplier")
async def goods(quote_id: UUID, caller: Reader, session: ReadTransaction) -> OrdersOut:
    found = await order_list(session, caller.tenant_id, quote_id)
    with_costs = (await rights_of_key(session, caller)).sees_margins
    return _shown(found, with_costs=with_costs)


@router.get(
    "/{quote_id}/order-list.csv",
    summary="A quote's goods by supplier, as a sheet",
    response_class=Response,
    responses=SHEET,
)
async def goods_sheet(
    quote_id: UUID,
    asked: Annotated[OfSupplier, Query()],
    caller: Reader,
    session: ReadTransaction,
) -> Response:
    """Of one supplier to send it there, or of all."""
    found = await order_list(session, caller.tenant_id, quote_id)
    wanted = [one for one in found.orders if asked.supplier in (None, one.supplier)]
    if asked.supplier is not None and not wanted:
        raise NotFound("supplier on this quote", asked.supplier)
    with_costs = (await rights_of_key(session, caller)).sees_margins
    of = re.sub(r"[^A-Za-z0-9]+", "-", asked.supplier or "all").strip("-") or "supplier"
    name = f"{found.quote.number}-order-{of}.csv"
    return _sheet(name, as_sheet(wanted, with_costs=with_costs))


def _shown(found: OrderList, *, with_costs: bool) -> OrdersOut:
    return OrdersOut(
        quote_id=found.quote.id,
        quote_number=found.quote.number,
        status=found.quote.status,
        warning=found.warning,
        orders=[_order(one, found.quote.currency, with_costs=with_costs) for one in found.orders],
    )


def _order(one: Order, currency: str, *, with_costs: bool) -> OrderOut:
    return OrderOut(
        supplier=one.supplier,
        cost=_amount(one.cost) if with_costs else None,
        currency=one.cost.currency if one.cost else currency,
        lines=[_line(line, with_costs=with_costs) for line in one.lines],
    )


def _line(one: OrderLine, *, with_costs: bool) -> OrderLineOut:
    return OrderLineOut(
        code=one.code,
        part_number=one.part_number,
        description=one.description,
        needed=one.needed,
        quantity=one.quantity,
        unit=one.unit,
        contains=one.contains,
        sites=list(one.sites),
        unit_cost=_amount(one.unit_cost) if with_costs else None,
        cost=_amount(one.cost) if with_costs else None,
    )


def _amount(money: Money | None) -> Decimal | None:
    return money.rounded().amount if money else None


def _sheet(name: str, content: str) -> Response:
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, media_type="text/csv; charset=utf-8", headers=headers)
