"""Quotes at the desk: drafted from words, changed with the difference shown, approved by limit."""

from decimal import Decimal

from channels.cards import Card
from domain.quotes.models import Quote
from domain.quotes.service import Quotes
from tests.bot.desk.handling.conftest import Counter, pressed, text_of

WISH = "quote new Customer of acme: 24 Cat6 double outlets and a 24-port patch panel"


async def drafted(counter: Counter) -> str:
    card = await counter.say(WISH)
    return card.title.split()[0]


async def stored(counter: Counter, number: str) -> Quote:
    async with counter.company.runtime.database.transaction(counter.tenant_id) as session:
        return await Quotes(session, counter.tenant_id).numbered(number)


async def test_a_quote_is_drafted_for_a_customer_from_words(counter: Counter) -> None:
    card = await counter.say(WISH)
    shown = text_of(card)
    assert "24 each × Cat6 double outlet at 54.00 GBP = 1296.00 GBP" in shown
    assert "Customer: Customer of acme" in shown
    assert "Total: 1610.40 GBP" in shown
    assert "not approved" in shown


async def test_only_those_who_may_see_margins_do(counter: Counter) -> None:
    number = await drafted(counter)
    assert "Margin" not in text_of(await counter.say(f"quote show {number}"))
    # 1342 net less 24 × 30 and 25 of cost
    assert "Margin: 597.00 (44.5 %)" in text_of(await counter.say(f"quote show {number}", "admin"))
    assert "Margin" not in text_of(await counter.say(f"quote show {number}", "readonly"))


async def test_words_propose_a_revision_and_nothing_changes_before_yes(counter: Counter) -> None:
    number = await drafted(counter)
    answer = await counter.desk.mentioned(
        f"{number}: make it 30 and add 5 % discount", counter.staff["staff"]
    )
    assert isinstance(answer, Card)
    shown = text_of(answer)
    assert "Cat6 double outlet: 24 → 30 each, discount 0.00 GBP → 81.00 GBP" in shown
    assert "Total 1610.40 GBP → 1899.24 GBP" in shown
    assert (await stored(counter, number)).version == 1
    done = await counter.press(pressed(answer, "Make it so"))
    assert isinstance(done, Card)
    assert "v2" in done.title
    quote = await stored(counter, number)
    assert (quote.version, quote.total) == (2, Decimal("1899.24"))
    assert "make it 30" in quote.request
    assert "discount" not in quote.request


async def test_the_form_reprices_by_code_and_shows_the_difference(counter: Counter) -> None:
    number = await drafted(counter)
    form = await counter.ask_form(f"quote edit {number}")
    assert [one.name for one in form.inputs] == [
        "quantity.1", "quantity.2", "discount", "optional", "alternate",
    ]  # fmt: skip
    card = await counter.fill(form, quantity__1="26", optional="2")
    shown = text_of(card)
    assert "24 → 26 each (1296.00 GBP → 1404.00 GBP)" in shown
    assert "Cat6 patch panel 24-port: optional now" in shown
    await counter.press(pressed(card, "Make it so"))
    quote = await stored(counter, number)
    assert quote.total == Decimal("1684.80")
    unchanged = await counter.fill(await counter.ask_form(f"quote edit {number}"))
    assert "changes nothing" in text_of(unchanged)
    wrong = await counter.fill(await counter.ask_form(f"quote edit {number}"), quantity__1="lots")
    assert "is no number" in text_of(wrong)


async def test_a_discount_under_the_floor_is_refused(counter: Counter) -> None:
    number = await drafted(counter)
    refused = await counter.say(f"quote edit {number} give 20 % discount")
    assert "may not be sold under 50.00 GBP" in text_of(refused)


async def test_what_was_set_by_hand_survives_a_change_in_words(counter: Counter) -> None:
    number = await drafted(counter)
    card = await counter.fill(await counter.ask_form(f"quote edit {number}"), quantity__2="3")
    await counter.press(pressed(card, "Make it so"))
    answer = await counter.say(f"quote edit {number} make it 40 outlets")
    assert "24 → 40 each" in text_of(answer)
    assert "patch panel" not in text_of(answer)


async def test_a_change_of_an_older_version_is_refused(counter: Counter) -> None:
    number = await drafted(counter)
    first = await counter.say(f"quote edit {number} make it 30")
    second = await counter.say(f"quote edit {number} make it 40")
    await counter.press(pressed(first, "Make it so"))
    late = await counter.press(pressed(second, "Make it so"))
    assert isinstance(late, Card)
    assert "was changed meanwhile" in text_of(late)
    assert (await stored(counter, number)).version == 2


async def test_approval_is_within_the_limit_and_of_the_version_seen(counter: Counter) -> None:
    number = await drafted(counter)
    card = await counter.say(f"quote show {number}")
    change = await counter.say(f"quote edit {number} make it 30")
    await counter.press(pressed(change, "Make it so"))
    late = await counter.press(pressed(card, "Approve"))
    assert isinstance(late, Card)
    assert "was changed meanwhile" in text_of(late)
    done = await counter.say(f"quote approve {number}")
    assert "approved (version 2)" in text_of(done)
    assert (await stored(counter, number)).approved_by_id == counter.staff["staff"].id
    big = await counter.say(f"quote edit {number} make it 400")
    await counter.press(pressed(big, "Make it so"))
    assert "not approved" in text_of(await counter.say(f"quote show {number}"))
    refused = await counter.say(f"quote approve {number}")
    assert "you may approve up to 5000" in text_of(refused)
    assert "approved (version 3)" in text_of(await counter.say(f"quote approve {number}", "admin"))
    actions = [action for _, action in await counter.audited() if action.startswith("quote")]
    assert actions == [
        "quote.drafted", "quote.revised", "quote.approved", "quote.revised", "quote.approved",
    ]  # fmt: skip


async def test_an_unknown_customer_or_change_is_told(counter: Counter) -> None:
    assert "no customer “Nobody”" in text_of(await counter.say("quote new Nobody: 24 outlets"))
    number = await drafted(counter)
    told = text_of(await counter.say(f"quote edit {number} paint it blue"))
    assert "did not understand" in told
