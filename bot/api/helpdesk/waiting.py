"""What a ticket waits for, what the customer thought of it, and who is at it."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from bot.api.helpdesk.meant import Reference, meant
from bot.api.rest import Body, Line, Shown, Text, rest_router
from bot.api.tickets import TicketOut
from bot.dependencies import Caller, Reader, ReadTransaction, StaffCaller, Transaction
from domain.staff.service import StaffMembers
from domain.tickets.models import Ticket
from domain.tickets.working.presence import Presences
from domain.tickets.working.rating import rate
from domain.tickets.working.waiting import Waiting
from domain.types import utc_now

router = rest_router("/helpdesk/tickets", "tickets")

Moment = Annotated[AwareDatetime | None, Field(examples=["2030-11-27T09:00:00Z"])]


class SnoozeIn(Body):
    """`until` null: back at once."""

    until: Moment = None


class FollowUpIn(Body):
    """`at` null: no reminder any more. Without `staff_id` the assignee is told, else the room."""

    at: Moment = None
    note: Line = ""
    staff_id: UUID | None = None


class NextActionIn(Body):
    """Empty text: nothing comes next."""

    text: Line = Field("", examples=["Order the camera"])
    due: Moment = None


class SatisfactionIn(Body):
    score: Annotated[int, Field(ge=1, le=5, examples=[5])]
    comment: Text = ""


class SatisfactionOut(BaseModel):
    number: str
    score: int | None
    comment: str
    at: datetime | None


class PresentOut(Shown):
    """`activity`: viewing or typing."""

    staff_id: UUID
    name: str
    activity: str
    at: datetime


class PresentList(BaseModel):
    items: list[PresentOut]


@router.post("/{reference}/snooze", summary="Put a ticket out of sight until a time")
async def snooze(
    reference: Reference, sent: SnoozeIn, caller: StaffCaller, session: Transaction
) -> TicketOut:
    """It comes back at that time, or when the customer replies."""
    found = await meant(session, caller.tenant_id, reference)
    await Waiting(session, caller.tenant_id).snooze(found, sent.until, actor=caller.actor)
    return TicketOut.model_validate(found)


@router.post("/{reference}/follow-up", summary="Be reminded of a ticket, once")
async def follow_up(
    reference: Reference, sent: FollowUpIn, caller: StaffCaller, session: Transaction
) -> TicketOut:
    found = await meant(session, caller.tenant_id, reference)
    if sent.staff_id is not None:
        await StaffMembers(session, caller.tenant_id).get(sent.staff_id)
    waiting = Waiting(session, caller.tenant_id)
    await waiting.follow_up(found, sent.at, sent.note, sent.staff_id, actor=caller.actor)
    return TicketOut.model_validate(found)


@router.post("/{reference}/next-action", summary="The next point of action")
async def next_action(
    reference: Reference, sent: NextActionIn, caller: StaffCaller, session: Transaction
) -> TicketOut:
    found = await meant(session, caller.tenant_id, reference)
    waiting = Waiting(session, caller.tenant_id)
    await waiting.next_action(found, sent.text, sent.due, actor=caller.actor)
    return TicketOut.model_validate(found)


@router.get("/{reference}/satisfaction", summary="What the customer thought of it")
async def satisfaction(
    reference: Reference, caller: Reader, session: ReadTransaction
) -> SatisfactionOut:
    return _rated(await meant(session, caller.tenant_id, reference))


@router.put("/{reference}/satisfaction", summary="Record what the customer thought of it")
async def set_satisfaction(
    reference: Reference, sent: SatisfactionIn, caller: StaffCaller, session: Transaction
) -> SatisfactionOut:
    found = await meant(session, caller.tenant_id, reference)
    await rate(session, caller.tenant_id, found, (sent.score, sent.comment, utc_now()))
    return _rated(found)


@router.get("/{reference}/presence", summary="Who looks at it or writes a reply just now")
async def presence(reference: Reference, caller: Reader, session: ReadTransaction) -> PresentList:
    found = await meant(session, caller.tenant_id, reference)
    return await _present(session, caller, found)


async def _present(session: ReadTransaction, caller: Caller, ticket: Ticket) -> PresentList:
    subjects = [one for one in (ticket.id, ticket.conversation_id) if one is not None]
    rows = await Presences(session, caller.tenant_id).others(subjects, None, utc_now())
    return PresentList(items=[PresentOut.model_validate(row) for row in rows])


def _rated(row: Ticket) -> SatisfactionOut:
    return SatisfactionOut(
        number=row.number,
        score=row.satisfaction,
        comment=row.satisfaction_comment,
        at=row.satisfaction_at,
    )
