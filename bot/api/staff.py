"""The people at the desk, and the link that connects their Slack workspace."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from bot.api.rest import Body, Line, Name, Shown, UpdatedSince, changes, rest_router
from bot.dependencies import AdminCaller, Reader, ReadTransaction, RuntimeOf, Transaction
from domain.audit.service import note
from domain.following import Since
from domain.staff.service import NewMember, StaffMembers
from domain.types import utc_now

router = rest_router("", "staff")

Role = Literal["admin", "staff", "readonly"]
Limit = Annotated[Decimal, Field(ge=0, max_digits=14, decimal_places=2)]


class MemberOut(Shown):
    """`approval_limit` and `sees_margins` of their own; null: as the tenant's settings say."""

    id: UUID
    name: str
    email: str
    role: str
    approval_limit: Decimal | None
    sees_margins: bool | None
    deactivated_at: datetime | None
    updated_at: datetime


class Members(BaseModel):
    items: list[MemberOut]


class MemberIn(Body):
    email: Line = Field(examples=["maria@acme.example"])
    name: Name = Field(examples=["Maria Lopez"])
    role: Role = "staff"


class MemberChange(Body):
    name: Name = "Maria Lopez"
    role: Role = "staff"
    approval_limit: Limit | None = None
    sees_margins: bool | None = None


class LinkOut(BaseModel):
    url: str


@router.get("/staff", summary="Who works here")
async def members(
    caller: Reader, session: ReadTransaction, updated_since: UpdatedSince = None
) -> Members:
    """With `updated_since` those who left are listed too."""
    known = StaffMembers(session, caller.tenant_id)
    rows = await known.changed(Since(updated_since)) if updated_since else await known.all()
    return Members(items=[MemberOut.model_validate(row) for row in rows])


@router.post("/staff", status_code=201, summary="Add somebody")
async def add(sent: MemberIn, caller: AdminCaller, session: Transaction) -> MemberOut:
    newcomer = NewMember(sent.email, sent.name, sent.role)
    row = await StaffMembers(session, caller.tenant_id).add(newcomer)
    note(session, caller.tenant_id, caller.actor, "staff.add", row.email, role=row.role)
    return MemberOut.model_validate(row)


@router.patch("/staff/{staff_id}", summary="Change somebody's role or limits")
async def change(
    staff_id: UUID, sent: MemberChange, caller: AdminCaller, session: Transaction
) -> MemberOut:
    wanted = changes(sent)
    row = await StaffMembers(session, caller.tenant_id).change(staff_id, wanted)
    note(session, caller.tenant_id, caller.actor, "staff.changed", row.email, keys=sorted(wanted))
    return MemberOut.model_validate(row)


@router.delete("/staff/{staff_id}", status_code=204, summary="Somebody leaves")
async def remove(staff_id: UUID, caller: AdminCaller, session: Transaction) -> None:
    row = await StaffMembers(session, caller.tenant_id).remove(staff_id, utc_now())
    note(session, caller.tenant_id, caller.actor, "staff.remove", row.email)


@router.post("/slack/installations", status_code=201, summary="A link that connects Slack")
async def install(caller: AdminCaller, runtime: RuntimeOf) -> LinkOut:
    """For an hour and one use; whoever opens it chooses the workspace."""
    return LinkOut(url=runtime.staffroom.installing.link(caller.tenant_id))
