"""What a rule may ask of a ticket, and whether the ticket is so; pure."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    model_validator,
)

from domain.tickets.lifecycle import PRIORITIES, STATUSES, TYPES

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
Value = (
    bool
    | Annotated[float, Field(allow_inf_nan=False)]
    | Text
    | Annotated[tuple[Text, ...], Field(max_length=100)]
)

NUMBERS = frozenset({"minutes_open", "minutes_since_update", "minutes_in_status"})
TEXTS = frozenset({"status", "priority", "type", "source", "subject", "description", "assignee"})
CHOICES = {"status": STATUSES, "priority": PRIORITIES, "type": TYPES}
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
    is_group = "conditions" in one if isinstance(one, dict) else isinstance(one, _Conditions)
    return "group" if is_group else "condition"


def _require_no_group(one: Any) -> Any:
    if _kind(one) == "group":
        raise ValueError("groups go at most three deep")
    return one


class _Conditions(Strict):
    """`all`: every one of them (none: always); `any`: at least one."""

    match: Literal["all", "any"] = "all"
    conditions: tuple[Any, ...] = ()

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        if self.match == "any" and not self.conditions:
            raise ValueError("an empty group of “any” would never match")
        return self


# Three classes and no recursion: whoever reads the schema sees where it ends.
class InnermostGroup(_Conditions):
    conditions: Annotated[
        tuple[Annotated[Condition, BeforeValidator(_require_no_group)], ...],
        Field(max_length=MOST),
    ] = ()


class InnerGroup(_Conditions):
    conditions: Annotated[
        tuple[
            Annotated[
                Annotated[InnermostGroup, Tag("group")] | Annotated[Condition, Tag("condition")],
                Discriminator(_kind),
            ],
            ...,
        ],
        Field(max_length=MOST),
    ] = ()


class Group(_Conditions):
    conditions: Annotated[
        tuple[
            Annotated[
                Annotated[InnerGroup, Tag("group")] | Annotated[Condition, Tag("condition")],
                Discriminator(_kind),
            ],
            ...,
        ],
        Field(max_length=MOST),
    ] = ()


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


def matches(asked: _Conditions | Condition, facts: Facts) -> bool:
    if isinstance(asked, Condition):
        return _TESTS[asked.operator](asked.field, getattr(facts, asked.field), asked.value)
    of = all if asked.match == "all" else any
    return of(matches(one, facts) for one in asked.conditions)


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
