"""Answers the bot drafted and a person decides about."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from bot import queue
from bot.engine.reacting.threads import touched
from domain.audit.service import note
from domain.conversations.models import Message
from domain.conversations.outbox import Outbox
from domain.database import Database

if TYPE_CHECKING:
    from bot.engine.delivery import Deliverer


async def waiting(database: Database, tenant_id: UUID) -> list[dict[str, Any]]:
    async with database.transaction(tenant_id) as session:
        return [
            {
                "id": str(message.id),
                "conversation": str(message.conversation_id),
                "since": message.created_at.isoformat(timespec="seconds"),
                "text": message.text,
            }
            for message in await Outbox(session, tenant_id).drafts()
        ]


async def approve(
    database: Database,
    deliverer: "Deliverer",
    tenant_id: UUID,
    message_id: UUID,
    new_text: str | None = None,
) -> None:
    """Queued with the approval, and tried at once."""
    async with database.transaction(tenant_id) as session:
        await Outbox(session, tenant_id).approve(message_id, None, new_text)
        note(session, tenant_id, "command", "draft.approved", str(message_id))
        await queue.put(session, "deliver", tenant_id=tenant_id, message_id=message_id)
    await deliverer.deliver(tenant_id, message_id)


async def reject(database: Database, tenant_id: UUID, message_id: UUID, reason: str) -> None:
    async with database.transaction(tenant_id) as session:
        await Outbox(session, tenant_id).reject(message_id, None, reason)
        note(session, tenant_id, "command", "draft.rejected", str(message_id), reason=reason)
        message = await session.get_one(Message, message_id)
        await touched(session, tenant_id, message.conversation_id)
