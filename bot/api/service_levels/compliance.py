"""What was kept of what was promised: compliance, breaches, what is at risk, a ticket's times."""

import csv
import io
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Annotated, Literal, get_args
from uuid import UUID

from fastapi import Path, Query, Response
from pydantic import AwareDatetime, BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from bot.api.rest import STORABLE, Body, Page, Paging, cursor, page, rest_router, time_and_id
from bot.dependencies import Caller, Reader, ReadTransaction, StaffCaller, Transaction
from domain.errors import NotFound
from domain.sla.compliance import GROUPS, Compliance, compliance
from domain.sla.keeping import Clocks
from domain.sla.models import SlaClock
from domain.sla.reading import WAITING, ClockReader, Timed, outcome
from domain.sla.service import Breach, Breaches
from domain.sla.timing import FIRST_RESPONSE, RESOLUTION
from domain.tickets.models import Ticket
from domain.tickets.service import Tickets
from domain.types import utc_now

router = rest_router("/sla", "service levels")

By = Literal["policy", "customer", "staff", "day", "week", "month"]
assert get_args(By) == GROUPS
SPAN = timedelta(days=30)
MOST_AT_RISK = 100
FORMULA = ("=", "+", "-", "@", "\t", "\r")
Reference = Annotated[
    str,
    Path(max_length=64, pattern=STORABLE, description="The ticket's number, TKT-…, or its id."),
]


class ComplianceQuery(Body):
    """Of tickets opened in the span; without one: the last 30 days."""

    by: By = "policy"
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None


class ComplianceOut(BaseModel):
    """Counts of tickets; a rate is null where nothing is decided yet."""

    group: str
    tickets: int
    first_response_kept: int
    first_response_missed: int
    first_response_rate: float | None
    resolution_kept: int
    resolution_missed: int
    resolution_rate: float | None


class ComplianceList(BaseModel):
    items: list[ComplianceOut]


class BreachOut(BaseModel):
    id: UUID
    ticket_id: UUID
    number: str
    subject: str
    priority: str
    target: str
    due_at: datetime
    created_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str
    updated_at: datetime

    @classmethod
    def of(cls, breach: Breach) -> "BreachOut":
        names = ("number", "subject", "priority")
        own = cls.model_fields.keys() - set(names)
        shown = {name: getattr(breach.alert, name) for name in own}
        return cls(**shown, **{name: getattr(breach, name) for name in names})


class BreachQuery(Paging):
    """`is_open`: those that nobody has acknowledged, or only the others."""

    is_open: bool | None = None


class TimesOut(BaseModel):
    """`state`: running, paused, kept, late or ended (the ticket is over, without it)."""

    state: str
    due: datetime | None
    met: datetime | None
    warned_at: datetime | None
    critical_at: datetime | None
    breached_at: datetime | None


class TicketTimesOut(BaseModel):
    """`score`: 0 to 100, how likely something promised will be late."""

    ticket_id: UUID
    number: str
    policy_id: UUID | None
    policy: str
    score: int
    share_used: float
    started_at: datetime
    stopped_at: datetime | None
    escalated_at: datetime | None
    first_response: TimesOut
    resolution: TimesOut

    @classmethod
    def of(cls, timed: Timed) -> "TicketTimesOut":
        clock, ticket = timed.clock, timed.ticket
        return cls(
            ticket_id=ticket.id,
            number=ticket.number,
            policy_id=clock.policy_id,
            policy=clock.policy_name,
            score=timed.score,
            share_used=round(timed.share, 4),
            started_at=clock.started_at,
            stopped_at=clock.stopped_at,
            escalated_at=clock.escalated_at,
            first_response=_times(ticket, clock, FIRST_RESPONSE),
            resolution=_times(ticket, clock, RESOLUTION),
        )


class AtRisk(BaseModel):
    items: list[TicketTimesOut]


class ChosenPolicy(Body):
    """Null: as the policies' order says."""

    policy_id: UUID | None = Field(None, examples=["01939f7c-0000-7000-8000-000000000000"])


@router.get("/compliance", summary="What was kept, by policy, customer, staff member or period")
async def kept(
    caller: Reader, session: ReadTransaction, asked: Annotated[ComplianceQuery, Query()]
) -> ComplianceList:
    return ComplianceList(items=[_out(row) for row in await _asked(session, caller, asked)])


