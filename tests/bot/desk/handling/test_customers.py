"""Customers from the desk: found, shown, linked, merged after a look, and taken apart."""

import pytest
from sqlalchemy import select

from bot.desk.command import Place
from channels.cards import Card
from domain.customers.joining.links import CustomerLinks, NewLink
from domain.customers.models import Person
from domain.customers.service import Customers, Reference
from domain.staff.models import StaffNotice
from domain.tickets.service import NewTicket, Tickets
from tests.bot.desk.handling.conftest import Counter, pressed, text_of

ANNA, PHONE = "anna@x.example", "447700900001"


@pytest.fixture
async def two(counter: Counter) -> tuple[Person, Person]:
    """Anna by mail with a ticket, Ann by phone."""
    async with counter.company.runtime.database.transaction(counter.tenant_id) as session:
        customers = Customers(session, counter.tenant_id)
        anna, _ = await customers.keep_person({"name": "Anna"}, Reference(), by="test")
        ann, _ = await customers.keep_person({"name": "Ann O."}, Reference(), by="test")
        await customers.add_identity(anna.id, "email", ANNA)
        await customers.add_identity(ann.id, "phone", PHONE)
        tickets = Tickets(session, counter.tenant_id)
        await tickets.open(NewTicket("Gate camera", person_id=anna.id))
    return anna, ann


async def owner_of_ticket(counter: Counter) -> object:
    [ticket] = await counter.company.tickets()
    return ticket.person_id


async def test_a_customer_is_found_by_name_address_or_company_and_shown(
    counter: Counter, rivals: Counter, two: tuple[Person, Person]
) -> None:
    for words in ("Anna", ANNA, "anna@", str(two[0].id)):
        shown = text_of(await counter.say(f"customer show {words}", "readonly"))
        assert f"email {ANNA} · not proven" in shown
        assert "Gate camera" in shown
    found = text_of(await counter.say("customer find ann", "readonly"))
    assert ANNA in found
    assert PHONE in found
    assert "Nobody" in text_of(await rivals.say("customer find ann"))
    assert "no customer" in text_of(await rivals.say(f"customer show {two[0].id}"))


async def test_a_merge_is_shown_first_done_once_and_taken_back(
    counter: Counter, two: tuple[Person, Person]
) -> None:
    anna, ann = two
    asked = await counter.say(f"customer merge {ANNA} into {PHONE} because we met her")
    shown = text_of(asked)
    assert "What moves: 1 address, 1 ticket." in shown
    assert "Nothing but your word." in shown
    assert await owner_of_ticket(counter) == anna.id
    done = await counter.press(pressed(asked, "Merge"))
    assert isinstance(done, Card)
    assert done.title == "They are one now"
    assert await owner_of_ticket(counter) == ann.id
    again = await counter.press(pressed(asked, "Merge"))
    assert isinstance(again, Card)
    assert again.is_error
    shown = text_of(await counter.say(f"customer show {ANNA}"))
    assert "With Anna since" in shown
    assert "we met her" in shown

    asked = await counter.press(pressed(done, "Take apart"))
    assert isinstance(asked, Card)
    assert "gets back: 1 address, 1 ticket" in text_of(asked)
    assert await owner_of_ticket(counter) == ann.id
    await counter.press(pressed(asked, "Take apart"))
    assert await owner_of_ticket(counter) == anna.id
    audited = [action for _, action in await counter.audited()]
    assert audited.count("customer.merged") == audited.count("customer.unmerged") == 1


async def test_leaving_them_leaves_them(counter: Counter, two: tuple[Person, Person]) -> None:
    asked = await counter.say(f"customer merge {ANNA} into {PHONE}")
    await counter.press(pressed(asked, "Leave them"))
    done = await counter.press(pressed(asked, "Merge"))
    assert isinstance(done, Card)
    assert done.is_error
    assert await owner_of_ticket(counter) == two[0].id


