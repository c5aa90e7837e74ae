"""Mails to whoever signs: the code that proves their address, and afterwards what they signed."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bot import queue
from bot.desk.signing.words import page_words
from bot.engine.accounts import Accounts
from bot.engine.delivery import DELIVER
from domain.conversations.attachments import Attachments, NewFile
from domain.conversations.models import Message
from domain.conversations.outbox import NewReply, Outbox
from domain.customers.proving import GAP
from domain.signing.correspondence import mailbox
from domain.signing.models import SigningRequest
from domain.signing.requests import Mailbox, SigningRequests
from domain.signing.signatories import Signatory
from domain.tenants.models import ChannelAccount
from domain.tenants.service import ChannelAccounts, Tenants

PDF = "application/pdf"


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail to a signatory is about. `facts`: what its words name."""

    link_id: UUID
    language: str
    facts: Mapping[str, str]

    def said(self, which: str) -> tuple[str, str]:
        """Subject and text."""
        words = page_words(self.language).mail
        facts = {"code": GAP, **self.facts}
        return words[f"{which}_subject"].format(**facts), words[f"{which}_text"].format(**facts)


async def mail_account(
    session: AsyncSession, tenant_id: UUID, accounts: Accounts
) -> ChannelAccount | None:
    """The company's first mailbox that is on."""
    settings = await Tenants(session, tenant_id).settings()
    for row in await ChannelAccounts(session, tenant_id).all():
        channel = accounts.channel_for(row, settings)
        has_threads = channel is not None and channel.capabilities.has_subject
        if has_threads and row.is_enabled and getattr(settings.features, row.channel, True):
            return row
    return None


async def mail_code(
    session: AsyncSession, account: ChannelAccount, request: SigningRequest, letter: Letter
) -> bool:
    """Queues it; the code itself is made when the mail leaves. False: too many were sent."""
    subject, text = letter.said("code")
    to = await _mailbox(session, account, letter, (request.name, request.email), subject)
    requests = SigningRequests(session, account.tenant_id)
    code_id = await requests.offer_code(request, to)
    if code_id is None:
        return False
    reply = NewReply(to.conversation_id, account.id, "bot", text, subject=subject, code_id=code_id)
    await _send(session, account, reply)
    return True


async def mail_paper(
    session: AsyncSession,
    account: ChannelAccount,
    by: Signatory,
    letter: Letter,
    paper: tuple[str, str, bytes],
) -> None:
    """`paper`: which mail (accepted or signed), the file's name and its bytes."""
    which, filename, content = paper
    subject, text = letter.said(which)
    to = await _mailbox(session, account, letter, (by.name, by.email), subject)
    reply = NewReply(to.conversation_id, account.id, "bot", text, subject=subject)
    message = await _send(session, account, reply)
    file = NewFile(message.id, filename, PDF, content=content)
    await Attachments(session, account.tenant_id).add_all([file])


async def _mailbox(
    session: AsyncSession,
    account: ChannelAccount,
    letter: Letter,
    to: tuple[str, str],
    subject: str,
) -> Mailbox:
    return await mailbox(session, account, letter.link_id, to, subject=subject)


async def _send(session: AsyncSession, account: ChannelAccount, reply: NewReply) -> Message:
    message = Outbox(session, account.tenant_id).put(reply)
    await session.flush()
    await queue.put(session, DELIVER, tenant_id=account.tenant_id, message_id=message.id)
    return message
