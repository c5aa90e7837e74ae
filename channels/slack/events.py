"""What staff did in Slack, as frozen values. Every one carries whose it is and an id to drop
repeats by."""

from dataclasses import dataclass
from typing import Self

from channels.cards import Used


@dataclass(frozen=True, slots=True)
class Place:
    """A channel, or a thread in it, of one workspace. As text: `T1/C1/1700000000.000100`."""

    team: str
    channel: str = ""
    thread: str = ""

    def __str__(self) -> str:
        return "/".join((self.team, self.channel, self.thread)).rstrip("/")

    @classmethod
    def of(cls, text: str) -> Self:
        team, channel, thread, *_ = [*text.split("/"), "", "", ""]
        return cls(team, channel, thread)


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose app was spoken to, by whom and where.

    `event_id`: equal for all repeats of one delivery. `person_team`: the person's own workspace;
    another than `team` for guests of a shared channel.
    """

    event_id: str
    team: str
    enterprise: str = ""
    person: str = ""
    person_team: str = ""
    channel: str = ""
    thread: str = ""

    @property
    def place(self) -> Place:
        return Place(self.team, self.channel, self.thread)

    @property
    def is_stranger(self) -> bool:
        """Somebody of another company, in a channel that both share."""
        return self.person_team not in {"", self.team, self.enterprise}


@dataclass(frozen=True, slots=True)
class SharedFile:
    """`url` is for `Workspace.download` only: it takes the workspace's token."""

    id: str
    name: str = ""
    content_type: str = ""
    size: int | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class SlashCommand:
    origin: Origin
    command: str
    text: str
    trigger: str = ""
    response_url: str = ""


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button. `message`: the ts of the message it stands in; `view`: the modal or home."""

    origin: Origin
    used: Used
    trigger: str = ""
    response_url: str = ""
    message: str = ""
    view: str = ""
    view_hash: str = ""
    is_private: bool = False


@dataclass(frozen=True, slots=True)
class Submitted:
    """A form that was sent. `origin` names the place where it was opened."""

    origin: Origin
    used: Used
    trigger: str = ""
    view: str = ""


@dataclass(frozen=True, slots=True)
class ThreadMessage:
    """A plain line in a thread: an internal note, whatever it says.

    `replaces`: the ts of the line that this one edits.
    """

    origin: Origin
    text: str
    message: str
    files: tuple[SharedFile, ...] = ()
    replaces: str = ""


@dataclass(frozen=True, slots=True)
class Mention:
    """Plain words to the bot, in a channel or directly; its own name is taken off."""

    origin: Origin
    text: str
    message: str
    files: tuple[SharedFile, ...] = ()
    is_direct: bool = False


@dataclass(frozen=True, slots=True)
class HomeOpened:
    origin: Origin


@dataclass(frozen=True, slots=True)
class MemberJoined:
    """Somebody, or the bot itself, came into a channel."""

    origin: Origin
    is_bot: bool = False


@dataclass(frozen=True, slots=True)
class FileShared:
    origin: Origin
    file_id: str


@dataclass(frozen=True, slots=True)
class Uninstalled:
    """The workspace took the app away: its token is worth nothing any more."""

    origin: Origin


@dataclass(frozen=True, slots=True)
class TokensRevoked:
    origin: Origin
    bots: tuple[str, ...] = ()
    people: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Challenge:
    """Slack asks whether the address is ours; `answer` says yes."""

    answer: str


@dataclass(frozen=True, slots=True)
class NotForUs:
    """Understood as nothing to act on, and why."""

    origin: Origin
    reason: str


StaffEvent = (
    SlashCommand
    | Pressed
    | Submitted
    | ThreadMessage
    | Mention
    | HomeOpened
    | MemberJoined
    | FileShared
    | Uninstalled
    | TokensRevoked
    | NotForUs
)
