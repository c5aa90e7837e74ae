"""People who block us, and who let us in again: in the caller's session."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bot import queue
from channels.messages import Address, InboundMessage
from domain.conversations.chats import reachability
from domain.conversations.understood import NewMessage
from domain.events import Happened, record

REACHABLE = "reachable"
"""In the details of a message that says so."""


def told_by(message: InboundMessage) -> dict[str, str]:
    """What to keep of it with the message."""
    if message.is_reachable is None:
        return {}
    return {REACHABLE: "yes" if message.is_reachable else "no"}


async def note(
    session: AsyncSession,
    tenant_id: UUID,
    account_id: UUID,
    originals: Sequence[tuple[NewMessage, InboundMessage]],
) -> None:
    """The latest of what was ever told counts, in whatever order it arrives."""
    ids = [new.id for new, told in originals if told.is_reachable is not None]
    if ids:
        await _tell(session, tenant_id, await reachability.settle(session, account_id, ids))


async def mute(
    session: AsyncSession, tenant_id: UUID, conversation_id: UUID, to: Address, reason: str
) -> None:
    """The provider refuses whatever goes to this address."""
    muted = await reachability.mute(session, conversation_id, to.kind, to.value, reason)
    await _tell(session, tenant_id, muted)


async def _tell(
    session: AsyncSession, tenant_id: UUID, changed: Sequence[reachability.Changed]
) -> None:
    for one in changed:
        payload = {
            "address": one.address,
            "reason": one.reason,
            "conversation_id": str(one.conversation_id),
        }
        kind = "address.muted" if one.reason else "address.unmuted"
        record(session, tenant_id, Happened(kind, one.identity_id, payload, "provider"))
    if changed:
        await queue.put(session, "react", tenant_id=tenant_id)
