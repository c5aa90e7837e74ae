"""Frozen values that a person at the desk is shown; any skin can draw them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.conversations.reaching.standing import Step


@dataclass(frozen=True, slots=True)
class SourceCard:
    """An article the bot found; `is_cited`: the answer names it."""

    title: str
    text: str
    version: int
    is_cited: bool


@dataclass(frozen=True, slots=True)
class ReasoningCard:
    """Why the bot answered as it did. `seconds`: from the customer's words to the answer."""

    agent: str
    step: str
    intent: str
    confidence: float
    model: str
    did: tuple[str, ...]
    notes: tuple[str, ...]
    sources: tuple[SourceCard, ...]
    thinking_milliseconds: int
    seconds: float | None


@dataclass(frozen=True, slots=True)
class FileCard:
    id: UUID
    filename: str
    content_type: str
    state: str
    reason: str
    not_read: str = ""
    """Why the bot made nothing of it."""
    by_model: str = ""
    """What a model heard or saw in it: never the customer's own words."""


@dataclass(frozen=True, slots=True)
class MessageCard:
    """`author`: customer, bot, staff or system; `state` and `outcome` as on the message's row."""

    id: UUID
    sequence: int
    direction: str
    author: str
    name: str
    text: str
    kind: str
    at: datetime
    state: str
    outcome: str
    outcome_reason: str
    error: str
    is_maybe_repeated: bool
    is_edited: bool
    choices: tuple[tuple[str, str], ...]
    files: tuple[FileCard, ...]
    reasoning: ReasoningCard | None
    wire: str
    """The webhook it came in, indented; empty unless asked for."""
    went: str = ""
    """By what it left instead of as it was written, and why."""
    is_elsewhere: bool = False
    """It goes, or went, by another channel: nothing of it is here."""
    steps: tuple[Step, ...] = ()
    external_id: str = ""
    in_reply_to: str = ""
    """The external id of the message that it quotes or reacts to."""
    replaces: str = ""
    """The external id of the message that it is a newer version of."""
    subject: str = ""
    album: str = ""
    """Equal for pictures that were sent together."""

    @property
    def is_seen_by_customer(self) -> bool:
        """Whether it is on the customer's phone, in this thread."""
        if self.direction == "out":
            return self.state in ("sent", "delivered", "read") and not self.is_elsewhere
        return self.direction == "in"


@dataclass(frozen=True, slots=True)
class StepCard:
    """One line of a ticket's history. `is_said`: a message of the conversation says it too."""

    at: datetime
    who: str
    what: str
    is_internal: bool = True
    key: str = ""
    is_said: bool = False


@dataclass(frozen=True, slots=True)
class PromiseCard:
    """What was promised by when. `state`: running, paused, kept, late or ended (without it)."""

    what: str
    state: str
    due: datetime | None


@dataclass(frozen=True, slots=True)
class TicketCard:
    number: str
    subject: str
    status: str
    priority: str
    type: str
    assignee: str
    opened_at: datetime
    is_from_here: bool
    """Opened in this conversation."""
    history: tuple[StepCard, ...]
    promises: tuple[PromiseCard, ...] = ()
    facts: tuple[str, ...] = ()
    """What else is to be known: team, snooze, what comes next, links, promises, articles."""


@dataclass(frozen=True, slots=True)
class ThreadCard:
    """A conversation with all that staff see beside it. `pulse` is another one after a change."""

    id: UUID
    pulse: str
    owner: str
    owner_name: str
    is_answering: bool
    """The bot has something unread, and nobody but the bot is to answer it."""
    language: str
    messages: tuple[MessageCard, ...]
    tickets: tuple[TicketCard, ...]
    customer: str = ""
    company: str = ""
    version: int = 0
    is_paused: bool = False
    is_opted_out: bool = False
    continues: tuple[str, ...] = ()
    """Threads on other channels that go on with this one, or that this one goes on with."""
    due: datetime | None = None
    """When an answer was promised, if the customer waits for one."""

    @property
    def drafts(self) -> tuple[MessageCard, ...]:
        return tuple(message for message in self.messages if message.state == "draft")

    @property
    def choices(self) -> tuple[tuple[str, str], ...]:
        """The buttons that the customer can press now: those of the last word, if it is ours."""
        said = (one for one in self.messages if one.kind != "reaction")
        shown = [message for message in said if message.is_seen_by_customer]
        return shown[-1].choices if shown else ()
