"""What a workflow rule may say, and whether it matches a ticket; pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from domain.errors import Refused
from domain.tickets.lifecycle import PRIORITIES, STATUSES, TYPES

Event = Literal[
    "created", "customer_replied", "status_changed", "time_passed", "sla_warning", "sla_breach"
]
FieldName = Literal[
    "status",
    "priority",
    "type",
    "source",
    "subject",
    "description",
    "assignee",
    "is_answered",
    "tags",
    "minutes_open",
    "minutes_since_update",
    "minutes_in_status",
]
Operator = Literal["equals", "not_equals", "in", "not_in", "greater_than", "less_than", "contains"]
STORABLE = r"^[^\x00]*$"
"""PostgreSQL stores no NUL."""
Text = Annotated[str, Field(max_length=2000, pattern=STORABLE)]
TagName = Annotated[str, Field(min_length=1, max_length=100, pattern=STORABLE)]
Value = (
    bool
    | Annotated[float, Field(allow_inf_nan=False)]
    | Text
    | Annotated[tuple[Text, ...], Field(max_length=100)]
)

NUMBERS = frozenset({"minutes_open", "minutes_since_update", "minutes_in_status"})
TEXTS = frozenset({"status", "priority", "type", "source", "subject", "description", "assignee"})
CHOICES = {"status": STATUSES, "priority": PRIORITIES, "type": TYPES}
DEEPEST = 4
MOST = 20


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Condition(Strict):
    """`assignee` is a staff member's id, empty for nobody."""

    field: FieldName
    operator: Operator
    value: Value

    @model_validator(mode="after")
    def _fits(self) -> Self:
        many = self.operator in ("in", "not_in")
        if many != isinstance(self.value, tuple):
            wanted = "a list of words" if many else "one value"
            raise ValueError(f"“{self.operator}” of {self.field} needs {wanted}")
        if self.operator in ("greater_than", "less_than"):
            self._require_order()
        elif self.operator == "contains":
            self._require_words()
        elif self.field in NUMBERS and not _is_number(self.value):
            raise ValueError(f"{self.field} is a number of minutes")
        elif self.field == "is_answered" and not isinstance(self.value, bool):
            raise ValueError("is_answered is true or false")
        elif self.field == "tags":
            raise ValueError("tags are asked with “contains”")
        elif self.field in TEXTS:
            self._require_known()
        return self

    def _require_order(self) -> None:
        if self.field == "priority":
            self._require_known()
        elif self.field not in NUMBERS or not _is_number(self.value):
            raise ValueError(f"“{self.operator}” asks for a number of minutes or a priority")

    def _require_words(self) -> None:
        if self.field not in TEXTS | {"tags"} or not isinstance(self.value, str) or not self.value:
            raise ValueError("“contains” asks for a word in a text or in the tags")

    def _require_known(self) -> None:
        values = self.value if isinstance(self.value, tuple) else (self.value,)
        for value in values:
            if not isinstance(value, str):
                raise ValueError(f"{self.field} is a word")
            allowed = CHOICES.get(self.field)
            if allowed and value not in allowed:
                raise ValueError(f"{self.field} is one of {', '.join(allowed)}, not “{value}”")


def _kind(one: Any) -> str:
    """By what it has, so that what is told to be wrong is told of the right kind."""
    is_group = "conditions" in one if isinstance(one, dict) else isinstance(one, Group)
    return "group" if is_group else "condition"


Asked = Annotated[
    Annotated["Group", Tag("group")] | Annotated[Condition, Tag("condition")], Discriminator(_kind)
]


class Group(Strict):
    """`all`: every one of them (none: always); `any`: at least one."""

    match: Literal["all", "any"] = "all"
    conditions: Annotated[tuple[Asked, ...], Field(max_length=MOST)] = ()

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        if self.match == "any" and not self.conditions:
            raise ValueError("an empty group of “any” would never match")
        if _depth(self) > DEEPEST:
            raise ValueError(f"groups go at most {DEEPEST} deep")
        return self


class Assign(Strict):
    do: Literal["assign"] = "assign"
    to: UUID | Literal["round_robin"]


class SetPriority(Strict):
    do: Literal["set_priority"] = "set_priority"
    to: Literal["low", "medium", "high", "urgent"]


class SetStatus(Strict):
    do: Literal["set_status"] = "set_status"
    to: Literal["open", "in_progress", "waiting_customer", "resolved", "closed", "cancelled"]


