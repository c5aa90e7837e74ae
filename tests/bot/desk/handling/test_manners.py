"""Opt-outs, absence and introductions at the desk."""

from bot.desk import tenants
from tests.bot.desk.handling.conftest import Counter, pressed, text_of
from tests.bot.engine.conftest import CUSTOMER


async def test_staff_see_set_and_clear_an_opt_out(counter: Counter, rivals: Counter) -> None:
    await counter.company.say("Hello there")
    [conversation] = await counter.company.conversations()
    assert "Not opted out" in (await counter.say(f"optout show {conversation.id}")).title
    card = await counter.say(f"optout set {conversation.id}")
    assert CUSTOMER in card.title
    shown = text_of(await counter.say(f"optout {conversation.id}"))
    assert "by staff:" in shown
    assert CUSTOMER in text_of(await counter.say(f"optout show +{CUSTOMER}"))
    thread = await counter.desk.thread(conversation.id, counter.staff["staff"])
    assert thread
    assert await counter.company.say("When are you open?") == []
    assert "Not opted out" in (await rivals.say(f"optout show +{CUSTOMER}")).title
    await counter.press(pressed(card, "Take back"))
    assert "Not opted out" in (await counter.say(f"optout show {conversation.id}")).title
    assert [action for _, action in await counter.audited() if action.startswith("optout")] == [
        "optout.set",
        "optout.clear",
    ]


async def test_an_address_is_opted_out_on_a_channel(counter: Counter) -> None:
    assert (await counter.say("optout set +447700900001")).is_error
    card = await counter.say("optout set whatsapp +44 7700 900001")
    assert CUSTOMER in card.title
    assert await counter.company.say("Hello there") == []


async def test_who_only_reads_changes_no_opt_out(counter: Counter) -> None:
    assert (await counter.say("optout set whatsapp +447700900001", role="readonly")).is_error
    assert (await counter.say("away until 2d", role="readonly")).is_error


async def test_away_is_set_shown_and_ended(counter: Counter, rivals: Counter) -> None:
    assert "People are there" in (await counter.say("away")).title
    card = await counter.say("away until 2d")
    assert card.title.startswith("Away until")
    assert "People are there" in (await rivals.say("away")).title
    assert (await counter.say("away until yesterday")).is_error
    await counter.press(pressed(card, "We are back"))
    assert "People are there" in (await counter.say("away")).title


async def test_who_takes_over_is_named_where_the_company_wants_that(counter: Counter) -> None:
    company = counter.company
    await company.say("Hello there")
    [conversation] = await company.conversations()
    await counter.say(f"take {conversation.id}", role="admin")
    assert await company.messages(state="pending") == []
    runtime = company.runtime
    await tenants.change(
        runtime.database, runtime.accounts, company.tenant_id, {"presence.introduces_staff": True}
    )
    await counter.say(f"take {conversation.id}")
    await counter.say(f"take {conversation.id}")
    [said] = await company.messages(state="pending")
    assert said.text == "Staff acme of acme Ltd answers you from here on."
