"""What follows when somebody has shown that an address is theirs."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.conversations.models import Conversation, Message
from domain.customers.joining.links import CustomerLinks, NewLink
from domain.customers.joining.merging import Because, CustomerMerges
from domain.customers.joining.sharing import Known, doubt
from domain.customers.models import Identity, Person
from domain.types import new_id, utc_now

CODE = "code"
BOT = "bot"
_NAMES = 20


class Outcome(StrEnum):
    """ADDED: nobody had it. MERGED: its owner and the prover are one now. SUGGESTED: a person
    must look first."""

    ADDED = "added"
    MERGED = "merged"
    SUGGESTED = "suggested"


@dataclass(frozen=True, slots=True)
class Proven:
    """By a one-time code that was sent to the address and came back from the person."""

    person_id: UUID
    kind: str
    address: str


class AddressProofs:
    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id
        self._links = CustomerLinks(session, tenant_id)
        self._merges = CustomerMerges(session, tenant_id)

    async def accept(self, proven: Proven) -> Outcome:
        """The address is the person's; who had it before is merged, unless there is a doubt."""
        asker = await self._merges.goes_on_as(proven.person_id)
        identity = await self._identity(proven)
        if identity is None:
            await self._add(proven, asker.id)
            return Outcome.ADDED
        if identity.person_id == asker.id:
            identity.proven_at = identity.proven_at or utc_now()
            return Outcome.ADDED
        return await self._join(proven, asker.id, identity)

    async def _join(self, proven: Proven, asker_id: UUID, identity: Identity) -> Outcome:
        owner_id = identity.person_id
        told = await self._doubt(proven, asker_id, identity)
        link = NewLink(asker_id, owner_id, CODE, told, proven.kind, proven.address)
        if told:
            await self._links.suggest(link)
            return Outcome.SUGGESTED
        identity.proven_at = identity.proven_at or utc_now()
        source_id, target_id = await self._older_last(asker_id, owner_id)
        why = f"A code sent to {proven.address} came back."
        because = Because(CODE, BOT, why)
        merge = await self._merges.merge(source_id, target_id, because)
        await self._links.settle(asker_id, owner_id, merge)
        stands = NewLink(
            asker_id, owner_id, CODE, why, proven.kind, proven.address, merge_id=merge.id
        )
        await self._links.confirm(stands, by=BOT)
        return Outcome.MERGED

    async def _doubt(self, proven: Proven, asker_id: UUID, identity: Identity) -> str:
        if await self._links.was_taken_apart(asker_id, identity.person_id):
            return "A colleague has taken these two apart before."
        asker = Known(await self._proven_kinds(asker_id))
        owner = Known(await self._proven_kinds(identity.person_id), identity.proven_at is not None)
        names = await self._names(identity.person_id, proven.address)
        return doubt(proven.kind, proven.address, asker, owner, names)

    async def _older_last(self, one: UUID, other: UUID) -> tuple[UUID, UUID]:
        """The record that was there first goes on: other systems know it."""
        query = select(Person.id).where(Person.id.in_((one, other)))
        older = await self._session.scalar(query.order_by(Person.created_at, Person.id).limit(1))
        return (one, other) if older == other else (other, one)

    async def _add(self, proven: Proven, person_id: UUID) -> None:
        self._session.add(
            Identity(
                id=new_id(),
                tenant_id=self._tenant_id,
                person_id=person_id,
                kind=proven.kind,
                value=proven.address,
                proven_at=utc_now(),
            )
        )
        await self._session.flush()
        link = NewLink(person_id, None, CODE, "", proven.kind, proven.address)
        await self._links.confirm(link, by=BOT)

    async def _identity(self, proven: Proven) -> Identity | None:
        query = select(Identity).where(
            Identity.tenant_id == self._tenant_id,
            Identity.kind == proven.kind,
            Identity.value == proven.address,
        )
        return (await self._session.scalars(query)).one_or_none()

    async def _proven_kinds(self, person_id: UUID) -> list[str]:
        query = select(Identity.kind).where(
            Identity.person_id == person_id, Identity.proven_at.is_not(None)
        )
        return list(await self._session.scalars(query))

    async def _names(self, owner_id: UUID, address: str) -> list[str]:
        """Under which mails from the address came."""
        query = (
            select(Message.sender_name)
            .join(Conversation, Conversation.id == Message.conversation_id)
            .where(
                Conversation.person_id == owner_id,
                Message.sender_address == address,
                Message.proof != "none",
            )
            .distinct()
            .limit(_NAMES)
        )
        return list(await self._session.scalars(query))
