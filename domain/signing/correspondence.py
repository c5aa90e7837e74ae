"""The thread by which whoever signs is written to: their own, apart from the customer's."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from domain.conversations.models import Conversation
from domain.customers.models import Identity, Person
from domain.signing.requests import Mailbox
from domain.tenants.models import ChannelAccount
from domain.types import new_id, utc_now

MAIL = "email"


async def mailbox(
    session: AsyncSession,
    account: ChannelAccount,
    link_id: UUID,
    to: tuple[str, str],
    *,
    subject: str,
) -> Mailbox:
    """`to`: name and address. One thread for a link and an address; a new person belongs to no
    company: that an address was typed into a form proves nothing."""
    name, address = to
    person_id = await _person(session, account.tenant_id, name, address)
    hint = f"signing:{link_id}:{person_id}"
    statement = insert(Conversation).values(
        id=new_id(),
        tenant_id=account.tenant_id,
        channel_account_id=account.id,
        channel=account.channel,
        hint=hint,
        address=address,
        person_id=person_id,
        subject=subject,
        created_at=utc_now(),
        updated_at=utc_now(),
    )
    await session.execute(statement.on_conflict_do_nothing())
    query = select(Conversation.id).where(
        Conversation.channel_account_id == account.id, Conversation.hint == hint
    )
    return Mailbox(person_id, (await session.scalars(query)).one(), address)


async def _person(session: AsyncSession, tenant_id: UUID, name: str, address: str) -> UUID:
    known = select(Identity.person_id).where(Identity.kind == MAIL, Identity.value == address)
    if (found := await session.scalar(known)) is not None:
        return found
    person = Person(id=new_id(), tenant_id=tenant_id, name=name, source="page")
    session.add(person)
    await session.flush()
    added = await session.execute(
        insert(Identity)
        .values(
            id=new_id(),
            tenant_id=tenant_id,
            person_id=person.id,
            kind=MAIL,
            value=address,
            created_at=utc_now(),
        )
        .on_conflict_do_nothing()
        .returning(Identity.id)
    )
    if added.scalar_one_or_none() is not None:
        return person.id
    await session.delete(person)  # somebody else wrote it down at the same moment
    return (await session.scalars(known)).one()
