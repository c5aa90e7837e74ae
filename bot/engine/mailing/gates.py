"""What keeps the bot from answering although it may: a loop, or too many mails in a day."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import queue
from bot.engine.context import Loaded
from bot.engine.manners.loops import CHAT, MAIL, endless, sounds_human
from domain.conversations.models import Conversation
from domain.conversations.threading.caps import written_today
from domain.conversations.turns import Lease
from domain.events import Happened, record
from domain.types import utc_now

MOST_AUTOMATIC = 10
"""Mails that the bot writes to one person in a day."""
LOOP = "looks_like_a_loop"
TOO_MANY = "too_many_automatic_mails"


class Gate:
    def __init__(self, session: AsyncSession, tenant_id: UUID, lease: Lease) -> None:
        self._session = session
        self._tenant_id = tenant_id
        self._row = lease.row

    async def passed(self, loaded: Loaded) -> tuple[Loaded, str]:
        """With what was learned on the way, and why the bot stays silent, if it does."""
        context = loaded.context
        said = (*context.history, *context.messages)
        if told := endless(said, MAIL if loaded.has_threads else CHAT):
            await self._to_a_person()
            await self._tell(LOOP, told)
            return loaded, LOOP
        if not loaded.has_threads or not context.messages:
            return loaded, ""
        written = await written_today(self._session, self._row.person_id)
        if written.automatic >= MOST_AUTOMATIC:
            note = f"{written.automatic} automatic mails in a day are enough: please answer."
            await self._tell(TOO_MANY, note)
            return loaded, TOO_MANY
        return replace(loaded, is_acknowledged_today=written.acknowledgements > 0), ""

    async def is_opened(self, loaded: Loaded) -> bool:
        """Whether a person writes where a machine did: then the bot answers again."""
        limits = MAIL if loaded.has_threads else CHAT
        context = loaded.context
        if not sounds_human(context.history, context.messages, limits):
            return False
        await self._session.execute(
            update(Conversation)
            .where(Conversation.id == self._row.id)
            .values(owner="bot", loop_since=None)
        )
        return True

    async def tell_of_silence(self, reason: str, note: str) -> None:
        """Staff, once a day for a conversation."""
        await self._tell(reason, note)

    async def _to_a_person(self) -> None:
        await self._session.execute(
            update(Conversation)
            .where(Conversation.id == self._row.id)
            .values(owner="staff", loop_since=utc_now(), version=Conversation.version + 1)
        )

    async def _tell(self, reason: str, note: str) -> None:
        payload = {"reason": reason, "note": note}
        record(
            self._session,
            self._tenant_id,
            Happened("conversation.silenced", self._row.id, payload),
        )
        await queue.put(self._session, "react", tenant_id=self._tenant_id)
