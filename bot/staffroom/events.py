"""What staff did, as a job carries it: JSON and back."""

import json
from functools import cache

from pydantic import TypeAdapter

from channels.slack import events
from channels.slack.events import StaffEvent

_KINDS: dict[str, type[StaffEvent]] = {
    kind.__name__: kind
    for kind in (
        events.SlashCommand,
        events.Pressed,
        events.Submitted,
        events.ThreadMessage,
        events.Mention,
        events.HomeOpened,
        events.MemberJoined,
        events.FileShared,
        events.Uninstalled,
        events.TokensRevoked,
        events.NotForUs,
    )
}


def packed(event: StaffEvent) -> str:
    name = type(event).__name__
    return json.dumps({"is": name, "event": _adapter(name).dump_python(event, mode="json")})


def unpacked(text: str) -> StaffEvent:
    """Raises ValueError for what this version does not know."""
    whole = json.loads(text)
    name = whole["is"]
    if name not in _KINDS:
        raise ValueError(f"no event of the kind {name}")
    return _adapter(name).validate_python(whole["event"])


@cache
def _adapter(name: str) -> "TypeAdapter[StaffEvent]":
    return TypeAdapter(_KINDS[name])
