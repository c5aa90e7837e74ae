"""What the simulator's forms may say: untrusted words, checked."""

from enum import StrEnum
from functools import cache
from typing import Annotated, Literal, Self
from urllib.parse import urlencode
from uuid import UUID

import phonenumbers
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from bot.demo.content import company
from channels import registry
from channels.standing.standin import StandIn


@cache
def _playing(channel: str) -> StandIn:
    return registry.stand_in(channel)


def address_on(channel: str, told: str) -> str:
    """As the channel's provider writes it. Raises ValueError with a reason."""
    return _playing(channel).address(told)


def shown_phone(digits: str) -> str:
    try:
        parsed = phonenumbers.parse(f"+{digits}")
    except phonenumbers.NumberParseException:
        return digits
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4096)]


Word = Annotated[str, StringConstraints(max_length=40, pattern=r"^[A-Za-z0-9.]*$")]


class View(StrEnum):
    """What the right side shows: Slack as staff see it, what went on inside, or the wire."""

    STAFF = "staff"
    INSIDE = "inside"
    WIRE = "wire"


def first_channel() -> str:
    """In the order in which the demo company names its channels."""
    return channels_in_order()[0]


def channels_in_order() -> tuple[str, ...]:
    known = [one.channel for one in company().channel_accounts]
    names = registry.stand_ins()
    return tuple(sorted(names, key=lambda n: known.index(n) if n in known else len(known)))


class OnPage(BaseModel):
    """Fields that every form of the page carries: whose phone is shown, and what beside it.

    `on`: the channel; `phone`: where the customer writes from on it; `talk`: the open one of
    several threads; `quote`: the message that the next one answers.
    `me`: the member of staff at Slack; `room`: a channel's id, `home` or `direct`; `root`: the
    open thread, `none` where it was closed; empty: whatever comes first.
    """

    model_config = ConfigDict(populate_by_name=True, extra="ignore")

    on: Annotated[str, StringConstraints(max_length=40)] = ""
    phone: Annotated[str, StringConstraints(max_length=200)] = Field(validation_alias="as")
    talk: UUID | Literal[""] = ""
    quote: UUID | Literal[""] = ""
    name: Annotated[str, StringConstraints(strip_whitespace=True, max_length=80)] = ""
    wire: bool = False
    view: View | Literal[""] = ""
    me: Word = ""
    room: Word = ""
    root: Word = ""

    @model_validator(mode="after")
    def _is_playable(self) -> Self:
        self.on = self.on or first_channel()
        if self.on not in registry.stand_ins():
            raise ValueError("there is no such channel here")
        if self.phone:
            self.phone = address_on(self.on, self.phone)
        return self

    @property
    def address(self) -> str:
        """The page that shows it."""
        return f"/?{urlencode(self.query)}"

    @property
    def query(self) -> dict[str, str]:
        """Without what is as it would be anyway."""
        told = {
            "on": self.on if self.on != first_channel() else "",
            "as": self.phone,
            "talk": str(self.talk),
            "quote": str(self.quote),
            "name": self.name,
            "wire": "1" if self.wire else "",
            "view": str(self.view),
            "me": self.me,
            "room": self.room,
            "root": self.root,
        }
        return {name: value for name, value in told.items() if value}


class Asked(OnPage):
    """What an address asks for: `seen` is what the page shows already."""

    phone: Annotated[str, StringConstraints(max_length=200)] = Field(
        default="", validation_alias="as"
    )
    seen: Annotated[str, StringConstraints(max_length=64)] = ""

    @model_validator(mode="after")
    def _is_playable(self) -> Self:
        """Judged by the page, which says in a sentence what is wrong."""
        return self


class Written(OnPage):
    """Words, or files, or both; `subject`: begins a new thread, where there are several."""

    text: Annotated[str, StringConstraints(strip_whitespace=True, max_length=4096)] = ""
    subject: Annotated[str, StringConstraints(max_length=200)] = ""


class Pressed(OnPage):
    choice: Annotated[str, StringConstraints(max_length=256)]


class Reaction(OnPage):
    """Without an emoji: taken back."""

    message: UUID
    emoji: Annotated[str, StringConstraints(max_length=16)] = ""


class Rewritten(OnPage):
    message: UUID
    text: Words


class Ordered(OnPage):
    fault: Annotated[str, StringConstraints(min_length=1, max_length=40)]


class StaffAct(OnPage):
    staff: UUID | None = None


class StaffReply(StaffAct):
    reply: Words


class Decision(OnPage):
    """`draft`: the message decided about; `text`: its words, perhaps changed from `proposed`."""

    draft: UUID
    text: Annotated[str, StringConstraints(strip_whitespace=True, max_length=4096)] = ""
    proposed: Annotated[str, StringConstraints(strip_whitespace=True, max_length=8192)] = ""

    @property
    def new_text(self) -> str | None:
        """None: to be sent as the bot wrote it. Forms send line ends as CR LF."""
        words = self.text.replace("\r\n", "\n")
        return words if words and words != self.proposed.replace("\r\n", "\n") else None
