"""What a mail's headers tell of its thread and its people, and how far they are believed."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from uuid import UUID

from bot.engine.accounts import Account
from bot.engine.mailing.tokens import ThreadTokens
from channels.messages import (
    Author,
    DeliveryReport,
    EventKind,
    InboundMessage,
    Proof,
    ReportKind,
    ThreadHints,
)
from domain.conversations.understood import Named, NewMessage, NewStatus, NewThread
from domain.types import utc_now

CLAIMS_TO_BE_US = "claims_to_be_us"
OWN_COPY = "Our own mail, as the mailbox keeps it."
_MUTES = (ReportKind.FAILED, ReportKind.COMPLAINT)
_STATES = {ReportKind.FAILED: "failed", ReportKind.DELIVERED: "delivered"}


@dataclass(frozen=True, slots=True)
class MailReader:
    account: Account
    tokens: ThreadTokens

    def is_own_copy(self, message: InboundMessage) -> bool:
        """What we sent comes back: from the Sent folder, or round a list or an alias."""
        told = message.thread
        return (
            told is not None
            and message.author is Author.STAFF
            and self.tokens.is_ours(self.account.tenant_id, told.message_id)
        )

    def threaded(self, new: NewMessage, message: InboundMessage) -> NewMessage:
        if not self.account.channel.capabilities.has_subject:
            return new
        told = message.thread or ThreadHints()
        is_plain = message.kind is EventKind.MESSAGE
        is_ours = message.author is Author.STAFF and message.proof is not Proof.NONE
        forged = message.author is Author.STAFF and not is_ours
        thread = NewThread(
            sender=Named(_address(message), new.name if not is_ours else message.sender.name),
            thread_id=told.message_id,
            references=told.references,
            conversations=tuple(self._signed(told)),
            numbers=told.numbers,
            others=tuple(self._others(message)),
            is_ours=is_ours,
            reports_on=message.report.message_id if message.report else "",
            stands_alone=forged,
        )
        if message.report and not thread.reports_on:
            thread = replace(thread, references=(), thread_id="")
        read = replace(
            new,
            thread=thread,
            proof=message.proof.value,
            is_live=new.is_live and (is_plain or message.kind is EventKind.UNSUPPORTED),
            takes_over=new.takes_over and is_plain,
        )
        return _as_stranger(read) if forged else read

    def _signed(self, told: ThreadHints) -> Iterator[UUID]:
        for token in told.tokens:
            found = self.tokens.conversation(self.account.tenant_id, token)
            if found:
                yield found

    def _others(self, message: InboundMessage) -> Iterator[Named]:
        """Who else is named; never we ourselves, under whatever address."""
        if message.kind is not EventKind.MESSAGE:
            return
        ours = {self.account.hint.lower(), *self.account.settings.own_addresses}
        copied = message.details.get("cc", "")
        in_copy = {address.strip() for address in copied.split(",")}
        for address in dict.fromkeys(message.recipients):
            local, _, domain = address.rpartition("@")
            if f"{local.partition('+')[0]}@{domain}" not in ours and address not in ours:
                yield Named(address, role="cc" if address in in_copy else "to")


def _address(message: InboundMessage) -> str:
    return next((one.value for one in message.sender.addresses), "")


def _as_stranger(message: NewMessage) -> NewMessage:
    """From our own address, but nobody vouches for that: seen by staff, and nothing more."""
    return replace(
        message,
        author="customer",
        addresses=(),
        is_live=False,
        wakes=False,
        takes_over=False,
        outcome="ignored",
        outcome_reason=CLAIMS_TO_BE_US,
    )


def mutes(report: DeliveryReport | None) -> bool:
    """Whether the address shall get nothing more."""
    if report is None or report.kind not in _MUTES or not report.message_id:
        return False
    return report.is_permanent or report.kind is ReportKind.COMPLAINT


def status_of(message: InboundMessage) -> NewStatus | None:
    """What a report says of a mail of ours; None for a mere delay or a complaint."""
    report = message.report
    if report is None or not report.message_id or report.kind not in _STATES:
        return None
    return NewStatus(
        external_id=report.message_id,
        state=_STATES[report.kind],
        at=min(message.sent_at, utc_now()),
        error_code=report.status,
        error_text=in_words(report),
    )


def in_words(report: DeliveryReport) -> str:
    """For staff."""
    if report.kind is ReportKind.COMPLAINT:
        whom = ", ".join(report.recipients) or "The customer"
        return f"{whom} reported our mail as spam."
    said = report.reason.strip() or "not delivered, and no reason was given"
    return f"{said[:1].upper()}{said[1:]}"
