"""What the stand-in knows: workspaces with their people, channels, messages, windows, files."""

import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

View = dict[str, Any]

_CLOCK = itertools.count(1)


def stamp() -> str:
    """A message's ts: ever growing, unique on this machine."""
    return f"{int(time.time())}.{next(_CLOCK):06d}"


def fresh(prefix: str) -> str:
    return f"{prefix}{uuid4().hex[:10].upper()}"


def direct(person: str) -> str:
    """The channel of the direct messages with a person."""
    return f"D{person[1:]}"


@dataclass(slots=True)
class Line:
    """A message as people see it. `only_to`: the one who sees it, if not all do."""

    ts: str
    channel: str
    author: str
    text: str
    thread: str = ""
    blocks: list[dict[str, Any]] = field(default_factory=list)
    only_to: str = ""
    files: tuple[str, ...] = ()
    edits: int = 0

    @property
    def words(self) -> str:
        """All that it shows, as one text."""
        return "\n".join(shown(self.blocks)) or self.text

    @property
    def buttons(self) -> list[dict[str, Any]]:
        return buttons(self.blocks)


@dataclass(slots=True)
class StoredFile:
    id: str
    name: str
    content: bytes = b""
    length: int = 0
    content_type: str = "application/octet-stream"
    is_shown: bool = False


@dataclass(slots=True)
class AnswerPlace:
    """Where a response_url leads. `used`: the message whose button was pressed, or the answer
    that stands there now: what `replace_original` replaces."""

    channel: str
    thread: str
    person: str
    used: str = ""


@dataclass(slots=True)
class SimulatedWorkspace:
    """A Slack workspace. `is_installed`: whether its token is worth anything."""

    team: str
    name: str
    token: str
    bot_user: str
    bot_id: str
    enterprise: str = ""
    is_installed: bool = True
    channels: dict[str, str] = field(default_factory=dict)
    joined: set[str] = field(default_factory=set)
    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    views: dict[str, View] = field(default_factory=dict)
    viewers: dict[str, str] = field(default_factory=dict)
    """Window → the person on whose screen it stands."""
    homes: dict[str, View] = field(default_factory=dict)
    files: dict[str, StoredFile] = field(default_factory=dict)
    answer_addresses: dict[str, AnswerPlace] = field(default_factory=dict)

    def add_channel(self, channel: str, name: str = "", *, is_joined: bool = True) -> str:
        self.channels[channel] = name or channel.lower()
        if is_joined:
            self.joined.add(channel)
        return channel

    def add_person(self, person: str, name: str = "", **further: Any) -> str:
        """`further`: as `is_restricted`, `deleted`, `tz`, `email`."""
        email = further.pop("email", f"{person.lower()}@{self.team.lower()}.example")
        profile = {"display_name": name or person, "email": email}
        user = {"id": person, "team_id": self.team, "real_name": name or person, "is_bot": False}
        self.people[person] = {**user, "profile": profile, **further}
        return person

    def thread(self, channel: str, ts: str) -> list[Line]:
        """The message and what stands under it, as everybody sees it."""
        return [
            line
            for line in self.lines
            if line.channel == channel and ts in (line.ts, line.thread) and not line.only_to
        ]

    def seen_by(self, person: str) -> list[Line]:
        """What only this person sees."""
        return [line for line in self.lines if line.only_to == person]

    def line(self, channel: str, ts: str) -> Line | None:
        return next((x for x in self.lines if x.channel == channel and x.ts == ts), None)

    def last(self) -> Line:
        return self.lines[-1]

    def open_view(self) -> View:
        """The window opened last."""
        return list(self.views.values())[-1]

    def view_of(self, person: str) -> View | None:
        """The window on top of that person's screen."""
        own = [view for name, view in self.views.items() if self.viewers.get(name) == person]
        return own[-1] if own else None


def shown(value: Any) -> Iterator[str]:
    """Every text in blocks, in order."""
    if isinstance(value, dict):
        if isinstance(value.get("text"), str):
            yield value["text"]
        for inner in value.values():
            yield from shown(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from shown(inner)


def buttons(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    rows = [block["elements"] for block in blocks if block["type"] == "actions"]
    return [element for row in rows for element in row if element["type"] == "button"]
