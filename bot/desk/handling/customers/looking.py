"""`/desk customer find` and `show`: who somebody is, on every channel."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.asking.parsing import wrong_use
from bot.desk.asking.rights import Right
from bot.desk.command import Place, StaffCommand
from bot.desk.handling.bench import Answer, Bench
from bot.desk.showing.customers import CustomerView, customer_card, found_card
from domain.conversations.models import Conversation
from domain.conversations.repository import ConversationReader
from domain.customers.joining.links import CustomerLinks
from domain.customers.joining.looking import CustomerFinder, Found
from domain.customers.joining.merging import CustomerMerges
from domain.errors import NotFound
from domain.quotes.service import Quotes
from domain.tickets.models import Ticket
from domain.tickets.service import Tickets

CONVERSATIONS = 6


async def find(bench: Bench, command: StaffCommand, words: str) -> Answer:
    if not words:
        raise wrong_use("customer", "Find whom?")
    async with bench.database.transaction(command.tenant_id) as session:
        found = await CustomerFinder(session, command.tenant_id).find(words)
    return found_card(words, found)


async def show(bench: Bench, command: StaffCommand, words: str) -> Answer:
    """By words, or the customer of the thread that the command was given in."""
    async with bench.database.transaction(command.tenant_id) as session:
        found = await named(session, command, words)
        view = await viewed(session, command.tenant_id, found)
    return customer_card(view, may_act=Right.ACT in command.by.rights.held)


async def named(session: AsyncSession, command: StaffCommand, words: str) -> Found:
    """Whom the words mean; "this" and nothing: the customer of the thread."""
    finder = CustomerFinder(session, command.tenant_id)
    plain = words.strip()
    if plain and plain.lower() not in ("this", "it", "them"):
        return await finder.meant(plain)
    person_id = await _here(session, command.place)
    if person_id is None:
        raise wrong_use(command.verb, "Which customer? Give a name or an address.")
    return await finder.with_id(person_id)


async def viewed(session: AsyncSession, tenant_id: UUID, found: Found) -> CustomerView:
    person_id = found.person.id
    merges = CustomerMerges(session, tenant_id)
    gone = await merges.merged_into(person_id)
    links = await CustomerLinks(session, tenant_id).of([person_id, *(row.id for row in gone)])
    others = {one for link in links for one in (link.person_id, link.other_id) if one}
    finder = CustomerFinder(session, tenant_id)
    names = {one.person.id: one.name for one in await finder.all(sorted(others))}
    talks = await session.scalars(
        select(Conversation)
        .where(Conversation.person_id == person_id, Conversation.merged_into_id.is_(None))
        .order_by(Conversation.updated_at.desc())
        .limit(CONVERSATIONS)
    )
    done = [one for one in await merges.of(person_id) if one.undone_at is None]
    return CustomerView(
        found=found,
        conversations=tuple(talks),
        tickets=tuple(await Tickets(session, tenant_id).of_person(person_id)),
        quotes=tuple(await Quotes(session, tenant_id).of_person(person_id)),
        merges=tuple(one for one in done if one.target_id == person_id),
        links=tuple(links),
        names=names | {row.id: row.name for row in gone if row.name},
    )


async def _here(session: AsyncSession, place: Place) -> UUID | None:
    if place.conversation_id:
        return (await ConversationReader(session).get(place.conversation_id)).person_id
    if place.ticket:
        query = select(Ticket.person_id).where(Ticket.number == place.ticket)
        person_id = (await session.execute(query)).scalar_one_or_none()
        if person_id is None:
            raise NotFound("customer of", place.ticket)
        return person_id
    return None
