"""What a channel's `standin.py` offers as `STAND_IN`: its provider, played on this machine.

The page that plays a customer's phone, the demo company and the contract test know no channel
by name: they find stand-ins through the registry and ask for what is here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import httpx

from channels.channel import Channel, Delivery
from channels.messages import Choice, DeliveryState
from channels.standing.wire import Wire


@dataclass(frozen=True, slots=True)
class Writer:
    """A customer: where they write from, as the provider knows them, and their profile's name."""

    address: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class SharedFile:
    filename: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Wrote:
    """`quotes`: external id of the message that is answered. `thread`: external ids of ours in
    the thread that goes on, oldest first, on channels that have several."""

    text: str = ""
    files: tuple[SharedFile, ...] = ()
    subject: str = ""
    quotes: str = ""
    thread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pressed:
    """`among`: all that was offered; `under`: external id of the message that offers it."""

    choice: Choice
    among: tuple[Choice, ...]
    under: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Reacted:
    """Without an emoji: took a reaction back. `text`: of the message that it is about."""

    about: str
    emoji: str


@dataclass(frozen=True, slots=True)
class Edited:
    """Another wording of their own message."""

    message: str
    text: str


Deed = Wrote | Pressed | Reacted | Edited


@dataclass(frozen=True, slots=True)
class Fault:
    """Something to be ordered. `moment`: when it happens, as a heading; `is_news`: at once."""

    key: str
    title: str
    moment: str = "When Frontdesk sends next"


@dataclass(frozen=True, slots=True)
class Look:
    """How a customer is known and what they can do there.

    `kinds`: kinds of addresses at which people known to the company may be played.
    `deeds`: what a customer can do. `files_at_once`: how many one message may carry.
    """

    address_label: str
    address_example: str
    kinds: tuple[str, ...]
    deeds: frozenset[type[Deed]]
    files_at_once: int = 1
    has_subject: bool = False
    bold_marks: bool = True
    faults: tuple[Fault, ...] = ()


@runtime_checkable
class StandIn(Protocol):
    """One provider in this process."""

    channel: str
    look: Look
    wire: Wire

    @property
    def ordered(self) -> Sequence[str]:
        """Keys of the faults that are still to happen, the next first."""
        ...

    def adapter(self) -> Channel:
        """The channel, speaking to this stand-in alone."""
        ...

    def mounts(self) -> Mapping[str, httpx.AsyncBaseTransport]:
        """What an HTTP client mounts so that the stand-in's hosts lead to it."""
        ...

    def account(self) -> Mapping[str, str]:
        """Settings that every account here needs; secrets among them open nothing else."""
        ...

    def address(self, told: str) -> str:
        """A customer's address as the provider writes it. Raises ValueError with a reason."""
        ...

    async def done(self, deed: Deed, writer: Writer, settings: Any) -> Sequence[Delivery]:
        """What arrives at our end when a customer does that, as the provider sends it."""
        ...

    def became(
        self, external_id: str, state: DeliveryState, writer: Writer, settings: Any
    ) -> Sequence[Delivery]:
        """The news of a message that we sent; none where the provider tells of none.

        Where a failure was ordered for that message, the news are of that.
        """
        ...

    async def order(self, key: str, writer: Writer, settings: Any) -> Sequence[Delivery]:
        """Lets a fault of `look.faults` happen: what is news arrives now."""
        ...

    def forget_orders(self) -> None: ...

    def a_day_passes(self, writer: Writer) -> None:
        """For the provider, since that customer's last word."""
        ...

    async def close(self) -> None: ...


@runtime_checkable
class Collected(Protocol):
    """A stand-in whose news are not delivered but wait until they are asked for."""

    async def lay_ready(self, delivery: Delivery, settings: Any) -> None: ...

    async def is_new(self, settings: Any) -> bool:
        """Nobody ever looked there: what lies there at the first look counts as history."""
        ...


@runtime_checkable
class Addressed(Protocol):
    """A stand-in whose news arrive at an address with a question behind it."""

    def question(self, settings: Any) -> Mapping[str, str]: ...
