"""Calendars and policies as staff keep them, and the breaches they acknowledge."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import NotFound, Refused
from domain.following import Since
from domain.sla.clock import deadline
from domain.sla.keeping import Clocks
from domain.sla.models import BusinessCalendar, SlaAlert, SlaPolicy
from domain.sla.policies import CONDITIONS, TEMPLATES, read_targets
from domain.sla.policybook import stored
from domain.sla.timing import BREACHED
from domain.tickets.models import Ticket
from domain.types import new_id, utc_now


class WrongPolicy(Refused):
    pass


@dataclass(frozen=True, slots=True)
class NewCalendar:
    name: str
    week: Mapping[str, Any]
    zone: str = "Europe/London"
    country: str = ""
    region: str = ""
    closed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NewPolicy:
    name: str
    calendar_id: UUID
    targets: Mapping[str, Any]
    conditions: Mapping[str, Any] = field(default_factory=dict)
    position: int = 100
    is_on: bool = True
    warning_percent: int = 80
    critical_percent: int = 95


class Calendars:
    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id

    async def page(
        self, limit: int, after: UUID | None = None, since: Since | None = None
    ) -> list[BusinessCalendar]:
        query = select(BusinessCalendar).order_by(BusinessCalendar.id).limit(limit)
        if after:
            query = query.where(BusinessCalendar.id > after)
        if since:
            query = since.of(query, BusinessCalendar.updated_at, BusinessCalendar.id)
        return list(await self._session.scalars(query))

    async def get(self, calendar_id: UUID) -> BusinessCalendar:
        found = await self._session.get(BusinessCalendar, calendar_id)
        if found is None:
            raise NotFound("calendar", calendar_id)
        return found

    async def add(self, new: NewCalendar) -> BusinessCalendar:
        """Raises WrongPeriods, or WrongPolicy where the name is taken."""
        row = BusinessCalendar(
            id=new_id(),
            tenant_id=self._tenant_id,
            name=new.name,
            zone=new.zone,
            country=new.country,
            region=new.region,
            week=dict(new.week),
            closed=list(new.closed),
        )
        stored(row).read()
        await _require_free(self._session, BusinessCalendar, row.id, new.name)
        self._session.add(row)
        await self._session.flush()
        return row

    async def change(self, calendar_id: UUID, changes: Mapping[str, Any]) -> BusinessCalendar:
        row = await self.get(calendar_id)
        for name, value in changes.items():
            setattr(row, name, value)
        stored(row).read()
        await _require_free(self._session, BusinessCalendar, row.id, row.name)
        await self._session.flush()
        await Clocks(self._session, self._tenant_id).policies_changed(utc_now())
        return row

    async def remove(self, calendar_id: UUID) -> None:
        row = await self.get(calendar_id)
        used = exists().where(SlaPolicy.calendar_id == calendar_id)
        if await self._session.scalar(select(used)):
            raise WrongPolicy(f"A policy uses the calendar “{row.name}”: give it another first.")
        await self._session.delete(row)
        await self._session.flush()


class Policies:
    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id

    async def page(
        self, limit: int, after: UUID | None = None, since: Since | None = None
    ) -> list[SlaPolicy]:
        query = select(SlaPolicy).order_by(SlaPolicy.id).limit(limit)
        if after:
            query = query.where(SlaPolicy.id > after)
        if since:
            query = since.of(query, SlaPolicy.updated_at, SlaPolicy.id)
        return list(await self._session.scalars(query))

    async def in_order(self) -> list[SlaPolicy]:
        """As they are tried for a ticket."""
        query = select(SlaPolicy).order_by(SlaPolicy.position, SlaPolicy.id).limit(100)
        return list(await self._session.scalars(query))

    async def get(self, policy_id: UUID) -> SlaPolicy:
        found = await self._session.get(SlaPolicy, policy_id)
        if found is None:
            raise NotFound("SLA policy", policy_id)
        return found

    async def add(self, new: NewPolicy) -> SlaPolicy:
        """Raises NoTarget, NeverOpen, NotFound for the calendar, or WrongPolicy."""
        row = SlaPolicy(
            id=new_id(),
            tenant_id=self._tenant_id,
            name=new.name,
            calendar_id=new.calendar_id,
            targets=dict(new.targets),
            conditions=dict(new.conditions),
            position=new.position,
            is_on=new.is_on,
            warning_percent=new.warning_percent,
            critical_percent=new.critical_percent,
        )
        await self._require_sound(row)
        self._session.add(row)
        await self._changed()
        return row

    async def from_template(
        self, name: str, zone: str = "Europe/London", country: str = ""
    ) -> SlaPolicy:
        """In one call, with the calendar it needs. Raises NotFound."""
        template = TEMPLATES.get(name.lower())
        if template is None:
            raise NotFound("SLA template", name)
        calendar = await self._calendar(
            "24×7" if template.is_around_the_clock else "Mon–Fri 9–17",
            NewCalendar("", template.week(), zone, "" if template.is_around_the_clock else country),
        )
        return await self.add(NewPolicy(template.title, calendar, template.targets()))

    async def change(self, policy_id: UUID, changes: Mapping[str, Any]) -> SlaPolicy:
        row = await self.get(policy_id)
        for name, value in changes.items():
            setattr(row, name, value)
        await self._require_sound(row)
        await self._changed()
        return row

    async def remove(self, policy_id: UUID) -> None:
        """Its tickets go on under the policy that is next for them."""
        await self._session.delete(await self.get(policy_id))
        await self._changed()

    async def _calendar(self, name: str, new: NewCalendar) -> UUID:
        """That of the name, made if there is none."""
        statement = insert(BusinessCalendar).values(
            id=new_id(),
            tenant_id=self._tenant_id,
            name=name,
            zone=new.zone,
            country=new.country,
            region="",
            week=dict(new.week),
            closed=[],
            created_at=utc_now(),
            updated_at=utc_now(),
        )
        await self._session.execute(statement.on_conflict_do_nothing())
        query = select(BusinessCalendar.id).where(BusinessCalendar.name == name)
        return (await self._session.scalars(query)).one()

    async def _changed(self) -> None:
        await self._session.flush()
        await Clocks(self._session, self._tenant_id).policies_changed(utc_now())

    async def _require_sound(self, row: SlaPolicy) -> None:
        with self._session.no_autoflush:
            targets = read_targets(row.targets)
            if strange := set(row.conditions) - set(CONDITIONS):
                raise WrongPolicy(f"A policy asks for {', '.join(CONDITIONS)}, not {min(strange)}.")
            if not 0 < row.warning_percent < row.critical_percent < 100:
                raise WrongPolicy("First the warning, then critical, both below 100 percent.")
            calendar = await Calendars(self._session, self._tenant_id).get(row.calendar_id)
            for target in targets.values():
                deadline(utc_now(), target.resolution, stored(calendar).read())
            await _require_free(self._session, SlaPolicy, row.id, row.name)


async def _require_free(
    session: AsyncSession, table: type[SlaPolicy] | type[BusinessCalendar], own: UUID, name: str
) -> None:
    with session.no_autoflush:
        taken = exists().where(table.name == name, table.id != own)
        if await session.scalar(select(taken)):
            raise WrongPolicy(f"There is one called “{name}” already.")


@dataclass(frozen=True, slots=True)
class Breach:
    """An alert with what it is about."""

    alert: SlaAlert
    number: str
    subject: str
    priority: str

    @property
    def id(self) -> UUID:
        return self.alert.id

    @property
    def updated_at(self) -> datetime:
        return self.alert.updated_at


class Breaches:
    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id

    async def page(
        self,
        limit: int,
        before: tuple[datetime, UUID] | None = None,
        *,
        is_open: bool | None = None,
        since: Since | None = None,
    ) -> list[Breach]:
        """Newest first; `is_open`: those nobody has acknowledged."""
        query = (
            select(SlaAlert, Ticket.number, Ticket.subject, Ticket.priority)
            .join(Ticket, Ticket.id == SlaAlert.ticket_id)
            .where(SlaAlert.tenant_id == self._tenant_id, SlaAlert.level == BREACHED)
            .order_by(SlaAlert.created_at.desc(), SlaAlert.id.desc())
            .limit(limit)
        )
        if before:
            query = query.where(tuple_(SlaAlert.created_at, SlaAlert.id) < before)
        if since:
            query = since.of(query, SlaAlert.updated_at, SlaAlert.id)
        if is_open is not None:
            query = query.where(SlaAlert.acknowledged_at.is_(None) == is_open)
        return [Breach(*row) for row in await self._session.execute(query)]

    async def acknowledge(self, alert_id: UUID, by: str, now: datetime) -> Breach:
        """The first who does so stays. Raises NotFound."""
        query = (
            select(SlaAlert, Ticket.number, Ticket.subject, Ticket.priority)
            .join(Ticket, Ticket.id == SlaAlert.ticket_id)
            .where(SlaAlert.id == alert_id, SlaAlert.level == BREACHED)
            .with_for_update(of=SlaAlert)
        )
        row = (await self._session.execute(query)).one_or_none()
        if row is None:
            raise NotFound("SLA breach", alert_id)
        found = Breach(*row)
        if found.alert.acknowledged_at is None:
            found.alert.acknowledged_at, found.alert.acknowledged_by = now, by
            await self._session.flush()
        return found
