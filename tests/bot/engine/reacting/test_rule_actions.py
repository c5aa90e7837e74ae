"""What rules do to a ticket besides changing its fields: reminders, tags taken off, notes."""

from datetime import timedelta
from uuid import UUID

import pytest
from prometheus_client import REGISTRY

from bot.desk import tenants
from bot.runtime import Runtime
from domain.conversations.models import Message
from domain.events import Happened, record
from domain.staff.models import StaffNotice
from domain.tickets.models import TicketComment
from domain.tickets.service import Tickets
from domain.tickets.working.waiting import Waiting
from domain.types import utc_now
from domain.workflows.models import WorkflowFiring
from domain.workflows.trying import try_rule
from tests.bot.engine.reacting.test_rules import Desk, rule

LATER = {"do": "follow_up", "minutes": 2880, "text": "Ask for the serial number."}


@pytest.fixture
async def ours(runtime: Runtime) -> Desk:
    return Desk(runtime, await tenants.add(runtime.database, "acme", "Acme"))


@pytest.fixture
async def theirs(runtime: Runtime) -> Desk:
    return Desk(runtime, await tenants.add(runtime.database, "rival", "Rival"))


async def tried(desk: Desk, body: object) -> list[tuple[str, ...]]:
    async with desk.runtime.database.transaction(desk.tenant_id) as session:
        found = await try_rule(session, desk.tenant_id, body, 10)  # type: ignore[arg-type]
    return [one.changes for one in found.matched]


def sla_told(level: str) -> float:
    return REGISTRY.get_sample_value("frontdesk_sla_told_total", {"level": level}) or 0.0


def fired(outcome: str) -> float:
    return REGISTRY.get_sample_value("frontdesk_rules_fired_total", {"outcome": outcome}) or 0.0


async def test_a_rule_sets_a_reminder_and_staff_are_told_when_it_comes_due(
    ours: Desk, theirs: Desk
) -> None:
    body = rule("later", "created", LATER)
    await ours.rule(body)
    ticket, strange = await ours.open(), await theirs.open()
    assert await tried(ours, body) == [("a reminder in 2d",)]
    await ours.react()
    await theirs.react()
    at = (await ours.ticket(ticket)).follow_up_at
    assert at is not None
    assert timedelta(hours=47) < at - utc_now() <= timedelta(days=2)
    assert (await theirs.ticket(strange)).follow_up_at is None
    assert await tried(ours, body) == [()]
    async with ours.runtime.database.transaction(ours.tenant_id) as session:
        assert await Waiting(session, ours.tenant_id).come_due(at) == 1
    (told,) = [one for one in await ours.rows(StaffNotice) if one.kind == "reminders"]
    assert "Ask for the serial number." in told.text


async def test_a_reminder_that_a_person_set_is_not_moved(ours: Desk) -> None:
    await ours.rule(rule("later", "created", LATER))
    ticket = await ours.open()
    at = utc_now() + timedelta(hours=1)
    async with ours.runtime.database.transaction(ours.tenant_id) as session:
        row = await Tickets(session, ours.tenant_id).with_id(ticket)
        await Waiting(session, ours.tenant_id).follow_up(row, at, "mine", None, actor="x")
    await ours.react()
    found = await ours.ticket(ticket)
    assert (found.follow_up_at, found.follow_up_note) == (at, "mine")
    assert [one.changed for one in await ours.rows(WorkflowFiring)] == [[]]


async def test_a_rule_takes_tags_off(ours: Desk) -> None:
    off = {"do": "remove_tags", "tags": ["new", "never there"]}
    body = rule("off", "created", off)
    await ours.rule(body)
    ticket = await ours.open(tags=("new", "gate"))
    assert await tried(ours, body) == [("tags: - new",)]
    await ours.react()
    assert (await ours.ticket(ticket)).tags == ["gate"]
    assert await tried(ours, body) == [()]


async def test_a_dry_run_says_which_webhook_cannot_be_called(ours: Desk) -> None:
    await ours.open()
    body = rule("call", "created", {"do": "webhook", "to": "crm"})
    assert await tried(ours, body) == [("refused: no webhook “crm” is on",)]


async def test_what_a_rule_writes_is_internal_and_no_message(ours: Desk) -> None:
    words = "They owe us money: never tell them."
    note, tell = {"do": "note", "text": words}, {"do": "notify", "text": words}
    later = LATER | {"text": words}
    await ours.rule(rule(words, "created", note, tell, later))
    ticket = await ours.open()
    await ours.react()
    written = [one for one in await ours.rows(TicketComment) if one.ticket_id == ticket]
    assert [one.visibility for one in written] == ["internal"]
    assert await ours.rows(Message) == []


async def test_firings_are_counted_by_how_they_ended_once_they_are_kept(ours: Desk) -> None:
    before = {outcome: fired(outcome) for outcome in ("done", "failed", "stopped")}
    gone = {"do": "assign", "to": str(UUID(int=1))}
    await ours.rule(rule("broken", "created", gone))
    await ours.rule(rule("sound", "created", {"do": "set_priority", "to": "high"}))
    await ours.rule(rule("late", "time_passed", {"do": "set_priority", "to": "low"}))
    await ours.open()
    await ours.react()
    await ours.pass_time()
    assert {outcome: fired(outcome) - count for outcome, count in before.items()} == {
        "done": 2,
        "failed": 1,
        "stopped": 0,
    }


async def test_a_warning_is_counted_when_it_is_told(ours: Desk) -> None:
    ticket = await ours.open()
    payload = {"number": "TKT-202611-00001", "target": "resolution"}
    async with ours.runtime.database.transaction(ours.tenant_id) as session:
        for kind in ("sla.warned", "sla.breached"):
            record(session, ours.tenant_id, Happened(kind, ticket, payload))
    before = sla_told("warned"), sla_told("breached")
    await ours.react()
    await ours.react()
    assert (sla_told("warned") - before[0], sla_told("breached") - before[1]) == (1, 1)
    assert {one.kind for one in await ours.rows(StaffNotice)} == {"sla"}
