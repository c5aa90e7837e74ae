"""What the phone shows at this moment, and what can be ordered to go wrong."""

from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from pydantic import SecretStr

from bot.console.forms import shown_phone
from bot.console.phone.bubbles import Bubble, bubbles
from bot.console.phone.handset import Handset
from bot.desk.cards import ThreadCard
from channels.channel import Channel
from channels.standing.road import TITLES
from channels.standing.standin import Edited, Look, Reacted
from channels.standing.wire import Exchange

EMOJI = ("👍", "❤️", "😂", "🙏")
ON_THE_WAY = "When the customer does something next"
WIRE_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Offer:
    """Something that can be ordered. `times`: how often it is still to happen."""

    key: str
    title: str
    times: int


@dataclass(frozen=True, slots=True)
class Subject:
    """One of several threads."""

    talk: UUID
    title: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class PhoneScene:
    channel: Channel
    look: Look
    address: str
    name: str
    person_id: UUID | None
    """Who is played, where the company knows them from anywhere."""
    bubbles: tuple[Bubble, ...]
    quoted: Bubble | None
    subjects: tuple[Subject, ...]
    offers: tuple[tuple[str, tuple[Offer, ...]], ...]
    ordered: int
    held_back: int
    window_hours: int | None
    wire: tuple[Exchange, ...]
    beat: str

    @property
    def can_react(self) -> bool:
        return Reacted in self.look.deeds

    @property
    def can_edit(self) -> bool:
        return Edited in self.look.deeds

    @property
    def shown_address(self) -> str:
        return shown_phone(self.address) if self.look.kinds[0] == "phone" else self.address

    @property
    def emoji(self) -> tuple[str, ...]:
        return EMOJI


async def phone_scene(
    handset: Handset,
    person_id: UUID | None,
    thread: ThreadCard | None,
    quote: UUID | None,
    *,
    with_wire: bool,
) -> PhoneScene:
    shown = bubbles(thread.messages if thread else ())
    window = handset.account.channel.capabilities.window
    ordered = [*handset.stand_in.ordered, *handset.road.ordered.elements()]
    return PhoneScene(
        channel=handset.account.channel,
        look=handset.stand_in.look,
        address=handset.writer.address,
        name=handset.writer.name,
        person_id=person_id,
        bubbles=shown,
        quoted=next((one for one in shown if one.card.id == quote), None),
        subjects=await _subjects(handset),
        offers=_offers(handset, ordered),
        ordered=len(ordered),
        held_back=len(handset.road.overtaken) + len(handset.road.late),
        window_hours=round(window.total_seconds() / 3600) if window else None,
        wire=_wire(handset) if with_wire else (),
        beat=beat(handset, with_wire=with_wire),
    )


def beat(handset: Handset, *, with_wire: bool) -> str:
    """Another one when something was ordered or happened, or went over the wire that is shown."""
    road, count = handset.road, handset.stand_in.wire.count if with_wire else 0
    told = (
        *handset.stand_in.ordered,
        *road.ordered.elements(),
        len(road.late),
        len(road.overtaken),
    )
    return f"{handset.stand_in.channel} {count} {told}"


def _offers(handset: Handset, ordered: list[str]) -> tuple[tuple[str, tuple[Offer, ...]], ...]:
    faults = handset.stand_in.look.faults
    groups = [
        (moment, tuple(Offer(one.key, one.title, ordered.count(one.key)) for one in group))
        for moment, group in groupby(faults, key=lambda one: one.moment)
    ]
    titles = TITLES.items()
    shown = [
        Offer(mishap.value, title, ordered.count(mishap))
        for mishap, title in titles
        if mishap.is_of_statuses <= handset.account.channel.capabilities.has_statuses
    ]
    return (*groups, (ON_THE_WAY, tuple(shown)))


async def _subjects(handset: Handset) -> tuple[Subject, ...]:
    if not handset.stand_in.look.has_subject:
        return ()
    found = await handset.conversations()
    current = await handset.conversation()
    return tuple(Subject(one.id, one.subject or "(no subject)", one.id == current) for one in found)


def _wire(handset: Handset) -> tuple[Exchange, ...]:
    """The newest first, with no secret in it."""
    settings = handset.account.settings
    values = (getattr(settings, name) for name in type(settings).model_fields)
    secrets = [one.get_secret_value() for one in values if isinstance(one, SecretStr)]
    newest = list(handset.stand_in.wire.exchanges)[: -WIRE_SHOWN - 1 : -1]
    return tuple(one.masked(secrets) for one in newest)