class AddTags(Strict):
    do: Literal["add_tags"] = "add_tags"
    tags: Annotated[
        tuple[TagName, ...],
        Field(min_length=1, max_length=MOST),
    ]


class Note(Strict):
    do: Literal["note"] = "note"
    text: Annotated[str, Field(min_length=1, max_length=2000, pattern=STORABLE)]


class Notify(Strict):
    """Tells the staff room, or the ticket's assignee."""

    do: Literal["notify"] = "notify"
    text: Annotated[str, Field(min_length=1, max_length=500, pattern=STORABLE)]
    whom: Literal["room", "assignee"] = "room"


Action = Annotated[
    Assign | SetPriority | SetStatus | AddTags | Note | Notify, Field(discriminator="do")
]
Actions = Annotated[tuple[Action, ...], Field(min_length=1, max_length=10)]


class RuleBody(Strict):
    """A rule as it is written."""

    name: Annotated[str, Field(min_length=1, max_length=200, pattern=STORABLE)]
    event: Event
    conditions: Group = Field(default_factory=Group)
    actions: Actions
    stops_here: bool = False


class RuleIsWrong(Refused):
    def __init__(self, error: ValidationError) -> None:
        first = error.errors()[0]
        words = first["msg"].removeprefix("Value error, ")
        where = " › ".join(str(step) for step in first["loc"])
        super().__init__(f"The rule is wrong{f' at {where}' if where else ''}: {words}.")


@dataclass(frozen=True, slots=True)
class Facts:
    """What a rule may know of a ticket."""

    status: str
    priority: str
    type: str
    source: str
    subject: str
    description: str
    assignee: str
    is_answered: bool
    tags: tuple[str, ...]
    minutes_open: float
    minutes_since_update: float
    minutes_in_status: float


@dataclass(frozen=True, slots=True)
class Load:
    """A staff member, how many open tickets are theirs, and when they last got one."""

    staff_id: UUID
    open_tickets: int
    last_assigned_at: datetime | None


_ACTIONS: TypeAdapter[tuple[Any, ...]] = TypeAdapter(Actions)


def parse(raw: Any) -> RuleBody:
    """Raises RuleIsWrong with a sentence."""
    try:
        return RuleBody.model_validate(raw)
    except ValidationError as error:
        raise RuleIsWrong(error) from error


def parse_actions(raw: Any) -> tuple[Any, ...]:
    return _ACTIONS.validate_python(raw)


def matches(asked: Group | Condition, facts: Facts) -> bool:
    if isinstance(asked, Condition):
        return _TESTS[asked.operator](asked.field, getattr(facts, asked.field), asked.value)
    of = all if asked.match == "all" else any
    return of(matches(one, facts) for one in asked.conditions)


def least_loaded(loads: Sequence[Load]) -> UUID | None:
    """The fewest open tickets; of those, who got one the longest time ago (or never)."""

    def place(load: Load) -> tuple[int, bool, float, str]:
        at = load.last_assigned_at
        return (load.open_tickets, at is not None, at.timestamp() if at else 0, str(load.staff_id))

    return min(loads, key=place).staff_id if loads else None


def _depth(group: Group) -> int:
    return 1 + max((_depth(one) for one in group.conditions if isinstance(one, Group)), default=0)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _folded(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


def _equals(field: str, known: Any, value: Any) -> bool:
    return bool(_folded(known) == _folded(value))


def _is_in(field: str, known: Any, value: Any) -> bool:
    return any(_equals(field, known, one) for one in value)


def _above(field: str, known: Any, value: Any) -> bool:
    if field == "priority":
        return PRIORITIES.index(known) > PRIORITIES.index(value)
    return bool(known > value)


def _below(field: str, known: Any, value: Any) -> bool:
    if field == "priority":
        return PRIORITIES.index(known) < PRIORITIES.index(value)
    return bool(known < value)


def _contains(field: str, known: Any, value: Any) -> bool:
    if field == "tags":
        return any(_folded(tag) == _folded(value) for tag in known)
    return _folded(value) in _folded(known)


_TESTS: dict[str, Callable[[str, Any, Any], bool]] = {
    "equals": _equals,
    "not_equals": lambda field, known, value: not _equals(field, known, value),
    "in": _is_in,
    "not_in": lambda field, known, value: not _is_in(field, known, value),
    "greater_than": _above,
    "less_than": _below,
    "contains": _contains,
}
