"""What a price list would change: every row is new, changed, unchanged or told why not."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from domain.catalogue.importing.comparing import (
    Comparison,
    HeldPrice,
    Kind,
    Known,
    Terms,
    compare,
    part_key,
)
from domain.catalogue.price_list import read_price_list
from domain.catalogue.reading import FIELDS
from domain.types import new_id

DAY = date(2026, 11, 25)
TERMS = Terms("Wire & Co", False, "GBP", frozenset({"code", "name", "cost_price"}), DAY)
OWN = replace(TERMS, is_own=True, fields=frozenset({"code", "name", "base_price"}))


def known(code: str, name: str, cost: str | None = None, **told: Any) -> Known:
    price = HeldPrice(new_id(), Decimal(cost), None, None) if cost else None
    values: dict[str, Any] = dict.fromkeys(FIELDS) | {"name": name} | told.pop("values", {})
    return Known(
        new_id(), code, told.pop("part_number", ""), name, "GBP", values,
        is_theirs=price is not None or told.pop("is_theirs", False), price=price, **told,
    )  # fmt: skip


def compared(text: str, *held: Known, terms: Terms = TERMS) -> Comparison:
    return compare(read_price_list(text.encode(), "list.csv"), held, terms)


def told(comparison: Comparison) -> list[tuple[str, str, str]]:
    return [(step.kind, step.code, str(step.percent)) for step in comparison.steps]


def test_new_changed_unchanged_and_gone() -> None:
    comparison = compared(
        "Code,Name,Cost\nA,Panel,11\nB,Cable,5\nC,Box,7\n",
        known("A", "Panel", "10"),
        known("B", "Cable", "5"),
        known("D", "Old thing", "9"),
        known("E", "Of another supplier"),
    )
    assert told(comparison) == [
        (Kind.CHANGED, "A", "10.0"),
        (Kind.NEW, "C", "None"),
        (Kind.GONE, "D", "None"),
    ]
    assert comparison.unchanged == 1


def test_jumps_of_more_than_thirty_per_cent_stand_on_top() -> None:
    comparison = compared(
        "Code,Name,Cost\nA,Panel,13\nB,Cable,6.6\nC,Box,6.9\n",
        known("A", "Panel", "10"),
        known("B", "Cable", "5"),
        known("C", "Box", "10"),
    )
    changed = comparison.of(Kind.CHANGED)
    assert [(s.code, s.is_jump) for s in changed] == [("B", True), ("C", True), ("A", False)]
    assert comparison.counts()["jumps"] == 2


def test_a_product_is_found_by_its_part_number_with_or_without_dashes() -> None:
    held = known("PANEL-24", "Patch panel 24 port", part_number="NM-24/6A")
    comparison = compared("Code,Name,MPN,Cost\n9001,Panel 24,nm 246a,12\n", held)
    (step,) = comparison.steps
    assert (step.kind, step.code, step.row_number) == (Kind.CHANGED, "PANEL-24", 2)


def test_a_code_that_means_another_thing_at_this_supplier_is_not_taken_for_ours() -> None:
    comparison = compared("Code,Name,Cost\n1001,Door bell,12\n", known("1001", "Cat6 cable"))
    assert comparison.steps == ()
    assert "“1001” is “Cat6 cable” in the catalogue" in comparison.rejected[0].reason


def test_two_rows_for_one_product_another_currency_and_no_price_are_told_with_their_rows() -> None:
    held = known("PANEL", "Patch panel", part_number="NM-24")
    comparison = compared(
        "Code,Name,MPN,Cost,Currency\nPANEL,Patch panel,,12,GBP\nX,Patch panel,NM-24,13,GBP\n"
        "Y,Cable,,5,EUR\nZ,Box,,,GBP\n",
        held,
    )
    reasons = {row.row_number: row.reason for row in comparison.rejected}
    assert reasons == {
        3: "the same product as in row 2 (PANEL)",
        4: "the price is in EUR, the product is sold in GBP",
        5: "the price is missing",
    }


def test_a_supplier_does_not_rename_our_products_but_our_own_list_does() -> None:
    row = "Code,Name,Cost\nA,Panel black,10\n"
    assert compared(row, known("A", "Panel", "10")).unchanged == 1
    own = known("A", "Panel", is_theirs=True, values={"base_price": Decimal(10)})
    (step,) = compared(row.replace("Cost", "Price"), own, terms=OWN).steps
    assert (step.kind, step.also, step.old, step.new) == (Kind.CHANGED, ("name",), 10, 10)


def test_what_is_no_longer_sold_comes_back() -> None:
    own = known("A", "Panel", is_theirs=True, is_retired=True, values={"base_price": Decimal(10)})
    (step,) = compared("Code,Name,Price\nA,Panel,10\n", own, terms=OWN).steps
    assert step.also == ("back on sale",)
    assert compared("Code,Name,Price\nB,Box,1\n", own, terms=OWN).of(Kind.GONE) == []


codes = st.text("ABCDEF", min_size=1, max_size=2)
money = st.decimals(Decimal("0.01"), Decimal(999), places=2)


@given(st.dictionaries(codes, money), st.dictionaries(codes, money))
def test_every_row_is_told_of_once_and_the_digest_tells_changes_apart(
    before: dict[str, Decimal], listed: dict[str, Decimal]
) -> None:
    held = [known(code, f"Product {code}", str(cost)) for code, cost in sorted(before.items())]
    text = "Code,Name,Cost\n" + "".join(f"{c},Product {c},{p}\n" for c, p in listed.items())
    if not listed:
        return
    comparison = compared(text, *held)
    counts = comparison.counts()
    rows = counts["new"] + counts["changed"] + counts["unchanged"] + counts["not_understood"]
    assert rows == len(listed)
    assert counts["gone"] == len(before.keys() - listed.keys())
    assert compared(text, *held).digest() == comparison.digest()
    first = next(iter(listed))
    dearer = listed | {first: listed[first] + 1}
    other = "Code,Name,Cost\n" + "".join(f"{c},Product {c},{p}\n" for c, p in dearer.items())
    if before.get(first) != listed[first]:
        assert compared(other, *held).digest() != comparison.digest()


@given(st.text(max_size=12))
def test_part_keys_know_no_dashes_spaces_or_case(number: str) -> None:
    assert part_key(number) == part_key(f" {number.upper()} ".replace("A", "A-")) or not (
        number.isascii()
    )
