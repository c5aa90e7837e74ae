"""What a workflow rule may say: when, of which tickets, and what is done; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal, Protocol
from uuid import UUID

from pydantic import Field, TypeAdapter, ValidationError

from domain.errors import Refused
from domain.workflows.actions import Actions
from domain.workflows.conditions import STORABLE, Group, Strict

Event = Literal[
    "created", "customer_replied", "status_changed", "time_passed", "sla_warning", "sla_breach"
]


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


class Written(Protocol):
    """A row that holds a rule."""

    name: Any
    event: Any
    conditions: Any
    actions: Any
    stops_here: Any


def body_of(row: Written) -> RuleBody:
    """What a kept rule says."""
    said = ("name", "event", "conditions", "actions", "stops_here")
    return parse({field: getattr(row, field) for field in said})


def parse_actions(raw: Any) -> tuple[Any, ...]:
    return _ACTIONS.validate_python(raw)


def least_loaded(loads: Sequence[Load]) -> UUID | None:
    """The fewest open tickets; of those, who got one the longest time ago (or never)."""

    def place(load: Load) -> tuple[int, bool, float, str]:
        at = load.last_assigned_at
        return (load.open_tickets, at is not None, at.timestamp() if at else 0, str(load.staff_id))

    return min(loads, key=place).staff_id if loads else None
