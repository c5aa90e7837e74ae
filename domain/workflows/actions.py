"""What a workflow rule may do to a ticket; pure."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from domain.workflows.conditions import MOST, STORABLE, Strict

LONGEST_WAIT = 366 * 24 * 60
"""Minutes."""
WebhookName = Annotated[
    str, Field(min_length=1, max_length=40, pattern=r"^[a-z0-9][a-z0-9_-]*$", examples=["crm"])
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
    tags: Annotated[tuple[TagName, ...], Field(min_length=1, max_length=MOST)]


class RemoveTags(Strict):
    do: Literal["remove_tags"] = "remove_tags"
    tags: Annotated[tuple[TagName, ...], Field(min_length=1, max_length=MOST)]


class Note(Strict):
    """Internal: no action of a rule says anything to a customer."""

    do: Literal["note"] = "note"
    text: Annotated[str, Field(min_length=1, max_length=2000, pattern=STORABLE)]


class Notify(Strict):
    """Tells the staff room, or the ticket's assignee."""

    do: Literal["notify"] = "notify"
    text: Annotated[str, Field(min_length=1, max_length=500, pattern=STORABLE)]
    whom: Literal["room", "assignee"] = "room"


class FollowUp(Strict):
    """Staff are reminded of the ticket so many minutes later, once."""

    do: Literal["follow_up"] = "follow_up"
    minutes: Annotated[int, Field(ge=1, le=LONGEST_WAIT)]
    text: Annotated[str, Field(min_length=1, max_length=500, pattern=STORABLE)]


class Webhook(Strict):
    """Tells the webhook of that name of the ticket."""

    do: Literal["webhook"] = "webhook"
    to: WebhookName


Action = Annotated[
    Assign | SetPriority | SetStatus | AddTags | RemoveTags | Note | Notify | FollowUp | Webhook,
    Field(discriminator="do"),
]
Actions = Annotated[tuple[Action, ...], Field(min_length=1, max_length=10)]