async def test_a_suggestion_is_merged_or_refused_from_its_card(
    counter: Counter, two: tuple[Person, Person]
) -> None:
    async with counter.company.runtime.database.transaction(counter.tenant_id) as session:
        links = CustomerLinks(session, counter.tenant_id)
        await links.suggest(NewLink(two[1].id, two[0].id, "order_number", "Named TKT-1."))
    card = await counter.say("customer suggestions")
    assert "named a number of the other's (weak)" in text_of(card)
    asked = await counter.press(pressed(card, "Merge…"))
    assert isinstance(asked, Card)
    assert "suggested: named a number" in text_of(asked)
    refused = await counter.press(pressed(card, "Not the same"))
    assert isinstance(refused, Card)
    assert "Not the same" in refused.title
    assert "Nobody looks like" in text_of(await counter.say("customer suggestions"))
    assert await owner_of_ticket(counter) == two[0].id


async def test_a_link_is_for_staff_only(counter: Counter, two: tuple[Person, Person]) -> None:
    card = await counter.say(f"customer link {ANNA} with {PHONE} because same desk")
    assert "Only staff see a link" in text_of(card)
    assert await owner_of_ticket(counter) == two[0].id
    shown = text_of(await counter.say(f"customer show {PHONE}"))
    assert "staff said so" in shown
    assert "same desk" in shown
    await counter.press(pressed(card, "Unlink"))
    assert "not the same" in text_of(await counter.say(f"customer show {PHONE}"))


async def test_who_only_looks_changes_nothing(counter: Counter, two: tuple[Person, Person]) -> None:
    for words in (
        f"customer merge {ANNA} into {PHONE}",
        f"customer link {ANNA} with {PHONE}",
        f"customer unmerge {ANNA}",
        f"customer unlink {two[0].id}",
    ):
        card = await counter.say(words, "readonly")
        assert card.is_error, words
    assert not (await counter.say("customer suggestions", "readonly")).is_error


async def test_in_a_thread_it_is_its_customer(counter: Counter) -> None:
    await counter.company.say("the camera at the gate is dead")
    [conversation] = await counter.company.conversations()
    shown = text_of(await counter.say("customer show", place=Place(conversation.id)))
    assert "phone 447700900001 · proven" in shown


async def test_wrong_use_says_how(counter: Counter) -> None:
    for words in ("customer", "customer dance", "customer merge x", "customer find"):
        assert "Usage: /desk customer" in text_of(await counter.say(words))


async def test_companies_are_merged_too(counter: Counter) -> None:
    async with counter.company.runtime.database.transaction(counter.tenant_id) as session:
        customers = Customers(session, counter.tenant_id)
        await customers.keep_company({"name": "Dental Ltd"}, Reference(), by="test")
        known, _ = await customers.keep_company({"name": "Dentl"}, Reference(), by="test")
        anna, _ = await customers.keep_person(
            {"name": "Anna", "company_id": known.id}, Reference(), by="test"
        )
    asked = await counter.say("customer merge company Dentl into Dental Ltd")
    assert "What moves: 1 person." in text_of(asked)
    await counter.press(pressed(asked, "Merge"))
    assert "Dental Ltd" in text_of(await counter.say("customer show Anna"))
    asked = await counter.say(f"customer unmerge company {known.id}")
    await counter.press(pressed(asked, "Take apart"))
    assert "Dentl" in text_of(await counter.say(f"customer show {anna.id}"))


async def test_staff_are_told_once_of_who_may_be_one(
    counter: Counter, two: tuple[Person, Person]
) -> None:
    company = counter.company
    async with company.runtime.database.transaction(counter.tenant_id) as session:
        links = CustomerLinks(session, counter.tenant_id)
        await links.suggest(NewLink(two[1].id, two[0].id, "order_number", "Named TKT-1."))
    while await company.runtime.reactions.react(counter.tenant_id):
        pass
    async with company.runtime.database.transaction(counter.tenant_id) as session:
        [told] = await session.scalars(select(StaffNotice).where(StaffNotice.kind == "approvals"))
    assert told.text == "Who may be one customer: Anna and Ann O."
    assert told.command == "customer suggestions"
