"""Fills in what a mail needs beyond its words: thread, subject, recipient; or refuses it."""

from dataclasses import replace
from typing import Protocol, runtime_checkable
from uuid import UUID

from bot.engine.accounts import Account
from bot.engine.mailing.proving import ProofByCode
from bot.engine.mailing.tokens import ThreadTokens
from channels.channel import ChannelSettings
from channels.messages import Address, OutboundMessage, Permanent
from domain.conversations.threading.letterheads import Letterhead, prepare
from domain.customers.codes import OneTimeCodes
from domain.customers.proving import GAP
from domain.database import Database

MAIL = "email"
"""The kind of address that has threads."""


@runtime_checkable
class NamesMessages(Protocol):
    """A channel that can tell the id of a message before it is sent; a retry has the same."""

    def message_id(self, message: OutboundMessage, settings: ChannelSettings) -> str: ...


class Letters:
    def __init__(self, database: Database, tokens: ThreadTokens, proof: ProofByCode) -> None:
        self._database = database
        self.tokens = tokens
        self.proof = proof

    async def addressed(
        self, account: Account, message: OutboundMessage, message_id: UUID, conversation_id: UUID
    ) -> OutboundMessage:
        """Raises Permanent for an address that gets nothing more."""
        token = self.tokens.token(account.tenant_id, conversation_id)
        signed = replace(message, token=token)
        channel = account.channel
        own_id = (
            channel.message_id(signed, account.settings)
            if isinstance(channel, NamesMessages)
            else ""
        )
        async with self._database.transaction(account.tenant_id) as session:
            head = await prepare(session, message_id, conversation_id, own_id)
            if head and head.code_id and not head.muted:
                codes = OneTimeCodes(session, account.tenant_id)
                digits = await codes.seal(head.code_id, head.address, self.proof.digest)
                signed = _filled(signed, digits)
        return signed if head is None else _with(signed, head)


def _filled(message: OutboundMessage, digits: str | None) -> OutboundMessage:
    if digits is None:
        raise Permanent("The one-time code in this message is not valid any more.", code="code")
    return replace(message, text=message.text.replace(GAP, digits))


def _with(message: OutboundMessage, head: Letterhead) -> OutboundMessage:
    to = Address(MAIL, head.address) if head.address else message.to
    if head.muted:
        raise Permanent(
            f"Nothing more is sent to {to.value}: {head.muted} When the address is right again, "
            f"/desk unmute-address {to.value}.",
            code="muted",
        )
    return replace(
        message,
        to=to,
        subject=head.subject,
        references=head.references,
        in_reply_to=head.in_reply_to,
        is_automatic=head.is_automatic,
        is_unasked=head.is_unasked,
    )
