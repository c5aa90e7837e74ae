"""SLA policies and business calendars: kept by admins, ready made in one call."""

from datetime import date, datetime
from typing import Annotated, Any, Literal, get_args
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field, StringConstraints

from bot.api.rest import (
    Body,
    Name,
    Page,
    Paging,
    Shown,
    Tags,
    Word,
    changes,
    cursor,
    id_of,
    page,
    rest_router,
)
from bot.dependencies import AdminCaller, Reader, ReadTransaction, Transaction
from domain.audit.service import note
from domain.sla.models import SlaPolicy
from domain.sla.policies import TEMPLATES
from domain.sla.service import Calendars, NewCalendar, NewPolicy, Policies
from domain.tenants.service import Tenants

router = rest_router("/sla", "service levels")

Template = Literal["standard", "extended", "24x7", "gold", "bronze"]
assert set(get_args(Template)) == set(TEMPLATES)
Clock = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$")]
Period = Annotated[list[Clock], Field(min_length=2, max_length=2)]
Day = Annotated[list[Period], Field(max_length=12)]
Minutes = Annotated[int, Field(ge=1, le=525_600)]
Percent = Annotated[int, Field(ge=1, le=99)]
Position = Annotated[int, Field(ge=0, le=100_000)]
Country = Annotated[str, StringConstraints(pattern=r"^([A-Z]{2})?$")]
Region = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9-]{0,8}$")]
Dates = Annotated[list[date], Field(max_length=400)]
EXAMPLE_WEEK = {"mon": [["09:00", "12:30"], ["13:30", "17:00"]], "tue": [["09:00", "17:00"]]}


class Week(Body):
    mon: Day = Field(default_factory=list)
    tue: Day = Field(default_factory=list)
    wed: Day = Field(default_factory=list)
    thu: Day = Field(default_factory=list)
    fri: Day = Field(default_factory=list)
    sat: Day = Field(default_factory=list)
    sun: Day = Field(default_factory=list)


class TargetIn(Body):
    """In business minutes."""

    first_response: Minutes = Field(examples=[240])
    resolution: Minutes = Field(examples=[1440])


class Targets(Body):
    """By priority; what is not given is as medium."""

    medium: TargetIn
    low: TargetIn | None = None
    high: TargetIn | None = None
    urgent: TargetIn | None = None


class Conditions(Body):
    """What a ticket must be; an empty list asks nothing."""

    types: Tags = Field(default_factory=list)
    companies: Annotated[list[UUID], Field(max_length=200)] = Field(default_factory=list)
    channels: Tags = Field(default_factory=list)
    tags: Tags = Field(default_factory=list)


class CalendarOut(Shown):
    id: UUID
    name: str
    zone: str
    country: str
    region: str
    week: dict[str, list[list[str]]]
    closed: list[str]
    created_at: datetime
    updated_at: datetime


class CalendarIn(Body):
    """`country` (ISO 3166) brings its public holidays, `closed` are own days."""

    name: Name = Field(examples=["Office"])
    week: Week = Field(examples=[EXAMPLE_WEEK])
    zone: Word = "Europe/London"
    country: Country = ""
    region: Region = ""
    closed: Dates = Field(default_factory=list)


class CalendarChange(Body):
    name: Name | None = None
    week: Week | None = None
    zone: Word | None = None
    country: Country | None = None
    region: Region | None = None
    closed: Dates | None = None


class PolicyOut(Shown):
    id: UUID
    name: str
    position: int
    is_on: bool
    calendar_id: UUID
    targets: dict[str, dict[str, int]]
    conditions: dict[str, list[str]]
    warning_percent: int
    critical_percent: int
    created_at: datetime
    updated_at: datetime


class PolicyIn(Body):
    """The lowest `position` whose conditions match a ticket holds for it."""

    name: Name = Field(examples=["Gold"])
    calendar_id: UUID
    targets: Targets
    conditions: Conditions = Conditions()
    position: Position = 100
    is_on: bool = True
    warning_percent: Percent = 80
    critical_percent: Percent = 95


class PolicyChange(Body):
    name: Name | None = None
    calendar_id: UUID | None = None
    targets: Targets | None = None
    conditions: Conditions | None = None
    position: Position | None = None
    is_on: bool | None = None
    warning_percent: Percent | None = None
    critical_percent: Percent | None = None


class TemplateIn(Body):
    """With a calendar of the tenant's country and time zone."""

    template: Template = Field("standard", examples=["gold"])


# --- calendars ----------------------------------------------------------------------------


@router.get("/calendars", summary="Business calendars")
async def calendars(
    caller: Reader, session: ReadTransaction, asked: Annotated[Paging, Query()]
) -> Page[CalendarOut]:
    rows = await Calendars(session, caller.tenant_id).page(
        asked.limit + 1, asked.place(id_of), asked.since
    )
    own = asked.ended(lambda row: cursor(row.id))
    return page(rows, asked.limit, CalendarOut.model_validate, own)


