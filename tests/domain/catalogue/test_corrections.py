"""What an edit of a draft says about words and norms, and what it does not."""

from dataclasses import replace
from decimal import Decimal

import pytest

from domain.catalogue.product import Norm
from domain.catalogue.watching.corrections import Correction, corrections, named
from domain.quotes.pricing import QuoteLine
from domain.types import Money

NORMS = {
    "outlet": Norm("outlet", "outlet", Decimal("0.4")),
    "rack": Norm("rack", "rack", Decimal("0.5"), Decimal(2)),
}


def line(code: str, words: str = "", quantity: str = "24", **told: str) -> QuoteLine:
    money = Money(Decimal(10))
    return QuoteLine(
        code, code, Decimal(quantity), "each", money, money * 0, money, words=words, **told
    )  # type: ignore[arg-type]


def test_a_product_in_the_place_of_another_is_what_the_words_meant() -> None:
    before = (line("OUT-1", "24 doubles"), line("CAB", "a box of cable", "1"))
    after = (line("CAB", "a box of cable", "1"), line("OUT-2"))
    assert corrections(before, after, {}) == (Correction("synonym", "doubles", "OUT-2", "OUT-1"),)


def test_nothing_is_learnt_where_it_is_not_clear_what_took_whose_place() -> None:
    two = (line("A", "24 doubles"), line("B", "24 singles"))
    assert corrections(two, (line("C"), line("D")), {}) == ()
    assert corrections((line("A", "24 doubles"),), (line("C", quantity="10"),), {}) == ()
    assert corrections((line("A", "24 doubles"),), (), {}) == ()
    assert corrections((line("A", "24 doubles"),), (line("A"), line("B")), {}) == ()
    assert corrections((line("A"),), (line("B"),), {}) == ()


@pytest.mark.parametrize(
    ("words", "phrase"),
    [
        ("24 doubles", "doubles"),
        ("24 x Double Drops", "double drops"),
        ("a Dôme", "dome"),
        ("the 6 bullets", "bullets"),
        ("24", ""),
        ("x", ""),
        ("please quote me some of these things for the office", ""),
    ],
)
def test_a_phrase_is_what_the_words_call_the_thing(words: str, phrase: str) -> None:
    assert named(words) == phrase


@pytest.mark.parametrize(
    ("code", "rule", "was", "hours", "unit"),
    [
        ("outlet", "norm outlet: 0.4 h × 24", "9.6", "12", "0.50"),
        ("rack", "norm rack: 0.5 h × 4 + 2 h once", "4", "5", "0.75"),
    ],
)
def test_other_hours_for_the_same_goods_are_the_norms_hours_a_unit(
    code: str, rule: str, was: str, hours: str, unit: str
) -> None:
    drafted = line(code, quantity=was, rule=rule)
    left = replace(drafted, quantity=Decimal(hours))
    (made,) = corrections((drafted,), (left,), NORMS)
    assert (made.kind, made.code, made.quantity) == ("norm", code, Decimal(unit))
    other_goods = replace(left, rule=rule.replace("× 24", "× 30").replace("× 4", "× 5"))
    assert corrections((drafted,), (other_goods,), NORMS) == ()
    assert corrections((drafted,), (drafted,), NORMS) == ()
    assert corrections((drafted,), (replace(left, quantity=Decimal(1)),), NORMS)[:0] == ()
