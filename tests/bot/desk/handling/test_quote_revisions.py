"""At the desk: refused with a reason, revised after it was sent, copied for others."""

from sqlalchemy import select

from channels.cards import Card, Form
from domain.quotes.lifecycle.moving import Move, move
from domain.quotes.service import Quotes
from domain.staff.models import StaffNotice
from tests.bot.desk.handling.conftest import Counter, pressed, text_of
from tests.bot.desk.handling.test_quoting import drafted, stored


async def moved(counter: Counter, number: str, *states: str) -> None:
    async with counter.company.runtime.database.transaction(counter.tenant_id) as session:
        quote = await Quotes(session, counter.tenant_id).numbered(number)
        for status in states:
            await move(session, counter.tenant_id, quote, Move(status, "staff:1"))


async def test_a_refusal_is_asked_for_its_reason_and_told_to_the_drafter(
    counter: Counter,
) -> None:
    number = await drafted(counter)
    form = await counter.press(
        pressed(await counter.say(f"quote show {number}", "admin"), "Refuse")
    )
    assert isinstance(form, Form)
    card = await counter.fill(form, reason="Ask for more", role="admin")
    assert "approval refused: Ask for more" in text_of(card)
    while await counter.company.runtime.reactions.react(counter.tenant_id):
        pass
    async with counter.company.runtime.database.transaction(counter.tenant_id) as session:
        query = select(StaffNotice).where(StaffNotice.about.like("refused:%"))
        (notice,) = await session.scalars(query)
    assert notice.text == f"{number} is not approved: Ask for more"
    assert notice.staff_id == counter.staff["staff"].id
    change = await counter.say(f"quote edit {number} make it 30")
    done = await counter.press(pressed(change, "Make it so"))
    assert isinstance(done, Card)
    assert "not approved" in text_of(done)
    again = await counter.say(f"quote refuse {number} still too cheap")
    assert "approval refused: still too cheap" in text_of(again)
    assert "Why?" in text_of(await counter.say(f"quote refuse {number}"))


async def test_a_sent_quote_is_revised_in_words_and_the_card_tells_both(counter: Counter) -> None:
    number = await drafted(counter)
    await moved(counter, number, "sent")
    told = text_of(await counter.say(f"quote edit {number} make it 30"))
    assert f"/desk quote revise {number}" in told
    lost = await counter.say(f"quote revise {number} paint it blue")
    assert "did not understand" in text_of(lost)
    assert (await stored(counter, number)).status == "sent", "nothing was begun"
    proposal = await counter.say(f"quote revise {number} make it 30")
    assert "24 → 30 each" in text_of(proposal)
    card = await counter.press(pressed(proposal, "Make it so"))
    assert isinstance(card, Card)
    shown = text_of(card)
    assert "revision 2" in card.title
    assert "Cat6 double outlet: 30 pcs instead of 24, £1,620.00." in shown
    assert "Revision 1 · 1610.40 GBP · sent, can be accepted until" in shown
    assert "not approved" in shown
    await moved(counter, number, "sent")
    shown = text_of(await counter.say(f"quote show {number}"))
    assert "Revision 1 · 1610.40 GBP · superseded by revision 2" in shown
    assert "sent, revision 2, valid until" in shown


async def test_a_revision_is_begun_with_a_button_and_given_up(counter: Counter) -> None:
    number = await drafted(counter)
    await moved(counter, number, "sent", "viewed")
    card = await counter.press(pressed(await counter.say(f"quote show {number}"), "Revise"))
    assert isinstance(card, Card)
    assert "draft, not approved" in text_of(card)
    back = await counter.say(f"quote drop {number}")
    assert "viewed, revision 1" in text_of(back)
    assert "nothing to give up" in text_of(await counter.say(f"quote drop {number}"))
    await moved(counter, number, "accepted")
    assert "Duplicate it" in text_of(await counter.say(f"quote revise {number}"))
    assert (await counter.say(f"quote revise {number}", "readonly")).is_error


async def test_quotes_are_duplicated_and_cloned(counter: Counter) -> None:
    number = await drafted(counter)
    card = await counter.say(f"quote duplicate {number}")
    new = card.title.split()[0]
    assert new != number
    assert "24 each × Cat6 double outlet" in text_of(card)
    copied = await counter.say(f"quote clone {number} for Customer of acme")
    assert "Customer: Customer of acme" in text_of(copied)
    assert (await stored(counter, copied.title.split()[0])).request == ""
    assert "For which customer?" in text_of(await counter.say(f"quote clone {number}"))
    assert "no customer “Nobody”" in text_of(await counter.say(f"quote clone {number} for Nobody"))


async def test_what_needs_no_approval_says_so(counter: Counter) -> None:
    number = await drafted(counter)
    await counter.company.execute(
        "update tenants set settings = jsonb_set(settings, '{quoting,approval_above}', '\"9000\"')"
    )
    assert "needs no approval" in text_of(await counter.say(f"quote show {number}"))
