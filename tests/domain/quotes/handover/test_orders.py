"""A quote's goods as orders: by supplier, in whole packs, without work."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from domain.quotes.handover.orders import Part, as_sheet, orders
from domain.quotes.pricing import PriceSource, QuoteLine, Tier
from domain.types import Money


def line(code: str, quantity: str, supplier: str = "Wire & Co", **more: object) -> QuoteLine:
    nothing = Money(Decimal(0))
    fields: dict[str, object] = {
        "description": f"Part {code}",
        "unit": "each",
        "unit_cost": Money(Decimal("17.31")),
    } | more
    return QuoteLine(
        code=code,
        quantity=Decimal(quantity),
        unit_price=nothing,
        discount=nothing,
        total=nothing,
        supplier=supplier,
        **fields,  # type: ignore[arg-type]
    )


def test_goods_are_gathered_by_supplier_in_whole_packs() -> None:
    lines = (
        line("BOX", "1.4", unit="box", site="Attic"),
        line("BOX", "1.1", unit="box", site="Cellar"),
        line("CAB", "30.5", unit="m"),
        line("PAN", "1", "Alpha"),
        line("", "2", "", description="Ladder hire"),
        line("LAB", "8", price_source=PriceSource.NORM),
        line("KM", "40", category="Travel"),
        line("OPT", "1", is_optional=True),
        line("PRE", "1", tier=Tier.PREMIUM),
    )
    parts = {"BOX": Part("W-305", Decimal(305)), "PAN": Part("A-24")}
    found = orders(lines, parts)
    assert [one.supplier for one in found] == ["", "Alpha", "Wire & Co"]
    box, cable = found[2].lines
    assert (box.part_number, box.needed, box.quantity) == ("W-305", Decimal("2.5"), Decimal(3))
    assert (box.contains, box.sites) == (Decimal(915), ("Attic", "Cellar"))
    assert (cable.quantity, cable.contains) == (Decimal("30.5"), None)
    assert box.cost == Money(Decimal("51.93"))
    assert found[2].cost == Money(Decimal("51.93") + Decimal("527.96"))


def test_a_sheet_has_costs_only_where_they_may_be_seen() -> None:
    found = orders((line("PAN", "2", description="=cmd"),), {})
    assert "17.31" not in as_sheet(found, with_costs=False)
    with_costs = as_sheet(found, with_costs=True)
    assert "17.31,34.62,GBP" in with_costs
    assert "'=cmd" in with_costs


@given(st.lists(st.decimals("0.1", "50", places=1), min_size=1, max_size=8))
def test_an_order_is_never_short_and_never_a_whole_pack_too_many(
    quantities: list[Decimal],
) -> None:
    lines = [line("BOX", str(quantity), unit="box") for quantity in quantities]
    [order] = orders(lines, {})
    [one] = order.lines
    assert one.needed == sum(quantities)
    assert one.needed <= one.quantity < one.needed + 1
    assert one.quantity == int(one.quantity)