@router.post("/calendars", status_code=201, summary="Add a calendar")
async def add_calendar(sent: CalendarIn, caller: AdminCaller, session: Transaction) -> CalendarOut:
    new = NewCalendar(**{**sent.model_dump(exclude={"closed"}), "closed": _days(sent.closed)})
    row = await Calendars(session, caller.tenant_id).add(new)
    note(session, caller.tenant_id, caller.actor, "sla.calendar_added", row.name)
    return CalendarOut.model_validate(row)


@router.get("/calendars/{calendar_id}", summary="One calendar")
async def calendar(calendar_id: UUID, caller: Reader, session: ReadTransaction) -> CalendarOut:
    return CalendarOut.model_validate(await Calendars(session, caller.tenant_id).get(calendar_id))


@router.patch("/calendars/{calendar_id}", summary="Change a calendar")
async def change_calendar(
    calendar_id: UUID, sent: CalendarChange, caller: AdminCaller, session: Transaction
) -> CalendarOut:
    wanted = _given(sent)
    if sent.closed is not None:
        wanted["closed"] = list(_days(sent.closed))
    row = await Calendars(session, caller.tenant_id).change(calendar_id, wanted)
    note(session, caller.tenant_id, caller.actor, "sla.calendar_changed", row.name)
    return CalendarOut.model_validate(row)


@router.delete("/calendars/{calendar_id}", status_code=204, summary="Remove a calendar")
async def remove_calendar(calendar_id: UUID, caller: AdminCaller, session: Transaction) -> None:
    await Calendars(session, caller.tenant_id).remove(calendar_id)
    note(session, caller.tenant_id, caller.actor, "sla.calendar_removed", str(calendar_id))


# --- policies -----------------------------------------------------------------------------


@router.get("/policies", summary="SLA policies")
async def policies(
    caller: Reader, session: ReadTransaction, asked: Annotated[Paging, Query()]
) -> Page[PolicyOut]:
    rows = await Policies(session, caller.tenant_id).page(
        asked.limit + 1, asked.place(id_of), asked.since
    )
    own = asked.ended(lambda row: cursor(row.id))
    return page(rows, asked.limit, PolicyOut.model_validate, own)


@router.post("/policies", status_code=201, summary="Add a policy")
async def add_policy(sent: PolicyIn, caller: AdminCaller, session: Transaction) -> PolicyOut:
    new = sent.model_dump() | _stored(sent.targets, sent.conditions)
    row = await Policies(session, caller.tenant_id).add(NewPolicy(**new))
    return _noted(session, caller, "sla.policy_added", row)


@router.post("/policies/templates", status_code=201, summary="Add a ready-made policy")
async def add_template(sent: TemplateIn, caller: AdminCaller, session: Transaction) -> PolicyOut:
    settings = await Tenants(session, caller.tenant_id).settings()
    row = await Policies(session, caller.tenant_id).from_template(
        sent.template, settings.time_zone, settings.country
    )
    return _noted(session, caller, "sla.policy_added", row)


@router.get("/policies/{policy_id}", summary="One policy")
async def policy(policy_id: UUID, caller: Reader, session: ReadTransaction) -> PolicyOut:
    return PolicyOut.model_validate(await Policies(session, caller.tenant_id).get(policy_id))


@router.patch("/policies/{policy_id}", summary="Change a policy")
async def change_policy(
    policy_id: UUID, sent: PolicyChange, caller: AdminCaller, session: Transaction
) -> PolicyOut:
    wanted = _given(sent) | _stored(sent.targets, sent.conditions)
    row = await Policies(session, caller.tenant_id).change(policy_id, wanted)
    return _noted(session, caller, "sla.policy_changed", row)


@router.delete("/policies/{policy_id}", status_code=204, summary="Remove a policy")
async def remove_policy(policy_id: UUID, caller: AdminCaller, session: Transaction) -> None:
    await Policies(session, caller.tenant_id).remove(policy_id)
    note(session, caller.tenant_id, caller.actor, "sla.policy_removed", str(policy_id))


def _noted(session: Transaction, caller: AdminCaller, what: str, row: SlaPolicy) -> PolicyOut:
    note(session, caller.tenant_id, caller.actor, what, row.name)
    return PolicyOut.model_validate(row)


def _given(sent: Body) -> dict[str, Any]:
    """What was sent; null leaves a field as it is."""
    given = {name: value for name, value in changes(sent).items() if value is not None}
    return {
        name: value.model_dump() if isinstance(value, BaseModel) else value
        for name, value in given.items()
    }


def _stored(targets: Targets | None, conditions: Conditions | None) -> dict[str, Any]:
    stored: dict[str, Any] = {}
    if targets is not None:
        stored["targets"] = targets.model_dump(exclude_none=True)
    if conditions is not None:
        stored["conditions"] = conditions.model_dump(mode="json")
    return stored


def _days(closed: list[date]) -> tuple[str, ...]:
    return tuple(sorted({day.isoformat() for day in closed}))
