"""One change to many tickets: first the list, then just what the list named."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field

from bot.api.helpdesk.meant import Named, meant
from bot.api.rest import Body, Line, Tags, rest_router
from bot.api.tickets import Priority, Status
from bot.dependencies import StaffCaller, Transaction
from domain.errors import DomainError, NotFound, Refused
from domain.staff.service import StaffMembers
from domain.tickets.listing import TicketList
from domain.tickets.models import Ticket
from domain.tickets.service import Tickets
from domain.tickets.working.teams import Teams
from domain.tickets.working.views import Filters, filters_of
from domain.types import utc_now

router = rest_router("/helpdesk/bulk", "helpdesk")

MOST = 1000


class PreviewIn(Body):
    filters: Filters = Field(Filters(), examples=[{"tags": ["spam"]}])


class PreviewOut(BaseModel):
    count: int
    numbers: list[str]


class BulkIn(Body):
    """`tickets`: the numbers that a preview gave, or others. Only what is sent changes."""

    tickets: Annotated[list[Named], Field(min_length=1, max_length=MOST)] = Field(
        examples=[["TKT-202611-00012", "TKT-202611-00014"]]
    )
    status: Status | None = None
    priority: Priority | None = None
    assignee_id: UUID | None = None
    team_id: UUID | None = None
    add_tags: Tags = Field(default_factory=list)
    remove_tags: Tags = Field(default_factory=list)
    why: Line = ""


class NotChanged(BaseModel):
    ticket: str
    reason: str


class BulkOut(BaseModel):
    changed: list[str]
    refused: list[NotChanged]


@router.post("/preview", summary="Which tickets a bulk change would touch")
async def preview(sent: PreviewIn, caller: StaffCaller, session: Transaction) -> PreviewOut:
    """At most a thousand; more are refused."""
    checked = filters_of(sent.filters.model_dump(mode="json"))
    wanted = checked.wanted(None, utc_now())
    rows = await TicketList(session, caller.tenant_id).page(wanted, MOST + 1)
    if len(rows) > MOST:
        raise Refused(f"More than {MOST} tickets fit that: narrow it down.")
    return PreviewOut(count=len(rows), numbers=[row.number for row in rows])


@router.post("/change", summary="Change the named tickets")
async def change(sent: BulkIn, caller: StaffCaller, session: Transaction) -> BulkOut:
    """One that may not change is told with the reason; the others are changed."""
    if sent.assignee_id is not None:
        await StaffMembers(session, caller.tenant_id).get(sent.assignee_id)
    if sent.team_id is not None:
        await Teams(session, caller.tenant_id).get(sent.team_id)
    tickets = Tickets(session, caller.tenant_id)
    done, refused = [], []
    for named in dict.fromkeys(sent.tickets):
        try:
            async with session.begin_nested():
                found = await meant(session, caller.tenant_id, named)
                wanted = _changes(found, sent)
                await tickets.change(found.number, wanted, actor=caller.actor, why=sent.why)
            done.append(found.number)
        except DomainError as error:
            refused.append(NotChanged(ticket=named, reason=str(error)))
    if not done and all(reason.reason.startswith("There is no") for reason in refused):
        raise NotFound("ticket", sent.tickets[0])
    return BulkOut(changed=done, refused=refused)


def _changes(ticket: Ticket, sent: BulkIn) -> dict[str, Any]:
    wanted: dict[str, Any] = {
        name: value for name in ("status", "priority") if (value := getattr(sent, name))
    }
    for name in ("assignee_id", "team_id"):
        if name in sent.model_fields_set:
            wanted[name] = getattr(sent, name)
    if sent.add_tags or sent.remove_tags:
        tags = [tag for tag in ticket.tags if tag not in sent.remove_tags]
        wanted["tags"] = [*tags, *(tag for tag in sent.add_tags if tag not in tags)]
    return wanted
