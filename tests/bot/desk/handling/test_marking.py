"""What staff's words say of numbered lines and of money off."""

from decimal import Decimal

import pytest

from bot.desk.handling.quotes.marking import marks
from channels.cards import Card
from tests.bot.desk.handling.conftest import Counter, pressed, text_of
from tests.bot.desk.handling.test_quoting import drafted, stored


@pytest.mark.parametrize(
    ("words", "rest", "told"),
    [
        ("make line 3 optional", "", {"optional": {3: True}}),
        ("lines 1, 2 and 4 as options", "", {"optional": {1: True, 2: True, 4: True}}),
        ("mark line 2 as an alternative", "", {"alternate": {2: True}}),
        ("line 2 is no longer optional", "", {"optional": {2: False}}),
        ("make line 2 included", "", {"optional": {2: False}, "alternate": {2: False}}),
        ("10 % off line 2", "", {"discounts": {2: "10%"}}),
        ("give £100 discount on lines 1 and 2", "", {"discounts": {1: "100", 2: "100"}}),
        ("12,50 EUR off line 1", "", {"discounts": {1: "12.50"}}),
        ("no discount on line 1", "", {"discounts": {1: "0"}}),
        ("£250 off", "", {"amount": Decimal(250)}),
        ("discount of 99.90 GBP on everything", "", {"amount": Decimal("99.90")}),
        ("make it 30 outlets", "make it 30 outlets", {}),
        ("make it 30 and add 5 % discount", "make it 30 and add 5 % discount", {}),
        ("add a £20 patch lead", "add a £20 patch lead", {}),
        ("make it 30, line 2 optional", "make it 30,", {"optional": {2: True}}),
    ],
)
def test_words_about_lines_and_money(words: str, rest: str, told: dict[str, object]) -> None:
    found = marks(words)
    assert found.rest == rest
    nothing = {"optional": {}, "alternate": {}, "discounts": {}, "amount": None}
    assert {name: getattr(found, name) for name in nothing} == nothing | told


async def changed(counter: Counter, number: str, words: str) -> str:
    card = await counter.say(f"quote edit {number} {words}")
    done = await counter.press(pressed(card, "Make it so"))
    assert isinstance(done, Card)
    return text_of(card)


async def test_a_line_is_made_an_option_or_an_alternative(counter: Counter) -> None:
    number = await drafted(counter)
    told = await changed(counter, number, "make line 2 optional")
    assert "Cat6 patch panel 24-port: optional now" in told
    assert (await stored(counter, number)).total == Decimal("1555.20")
    told = await changed(counter, number, "line 2 no longer optional and line 2 an alternative")
    assert "no longer optional, an alternative now" in told
    assert "(alternative)" in text_of(await counter.say(f"quote show {number}"))
    await changed(counter, number, "line 2 included")
    quote = await stored(counter, number)
    assert quote.total == Decimal("1610.40")
    assert "line 2" not in quote.request


async def test_a_discount_by_line_or_by_amount_never_under_the_floor(counter: Counter) -> None:
    number = await drafted(counter)
    told = await changed(counter, number, "£50 off line 1")
    assert "discount 0.00 GBP → 50.00 GBP" in told
    assert (await stored(counter, number)).subtotal == Decimal(1292)
    await changed(counter, number, "5% off line 1")
    assert (await stored(counter, number)).subtotal == Decimal("1277.20")
    await changed(counter, number, "£67.10 off everything")
    quote = await stored(counter, number)
    assert quote.subtotal == Decimal("1274.90")
    for words in ("£97 off line 1", "10 % off line 1", "£200 off"):
        refused = await counter.say(f"quote edit {number} {words}")
        assert "may not be sold under 50.00 GBP" in text_of(refused), words
    for words, told in (
        ("10 % off line 9", "There is no line 9"),
        ("£9000 off", "A discount is from nothing to 1342"),
        ("£9000 off line 2", "a discount is from nothing to 46.00 GBP"),
    ):
        assert told in text_of(await counter.say(f"quote edit {number} {words}")), words


async def test_the_form_takes_alternatives_and_an_amount_off(counter: Counter) -> None:
    number = await drafted(counter)
    form = await counter.ask_form(f"quote edit {number}")
    card = await counter.fill(form, alternate="2", discount="£96")
    assert "an alternative now" in text_of(card)
    await counter.press(pressed(card, "Make it so"))
    assert (await stored(counter, number)).subtotal == Decimal(1200)
    under = await counter.fill(await counter.ask_form(f"quote edit {number}"), discount="£97")
    assert "may not be sold under" in text_of(under)
