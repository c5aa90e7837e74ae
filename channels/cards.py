"""What staff are shown and may press, in words any staff channel can draw.

The desk answers every command with a `Card`; a form is a `Form`. A channel only draws them, and
gives back which button or form was used, with the `value` it carried.
"""

from dataclasses import dataclass, field
from enum import StrEnum


class Style(StrEnum):
    PLAIN = "plain"
    PRIMARY = "primary"
    DANGER = "danger"


class InputKind(StrEnum):
    """SEVERAL takes and gives the values of its options joined by commas."""

    LINE = "line"
    TEXT = "text"
    NUMBER = "number"
    CHOICE = "choice"
    SEVERAL = "several"


@dataclass(frozen=True, slots=True)
class Button:
    """`action` says what to do, `value` with what. `confirm`: ask this first."""

    action: str
    title: str
    value: str = ""
    style: Style = Style.PLAIN
    confirm: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Section:
    """A paragraph (plain text: a channel escapes it), fields beside each other, own buttons."""

    text: str = ""
    fields: tuple[Field, ...] = ()
    buttons: tuple[Button, ...] = ()
    is_quoted: bool = False
    """Somebody else's words, drawn as a quotation."""
    is_heading: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """`tenant` is always named: one workspace may serve several companies.

    `is_private`: only the one who asked sees it. `footnote`: small print (sources, confidence).
    """

    title: str
    tenant: str = ""
    sections: tuple[Section, ...] = ()
    buttons: tuple[Button, ...] = ()
    footnote: str = ""
    is_private: bool = False
    is_error: bool = False


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    title: str


@dataclass(frozen=True, slots=True)
class Input:
    name: str
    label: str
    kind: InputKind = InputKind.LINE
    initial: str = ""
    options: tuple[Option, ...] = ()
    hint: str = ""
    is_required: bool = True
    limit: int = 3000


@dataclass(frozen=True, slots=True)
class Form:
    """`action` and `value` come back with what was filled in."""

    action: str
    title: str
    submit: str
    inputs: tuple[Input, ...]
    value: str = ""
    intro: str = ""
    tenant: str = ""


@dataclass(frozen=True, slots=True)
class Used:
    """A button pressed or a form sent by a person, as the channel understood it.

    `person`: the channel's id of who did it; `place`: where (channel and thread).
    """

    action: str
    value: str
    person: str
    place: str = ""
    inputs: dict[str, str] = field(default_factory=dict)
