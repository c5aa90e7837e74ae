"""Merges among everything else that goes on: messages that arrive, turns that think, codes."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from bot.desk.handling.answering import destination
from bot.model.turns import OpenTicket, Step, TurnContext, TurnResult
from channels.whatsapp.simulator import Customer, incoming_media, incoming_text
from domain.customers.joining.merging import Because, CustomerMerges
from domain.customers.models import CustomerLink, Identity, Person
from domain.customers.service import Customers, Reference
from domain.tickets.service import NewTicket, Tickets
from tests.bot.engine.conftest import CUSTOMER, OTHER, together
from tests.bot.engine.identity.conftest import ANNA, PROBLEM, STATUS, Shop
from tests.bot.engine.test_turns import hired

WHY = Because("staff", "staff:test")


async def known(shop: Shop, name: str, kind: str, address: str) -> UUID:
    async with shop.runtime.database.transaction(shop.tenant_id) as session:
        customers = Customers(session, shop.tenant_id)
        person, _ = await customers.keep_person({"name": name}, Reference(), by="test")
        await customers.add_identity(person.id, kind, address)
        return person.id


async def merged(shop: Shop, source: UUID, target: UUID) -> None:
    async with shop.runtime.database.transaction(shop.tenant_id) as session:
        await CustomerMerges(session, shop.tenant_id).merge(source, target, WHY)


async def somebody_waits(shop: Shop) -> None:
    """Until a statement of this database waits for a row that another holds."""
    query = text(
        "select count(*) from pg_locks l join pg_stat_activity a using (pid) "
        "where a.datname = current_database() and not l.granted"
    )
    while True:
        async with shop.runtime.database.directory() as session:
            if await session.scalar(query):
                return
        await asyncio.sleep(0)


async def test_a_message_that_arrives_during_a_merge_lands_with_the_survivor(shop: Shop) -> None:
    ann = await known(shop, "Ann", "phone", CUSTOMER)
    anna = await known(shop, "Anna", "email", ANNA)
    await shop.company.hear("When are you open?")
    async with shop.runtime.database.transaction(shop.tenant_id) as session:
        await CustomerMerges(session, shop.tenant_id).merge(ann, anna, WHY)
        arriving = asyncio.create_task(shop.company.take())
        await somebody_waits(shop)
    await arriving
    [conversation] = await shop.company.conversations()
    assert conversation.person_id == anna


async def test_a_merge_during_an_arrival_takes_the_message_along(shop: Shop) -> None:
    ann = await known(shop, "Ann", "phone", CUSTOMER)
    anna = await known(shop, "Anna", "email", ANNA)
    await shop.company.hear("When are you open?")
    await together(shop.company.take(), merged(shop, ann, anna))
    [conversation] = await shop.company.conversations()
    assert conversation.person_id == anna
    [message] = await shop.company.messages(direction="in")
    assert message.said_from == CUSTOMER
    assert message.said_by_id in (ann, anna)


class Thoughtful:
    """Opens a ticket, when the test lets it."""

    name = "thoughtful"

    def __init__(self) -> None:
        self.contexts: list[TurnContext] = []
        self.started = asyncio.Event()
        self.may_go_on = asyncio.Event()

    async def think(self, context: TurnContext) -> TurnResult:
        self.contexts.append(context)
        self.started.set()
        await self.may_go_on.wait()
        opened = OpenTicket("Gate", PROBLEM, acknowledgement="It is {number}.")
        return TurnResult((opened,), agent=self.name, step=Step.MODEL, language="en")


async def test_a_merge_while_the_bot_thinks_is_thought_again_with_the_survivor(shop: Shop) -> None:
    anna = await known(shop, "Anna", "email", ANNA)
    agent = Thoughtful()
    hired(shop.company, agent)
    await shop.company.hear(PROBLEM)
    thinking = asyncio.create_task(shop.company.take_and_answer())
    await agent.started.wait()
    ann = await shop.owner(CUSTOMER)
    await merged(shop, ann, anna)
    agent.may_go_on.set()
    await thinking
    [ticket] = await shop.company.tickets()
    assert ticket.person_id == anna
    assert [context.customer.person_id for context in agent.contexts] == [ann, anna]
    assert shop.company.graph.texts()[-1].startswith(f"It is {ticket.number}.")


async def test_two_who_prove_one_address_at_once_have_one_owner(shop: Shop) -> None:
    for sender in (CUSTOMER, OTHER):
        await shop.chat(f"my mail is {ANNA}", sender)
    mails = [mail.text for mail in shop.firm.sent_to(ANNA)]
    codes = [text.split("code there: ")[1][:6] for text in mails]
    for sender, code in zip((CUSTOMER, OTHER), codes, strict=True):
        await shop.company.hear(code, sender)
    pending = await shop.company.take()
    run = shop.runtime.turns.run
    turns = (run(shop.tenant_id, one, timedelta(0)) for one in pending)
    await asyncio.gather(*turns, return_exceptions=True)
    await shop.company.work_on_conversations()  # what failed is done again, as by the sweep
    [identity] = await shop.all(Identity, value=ANNA)
    assert identity.person_id in (await shop.owner(CUSTOMER), await shop.owner(OTHER))
    assert len(await shop.people()) == 2
    [link] = await shop.links(state="suggested")
    assert link.evidence == "code"


async def test_opposite_merges_at_once_leave_one_customer(shop: Shop) -> None:
    ann = await known(shop, "Ann", "phone", CUSTOMER)
    anna = await known(shop, "Anna", "email", ANNA)
    done = await asyncio.gather(
        merged(shop, ann, anna), merged(shop, anna, ann), return_exceptions=True
    )
    assert [type(one).__name__ for one in done if one] == ["MergeRefused"]
    assert len(await shop.people()) == 1


async def test_image_and_audio_at_the_same_time_make_one_conversation(shop: Shop) -> None:
    """200 ms apart is the same to whoever takes them in: two deliveries, two jobs, one sender."""
    number, graph = shop.company.number, shop.company.graph
    image = incoming_media(number, OTHER, "image", graph.add_media(b"\x89PNG", "image/png"))
    audio = incoming_media(number, OTHER, "audio", graph.add_media(b"OggS", "audio/ogg"))
    await together(shop.company.receive(image), shop.company.receive(audio))
    await together(shop.company.take(), shop.company.take())
    [conversation] = await shop.company.conversations()
    said = await shop.company.messages(direction="in")
    assert {message.content_kind for message in said} == {"image", "audio"}
    assert {message.conversation_id for message in said} == {conversation.id}
    assert len(await shop.people()) == 1


def named(name: str) -> Customer:
    return Customer(OTHER, name)


@pytest.mark.parametrize("by_staff", [False, True])
async def test_a_providers_new_name_never_replaces_one_that_staff_gave(
    shop: Shop, by_staff: bool
) -> None:
    number = shop.company.number
    await shop.company.receive(incoming_text(number, named("Bobby"), "When are you open?"))
    await shop.company.take()
    person_id = await shop.owner(OTHER)
    if by_staff:
        async with shop.runtime.database.transaction(shop.tenant_id) as session:
            customers = Customers(session, shop.tenant_id)
            await customers.change_person(person_id, {"name": "Robert"}, by="staff:test")
    await shop.company.receive(incoming_text(number, named("Bob B."), "And on Sundays?"))
    await shop.company.take()
    [person] = await shop.people()
    assert person.name == ("Robert" if by_staff else "Bob B.")


async def test_a_number_of_a_known_customer_is_proven_when_it_writes(
    shop: Shop, rival_shop: Shop
) -> None:
    priya = await known(shop, "Priya", "phone", CUSTOMER)
    async with shop.runtime.database.transaction(shop.tenant_id) as session:
        tickets = Tickets(session, shop.tenant_id)
        ticket = await tickets.open(NewTicket("Gate camera", person_id=priya))
    assert ticket.number in await shop.chat(STATUS)
    [identity] = await shop.all(Identity, value=CUSTOMER)
    assert identity.proven_at is not None
    assert await rival_shop.all(Identity) == []


async def test_one_message_with_addresses_of_two_is_a_question_for_staff(shop: Shop) -> None:
    by_phone = await known(shop, "Ann", "phone", CUSTOMER)
    by_id = await known(shop, "Ann again", "whatsapp", "user-7")
    body = incoming_text(shop.company.number, CUSTOMER, "Hi", from_user_id="user-7")
    await shop.company.receive(body)
    await shop.company.take()
    [link] = await shop.all(CustomerLink)
    assert (link.evidence, link.state) == ("same_sender", "suggested")
    assert {link.person_id, link.other_id} == {by_phone, by_id}
    assert len(await shop.all(Person, merged_into_id=None)) == 2


async def test_the_bot_sees_what_the_customer_said_elsewhere_only_when_proven(shop: Shop) -> None:
    anna = shop.person()
    anna.write(shop.firm.address, "Gate", PROBLEM)
    await shop.mailed()
    await shop.prove()
    agent = Thoughtful()
    agent.may_go_on.set()
    hired(shop.company, agent)
    await shop.chat("and another question")
    [context] = agent.contexts
    assert [one.text for one in context.elsewhere] == [PROBLEM]
    forger = shop.person(ANNA, "Anna", is_genuine=False)
    forger.write(shop.firm.address, "Hm", "What did I say on the phone?")
    await shop.mailed()
    assert agent.contexts[-1].elsewhere == ()
    assert not agent.contexts[-1].customer.is_proven


async def test_staff_are_shown_the_address_of_the_channel_they_answer_on(shop: Shop) -> None:
    anna = shop.person()
    anna.write(shop.firm.address, "Gate", PROBLEM)
    await shop.mailed()
    await shop.prove()
    shown = {}
    for conversation in await shop.company.conversations():
        async with shop.runtime.database.transaction(shop.tenant_id) as session:
            found = await destination(shop.runtime, session, conversation)
        shown[conversation.channel] = found.address
    assert shown == {"email": ANNA, "whatsapp": CUSTOMER}


async def test_an_unknown_merge_is_not_found(shop: Shop) -> None:
    with pytest.raises(Exception, match="There is no person"):
        await merged(shop, uuid4(), await known(shop, "Ann", "phone", CUSTOMER))
