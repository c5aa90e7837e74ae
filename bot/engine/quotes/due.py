"""What the days bring to quotes: they end, customers are reminded, staff are told; each once."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import queue
from bot.agents.wording import say, speakable
from bot.engine.accounts import Account, Accounts
from bot.engine.reacting.notifying import TELL
from bot.engine.reacting.threads import touched
from bot.foundation.telemetry import log
from domain.conversations.models import Conversation, Message
from domain.conversations.outbox import NewReply, Outbox
from domain.customers.models import Identity, Person
from domain.database import Database
from domain.errors import DomainError
from domain.quotes.lifecycle.expiring import BATCH, CameDue, come_due
from domain.signing.links import link_for
from domain.staff.notices import NewNotice, Notices
from domain.templates.service import MessageTemplates
from domain.tenants import directory
from domain.tenants.models import ChannelAccount, Tenant
from domain.tenants.service import Digest
from domain.types import new_id

DELIVER, REACT = "deliver", "react"
REMINDER = "reminder"
"""The purpose of the template that says it where no free text is taken."""


@dataclass(frozen=True, slots=True)
class Pages:
    """What the links of customers are made of."""

    hashes: Digest
    base_url: str


class QuoteExpiry:
    def __init__(self, database: Database, accounts: Accounts, base_url: str) -> None:
        self._database = database
        self._accounts = accounts
        self._pages = Pages(accounts.vault, base_url)

    async def pass_day(self, now: datetime) -> None:
        """Every tenant by itself: trouble with one does not keep the others waiting."""
        async with self._database.directory() as session:
            tenants = await directory.tenants(session)
        for tenant in tenants:
            try:
                while await self.pass_day_of(tenant.id, now) >= BATCH:
                    pass
            except Exception:
                log.exception("quotes.expiry_failed", tenant=tenant.slug)

    async def pass_day_of(self, tenant_id: UUID, now: datetime) -> int:
        """How many things were done: with all that follows from them, in one transaction."""
        accounts = await self._open_accounts(tenant_id)
        async with self._database.transaction(tenant_id) as session:
            came = await come_due(session, tenant_id, now)
            telling = _Telling(session, tenant_id, accounts, now, self._pages)
            for one in came:
                await telling.of(one)
            if session.info.pop("has_events", False):
                await queue.put(session, REACT, tenant_id=tenant_id)
        return len(came)

    async def _open_accounts(self, tenant_id: UUID) -> dict[UUID, Account]:
        """Looked up before: nobody waits with quotes locked."""
        async with self._database.transaction(tenant_id) as session:
            ids = list(await session.scalars(select(ChannelAccount.id)))
        found = {}
        for account_id in ids:
            try:
                found[account_id] = await self._accounts.get(tenant_id, account_id)
            except DomainError as error:
                log.info("quotes.no_account", account=str(account_id), reason=str(error))
        return found


@dataclass(frozen=True, slots=True)
class _Telling:
    session: AsyncSession
    tenant_id: UUID
    accounts: dict[UUID, Account]
    now: datetime
    pages: Pages

    async def of(self, one: CameDue) -> None:
        conversation = None
        if one.quote.conversation_id is not None:
            conversation = await self.session.get(Conversation, one.quote.conversation_id)
        if one.what == "reminder":
            why_not = await self._keeps_from_writing(conversation)
            if conversation is not None and not why_not:
                await self._write(conversation, one)
                return
            await self._notice(one, f"{why_not} Remind them: “{one.text}”")
        elif one.what == "follow_up":
            await self._notice(one, "was sent and nobody has looked at it yet: ask whether it came")
        else:
            told = "ended without an answer: revise it for a new version, or ask the customer"
            await self._notice(one, told)
            if conversation is not None:
                await self._note(conversation, f"{one.quote.number} {told}.")

    async def _keeps_from_writing(self, conversation: Conversation | None) -> str:
        """Why the bot does not write by itself here, as a sentence; empty: it does."""
        if conversation is None:
            return "It was not sent in a conversation."
        account = self.accounts.get(conversation.channel_account_id)
        if account is None or not account.is_on or not account.answers_by_itself:
            return "The bot does not answer by itself on that channel."
        is_out = conversation.owner != "bot" or conversation.is_paused
        if is_out or conversation.channel in account.tenant.desk.paused_channels:
            return "The bot keeps out of that conversation."
        window, last = account.channel.capabilities.window, conversation.last_inbound_at
        is_closed = window and (last is None or self.now - last > window)
        if is_closed and not await self._has_template(account.id):
            return f"{account.channel.title} takes no free text from us now."
        person = await self.session.get(Person, conversation.person_id)
        if person is None or person.opted_out_at is not None:
            return "The customer wants no messages."
        muted = select(Identity.id).where(
            Identity.person_id == person.id, Identity.muted_at.is_not(None)
        )
        if await self.session.scalar(muted.limit(1)) is not None:
            return "Nothing more is sent to an address of theirs."
        return ""

    async def _has_template(self, account_id: UUID) -> bool:
        approved = await MessageTemplates(self.session, self.tenant_id).approved(account_id)
        return any(one.purpose == REMINDER for one in approved)

    async def _write(self, conversation: Conversation, one: CameDue) -> None:
        """By the ordinary way out: the row first, then the job that sends it."""
        company = (await self.session.get_one(Tenant, self.tenant_id)).name
        path = await link_for(self.session, self.pages.hashes, one.quote)
        language = speakable(one.sent.language, conversation.language)
        page = say("quote_page", language, url=f"{self.pages.base_url}{path}")
        message = Outbox(self.session, self.tenant_id).put(
            NewReply(
                conversation_id=conversation.id,
                channel_account_id=conversation.channel_account_id,
                author="bot",
                text=f"{one.text}\n{page}",
                purpose=REMINDER,
                parameters=(company, one.quote.number),
            )
        )
        conversation.last_outbound_at, conversation.last_author = self.now, "bot"
        conversation.version += 1
        await self.session.flush()
        await queue.put(self.session, DELIVER, tenant_id=self.tenant_id, message_id=message.id)
        await touched(self.session, self.tenant_id, conversation.id)

    async def _notice(self, one: CameDue, told: str) -> None:
        number, revision = one.quote.number, one.sent.revision
        separator = ". " if one.what == "reminder" else " "
        ends = f" ends on {one.sent.valid_until}" if one.what == "reminder" else ""
        notice = NewNotice(
            "quotes",
            f"{one.what}:{one.quote.id}:{revision}",
            f"{number}{ends}{separator}{told}",
            f"quote show {number}",
        )
        if await Notices(self.session, self.tenant_id).add(notice):
            await queue.put(self.session, TELL, lane=queue.STAFF_LANE, tenant_id=self.tenant_id)

    async def _note(self, conversation: Conversation, text: str) -> None:
        """Seen by staff in the thread, never by the customer."""
        self.session.add(
            Message(
                id=new_id(),
                tenant_id=self.tenant_id,
                conversation_id=conversation.id,
                channel_account_id=conversation.channel_account_id,
                direction="note",
                author="system",
                text=text,
                details={"by": "Quotes"},
                sent_at=self.now,
            )
        )
        await self.session.flush()
        await touched(self.session, self.tenant_id, conversation.id)
