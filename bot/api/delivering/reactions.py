"""An emoji to a customer's message, by REST."""

from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from bot.api.delivering.shown import MessageOut
from bot.api.rest import STORABLE, Body, rest_router
from bot.dependencies import RuntimeOf, StaffCaller, Transaction
from bot.engine.delivering.reacting import LONGEST, react
from bot.engine.reacting.threads import touched
from domain.audit.service import note
from domain.conversations.repository import ConversationReader

router = rest_router("", "conversations")

Emoji = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST, pattern=STORABLE)]


class NewReaction(Body):
    emoji: Emoji = Field(examples=["👍"])


@router.post(
    "/conversations/{conversation_id}/messages/{inbound_id}/reaction",
    status_code=201,
    summary="React to a customer's message",
)
async def put_reaction(
    conversation_id: UUID,
    inbound_id: UUID,
    new: NewReaction,
    caller: StaffCaller,
    session: Transaction,
    runtime: RuntimeOf,
) -> MessageOut:
    """Takes nothing over from the bot. Refused where the channel knows no reactions."""
    reader = ConversationReader(session)
    conversation = await reader.get(conversation_id)
    await reader.message(conversation_id, inbound_id)
    able = runtime.channels[conversation.channel].capabilities
    put = await react(session, conversation, able, new.emoji, inbound_id)
    note(session, caller.tenant_id, caller.actor, "conversation.reacted", str(inbound_id))
    await touched(session, caller.tenant_id, conversation_id)
    return MessageOut.of(put, [])