@router.get(
    "/compliance/export",
    summary="The same as CSV",
    response_class=Response,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
async def exported(
    caller: Reader, session: ReadTransaction, asked: Annotated[ComplianceQuery, Query()]
) -> Response:
    sheet = io.StringIO()
    writer = csv.DictWriter(sheet, ComplianceOut.model_fields)
    writer.writeheader()
    for row in await _asked(session, caller, asked):
        shown = _out(row).model_dump()
        # A spreadsheet would run a customer's name that begins like a formula.
        if row.group.startswith(FORMULA):
            shown["group"] = f"'{row.group}"
        writer.writerow(shown)
    headers = {"Content-Disposition": 'attachment; filename="sla-compliance.csv"'}
    return Response(sheet.getvalue(), media_type="text/csv", headers=headers)


@router.get("/breach-alerts", summary="Breaches, newest first")
async def breaches(
    caller: Reader, session: ReadTransaction, asked: Annotated[BreachQuery, Query()]
) -> Page[BreachOut]:
    rows = await Breaches(session, caller.tenant_id).page(
        asked.limit + 1,
        asked.place(time_and_id),
        is_open=asked.is_open,
        since=asked.since,
    )
    own = asked.ended(lambda row: cursor(row.alert.created_at, row.alert.id))
    return page(rows, asked.limit, BreachOut.of, own)


@router.post("/breach-alerts/{alert_id}/acknowledge", summary="Acknowledge a breach")
async def acknowledge(alert_id: UUID, caller: StaffCaller, session: Transaction) -> BreachOut:
    breach = await Breaches(session, caller.tenant_id).acknowledge(
        alert_id, caller.actor, utc_now()
    )
    return BreachOut.of(breach)


@router.get("/at-risk", summary="Tickets late or about to be, the riskiest first")
async def at_risk(caller: Reader, session: ReadTransaction) -> AtRisk:
    rows = await ClockReader(session, caller.tenant_id).at_risk(utc_now(), MOST_AT_RISK)
    return AtRisk(items=[TicketTimesOut.of(row) for row in rows])


@router.get("/tickets/{reference}", summary="What was promised of a ticket")
async def times(reference: Reference, caller: Reader, session: ReadTransaction) -> TicketTimesOut:
    return await _timed(session, caller, await _meant(session, caller, reference))


@router.put("/tickets/{reference}/policy", summary="Choose a policy for one ticket")
async def choose(
    reference: Reference, sent: ChosenPolicy, caller: StaffCaller, session: Transaction
) -> TicketTimesOut:
    ticket = await _meant(session, caller, reference)
    clocks = Clocks(session, caller.tenant_id)
    await clocks.choose_policy(ticket, sent.policy_id, utc_now())
    return await _timed(session, caller, ticket)


async def _asked(session: AsyncSession, caller: Caller, asked: ComplianceQuery) -> list[Compliance]:
    until = asked.until or utc_now()
    since = asked.since or (until - SPAN if until.year > 1 else until)
    return await compliance(session, caller.tenant_id, since=since, until=until, by=asked.by)


def _out(row: Compliance) -> ComplianceOut:
    return ComplianceOut(
        **asdict(row),
        first_response_rate=row.first_response_rate,
        resolution_rate=row.resolution_rate,
    )


async def _meant(session: AsyncSession, caller: Caller, reference: str) -> Ticket:
    tickets = Tickets(session, caller.tenant_id)
    try:
        ticket_id = UUID(reference)
    except ValueError:
        return await tickets.get(reference)
    return await tickets.with_id(ticket_id)


async def _timed(session: AsyncSession, caller: Caller, ticket: Ticket) -> TicketTimesOut:
    timed = await ClockReader(session, caller.tenant_id).timed(ticket, utc_now())
    if timed is None:
        raise NotFound("clock of ticket", ticket.number)
    return TicketTimesOut.of(timed)


def _times(ticket: Ticket, clock: SlaClock, target: str) -> TimesOut:
    is_paused = ticket.status == WAITING
    return TimesOut(
        state=outcome(clock, target, is_paused=is_paused),
        due=getattr(clock, f"{target}_due"),
        met=getattr(clock, f"{target}_met"),
        warned_at=getattr(clock, f"{target}_warned_at"),
        critical_at=getattr(clock, f"{target}_critical_at"),
        breached_at=getattr(clock, f"{target}_breached_at"),
    )
