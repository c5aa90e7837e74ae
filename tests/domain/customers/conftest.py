"""People with conversations, tickets and quotes, made by hand, in a transaction of the test."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.conversations.models import Conversation, Message
from domain.customers.joining.merging import Because, CustomerMerges
from domain.customers.models import CustomerMerge, Identity, Person
from domain.customers.service import Customers, Reference
from domain.tenants.models import ChannelAccount
from domain.tickets.models import Ticket
from domain.tickets.service import NewTicket, Tickets
from domain.types import new_id, utc_now

WHY = Because("staff", "staff:test", "I know them")


@dataclass
class Register:
    """A tenant's customers. `person` makes one who wrote from an address and has a ticket."""

    session: AsyncSession
    tenant_id: UUID
    accounts: dict[str, UUID] = field(default_factory=dict)

    @property
    def merges(self) -> CustomerMerges:
        return CustomerMerges(self.session, self.tenant_id)

    @property
    def customers(self) -> Customers:
        return Customers(self.session, self.tenant_id)

    async def person(self, name: str, kind: str, address: str, **more: Any) -> Person:
        person, _ = await self.customers.keep_person({"name": name} | more, Reference(), by="test")
        await self.address(person.id, kind, address)
        conversation = await self.conversation(person.id, kind, address)
        await self.ticket(f"Ticket of {name}", person.id, conversation.id)
        return person

    async def address(self, person_id: UUID, kind: str, value: str, beside: str = "") -> None:
        self.session.add(
            Identity(
                id=new_id(),
                tenant_id=self.tenant_id,
                person_id=person_id,
                kind=kind,
                value=value,
                beside=beside,
                proven_at=utc_now(),
                created_at=utc_now(),
            )
        )
        await self.session.flush()

    async def conversation(self, person_id: UUID, kind: str, address: str) -> Conversation:
        talk = Conversation(
            id=new_id(),
            tenant_id=self.tenant_id,
            channel_account_id=await self._account(kind),
            channel=kind,
            hint=address,
            person_id=person_id,
            created_at=utc_now(),
        )
        self.session.add(talk)
        await self.session.flush()
        self.session.add(
            Message(
                id=new_id(),
                tenant_id=self.tenant_id,
                conversation_id=talk.id,
                channel_account_id=talk.channel_account_id,
                direction="in",
                author="customer",
                text=f"I write from {address}",
                said_by_id=person_id,
                said_from=address,
                sent_at=utc_now(),
            )
        )
        await self.session.flush()
        return talk

    async def ticket(
        self, subject: str, person_id: UUID, conversation_id: UUID | None = None
    ) -> Ticket:
        new = NewTicket(subject, person_id=person_id, conversation_id=conversation_id)
        ticket = await Tickets(self.session, self.tenant_id).open(new)
        ticket.created_at = utc_now()
        await self.session.flush()
        return ticket

    async def merge(self, source: Person, target: Person) -> CustomerMerge:
        return await self.merges.merge(source.id, target.id, WHY)

    async def undo(self, source: Person) -> None:
        await self.merges.undo(source.id, actor="staff:test")

    async def has(self, person: Person) -> set[str]:
        """Addresses and subjects of tickets: what the person has."""
        found = set(
            await self.session.scalars(
                select(Identity.value).where(Identity.person_id == person.id)
            )
        )
        found |= set(
            await self.session.scalars(select(Ticket.subject).where(Ticket.person_id == person.id))
        )
        talks = select(Conversation.hint).where(Conversation.person_id == person.id)
        return found | {f"talk {hint}" for hint in await self.session.scalars(talks)}

    async def _account(self, kind: str) -> UUID:
        if kind not in self.accounts:
            account = ChannelAccount(
                id=new_id(), tenant_id=self.tenant_id, channel=kind, hint=f"{kind} of ours"
            )
            self.session.add(account)
            await self.session.flush()
            self.accounts[kind] = account.id
        return self.accounts[kind]


@pytest.fixture
def register(tenant: Any) -> Register:
    return Register(tenant.session, tenant.tenant_id)
