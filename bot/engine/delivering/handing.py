"""Hands a message over to its channel, part by part, its files read before."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from uuid import UUID

import httpx
import psycopg
import stamina

from bot.engine.accounts import Account
from bot.engine.delivering.parcel import Parcel, outbound
from bot.engine.identity.sending import addressed_elsewhere
from bot.engine.mailing.letters import Letters
from channels.messages import OutboundAttachment, Permanent, Receipt, Temporary
from channels.rendering import render
from channels.spool import Spool
from domain.conversations.attachments import Attachments
from domain.conversations.models import Attachment
from domain.conversations.outbox import SENDING_TIMEOUT, Outbox, record_accepted
from domain.database import Database
from domain.types import utc_now

RECORDING_PATIENCE = 20.0
"""Seconds; less than after which the sweep takes the sender for dead."""


class HandingOver:
    def __init__(self, database: Database, client: httpx.AsyncClient, letters: Letters) -> None:
        self._database = database
        self._client = client
        self.letters = letters

    async def hand_over(self, account: Account, parcel: Parcel) -> Receipt:
        """Part by part where it takes several: what the provider has taken is not sent again."""
        async with self._files(account, parcel) as files:
            return await self._hand_over_with(account, parcel, files)

    async def _hand_over_with(
        self, account: Account, parcel: Parcel, files: tuple[OutboundAttachment, ...]
    ) -> Receipt:
        message = outbound(parcel, files)
        if parcel.elsewhere:
            message = await addressed_elsewhere(
                self._database, self.letters, account, message, parcel.elsewhere
            )
        elif account.channel.capabilities.has_subject:
            message = await self.letters.addressed(
                account, message, parcel.message_id, parcel.conversation_id
            )
        parts = render(message, account.channel.capabilities) or (message,)
        accepted, at = [*parcel.accepted], utc_now()
        async with self._kept_alive(account.tenant_id, parcel):
            for part in parts[len(accepted) :]:
                if len(parts) > 1:
                    await self._note_accepted(account.tenant_id, parcel, accepted)
                try:
                    receipt = await account.channel.send(part, account.settings, self._client)
                except Permanent as error:
                    raise _unfinished(error, len(accepted), len(parts)) from error
                accepted.append(receipt.external_ids)
                at = receipt.at
        return Receipt(tuple(id_ for taken in accepted for id_ in taken), at)

    @asynccontextmanager
    async def _files(
        self, account: Account, parcel: Parcel
    ) -> AsyncIterator[tuple[OutboundAttachment, ...]]:
        """On disk before anything is sent, so that nothing is open meanwhile."""
        if not parcel.has_files:
            yield ()
            return
        limit, title = account.channel.capabilities.attachment_limit, account.channel.title
        with ExitStack() as opened:
            found = []
            async with self._database.transaction(account.tenant_id) as session:
                attachments = Attachments(session, account.tenant_id)
                for row in await attachments.of_message(parcel.message_id):
                    _require_sendable(row, limit, title)
                    spool = opened.enter_context(Spool())
                    async for piece in attachments.content(row.id):
                        spool.write(piece)
                    file = OutboundAttachment(row.filename, row.content_type, spool=spool)
                    found.append(file)
            yield tuple(found)

    @asynccontextmanager
    async def _kept_alive(self, tenant_id: UUID, parcel: Parcel) -> AsyncIterator[None]:
        """Large files may take longer than the sweep waits for a sender."""
        if not parcel.has_files:
            yield
            return

        async def renew() -> None:
            while True:
                await asyncio.sleep(SENDING_TIMEOUT.total_seconds() / 3)
                async with self._database.transaction(tenant_id) as session:
                    await Outbox(session, tenant_id).still_sending(parcel.message_id)

        keeper = asyncio.create_task(renew())
        try:
            yield
        finally:
            keeper.cancel()
            await asyncio.gather(keeper, return_exceptions=True)

    async def _note_accepted(
        self, tenant_id: UUID, parcel: Parcel, accepted: list[tuple[str, ...]]
    ) -> None:
        async for attempt in patiently():
            with attempt:
                async with self._database.pipeline(tenant_id) as connection:
                    await record_accepted(connection, parcel.message_id, accepted)


def _require_sendable(row: Attachment, limit: int, title: str) -> None:
    if row.state == "waiting":
        raise Temporary(f"The file “{row.filename}” is not there yet.")
    if row.state != "stored":
        raise Permanent(f"The file “{row.filename}” cannot be sent: {row.reason}")
    if (row.size or 0) > limit:
        raise Permanent(
            f"“{row.filename}” is larger than the {limit // 2**20} MB that {title} "
            "takes: send a link instead."
        )


def patiently() -> AsyncIterator[stamina.Attempt]:
    """Only we know what was sent: a database that is away for a moment is waited for."""
    return stamina.retry_context(
        on=psycopg.OperationalError, attempts=None, timeout=RECORDING_PATIENCE, wait_max=2.0
    )


def _unfinished(error: Permanent, accepted: int, parts: int) -> Permanent:
    """Says how much of the message the customer has got."""
    if not accepted:
        return error
    told = f"{error} Of its {parts} parts {accepted} had been sent."
    return type(error)(told, code=error.code)
