"""Who answers a conversation: the bot, or a person; pure rows, no sending."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.conversations.models import Conversation
from domain.errors import NotFound
from domain.events import Happened, record
from domain.types import utc_now


class Ownership:
    """Every change raises the version: what the bot thinks at that moment is dropped."""

    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id

    async def take_over(self, conversation_id: UUID, staff_id: UUID | None) -> Conversation:
        conversation = await self._locked(conversation_id)
        before = conversation.owner, conversation.owner_id
        conversation.owner, conversation.owner_id = "staff", staff_id or conversation.owner_id
        conversation.version += 1
        conversation.loop_since = None
        if before != (conversation.owner, conversation.owner_id):
            self._happened("conversation.taken_over", conversation, staff_id)
        return conversation

    async def hand_back(self, conversation_id: UUID, staff_id: UUID | None) -> Conversation:
        """The context closes: what was said with a person is not the bot's to go on from."""
        conversation = await self._locked(conversation_id)
        conversation.owner, conversation.owner_id = "bot", None
        conversation.context_since = utc_now()
        conversation.questions_asked, conversation.open_question = 0, ""
        conversation.loop_since = None
        conversation.version += 1
        self._happened("conversation.handed_back", conversation, staff_id)
        return conversation

    async def _locked(self, conversation_id: UUID) -> Conversation:
        found = await self._session.get(Conversation, conversation_id, with_for_update=True)
        if found is None:
            raise NotFound("conversation", conversation_id)
        if found.merged_into_id:  # what is said to it is said where it has gone
            return await self._locked(found.merged_into_id)
        return found

    def _happened(self, kind: str, conversation: Conversation, staff_id: UUID | None) -> None:
        actor = f"staff:{staff_id}" if staff_id else "staff"
        record(self._session, self._tenant_id, Happened(kind, conversation.id, {}, actor))
