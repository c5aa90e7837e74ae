"""What a workflow rule may say: when, of which tickets, and what is done; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, TypeAdapter, ValidationError

from domain.errors import Refused
from domain.workflows.conditions import MOST, STORABLE, Group, Strict

Event = Literal[
    "created", "customer_replied", "status_changed", "time_passed", "sla_warning", "sla_breach"
]
TagName = Annotated[str, Field(min_length=1, max_length=100, pattern=STORABLE)]


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


def least_loaded(loads: Sequence[Load]) -> UUID | None:
    """The fewest open tickets; of those, who got one the longest time ago (or never)."""

    def place(load: Load) -> tuple[int, bool, float, str]:
        at = load.last_assigned_at
        return (load.open_tickets, at is not None, at.timestamp() if at else 0, str(load.staff_id))

    return min(loads, key=place).staff_id if loads else None
