"""Addresses that nothing automatic goes to: who wrote STOP, where, when, and who took it back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from domain.customers.models import OptOut, Person
from domain.errors import Conflict, NotFound
from domain.events import Happened, record
from domain.types import new_id, utc_now

# Of the conversation `c`: the address that names its thread or its customer, and where neither is
# an address of theirs (a chat found by another one), any of theirs on that channel.
OPTED_OUT = """exists (
    select from opt_outs o
     where o.tenant_id = c.tenant_id and o.channel = c.channel and o.ended_at is null
       and (o.address in (c.address, c.hint) or (c.address = '' and o.address in (
            select oi.value from identities oi where oi.person_id = c.person_id))))"""

_OF_CONVERSATION = text(f"select c.id from conversations c where c.id = :id and {OPTED_OUT}")  # noqa: S608 - no value in it
_ADDRESSES = text("""
    select c.channel, coalesce(nullif(c.address, ''), c.hint) as address
      from conversations c where c.id = :id
""")
_OF_PERSON = text("""
    select o.id from opt_outs o
     where o.ended_at is null and (
           o.address in (select i.value from identities i where i.person_id = :person_id)
           or exists (select from conversations c where c.person_id = :person_id
                         and c.channel = o.channel and o.address in (c.hint, c.address)))
     order by o.created_at, o.id
""")
_OWN = text("""
    select i.value from identities i where i.person_id = :id
    union select c.hint from conversations c where c.person_id = :id and c.channel = :channel
    union select c.address from conversations c
           where c.person_id = :id and c.channel = :channel and c.address <> ''
""")
_PERSON_AT = text("""
    select person_id from identities where value = :value
    union select person_id from conversations
           where channel = :channel and (hint = :value or address = :value)
    limit 1
""")


class OptedOut(Conflict):
    """A person may answer all the same, if they say that they know."""

    def __init__(self) -> None:
        super().__init__(
            "This customer has written STOP on this channel. Answer only what they asked "
            "themselves, with /desk reply, which asks you to confirm; or call them."
        )


@dataclass(frozen=True, slots=True)
class Address:
    """Of a channel, as its conversations have it."""

    channel: str
    value: str


class OptOuts:
    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id

    async def begin(
        self, address: Address, source: str, *, words: str = "", person_id: UUID | None = None
    ) -> bool:
        """Whether it is new: who has opted out already changes nothing."""
        statement = insert(OptOut).values(
            id=new_id(),
            tenant_id=self._tenant_id,
            channel=address.channel,
            address=address.value,
            source=source,
            words=words[:200],
            ended_by="",
            created_at=utc_now(),
        )
        added = await self._session.scalar(statement.on_conflict_do_nothing().returning(OptOut.id))
        if added is None:
            return False
        await self._mark(person_id)
        self._happened("customer.opted_out", added, address, source)
        return True

    async def end(self, address: Address, by: str, *, person_id: UUID | None = None) -> bool:
        """Whether there was one to take back."""
        ended = await self._session.scalar(
            update(OptOut)
            .where(
                OptOut.tenant_id == self._tenant_id,
                OptOut.channel == address.channel,
                OptOut.address == address.value,
                OptOut.ended_at.is_(None),
            )
            .values(ended_at=utc_now(), ended_by=by)
            .returning(OptOut.id)
        )
        if ended is None:
            return False
        await self._mark(person_id)
        self._happened("customer.opted_in", ended, address, by)
        return True

    async def applies_to(self, conversation_id: UUID) -> bool:
        """Whether what goes to this conversation goes to somebody who wants nothing."""
        return await self._session.scalar(_OF_CONVERSATION, {"id": conversation_id}) is not None

    async def address_of(self, conversation_id: UUID) -> Address:
        """Where the conversation goes. Raises NotFound."""
        row = (await self._session.execute(_ADDRESSES, {"id": conversation_id})).one_or_none()
        if row is None:
            raise NotFound("conversation", conversation_id)
        return Address(row.channel, row.address)

    async def own(self, person_id: UUID, address: Address) -> Address:
        """As the channel writes it. Raises NotFound for an address that is not the person's."""
        known = await self._session.scalars(_OWN, {"id": person_id, "channel": address.channel})
        meant = {address.value, address.value.lower(), _digits(address.value)}
        for value in known:
            if value in meant:
                return Address(address.channel, value)
        raise NotFound("address", address.value)

    async def person_at(self, address: Address) -> UUID | None:
        """Whose address it is, if anybody's that is known."""
        query = {"channel": address.channel, "value": address.value}
        found: UUID | None = await self._session.scalar(_PERSON_AT, query)
        return found

    async def of_person(self, person_id: UUID) -> list[OptOut]:
        """Those in force, oldest first."""
        ids = list(await self._session.scalars(_OF_PERSON, {"person_id": person_id}))
        query = select(OptOut).where(OptOut.id.in_(ids)).order_by(OptOut.created_at, OptOut.id)
        return list(await self._session.scalars(query))

    async def at(self, value: str) -> Sequence[OptOut]:
        """Those in force at an address, on whatever channel."""
        query = select(OptOut).where(
            OptOut.tenant_id == self._tenant_id, OptOut.address == value, OptOut.ended_at.is_(None)
        )
        return list(await self._session.scalars(query.order_by(OptOut.created_at)))

    async def _mark(self, person_id: UUID | None) -> None:
        if person_id is None:
            return
        since: datetime | None = min(
            (one.created_at for one in await self.of_person(person_id)), default=None
        )
        await self._session.execute(
            update(Person).where(Person.id == person_id).values(opted_out_at=since)
        )

    def _happened(self, kind: str, row_id: UUID, address: Address, actor: str) -> None:
        payload = {"channel": address.channel, "address": address.value}
        record(self._session, self._tenant_id, Happened(kind, row_id, payload, actor))


def _digits(value: str) -> str:
    return "".join(c for c in value if c.isdecimal())
