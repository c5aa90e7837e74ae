"""What REST shows of a message's way: by what it went, its steps, and until when to answer."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.showing.went import went_line
from bot.runtime import Runtime
from domain.conversations.models import Conversation, Message
from domain.conversations.reaching.standing import Step, promised
from domain.conversations.reaching.windows import closes_at, effective_deadline


class StepOut(BaseModel):
    """`state`: sent, delivered, read or failed. `reason`: as the provider words a failure."""

    state: str
    at: datetime
    code: str
    reason: str


class WayOut(BaseModel):
    """`went`: in words, where it left otherwise than written (`sent by Email instead: window
    closed`). `template`: its name. `steps`: what the provider told, in order."""

    went: str = ""
    template: str = ""
    error_code: str = ""
    price_category: str = ""
    steps: list[StepOut] = []

    @classmethod
    def of(cls, message: Message, steps: Sequence[Step] = ()) -> "WayOut":
        went: dict[str, Any] = message.details.get("went") or {}
        sent_as: dict[str, Any] = message.details.get("template") or {}
        return cls(
            went=went_line(went, message.state),
            template=sent_as.get("name") or went.get("template", ""),
            error_code=message.error_code,
            price_category=message.price_category,
            steps=[
                StepOut(state=one.state, at=one.at, code=one.code, reason=one.reason)
                for one in steps
            ],
        )


class Deadline(BaseModel):
    """`answer_due_at`: the earlier of what was promised and the window's end, while they wait."""

    window_closes_at: datetime | None = None
    answer_due_at: datetime | None = None


async def deadlines(
    session: AsyncSession, runtime: Runtime, rows: Sequence[Conversation]
) -> dict[UUID, Deadline]:
    """By conversation; one statement for all."""
    waiting = [row.ticket_id for row in rows if row.ticket_id and row.last_author == "customer"]
    due = await promised(session, waiting) if waiting else {}
    found = {}
    for row in rows:
        channel = runtime.channels.get(row.channel)
        window = channel.capabilities.window if channel else None
        closes = closes_at(window, row.last_inbound_at)
        waits = row.last_author == "customer"
        by = effective_deadline(due.get(row.ticket_id) if row.ticket_id else None, closes)
        found[row.id] = Deadline(window_closes_at=closes, answer_due_at=by if waits else None)
    return found
