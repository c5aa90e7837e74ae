"""What the simulator's forms may say: untrusted words, checked."""

from enum import StrEnum
from typing import Annotated, Literal
from urllib.parse import urlencode
from uuid import UUID

import phonenumbers
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

REGION = "GB"


def digits_of(phone: str) -> str:
    """07700 900210 or +44 7700 900210 as 447700900210: the form WhatsApp knows people by."""
    try:
        parsed = phonenumbers.parse(_international(phone), REGION)
    except phonenumbers.NumberParseException as error:
        raise ValueError("it is no phone number") from error
    if not phonenumbers.is_possible_number(parsed):
        raise ValueError("it is no phone number that could exist")
    return f"{parsed.country_code}{parsed.national_number}"


def _international(phone: str) -> str:
    """Digits alone, without a leading zero, are taken with their country code."""
    stripped = phone.strip()
    return f"+{stripped}" if stripped.isdigit() and not stripped.startswith("0") else stripped


def shown_phone(digits: str) -> str:
    try:
        parsed = phonenumbers.parse(f"+{digits}")
    except phonenumbers.NumberParseException:
        return digits
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


Phone = Annotated[str, StringConstraints(max_length=40), AfterValidator(digits_of)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4096)]


Word = Annotated[str, StringConstraints(max_length=40, pattern=r"^[A-Za-z0-9.]*$")]


class View(StrEnum):
    """What the right side shows: Slack as staff see it, or what went on inside."""

    STAFF = "staff"
    INSIDE = "inside"


class OnPage(BaseModel):
    """Fields that every form of the page carries: whose phone is shown, and what beside it.

    `me`: the member of staff at Slack; `room`: a channel's id, `home` or `direct`; `root`: the
    open thread, `none` where it was closed; empty: whatever comes first.
    """

    model_config = ConfigDict(populate_by_name=True, extra="ignore")

    phone: Phone = Field(validation_alias="as")
    name: Annotated[str, StringConstraints(strip_whitespace=True, max_length=80)] = ""
    wire: bool = False
    view: View | Literal[""] = ""
    me: Word = ""
    room: Word = ""
    root: Word = ""

    @property
    def address(self) -> str:
        """The page that shows it."""
        return f"/?{urlencode(self.query)}"

    @property
    def query(self) -> dict[str, str]:
        """Without what is as it would be anyway."""
        told = {
            "as": self.phone,
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

    phone: Annotated[str, StringConstraints(max_length=40)] = Field(
        default="", validation_alias="as"
    )
    seen: Annotated[str, StringConstraints(max_length=64)] = ""


class Written(OnPage):
    text: Words


class Pressed(OnPage):
    choice: Annotated[str, StringConstraints(max_length=256)]


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
