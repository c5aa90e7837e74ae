"""What a channel understood, in the form that `frontdesk channel parse` prints. Pure."""

from hashlib import sha256

from channels.messages import (
    EventKind,
    Ignored,
    InboundAttachment,
    InboundEvent,
    InboundMessage,
    Sender,
    StatusUpdate,
)


def as_json(event: InboundEvent) -> dict[str, object]:
    """One JSON-ready object with the same keys for every kind of event."""
    if isinstance(event, InboundMessage):
        return _message(event)
    if isinstance(event, StatusUpdate):
        return _status(event)
    return _ignored(event)


def _row(kind: EventKind, external_id: str, **known: object) -> dict[str, object]:
    row: dict[str, object] = {
        "kind": kind.value,
        "external_id": external_id,
        "conversation_hint": "",
        "sender": "",
        "recipients": [],
        "sent_at": None,
        "subject": "",
        "text": "",
        "full_text": "",
        "attachments": [],
        "in_reply_to": None,
        "reason": "",
    }
    return row | known


def _message(event: InboundMessage) -> dict[str, object]:
    return _row(
        event.kind,
        event.external_id,
        conversation_hint=event.conversation_hint,
        sender=_best_address(event.sender),
        recipients=list(event.recipients),
        sent_at=event.sent_at.isoformat(),
        subject=event.subject,
        text=event.text,
        full_text=event.full_text or event.text,
        attachments=[_attachment(a) for a in event.attachments],
        in_reply_to=event.in_reply_to,
        reason=event.reason,
    )


def _status(event: StatusUpdate) -> dict[str, object]:
    error = " ".join(part for part in (event.error_code, event.error_text) if part)
    return _row(
        EventKind.STATUS,
        event.external_id,
        sender=event.recipient,
        sent_at=event.at.isoformat(),
        reason=f"{event.state.value}: {error}" if error else event.state.value,
    )


def _ignored(event: Ignored) -> dict[str, object]:
    return _row(EventKind.UNSUPPORTED, event.external_id, reason=event.reason)


def _best_address(sender: Sender) -> str:
    return sender.addresses[0].value if sender.addresses else sender.name


def _attachment(attachment: InboundAttachment) -> dict[str, object]:
    content, digest, size = attachment.content, attachment.sha256, attachment.size
    if content is not None:
        size = len(content)
        digest = digest or sha256(content).hexdigest()
    return {
        "filename": attachment.filename,
        "content_type": attachment.content_type,
        "size": size,
        "sha256": digest,
    }
