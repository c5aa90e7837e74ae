"""Addresses what goes to somebody outside of the conversation: a one-time code, and only that."""

from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.engine.accounts import Account
from bot.engine.identity.ways import is_open
from bot.engine.mailing.letters import Letters, NamesMessages
from channels.messages import Address, OutboundMessage, Permanent, WindowClosed
from domain.conversations.models import Message
from domain.customers.codes import OneTimeCodes
from domain.customers.models import Identity
from domain.customers.proving import GAP
from domain.database import Database


@dataclass(frozen=True, slots=True)
class CodeLetter:
    """A one-time code and the address that it goes to."""

    id: UUID
    to: Address


async def addressed_elsewhere(
    database: Database,
    letters: Letters,
    account: Account,
    message: OutboundMessage,
    code: CodeLetter,
) -> OutboundMessage:
    """Outside of the thread: whoever gets it has no part in the conversation.

    The token is of the code, and so of no conversation: by it our own copy is known in the Sent
    folder, and an answer begins a conversation of its own. Raises Permanent for an address that
    gets nothing, and for a code that is used up.
    """
    to = code.to
    token = letters.tokens.token(account.tenant_id, code.id)
    addressed = replace(
        message,
        to=to,
        conversation_hint=to.value,
        in_reply_to=None,
        is_automatic=True,
        token=token if account.channel.capabilities.has_subject else "",
    )
    async with database.transaction(account.tenant_id) as session:
        await _require_reachable(session, account, to)
        if isinstance(account.channel, NamesMessages):
            own_id = account.channel.message_id(addressed, account.settings)
            await session.execute(
                update(Message)
                .where(Message.id == UUID(message.idempotency_key))
                .values(thread_id=own_id)
            )
        codes = OneTimeCodes(session, account.tenant_id)
        digits = await codes.seal(code.id, to.value, letters.proof.digest)
    if digits is None:
        raise Permanent("The one-time code in this message is not valid any more.", code="code")
    return replace(addressed, text=message.text.replace(GAP, digits))


async def _require_reachable(session: AsyncSession, account: Account, to: Address) -> None:
    muted = await session.scalar(
        select(Identity.muted_reason).where(
            Identity.kind == to.kind, Identity.value == to.value, Identity.muted_at.is_not(None)
        )
    )
    if muted is not None:
        raise Permanent(f"Nothing more is sent to {to.value}: {muted}", code="muted")
    window = account.channel.capabilities.window
    if window and not await is_open(session, account.id, window, to):
        raise WindowClosed(
            f"{to.value} has not written lately, so {account.channel.title} takes no free text: "
            "they have to write from there first."
        )
