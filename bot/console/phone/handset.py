"""One customer's phone on one channel: what they do there, and what they are shown."""

import asyncio
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bot.console.phone.post import Post
from bot.demo.later import time_passes
from bot.desk import threads
from bot.engine.accounts import Account
from bot.runtime import Runtime
from channels.channel import Delivery
from channels.messages import Choice, DeliveryState
from channels.standing.road import Mishap, Road
from channels.standing.standin import (
    Deed,
    Edited,
    Pressed,
    Reacted,
    SharedFile,
    StandIn,
    Writer,
    Wrote,
)
from domain.conversations.models import Conversation, Message
from domain.conversations.repository import ConversationReader
from domain.customers.repository import PeopleReader
from domain.errors import NotFound, Refused

LOOK_AGAIN = 0.02
THREADS = 8
SEEN = {"sent": (DeliveryState.DELIVERED, DeliveryState.READ), "delivered": (DeliveryState.READ,)}
"""What a phone reports when it shows a message in that state."""


@dataclass(frozen=True, slots=True)
class Handset:
    """`patience`: seconds to wait until what was done is in the thread. `talk`: which of several
    threads is open; None: the latest."""

    runtime: Runtime
    post: Post
    stand_in: StandIn
    account: Account
    writer: Writer
    patience: float
    talk: UUID | None = None

    @property
    def road(self) -> Road:
        return self.runtime.demo.road(self.stand_in.channel)

    async def conversation(self) -> UUID | None:
        found = await self.conversations()
        if self.talk and self.talk in [one.id for one in found]:
            return self.talk
        return found[0].id if found else None

    async def conversations(self) -> list[Conversation]:
        """The latest first. Where a channel has one thread a person, it is that one."""
        async with self._transaction() as session:
            reader = ConversationReader(session)
            found = await reader.by_hint(self.account.id, self.writer.address)
            if found is not None:
                return [found]
            kind = self.stand_in.look.kinds[0]
            person = await PeopleReader(session).at(kind, self.writer.address)
            if person is None:
                return []
            return await reader.recent(
                THREADS, channel_account_id=self.account.id, person_id=person.person_id
            )

    async def pulse(self) -> str:
        conversation_id = await self.conversation()
        if conversation_id is None:
            return ""
        async with self._transaction() as session:
            return f"{conversation_id} {await threads.pulse(session, conversation_id)}"

    # --- what the customer does -------------------------------------------------------------

    async def write(
        self, text: str, files: tuple[SharedFile, ...], subject: str, quotes: UUID | None
    ) -> None:
        if not text.strip() and not files:
            raise Refused("Nothing was written.")
        most = self.stand_in.look.files_at_once
        if len(files) > most:
            few = "one file at a time" if most == 1 else f"{most} files at once"
            raise Refused(f"{self.account.channel.title} takes {few}.")
        thread = () if subject.strip() else await self._ours()
        quoted = (await self._message(quotes)).external_id if quotes else None
        await self._do(Wrote(text, files, subject, quoted or "", thread))

    async def press(self, choice: str) -> None:
        """A button of the last message; others a phone does not offer."""
        shown = [m for m in await self._latest() if _is_shown(m)]
        told = shown[-1].details.get("choices", ()) if shown else ()
        among = tuple(Choice(c["id"], c["title"], c.get("description", "")) for c in told)
        pressed = next((one for one in among if one.id == choice), None)
        if pressed is None:
            raise Refused("That button is not there any more.")
        await self._do(Pressed(pressed, among, shown[-1].external_id or "", shown[-1].text))

    async def react(self, message: UUID, emoji: str) -> None:
        about = await self._message(message)
        await self._do(Reacted(about.external_id or "", emoji))

    async def edit(self, message: UUID, text: str) -> None:
        about = await self._message(message)
        if about.direction != "in":
            raise Refused("Only one's own messages can be changed.")
        await self._do(Edited(about.external_id or "", text))

    async def look(self) -> None:
        """The phone shows the messages, and reports it where the channel does."""
        coming: list[Delivery] = []
        for message in await self._latest():
            for state in SEEN.get(message.state, ()):
                told = (message.external_id or "", state, self.writer, self.account.settings)
                coming += self.stand_in.became(*told) if message.external_id else ()
        await self._bring(self.road.statuses(coming))

    # --- what is ordered --------------------------------------------------------------------

    async def order(self, key: str) -> None:
        """A fault of the provider, or a mishap on the way."""
        if key in list(Mishap):
            self.road.order(Mishap(key))
            return
        if key not in [fault.key for fault in self.stand_in.look.faults]:
            raise NotFound("fault", key)
        news = await self.stand_in.order(key, self.writer, self.account.settings)
        await self._bring(news)

    async def forget_orders(self) -> None:
        """All goes well again; what was held back arrives."""
        self.stand_in.forget_orders()
        await self._bring(self.road.forget())

    async def a_day_passes(self) -> None:
        conversation_id = await self.conversation()
        if conversation_id is None:
            raise Refused("This customer has not written yet: there is nothing to grow old.")
        async with self._transaction() as session:
            await time_passes(session, conversation_id, timedelta(days=1))
        self.stand_in.a_day_passes(self.writer)

    # --- inner ------------------------------------------------------------------------------

    async def _do(self, deed: Deed) -> None:
        """Through the front door, as the provider would; then waits until it is in the thread."""
        if type(deed) not in self.stand_in.look.deeds:
            raise Refused(f"{self.account.channel.title} has no such button.")
        await self.post.get_ready(self.account, self.stand_in)
        before = await self.pulse()
        try:
            news = await self.stand_in.done(deed, self.writer, self.account.settings)
        except ValueError as error:
            raise Refused(f"That cannot be sent: {error}.") from error
        coming = self.road.news(news)
        await self._bring(coming)
        for _ in range(round(self.patience / LOOK_AGAIN) if coming else 0):
            if await self.pulse() != before:
                return
            await asyncio.sleep(LOOK_AGAIN)

    async def _bring(self, news: Sequence[Delivery]) -> None:
        await self.post.bring(self.account, self.stand_in, news)

    async def _ours(self) -> tuple[str, ...]:
        """External ids of what the company wrote in the open thread, oldest first."""
        messages = await self._latest()
        return tuple(m.external_id for m in messages if m.direction == "out" and m.external_id)

    async def _latest(self) -> list[Message]:
        conversation_id = await self.conversation()
        if conversation_id is None:
            return []
        async with self._transaction() as session:
            return await ConversationReader(session).latest(conversation_id)

    async def _message(self, message_id: UUID) -> Message:
        """Of the open thread, and known to the provider."""
        found = next((m for m in await self._latest() if m.id == message_id), None)
        if found is None or not found.external_id:
            raise NotFound("message", message_id)
        return found

    def _transaction(self) -> AbstractAsyncContextManager[AsyncSession]:
        return self.runtime.database.transaction(self.account.tenant_id)


def _is_shown(message: Message) -> bool:
    """On the phone, and more than a reaction."""
    if message.content_kind == "reaction":
        return False
    return message.direction == "in" or message.state in ("sent", "delivered", "read")
