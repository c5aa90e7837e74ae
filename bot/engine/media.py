"""Fetches what a message only named: files at the provider, stored as chunks."""

import asyncio
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from uuid import UUID
from weakref import WeakValueDictionary

import httpx
from sqlalchemy.ext.asyncio import AsyncSession

from bot import queue
from bot.engine.accounts import Account, Accounts
from bot.engine.reacting.threads import touch
from bot.foundation.telemetry import log
from channels.messages import InboundAttachment, InboundMessage, Permanent, Temporary
from domain.conversations.attachments import CHUNK, Attachments, NewFile
from domain.conversations.models import Message
from domain.database import Database

FETCH = "fetch"
_NO_ROOM = "There is no room for the file on this machine's disk; it is fetched again."


async def attach(
    session: AsyncSession, account: Account, originals: Sequence[tuple[UUID, InboundMessage]]
) -> None:
    """The files of messages just stored (their ids): two statements, however many there are."""
    limit = account.channel.capabilities.attachment_limit
    files = [
        _file(message_id, file, limit)
        for message_id, original in originals
        for file in original.attachments
    ]
    if not files:
        return
    ids = await Attachments(session, account.tenant_id).add_all(files)
    for attachment_id, file in zip(ids, files, strict=True):
        if file.state == "waiting":
            await queue.put(
                session, FETCH, tenant_id=account.tenant_id, attachment_id=attachment_id
            )


def _file(message_id: UUID, file: InboundAttachment, limit: int) -> NewFile:
    known = NewFile(
        message_id=message_id,
        filename=clean(file.filename),
        content_type=clean(file.content_type),
        size=file.size,
        sha256=file.sha256,
        reference=file.reference,
        is_inline=file.is_inline,
    )
    if (file.size or 0) > limit:
        return replace(known, refusal=f"Larger than {limit // 2**20} MB.")
    if file.content is not None:
        return replace(known, content=file.content)
    if file.reference:
        return known
    return replace(known, refusal="The provider named no file.")


def clean(value: str) -> str:
    """What PostgreSQL can store: no NUL, no half of a surrogate pair."""
    return value.replace("\x00", "").encode("utf-8", "replace").decode()


class MediaFetcher:
    """A file goes from the provider to the disk and from there into its rows, in pieces."""

    def __init__(self, database: Database, accounts: Accounts, client: httpx.AsyncClient) -> None:
        self.database = database
        self._accounts = accounts
        self._client = client
        self._busy: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()

    async def fetch(self, tenant_id: UUID, attachment_id: UUID) -> None:
        """Downloads with no transaction open; what cannot be had is shown with the reason.

        A job fetches every file, and a turn that needs one does not wait for it: once is enough.
        """
        lock = self._busy.setdefault(attachment_id, asyncio.Lock())
        async with lock:
            await self._fetch(tenant_id, attachment_id)

    async def _fetch(self, tenant_id: UUID, attachment_id: UUID) -> None:
        async with self.database.transaction(tenant_id) as session:
            row = await Attachments(session, tenant_id).get(attachment_id)
            message = await session.get(Message, row.message_id)
        if row.state != "waiting" or message is None:
            return
        account = await self._accounts.get(tenant_id, message.channel_account_id)
        wanted = InboundAttachment(
            filename=row.filename,
            content_type=row.content_type,
            size=row.size,
            sha256=row.sha256,
            reference=row.reference,
        )
        media, refusal, failure = None, "", ""
        try:
            media = await account.channel.fetch(wanted, account.settings, self._client)
        except Permanent as error:
            refusal = str(error)
        except (Temporary, OSError) as error:
            told = str(error) if isinstance(error, Temporary) else _NO_ROOM
            log.warning("media.retry", attachment=str(attachment_id), error=str(error))
            failure = told
        with media.spool if media else nullcontext():
            async with self.database.transaction(tenant_id) as session:
                attachments = Attachments(session, tenant_id)
                if media is not None:
                    await attachments.store(attachment_id, media.spool.pieces(CHUNK))
                elif refusal:
                    await attachments.refuse(attachment_id, refusal)
                else:
                    await attachments.note_failure(attachment_id, failure)
                rooms = account.tenant.desk.rooms
                await touch(session, tenant_id, (message.conversation_id,), rooms)
