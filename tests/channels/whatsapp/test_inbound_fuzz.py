"""Whatever JSON comes: an event for every element, and never an error but ValueError."""

import json
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

import channels.whatsapp
from channels.messages import Ignored, InboundMessage
from channels.parsed import as_json
from channels.whatsapp.inbound import accounts, parse

SAMPLES = Path(channels.whatsapp.__path__[0]) / "samples"
BODIES = [p.read_text("utf-8") for p in SAMPLES.glob("*.json") if p.name != "expected.json"]

_leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(alphabet=st.characters(), max_size=12)
)
_json = st.recursive(
    _leaves,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(st.binary(max_size=200) | _json.map(lambda v: json.dumps(v).encode()))
def test_any_bytes_are_parsed_or_refused(body: bytes) -> None:
    assert isinstance(accounts(body), tuple)
    try:
        assert parse(body)
    except ValueError as refused:
        assert str(refused).startswith(("the body is", "object is"))  # noqa: PT017


def _paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    found = []
    for key, child in inner:
        found.append((*path, key))
        if isinstance(child, dict | list):
            found += _paths(child, (*path, key))
    return found


def _elements(whole: Any) -> int:
    """How many messages, echoes and calls the body holds, counted without our parser."""
    count = 0
    for entry in whole["entry"]:
        for change in entry["changes"]:
            for key in ("messages", "message_echoes", "calls"):
                count += len(change["value"].get(key, []))
    return count


@settings(max_examples=300)
@given(st.sampled_from(BODIES), st.data())
def test_a_sample_with_any_one_value_replaced_still_gives_storable_events(
    body: str, data: st.DataObject
) -> None:
    whole = json.loads(body)
    path = data.draw(st.sampled_from([p for p in _paths(whole) if p != ("object",)]))
    holder = whole
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = data.draw(_json)
    for event in parse(json.dumps(whole).encode()):
        json.dumps(as_json(event), ensure_ascii=False).encode()
        if isinstance(event, InboundMessage):
            assert event.external_id
            assert event.conversation_hint
            assert event.sent_at.tzinfo


@given(st.lists(_json, max_size=6))
def test_every_element_of_messages_gives_exactly_one_event(messages: list[object]) -> None:
    value = {"metadata": {"phone_number_id": "1"}, "messages": messages}
    body = {"object": "whatsapp_business_account", "entry": [{"changes": [{"value": value}]}]}
    events = parse(json.dumps(body).encode())
    assert len(events) == max(len(messages), 1)
    assert all(isinstance(e, InboundMessage | Ignored) for e in events)


def test_no_message_of_any_sample_is_dropped() -> None:
    for body in BODIES:
        whole = json.loads(body)
        assert len(parse(body.encode())) >= _elements(whole)
