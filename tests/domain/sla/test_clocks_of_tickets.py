"""A ticket's clock, as its history and the words to the customer say."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from domain.conversations.models import Conversation, Message, Turn
from domain.customers.models import Person
from domain.database import Database
from domain.errors import NotFound
from domain.sla.clock import NeverOpen
from domain.sla.firing import Watch
from domain.sla.keeping import Clocks
from domain.sla.models import SlaAlert, SlaClock
from domain.sla.reading import ClockReader
from domain.sla.service import Breaches, Calendars, NewCalendar, NewPolicy, Policies, WrongPolicy
from domain.tenants.models import ChannelAccount
from domain.tenants.service import Tenants
from domain.tenants.settings import TenantSettings
from domain.tickets.models import Ticket
from domain.tickets.service import NewTicket, Tickets
from domain.types import new_id, utc_now
from tests.conftest import Entered

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
TARGETS = {"medium": {"first_response": 60, "resolution": 600}}


async def in_conversation(tenant: Entered) -> Ticket:
    own: dict[str, Any] = {"id": new_id(), "tenant_id": tenant.tenant_id}
    person = Person(**own, name="Priya")
    account = ChannelAccount(**own | {"id": new_id()}, channel="whatsapp", hint="1")
    tenant.session.add_all([person, account])
    await tenant.session.flush()
    talk = Conversation(
        **own | {"id": new_id()},
        channel_account_id=account.id,
        channel="whatsapp",
        hint="2",
        person_id=person.id,
    )
    tenant.session.add(talk)
    await tenant.session.flush()
    new = NewTicket("Camera", conversation_id=talk.id, person_id=person.id, source="whatsapp")
    return await Tickets(tenant.session, tenant.tenant_id).open(new)


async def said(tenant: Entered, ticket: Ticket, author: str, state: str, *did: str) -> None:
    talk = await tenant.session.get_one(Conversation, ticket.conversation_id)
    own: dict[str, Any] = {"tenant_id": tenant.tenant_id, "conversation_id": talk.id}
    turn = None
    if did:
        actions: list[dict[str, Any]] = [{"action": one} for one in did]
        turn = Turn(id=new_id(), agent="a", step="model", actions=actions, **own)
        tenant.session.add(turn)
        await tenant.session.flush()
    at = ticket.created_at + 5 * MINUTE
    tenant.session.add(
        Message(
            id=new_id(),
            channel_account_id=talk.channel_account_id,
            turn_id=turn.id if turn else None,
            direction="note" if state == "note" else "out",
            author=author,
            state=state,
            sent_at=at,
            state_at=at,
            text="x",
            **own,
        )
    )
    await tenant.session.flush()


async def clock_of(tenant: Entered, ticket: Ticket, after: timedelta = HOUR) -> SlaClock:
    clocks = Clocks(tenant.session, tenant.tenant_id)
    kept = await clocks.keep([ticket.id], ticket.created_at + after)
    await Watch(tenant.session, tenant.tenant_id).note_answers()
    return kept[ticket.id][0]


@pytest.mark.parametrize(
    ("author", "state", "did", "counts"),
    [
        ("staff", "sent", (), True),
        ("staff", "read", (), True),
        ("bot", "delivered", ("Reply",), True),
        ("bot", "sent", ("AskBack",), True),
        ("bot", "sent", ("Reply", "OpenTicket"), True),
        ("bot", "sent", ("OpenTicket",), False),
        ("bot", "sent", ("HandOff",), False),
        ("bot", "draft", ("Reply",), False),
        ("staff", "failed", (), False),
        ("staff", "pending", (), False),
        ("staff", "note", (), False),
    ],
)
async def test_only_an_answer_the_customer_can_see_is_a_first_response(
    tenant: Entered, author: str, state: str, did: tuple[str, ...], counts: bool
) -> None:
    ticket = await in_conversation(tenant)
    await said(tenant, ticket, author, state, *did)
    met = (await clock_of(tenant, ticket)).first_response_met
    assert met == (ticket.created_at + 5 * MINUTE if counts else None)
    assert ticket.first_response_at == met


async def test_an_answer_that_did_not_arrive_after_all_was_none(tenant: Entered) -> None:
    ticket = await in_conversation(tenant)
    await said(tenant, ticket, "staff", "sent")
    await clock_of(tenant, ticket)
    assert ticket.first_response_at
    await tenant.session.execute(update(Message).values(state="failed"))
    await clock_of(tenant, ticket)
    assert ticket.first_response_at is None


async def test_what_was_brought_in_keeps_its_first_response(tenant: Entered) -> None:
    ticket = await in_conversation(tenant)
    ticket.first_response_at = ticket.created_at + MINUTE
    await clock_of(tenant, ticket)
    assert ticket.first_response_at == ticket.created_at + MINUTE


async def test_the_watch_sees_an_answer_that_was_found_late(tenant: Entered) -> None:
    """Sent from Outlook before the clock was last looked at, fetched after."""
    ticket = await in_conversation(tenant)
    ticket.created_at -= HOUR
    clocks = Clocks(tenant.session, tenant.tenant_id)
    await clocks.keep([ticket.id], utc_now() - MINUTE)
    watch = Watch(tenant.session, tenant.tenant_id)
    assert await watch.notice_answers(utc_now()) == 0
    await said(tenant, ticket, "staff", "sent")
    assert await watch.notice_answers(utc_now()) == 1
    assert await watch.note_answers() == 1
    assert await watch.note_answers() == 0
    assert ticket.first_response_at == ticket.created_at + 5 * MINUTE
    assert await watch.notice_answers(utc_now()) == 0


async def test_without_a_policy_the_tenants_settings_hold(tenant: Entered) -> None:
    tickets = Tickets(tenant.session, tenant.tenant_id)
    await Tenants(tenant.session, tenant.tenant_id).change({"sla.first_response_hours": 2})
    ticket = await tickets.open(NewTicket("x"))
    clock = await clock_of(tenant, ticket)
    assert clock.policy_id is None
    assert clock.first_response_due == ticket.created_at + 2 * HOUR
    assert clock.resolution_due == ticket.created_at + 24 * HOUR


async def test_a_higher_priority_and_a_policy_of_its_own_move_the_deadlines(
    tenant: Entered,
) -> None:
    policies = Policies(tenant.session, tenant.tenant_id)
    always = await policies.from_template("24x7")
    targets = TARGETS | {"urgent": {"first_response": 15, "resolution": 60}}
    own = await policies.add(
        NewPolicy("Own", always.calendar_id, targets, {"tags": ["never"]}, position=1)
    )
    tickets = Tickets(tenant.session, tenant.tenant_id)
    ticket = await tickets.open(NewTicket("x"))
    assert (await clock_of(tenant, ticket)).policy_name == "24×7"
    clocks = Clocks(tenant.session, tenant.tenant_id)
    await clocks.choose_policy(ticket, own.id, utc_now())
    assert (await clock_of(tenant, ticket)).first_response_due == ticket.created_at + HOUR
    await tickets.change(ticket.number, {"priority": "urgent"}, actor="test", why="")
    assert (await clock_of(tenant, ticket)).first_response_due == ticket.created_at + 15 * MINUTE
    with pytest.raises(NotFound):
        await clocks.choose_policy(ticket, new_id(), utc_now())


async def test_a_breach_escalates_once_and_may_be_acknowledged_once(tenant: Entered) -> None:
    tickets = Tickets(tenant.session, tenant.tenant_id)
    ticket = await tickets.open(NewTicket("x", priority="low"))
    await clock_of(tenant, ticket)
    watch = Watch(tenant.session, tenant.tenant_id)
    for after in (5 * HOUR, 30 * HOUR, 31 * HOUR):
        while await watch.fire(ticket.created_at + after):
            pass
    assert ticket.priority == "medium"
    breaches = Breaches(tenant.session, tenant.tenant_id)
    (late, first) = await breaches.page(10)
    assert {late.alert.target, first.alert.target} == {"first_response", "resolution"}
    await breaches.acknowledge(late.alert.id, "sam", utc_now())
    again = await breaches.acknowledge(late.alert.id, "eve", utc_now())
    assert again.alert.acknowledged_by == "sam"
    assert [one.alert.id for one in await breaches.page(10, is_open=True)] == [first.alert.id]
    warning = await tenant.session.scalar(select(SlaAlert.id).where(SlaAlert.level == "warned"))
    with pytest.raises(NotFound):
        await breaches.acknowledge(warning or new_id(), "sam", utc_now())


async def test_an_answer_that_came_meanwhile_is_seen_before_anything_fires(
    tenant: Entered,
) -> None:
    ticket = await in_conversation(tenant)
    await clock_of(tenant, ticket, MINUTE)
    await said(tenant, ticket, "staff", "sent")
    await Watch(tenant.session, tenant.tenant_id).fire(ticket.created_at + 6 * HOUR)
    assert list(await tenant.session.scalars(select(SlaAlert))) == []


async def test_the_riskiest_come_first_and_who_waits_for_the_customer_is_not_at_risk(
    tenant: Entered,
) -> None:
    tickets = Tickets(tenant.session, tenant.tenant_id)
    rows = [await tickets.open(NewTicket(name, priority=p)) for name, p in OPENED]
    waiting = rows[3]
    await tickets.change(waiting.number, {"status": "waiting_customer"}, actor="t", why="")
    await Clocks(tenant.session, tenant.tenant_id).keep([r.id for r in rows], utc_now())
    reader = ClockReader(tenant.session, tenant.tenant_id)
    now = utc_now()
    assert await reader.at_risk(now, 10) == []
    soon = [one.ticket.subject for one in await reader.at_risk(now + 3.5 * HOUR, 10)]
    assert soon == ["urgent", "high", "low"]
    assert {one.score for one in await reader.at_risk(now + 9 * HOUR, 10)} == {100}


OPENED = (("low", "low"), ("urgent", "urgent"), ("high", "high"), ("waiting", "urgent"))


async def test_policies_are_refused_where_they_make_no_sense(tenant: Entered) -> None:
    policies = Policies(tenant.session, tenant.tenant_id)
    calendars = Calendars(tenant.session, tenant.tenant_id)
    gold = await policies.from_template("gold")
    await policies.from_template("bronze")  # on the same calendar
    with pytest.raises(WrongPolicy):
        await policies.from_template("gold")
    with pytest.raises(WrongPolicy):
        await policies.add(NewPolicy("x", gold.calendar_id, TARGETS, warning_percent=96))
    with pytest.raises(WrongPolicy):
        await policies.add(NewPolicy("x", gold.calendar_id, TARGETS, {"colours": ["red"]}))
    with pytest.raises(NotFound):
        await policies.add(NewPolicy("x", new_id(), TARGETS))
    with pytest.raises(WrongPolicy):
        await calendars.remove(gold.calendar_id)
    minute = await calendars.add(NewCalendar("A minute", {"mon": [["09:00", "09:01"]]}))
    long = {"medium": {"first_response": 60, "resolution": 525_600}}
    with pytest.raises(NeverOpen):
        await policies.add(NewPolicy("x", minute.id, long))


async def test_the_statements_do_not_grow_with_the_tickets(database: Database) -> None:
    from sqlalchemy import event

    tenant_id, neighbour = new_id(), new_id()
    for one, slug in ((tenant_id, "acme"), (neighbour, "other")):
        async with database.transaction(one) as session:
            await Tenants(session, one).add(slug, slug, TenantSettings())
            await Tickets(session, one).open(NewTicket("x"))
    counted: list[int] = []
    for more in (2, 30):
        async with database.transaction(tenant_id) as session:
            for _ in range(more):
                await Tickets(session, tenant_id).open(NewTicket("x"))
            ids = list(await session.scalars(select(Ticket.id)))
        statements: list[str] = []

        def note(*told: Any, into: list[str] = statements) -> None:
            into.append(told[2])

        event.listen(database.engine.sync_engine, "before_cursor_execute", note)
        async with database.transaction(tenant_id) as session:
            await Clocks(session, tenant_id).keep(ids, utc_now())
        async with database.transaction(tenant_id) as session:
            await Watch(session, tenant_id).fire(utc_now() + 3.5 * HOUR)
        event.remove(database.engine.sync_engine, "before_cursor_execute", note)
        counted.append(len(statements))
    assert counted[1] <= counted[0] + 1
    async with database.transaction(neighbour) as session:
        assert list(await session.scalars(select(SlaClock))) == []
