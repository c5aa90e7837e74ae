"""A month at the desk: each warning and breach fires once, whatever becomes of the job."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

import pytest
from sqlalchemy import insert, select, update

from bot.engine.reacting.service_levels import ServiceLevels
from domain.database import Database
from domain.events import DomainEvent
from domain.sla.clock import AROUND_THE_CLOCK, Calendar, weekdays
from domain.sla.firing import Watch
from domain.sla.keeping import Clocks
from domain.sla.models import SlaAlert, SlaClock
from domain.sla.policies import TEMPLATES, Policy, read_targets
from domain.sla.service import Calendars, NewCalendar, NewPolicy, Policies
from domain.sla.timing import BREACHED, History, Step, times
from domain.staff.models import StaffMember
from domain.tenants.service import Tenants
from domain.tenants.settings import TenantSettings
from domain.tickets.lifecycle import FINISHED, PRIORITIES
from domain.tickets.models import Ticket, TicketChange, TicketComment
from domain.types import new_id

START = datetime(2026, 10, 12, tzinfo=UTC)  # the clocks of London change within the month
MONTH = timedelta(days=31)
STANDARD = Policy(
    "Standard",
    Calendar(weekdays((540, 750), (810, 1020)), "Europe/London", "GB"),
    read_targets(TEMPLATES["standard"].targets()),
)
GOLD = Policy("Gold", AROUND_THE_CLOCK, read_targets(TEMPLATES["gold"].targets()))


class Cut(Exception):
    """The worker dies."""


@dataclass
class Simulated:
    """A ticket with all that will happen to it, and what must have fired of it."""

    opened_at: datetime
    priority: str
    is_gold: bool
    acts: list[tuple[datetime, str, str]]
    id: UUID = field(default_factory=new_id)
    steps: list[Step] = field(default_factory=list)
    answered_at: datetime | None = None
    fired: dict[tuple[str, str], datetime] = field(default_factory=dict)
    is_escalated: bool = False

    @property
    def policy(self) -> Policy:
        return GOLD if self.is_gold else STANDARD

    def fire(self, now: datetime) -> None:
        """As the job must, told once more from the history alone."""
        while True:
            made = times(History(self.steps, self.priority, self.answered_at), self.policy)
            news = [
                f for f in made.firings if f.at <= now and (f.target, f.level) not in self.fired
            ]
            if not news:
                return
            self.fired |= {(f.target, f.level): now for f in news}
            if not self.is_escalated and any(f.level == BREACHED for f in news):
                self.is_escalated = True
                self.priority = PRIORITIES[min(PRIORITIES.index(self.priority) + 1, 3)]


def simulated(chance: Random, count: int) -> list[Simulated]:
    return [_one(chance) for _ in range(count)]


def _one(chance: Random) -> Simulated:
    def hours(most: float) -> timedelta:
        return timedelta(seconds=chance.randint(60, int(most * 3600)))

    opened = at = START + hours(30 * 24)
    acts: list[tuple[datetime, str, str]] = []
    if chance.random() < 0.85:
        acts.append((opened + hours(9), "answer", ""))
    for _ in range(chance.randint(0, 2)):
        at += hours(10)
        acts.append((at, "status", "waiting_customer"))
        at += hours(40)
        acts.append((at, "status", "open"))
    if chance.random() < 0.2:
        acts.append((opened + hours(30), "priority", chance.choice(PRIORITIES)))
    if chance.random() < 0.9:
        at += hours(48)
        acts.append((at, "status", chance.choice(("resolved", "closed", "cancelled"))))
        if chance.random() < 0.2:
            acts.append((at + hours(20), "status", "open"))
            acts.append((at + hours(20) + timedelta(hours=20), "status", "resolved"))
    return Simulated(opened, chance.choice(PRIORITIES), chance.random() < 0.2, sorted(acts))


class SimulatedDesk:
    def __init__(self, database: Database, tenant_id: UUID, tickets: list[Simulated]) -> None:
        self.database, self.tenant_id, self.tickets = database, tenant_id, tickets
        self.levels = ServiceLevels(database)
        self.staff_id = new_id()
        self._coming = sorted(tickets, key=lambda one: one.opened_at)
        self._running: list[Simulated] = []
        self._count = 0

    async def found(self, slug: str) -> None:
        async with self.database.transaction(self.tenant_id) as session:
            await Tenants(session, self.tenant_id).add(slug, slug, TenantSettings())
            session.add(
                StaffMember(id=self.staff_id, tenant_id=self.tenant_id, name="S", email="s@x")
            )
            week = {day: [["09:00", "12:30"], ["13:30", "17:00"]] for day in WORKDAYS}
            calendars = Calendars(session, self.tenant_id)
            office = await calendars.add(NewCalendar("Office", week, country="GB"))
            always = {day: [["00:00", "24:00"]] for day in (*WORKDAYS, "sat", "sun")}
            never_shut = await calendars.add(NewCalendar("Always", always, "UTC"))
            policies = Policies(session, self.tenant_id)
            targets = {name: TEMPLATES[name].targets() for name in ("gold", "standard")}
            gold = {"tags": ["vip"]}
            await policies.add(NewPolicy("Gold", never_shut.id, targets["gold"], gold, position=1))
            await policies.add(NewPolicy("Standard", office.id, targets["standard"]))

    async def live(self, now: datetime) -> None:
        """Everything that happens until then; the clocks of what was touched are kept."""
        opened = list(self._opened(now))
        acts = [(t, act) for t in (*self._running, *opened) for act in self._acts(t, now)]
        async with self.database.transaction(self.tenant_id) as session:
            if opened:
                await session.execute(insert(Ticket), [self._row(one) for one in opened])
            for name, rows in self._happened(acts).items():
                if rows:
                    await session.execute(insert(name), rows)
            for one in {t.id: t for t, _ in acts}.values():
                status = one.steps[-1].status
                await session.execute(
                    update(Ticket)
                    .where(Ticket.id == one.id)
                    .values(status=status, priority=one.priority, updated_at=now)
                )
            touched = [t.id for t in opened] + [t.id for t, _ in acts]
            await Clocks(session, self.tenant_id).keep(set(touched), now)
        self._running += opened
        for one in self._running:
            one.fire(now)
        self._running = [
            one for one in self._running if one.acts or one.steps[-1].status not in FINISHED
        ]

    def _opened(self, now: datetime) -> Iterator[Simulated]:
        while self._coming and self._coming[0].opened_at <= now:
            one = self._coming.pop(0)
            one.steps.append(Step(one.opened_at, "open"))
            yield one

    def _acts(self, one: Simulated, now: datetime) -> Iterator[tuple[datetime, str, str]]:
        while one.acts and one.acts[0][0] <= now:
            at, what, value = one.acts.pop(0)
            if what == "status":
                one.steps.append(Step(at, value))
            elif what == "priority":
                one.priority = value
            else:
                one.answered_at = at
            yield at, what, value

    def _row(self, one: Simulated) -> dict[str, object]:
        self._count += 1
        return {
            "id": one.id,
            "tenant_id": self.tenant_id,
            "number": f"TKT-{self._count:05}",
            "subject": "x",
            "priority": one.priority,
            "tags": ["vip"] if one.is_gold else [],
            "created_at": one.opened_at,
        }

    def _happened(
        self, acts: list[tuple[Simulated, tuple[datetime, str, str]]]
    ) -> dict[type[TicketChange] | type[TicketComment], list[dict[str, object]]]:
        changes: list[dict[str, object]] = []
        comments: list[dict[str, object]] = []
        for one, (at, what, value) in acts:
            own = {"id": new_id(), "tenant_id": self.tenant_id, "ticket_id": one.id}
            own["created_at"] = at  # type: ignore[assignment]
            if what == "answer":
                public = {"visibility": "public", "staff_id": self.staff_id, "author": "staff"}
                comments.append({**own, **public, "text": "Yes."})
            else:
                changes.append({**own, "field": what, "new": value, "actor": "test"})
        return {TicketChange: changes, TicketComment: comments}

    async def watch(self, now: datetime, tick: int) -> None:
        """Sometimes the job is cut in the middle, sometimes two run, always one at the end."""
        if tick % 3 == 0:
            with pytest.raises(Cut):
                await self._watch_and_die(now)
        if tick % 3 == 1:
            await asyncio.gather(
                *(self.levels.watch_tenant(self.tenant_id, now, batch=7) for _ in range(2))
            )
        await self.levels.watch_tenant(self.tenant_id, now)

    async def _watch_and_die(self, now: datetime) -> None:
        async with self.database.transaction(self.tenant_id) as session:
            await Watch(session, self.tenant_id).fire(now, 5)
            raise Cut


WORKDAYS = ("mon", "tue", "wed", "thu", "fri")


@pytest.mark.parametrize(
    ("count", "hours"), [(300, 8), pytest.param(2000, 3, marks=pytest.mark.full)]
)
async def test_in_a_month_every_warning_and_breach_fires_exactly_once(
    database: Database, count: int, hours: int
) -> None:
    """`hours` lie between two looks at the clocks; each is preceded by whatever goes wrong."""
    chance = Random(count)  # noqa: S311
    desk = SimulatedDesk(database, new_id(), simulated(chance, count))
    neighbour = SimulatedDesk(database, new_id(), simulated(chance, 10))
    await desk.found("acme")
    await neighbour.found("other")
    for tick in range(1, MONTH // timedelta(hours=hours) + 1):
        now = START + tick * timedelta(hours=hours)
        await desk.live(now)
        await desk.watch(now, tick)
        if tick % 40 == 0:
            await neighbour.live(now)
            await neighbour.levels.watch(now)
    await neighbour.live(START + MONTH)
    await neighbour.levels.watch(START + MONTH)
    await _agrees(desk)
    await _agrees(neighbour, is_timed=False)


async def _agrees(desk: SimulatedDesk, *, is_timed: bool = True) -> None:
    async with desk.database.transaction(desk.tenant_id) as session:
        alerts = list(await session.scalars(select(SlaAlert)))
        events = list(
            await session.scalars(select(DomainEvent).where(DomainEvent.kind.like("sla.%")))
        )
        priorities = dict((await session.execute(select(Ticket.id, Ticket.priority))).all())  # type: ignore[arg-type]
        overdue = list(await session.scalars(select(SlaClock.next_at)))
    expected = {
        (one.id, target, level): at
        for one in desk.tickets
        for (target, level), at in one.fired.items()
    }
    assert len(expected) > len(desk.tickets) // 2
    found = {(a.ticket_id, a.target, a.level): a.created_at for a in alerts}
    assert len(found) == len(alerts)
    assert set(found) == set(expected)
    if is_timed:
        assert found == expected
    told = Counter((e.subject_id, e.payload.get("target", ""), e.kind) for e in events)
    assert set(told.values()) == {1}
    escalated = {one.id for one in desk.tickets if one.is_escalated}
    assert set(told) == {(i, t, f"sla.{level}") for i, t, level in expected} | {
        (ticket_id, "", "sla.escalated") for ticket_id in escalated
    }
    assert priorities == {one.id: one.priority for one in desk.tickets}
    assert all(at is None or at > START + MONTH for at in overdue)
