"""Rules at work: the default escalations, round robin, a loop, a failure, and a second tenant."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from bot.desk import tenants as desk
from bot.runtime import Runtime
from domain.staff.models import StaffMember, StaffNotice
from domain.tickets.models import Ticket, TicketChange
from domain.tickets.service import NewTicket, Tickets
from domain.types import new_id, utc_now
from domain.workflows.defaults import PRIORITY_RISES, URGENT_UNASSIGNED
from domain.workflows.models import WorkflowFiring
from domain.workflows.rules import RuleBody, parse
from domain.workflows.service import Workflows


@dataclass
class Desk:
    runtime: Runtime
    tenant_id: UUID

    async def rule(self, body: RuleBody) -> UUID:
        async with self.runtime.database.transaction(self.tenant_id) as session:
            return (await Workflows(session, self.tenant_id).add(body, is_on=True)).id

    async def member(self, name: str) -> UUID:
        async with self.runtime.database.transaction(self.tenant_id) as session:
            email = f"{name}@desk.example"
            member = StaffMember(id=new_id(), tenant_id=self.tenant_id, name=name, email=email)
            session.add(member)
            return member.id

    async def open(self, minutes_ago: int = 0, **new: Any) -> UUID:
        async with self.runtime.database.transaction(self.tenant_id) as session:
            ticket = await Tickets(session, self.tenant_id).open(NewTicket("Camera", **new))
            ticket.created_at = utc_now() - timedelta(minutes=minutes_ago)
            return ticket.id

    async def change(self, ticket_id: UUID, **changes: Any) -> None:
        async with self.runtime.database.transaction(self.tenant_id) as session:
            number = (await Tickets(session, self.tenant_id).with_id(ticket_id)).number
            await Tickets(session, self.tenant_id).change(number, changes, actor="x", why="")

    async def react(self) -> None:
        while await self.runtime.reactions.react(self.tenant_id):
            pass

    async def pass_time(self) -> None:
        await self.runtime.rule_timer.pass_time()
        await self.react()

    async def ticket(self, ticket_id: UUID) -> Ticket:
        async with self.runtime.database.transaction(self.tenant_id) as session:
            return await Tickets(session, self.tenant_id).with_id(ticket_id)

    async def rows(self, table: Any) -> list[Any]:
        async with self.runtime.database.transaction(self.tenant_id) as session:
            return list(await session.scalars(select(table).order_by(table.id)))

    async def outcomes(self) -> list[str]:
        return [one.outcome for one in await self.rows(WorkflowFiring)]


@pytest.fixture
async def ours(runtime: Runtime) -> Desk:
    return Desk(runtime, await desk.add(runtime.database, "acme", "Acme"))


@pytest.fixture
async def theirs(runtime: Runtime) -> Desk:
    return Desk(runtime, await desk.add(runtime.database, "rival", "Rival"))


def rule(name: str, event: str, *actions: dict[str, Any], **conditions: Any) -> RuleBody:
    asked = [{"field": f, "operator": "equals", "value": v} for f, v in conditions.items()]
    said = {"name": name, "event": event, "actions": actions, "conditions": {"conditions": asked}}
    return parse(said)


async def test_an_urgent_ticket_nobody_took_is_assigned_and_told_once(
    ours: Desk, theirs: Desk
) -> None:
    await ours.rule(URGENT_UNASSIGNED)
    sam = await ours.member("sam")
    late = await ours.open(31, priority="urgent")
    early = await ours.open(29, priority="urgent")
    strange = await theirs.open(31, priority="urgent")
    for _ in range(2):
        await ours.pass_time()
    assert (await ours.ticket(late)).assignee_id == sam
    assert (await ours.ticket(early)).assignee_id is None
    assert (await theirs.ticket(strange)).assignee_id is None
    assert await ours.outcomes() == ["done"]
    assert len([one for one in await ours.rows(StaffNotice) if one.kind == "rules"]) == 1
    assert await theirs.outcomes() == []


async def test_high_priority_without_an_answer_for_four_hours_becomes_urgent(ours: Desk) -> None:
    await ours.rule(PRIORITY_RISES)
    late, early = await ours.open(241, priority="high"), await ours.open(239, priority="high")
    answered = await ours.open(300, priority="high")
    async with ours.runtime.database.transaction(ours.tenant_id) as session:
        given = update(Ticket).where(Ticket.id == answered).values(first_response_at=utc_now())
        await session.execute(given)
    await ours.pass_time()
    assert (await ours.ticket(late)).priority == "urgent"
    assert (await ours.ticket(early)).priority == "high"
    assert (await ours.ticket(answered)).priority == "high"
    last = (await ours.rows(TicketChange))[-1]
    assert last.actor.startswith("rule:")
    assert "version 1" in last.why


async def test_time_fires_again_when_the_ticket_enters_a_state_anew(ours: Desk) -> None:
    note = {"do": "note", "text": "still open"}
    await ours.rule(rule("nag", "time_passed", note, status="open"))
    ticket = await ours.open()
    await ours.pass_time()
    await ours.change(ticket, status="in_progress")
    await ours.change(ticket, status="open")
    for _ in range(2):
        await ours.pass_time()
    assert await ours.outcomes() == ["done", "done"]


async def test_round_robin_shares_new_tickets_by_load(ours: Desk, theirs: Desk) -> None:
    await ours.rule(rule("share", "created", {"do": "assign", "to": "round_robin"}))
    members = {await ours.member(name) for name in ("ada", "ben", "cy")}
    await theirs.member("stranger")
    tickets = [await ours.open() for _ in range(6)]
    await ours.react()
    taken = [(await ours.ticket(one)).assignee_id for one in tickets]
    assert set(taken[:3]) == set(taken[3:]) == members


async def test_rules_that_set_each_other_off_are_stopped_and_told(ours: Desk, theirs: Desk) -> None:
    there = {"do": "set_status", "to": "in_progress"}
    back = {"do": "set_status", "to": "open"}
    await ours.rule(rule("there", "status_changed", there, status="open"))
    await ours.rule(rule("back", "status_changed", back, status="in_progress"))
    ticket, strange = await ours.open(), await theirs.open()
    await ours.change(ticket, status="in_progress")
    await theirs.change(strange, status="in_progress")
    await ours.react()
    await theirs.react()
    assert await ours.outcomes() == ["done", "done", "stopped"]
    (told,) = [one for one in await ours.rows(StaffNotice) if one.kind == "rules"]
    assert "stopped" in told.text
    assert await theirs.outcomes() == []
    assert (await theirs.ticket(strange)).status == "in_progress"


async def test_a_chain_of_different_rules_ends_after_five(ours: Desk) -> None:
    """Each waits for the tag of the one before, and none acts twice."""
    for number in reversed(range(7)):
        before = {"field": "tags", "operator": "contains", "value": f"step{number - 1}"}
        conditions = [before] if number else []
        added = {
            "name": f"step {number}",
            "event": "status_changed",
            "conditions": {"match": "all", "conditions": conditions},
            "actions": [
                {"do": "add_tags", "tags": [f"step{number}"]},
                {"do": "set_status", "to": ("open", "in_progress")[number % 2]},
            ],
            "stops_here": True,
        }
        await ours.rule(parse(added))
    ticket = await ours.open()
    await ours.change(ticket, status="in_progress")
    await ours.react()
    assert await ours.outcomes() == [*["done"] * 5, "stopped"]
    assert (await ours.ticket(ticket)).tags == [f"step{number}" for number in range(5)]
    [stopped] = [one for one in await ours.rows(WorkflowFiring) if one.outcome == "stopped"]
    assert "5 rules in a row" in stopped.error


async def test_a_rule_that_fails_changes_nothing_and_stops_no_other(ours: Desk) -> None:
    tag, gone = {"do": "add_tags", "tags": ["half"]}, {"do": "assign", "to": str(new_id())}
    await ours.rule(rule("broken", "created", tag, gone))
    await ours.rule(rule("sound", "created", {"do": "set_priority", "to": "high"}))
    ticket = await ours.open()
    await ours.react()
    found = await ours.ticket(ticket)
    assert (found.tags, found.priority) == ([], "high")
    assert await ours.outcomes() == ["failed", "done"]
    assert "staff member" in (await ours.rows(WorkflowFiring))[0].error


async def test_rules_run_in_order_until_one_stops_here(ours: Desk) -> None:
    first = rule("first", "created", {"do": "set_priority", "to": "low"})
    await ours.rule(first.model_copy(update={"stops_here": True}))
    await ours.rule(rule("second", "created", {"do": "set_priority", "to": "urgent"}))
    ticket = await ours.open()
    await ours.react()
    assert (await ours.ticket(ticket)).priority == "low"
