"""The inbound ledger as staff see it: what was lost, what died, and doing it again."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from bot import queue
from channels.email.reading.envelope import opened
from domain.conversations import ledger
from domain.conversations.models import Conversation, RawEvent
from domain.conversations.repository import ConversationReader
from domain.database import Database
from domain.errors import NotFound
from domain.tenants.service import ChannelAccounts
from domain.types import utc_now

UNFINISHED = timedelta(seconds=30)
UNANSWERED = timedelta(minutes=2)
MOST = 1000


async def lost(database: Database, tenant_id: UUID) -> list[dict[str, Any]]:
    """Events that nobody finished, then conversations whose last word is the customer's."""
    now = utc_now()
    async with database.transaction(tenant_id) as session:
        events = await ledger.unfinished(session, now - UNFINISHED)
        silent = await ConversationReader(session).unanswered(now - UNANSWERED)
    return [_event_row(event) for event in events] + [
        {
            "id": str(one.conversation_id),
            "what": "conversation",
            "since": one.since.isoformat(timespec="seconds"),
            "customer": one.customer,
            "reason": one.reason,
            "text": one.text[:120],
        }
        for one in silent
    ]


async def dead_letters(database: Database, tenant_id: UUID) -> list[dict[str, Any]]:
    async with database.transaction(tenant_id) as session:
        return [_event_row(event) for event in await ledger.dead_letters(session)]


async def quarantine(database: Database, tenant_id: UUID) -> list[dict[str, Any]]:
    """What came and could not be taken in: kept as it came, and in nobody's way."""
    async with database.transaction(tenant_id) as session:
        accounts = {row.id: row.hint for row in await ChannelAccounts(session, tenant_id).all()}
        events = await ledger.quarantined(session, MOST)
    return [
        {
            "id": str(event.id),
            "account": accounts.get(event.channel_account_id, ""),
            "since": event.created_at.isoformat(timespec="seconds"),
            "state": "given up" if event.state == "failed" else f"tried {event.attempts} times",
            "size": len(opened(event.body)[1]),
            "reason": event.reason,
            "text": shown(event.body),
        }
        for event in events
    ]


async def export(database: Database, tenant_id: UUID, event_id: UUID) -> bytes:
    """The bytes as the provider had them."""
    async with database.transaction(tenant_id) as session:
        return opened((await ledger.in_quarantine(session, event_id)).body)[1]


async def replay(database: Database, tenant_id: UUID, reference: UUID) -> str:
    """An event is taken in again, a conversation read again by the bot."""
    async with database.transaction(tenant_id) as session:
        if await session.get(RawEvent, reference):
            account_id = await ledger.revive(session, reference)
            await queue.put(
                session, "take", tenant_id=tenant_id, account_id=account_id, carefully=True
            )
            return "The event will be taken in again; messages that are known stay single."
        conversation = await session.get(Conversation, reference, with_for_update=True)
        if conversation is None:
            raise NotFound("event or conversation", reference)
        await ConversationReader(session).wake(conversation)
        await queue.put(session, "turn", tenant_id=tenant_id, conversation_id=reference)
    return "The bot will look at the conversation again."


def _event_row(event: RawEvent) -> dict[str, Any]:
    return {
        "id": str(event.id),
        "what": f"event ({event.state})",
        "since": event.created_at.isoformat(timespec="seconds"),
        "customer": "",
        "reason": event.reason,
        "text": shown(event.body),
    }


def shown(body: bytes) -> str:
    """How it begins; what the mailbox told of a mail is for machines."""
    beginning = opened(body)[1][:400].decode("utf-8", "replace")
    return " ".join(filter(str.isprintable, beginning.split()))[:120]
