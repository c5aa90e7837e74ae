"""The JSON lines of `frontdesk channel parse`: the same keys for every kind of event."""

import json
from datetime import UTC, datetime

from channels.messages import (
    Address,
    DeliveryState,
    EventKind,
    Ignored,
    InboundAttachment,
    InboundMessage,
    Sender,
    StatusUpdate,
)
from channels.parsed import as_json

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
KEYS = {
    *("kind", "external_id", "conversation_hint", "sender", "recipients", "sent_at", "subject"),
    *("text", "full_text", "attachments", "in_reply_to", "reason"),
}
MESSAGE = InboundMessage(
    kind=EventKind.MESSAGE,
    account="1",
    external_id="wamid.1",
    conversation_hint="447700900123",
    sender=Sender((Address("phone", "447700900123"),), "Amira"),
    sent_at=AT,
    text="Hello",
    attachments=(InboundAttachment("a.txt", "text/plain", content=b"abc"),),
)
STATUS = StatusUpdate(
    "1", "wamid.2", DeliveryState.FAILED, AT, "447700900123", "131047", "Too late"
)
IGNORED = Ignored("1", "account news")


def test_every_event_has_exactly_the_documented_keys() -> None:
    for event in (MESSAGE, STATUS, IGNORED):
        assert set(as_json(event)) == KEYS
        json.dumps(as_json(event))


def test_a_message_shows_its_best_address_and_measures_a_file_that_came_along() -> None:
    row = as_json(MESSAGE)
    assert row["sender"] == "447700900123"
    assert row["full_text"] == "Hello"
    assert row["attachments"] == [
        {
            "filename": "a.txt",
            "content_type": "text/plain",
            "size": 3,
            "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        }
    ]


def test_a_status_tells_its_state_and_error_as_the_reason() -> None:
    row = as_json(STATUS)
    assert (row["kind"], row["sender"]) == ("status", "447700900123")
    assert row["reason"] == "failed: 131047 Too late"


def test_what_is_ignored_says_why() -> None:
    row = as_json(IGNORED)
    assert (row["kind"], row["reason"]) == ("unsupported", "account news")
