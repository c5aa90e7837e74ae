"""Fetches what a message only named: files at the provider, stored as chunks."""

from uuid import UUID

import httpx

from bot.engine.accounts import Accounts
from bot.engine.reacting.threads import touch
from bot.foundation.telemetry import log
from channels.messages import InboundAttachment, Permanent, Temporary
from domain.conversations.attachments import Attachments
from domain.conversations.models import Message
from domain.database import Database


class MediaFetcher:
    def __init__(self, database: Database, accounts: Accounts, client: httpx.AsyncClient) -> None:
        self._database = database
        self._accounts = accounts
        self._client = client

    async def fetch(self, tenant_id: UUID, attachment_id: UUID) -> None:
        """Downloads with no transaction open; what cannot be had is shown with the reason."""
        async with self._database.transaction(tenant_id) as session:
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
        content, refusal, failure = b"", "", ""
        try:
            media = await account.channel.fetch(wanted, account.settings, self._client)
            content = media.content
        except Permanent as error:
            refusal = str(error)
        except Temporary as error:
            log.warning("media.retry", attachment=str(attachment_id), error=str(error))
            failure = str(error)
        async with self._database.transaction(tenant_id) as session:
            attachments = Attachments(session, tenant_id)
            if refusal:
                await attachments.refuse(attachment_id, refusal)
            elif failure:
                await attachments.note_failure(attachment_id, failure)
            else:
                await attachments.store(attachment_id, content)
            rooms = account.tenant.desk.rooms
            await touch(session, tenant_id, (message.conversation_id,), rooms)
