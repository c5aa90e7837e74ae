"""What becomes of our own mails, as mailboxes tell it: in the caller's session."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from bot import queue
from bot.engine.accounts import Account
from bot.engine.mailing.understanding import in_words, mutes
from channels.messages import InboundMessage
from domain.conversations.threading import reports
from domain.conversations.threading.reports import Undeliverable
from domain.conversations.understood import NewMessage
from domain.events import Happened, record

Original = tuple[NewMessage, InboundMessage]


class SentMails:
    def __init__(self, session: AsyncSession, account: Account) -> None:
        self._session = session
        self._account = account

    async def have_left(self, thread_ids: Sequence[str]) -> None:
        """These were seen outside: nothing of them is to be sent again."""
        if thread_ids:
            await reports.note_departures(self._session, self._account.id, list(thread_ids))

    async def were_reported_on(self, originals: Sequence[Original]) -> None:
        """Bounces and complaints mute."""
        told = [one.report for _, one in originals if one.report and one.report.message_id]
        await self.have_left([report.message_id for report in told])
        if fatal := [report for report in told if mutes(report)]:
            await self._mute(
                [Undeliverable(r.message_id, r.recipients, in_words(r)) for r in fatal]
            )

    async def _mute(self, failed: list[Undeliverable]) -> None:
        tenant_id = self._account.tenant_id
        for muted in await reports.mute(self._session, self._account.id, failed):
            payload = {
                "address": muted.address,
                "reason": muted.reason,
                "conversation_id": str(muted.conversation_id),
            }
            happened = Happened("address.muted", muted.identity_id, payload, "provider")
            record(self._session, tenant_id, happened)
            await queue.put(self._session, "react", tenant_id=tenant_id)
