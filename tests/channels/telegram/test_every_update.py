"""Whatever Telegram may ever send is understood, or told as not understood: nothing vanishes."""

import json
from typing import Any

import pytest
from telegram import Message
from telegram.constants import MessageType, UpdateType

from channels.messages import EventKind, Ignored, InboundEvent, InboundMessage
from channels.telegram.adapter import Telegram

ROBIN = {"id": 447001, "is_bot": False, "first_name": "Robin"}
CHAT = {"id": 447001, "type": "private", "first_name": "Robin"}
AROUND = {"message_id", "date", "chat", "from_user", "message_thread_id", "api_kwargs"}
FIELDS = sorted(
    {name for name in Message.__slots__ if not name.startswith("_")}
    | {kind.value for kind in MessageType}
)


def parsed(update: dict[str, Any]) -> list[InboundEvent]:
    return list(Telegram().parse(json.dumps({"update_id": 873000001} | update).encode()))


def message(**content: Any) -> dict[str, Any]:
    return {"message_id": 4101, "from": ROBIN, "chat": CHAT, "date": 1764001863} | content


def is_told(event: InboundEvent) -> bool:
    """It has words, a file, or the reason why it has none."""
    if isinstance(event, InboundMessage):
        return bool(event.text or event.attachments or event.reason)
    return isinstance(event, Ignored) and bool(event.reason)


@pytest.mark.parametrize("kind", list(UpdateType), ids=str)
@pytest.mark.parametrize("content", [{}, {"id": "1", "from": ROBIN}, message(text="Hello"), [], 7])
def test_every_kind_of_update_is_told(kind: UpdateType, content: object) -> None:
    events = parsed({kind.value: content})
    assert events
    assert all(map(is_told, events))


@pytest.mark.parametrize("field", [name for name in FIELDS if name not in AROUND])
@pytest.mark.parametrize("content", [{}, {"id": "1"}, [{}], True, "words"], ids=str)
def test_every_field_of_a_message_is_told(field: str, content: object) -> None:
    events = parsed({"message": message(**{field: content})})
    assert events
    assert all(map(is_told, events))


def test_a_message_of_nothing_known_is_unsupported() -> None:
    (event,) = parsed({"message": message(hologram={"size": 3})})
    assert isinstance(event, InboundMessage)
    assert event.kind is EventKind.UNSUPPORTED
    assert "hologram" in event.reason
