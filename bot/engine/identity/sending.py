"""Addresses what goes to somebody outside of the conversation: a one-time code, and only that."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.engine.accounts import Account
from bot.engine.identity.ways import is_open
from bot.engine.mailing.proving import ProofByCode
from channels.messages import Address, OutboundMessage, Permanent, WindowClosed
from domain.customers.codes import OneTimeCodes
from domain.customers.models import Identity
from domain.customers.proving import GAP
from domain.database import Database


async def addressed_elsewhere(
    database: Database,
    proof: ProofByCode,
    account: Account,
    message: OutboundMessage,
    to: Address,
    code_id: UUID,
) -> OutboundMessage:
    """Without thread or token: whoever gets it has no part in the conversation.

    Raises Permanent for an address that gets nothing, and for a code that is used up.
    """
    async with database.transaction(account.tenant_id) as session:
        await _require_reachable(session, account, to)
        codes = OneTimeCodes(session, account.tenant_id)
        digits = await codes.seal(code_id, to.value, proof.digest)
    if digits is None:
        raise Permanent("The one-time code in this message is not valid any more.", code="code")
    return replace(
        message,
        to=to,
        conversation_hint=to.value,
        text=message.text.replace(GAP, digits),
        in_reply_to=None,
        is_automatic=True,
    )


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
