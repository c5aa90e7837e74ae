"""One condition and one action of a rule, from words and as words; pure.

The command and the window both read and show a rule through these.
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, get_args
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from bot.desk.handling.workflows.tokens import Said
from domain.errors import Refused
from domain.staff.models import StaffMember
from domain.workflows.actions import Action, Assign, FollowUp, Note, Notify, Webhook
from domain.workflows.conditions import CHOICES, NUMBERS, Condition, FieldName, Operator
from domain.workflows.trying import spell

FIELDS: tuple[str, ...] = get_args(FieldName)
OPERATORS: tuple[str, ...] = get_args(Operator)
ACTIONS = (
    "assign", "set_priority", "set_status", "add_tags", "remove_tags", "note", "notify_room",
    "notify_assignee", "follow_up", "webhook",
)  # fmt: skip
NOBODY = ("", "nobody", "none", "no one")
_OPERATORS = {
    "is": "equals", "=": "equals", "==": "equals", "is_not": "not_equals", "!=": "not_equals",
    ">": "greater_than", "<": "less_than", "above": "greater_than", "below": "less_than",
}  # fmt: skip
_SPAN = re.compile(
    r"(?:in )?(\d{1,7}) ?(minute|min|m|hour|h|day|d|week|w)s?\b(?:[,:]\s*|\s+)?", re.I
)
_MINUTES = {"m": 1, "h": 60, "d": 1440, "w": 10080}
_YES, _NO = ("yes", "true"), ("no", "false")
_ANY: TypeAdapter[Any] = TypeAdapter(Action)


@dataclass(frozen=True, slots=True)
class People:
    """Who may be named in a rule: ids by names and addresses, addresses by ids."""

    ids: dict[str, str] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, members: Iterable[StaffMember], me: UUID | None = None) -> "People":
        ids: dict[str, str] = {}
        addresses: dict[str, str] = {}
        for member in members:
            addresses[str(member.id)] = member.email or str(member.id)
            ids.setdefault(member.name.casefold(), str(member.id))
            ids[member.email.casefold()] = str(member.id)
        return cls(ids | ({"me": str(me)} if me else {}), addresses)

    def find(self, words: str) -> str:
        """The id. Raises Refused."""
        wanted = words.strip().lstrip("@").casefold()
        if wanted in self.ids:
            return self.ids[wanted]
        try:
            return str(UUID(wanted))
        except ValueError as error:
            raise Refused(
                f"There is no staff member “{words[:60]}”: give the mail address or whole name."
            ) from error

    def name(self, staff_id: str) -> str:
        return self.addresses.get(staff_id, staff_id)

    def named(self, text: str) -> str:
        """The text with addresses in place of ids."""
        for staff_id, address in self.addresses.items():
            text = text.replace(staff_id, address)
        return text


def operator_of(words: str) -> str | None:
    word = words.lower().replace(" ", "_")
    word = _OPERATORS.get(word, word)
    return word if word in OPERATORS else None


def condition(asked: str, operator: str, value: Said, people: People) -> Condition:
    """Raises Refused with a sentence."""
    is_list = operator in ("in", "not_in")
    given: Any = value.text
    if is_list:
        given = tuple(_value(asked, one, people) for one in value.parts)
    else:
        given = _value(asked, value.text, people)
    told = f"{asked} {operator} {value.text[:60]}".strip()
    try:
        return Condition.model_validate({"field": asked, "operator": operator, "value": given})
    except ValidationError as error:
        raise Refused(f"“{told}”: {_problem(error)}.") from error


def _value(asked: str, word: str, people: People) -> Any:
    if asked in NUMBERS:
        return _minutes(asked, word)
    if asked == "is_answered":
        if word.lower() not in (*_YES, *_NO):
            raise Refused(f"is_answered is yes or no, not “{word[:40]}”.")
        return word.lower() in _YES
    if asked == "assignee":
        return "" if word.lower() in NOBODY else people.find(word)
    if asked in CHOICES:
        return word.lower().replace(" ", "_").replace("-", "_")
    return word


def _minutes(asked: str, word: str) -> float:
    if found := _SPAN.fullmatch(word):
        return float(int(found[1]) * _MINUTES[found[2][0].lower()])
    try:
        number = float(word)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise Refused(f"{asked} is a number of minutes (or 2h, 3d), not “{word[:40]}”.")
    return number


def value_shown(one: Condition, people: People) -> tuple[str, ...]:
    """As it can be typed; several for a list."""
    values = one.value if isinstance(one.value, tuple) else (one.value,)
    return tuple(_shown(one.field, value, people) for value in values)


def _shown(asked: str, value: Any, people: People) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() else repr(value)
    if asked == "assignee":
        return people.name(str(value)) if value else "nobody"
    return str(value)


def action(do: str, words: Said, people: People) -> Any:
    """One of ACTIONS, with what was said after it. Raises Refused with a sentence."""
    raw: dict[str, Any] = {"do": do, "text": words.text}
    if do in ("add_tags", "remove_tags"):
        raw = {"do": do, "tags": words.parts}
    elif do in ("notify_room", "notify_assignee"):
        raw = {"do": "notify", "whom": do.removeprefix("notify_"), "text": words.text}
    elif do == "follow_up":
        raw = {"do": do} | _later(words.text)
    elif do == "assign":
        raw = {"do": do, "to": _assignee(words.text, people)}
    elif do == "webhook":
        raw = {"do": do, "to": _webhook(words.text)}
    elif do != "note":
        raw = {"do": do, "to": words.text.lower().replace(" ", "_").replace("-", "_")}
    try:
        return _ANY.validate_python(raw)
    except ValidationError as error:
        told = f"{do} {words.text[:60]}".strip()
        raise Refused(f"“{told}”: {_problem(error)}.") from error


def _later(text: str) -> dict[str, Any]:
    found = _SPAN.match(text)
    if found is None:
        raise Refused("follow_up needs a time and words: follow_up 2d “ask for the serial number”.")
    minutes = int(found[1]) * _MINUTES[found[2][0].lower()]
    return {"minutes": minutes, "text": text[found.end() :].strip() or "Follow up."}


def _assignee(text: str, people: People) -> str:
    if text.lower().replace(" ", "_") == "round_robin":
        return "round_robin"
    if not text:
        raise Refused("assign to whom? Give a mail address, or round_robin.")
    return people.find(text)


def _webhook(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,39}", text.lower()):
        raise Refused(f"“{text[:40]}” is no name of a webhook: small letters, digits, - and _.")
    return text.lower()


def action_shown(one: Any, people: People) -> tuple[str, tuple[str, ...]]:
    """Which of ACTIONS, and what comes after it, as it can be typed."""
    match one:
        case Notify():
            return f"notify_{one.whom}", (one.text,)
        case Note():
            return "note", (one.text,)
        case FollowUp():
            return "follow_up", (f"{spell(one.minutes)} {one.text}",)
        case Assign() | Webhook():
            return one.do, (people.name(str(one.to)),)
    return one.do, one.tags if hasattr(one, "tags") else (one.to,)


def _problem(error: ValidationError) -> str:
    first = error.errors()[0]
    words = first["msg"].removeprefix("Value error, ")
    if first["type"] == "literal_error":
        return words.replace("Input should be", "choose one of")
    return words.replace("Input should", "it should").replace("String should", "it should")
