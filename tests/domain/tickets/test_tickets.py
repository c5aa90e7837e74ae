"""Tickets from opening to closing, and what a customer's reply does to them."""

import asyncio
from datetime import timedelta

import pytest

from domain.database import Database
from domain.errors import NotFound, Refused
from domain.tenants.service import Tenants
from domain.tenants.settings import TenantSettings
from domain.tickets.lifecycle import MOVES, STATUSES, require_move
from domain.tickets.service import NewComment, NewTicket, Tickets
from domain.types import new_id, utc_now
from tests.conftest import Entered

GRACE = timedelta(days=14)


async def test_numbers_count_up_by_month(tenant: Entered) -> None:
    tickets = Tickets(tenant.session, tenant.tenant_id)
    numbers = [(await tickets.open(NewTicket("x"))).number for _ in range(3)]
    assert numbers == [f"TKT-{utc_now():%Y%m}-0000{n}" for n in (1, 2, 3)]


async def test_numbers_have_no_gap_under_concurrency_and_rollback(database: Database) -> None:
    tenant_id = new_id()
    async with database.transaction(tenant_id) as session:
        await Tenants(session, tenant_id).add("acme", "Acme", TenantSettings())

    class ChangedMind(Exception):
        pass

    async def open_one(ordinal: int) -> str | None:
        try:
            async with database.transaction(tenant_id) as session:
                ticket = await Tickets(session, tenant_id).open(NewTicket(f"ticket {ordinal}"))
                if ordinal % 3 == 0:
                    raise ChangedMind
                return ticket.number
        except ChangedMind:
            return None

    opened = await asyncio.gather(*(open_one(ordinal) for ordinal in range(30)))
    counted = sorted(int(number[-5:]) for number in opened if number)
    assert counted == list(range(1, 21))


async def test_a_reply_within_the_grace_period_reopens(tenant: Entered) -> None:
    tickets = Tickets(tenant.session, tenant.tenant_id)
    ticket = await tickets.open(NewTicket("no network"))
    await tickets.change(ticket.number, {"status": "resolved"}, actor="staff", why="done")
    reply = await tickets.customer_replied(
        ticket.number, NewComment("still broken"), now=utc_now(), grace=GRACE
    )
    assert (reply.ticket.id, reply.is_reopened) == (ticket.id, True)
    assert ticket.status == "open"
    assert ticket.resolved_at is None


async def test_a_reply_after_the_grace_period_opens_a_linked_ticket(tenant: Entered) -> None:
    tickets = Tickets(tenant.session, tenant.tenant_id)
    ticket = await tickets.open(NewTicket("no network"))
    await tickets.change(ticket.number, {"status": "resolved"}, actor="staff", why="done")
    later = utc_now() + timedelta(days=15)
    reply = await tickets.customer_replied(
        ticket.number, NewComment("again"), now=later, grace=GRACE
    )
    assert reply.is_follow_up
    assert reply.ticket.follows_id == ticket.id
    assert ticket.status == "resolved"


async def test_every_change_is_in_the_history_with_who_and_why(tenant: Entered) -> None:
    tickets = Tickets(tenant.session, tenant.tenant_id)
    ticket = await tickets.open(NewTicket("no network"))
    await tickets.change(ticket.number, {"priority": "urgent"}, actor="staff:1", why="whole floor")
    [change] = await tickets.history(ticket.id)
    assert (change.field, change.old, change.new) == ("priority", "medium", "urgent")
    assert (change.actor, change.why) == ("staff:1", "whole floor")


@pytest.mark.parametrize("changes", [{"status": "broken"}, {"priority": "asap"}, {"type": "?"}])
async def test_a_value_from_outside_the_list_is_refused(
    tenant: Entered, changes: dict[str, str]
) -> None:
    tickets = Tickets(tenant.session, tenant.tenant_id)
    ticket = await tickets.open(NewTicket("x"))
    with pytest.raises(Refused):
        await tickets.change(ticket.number, changes, actor="staff", why="")


async def test_an_unknown_number_is_not_found(tenant: Entered) -> None:
    with pytest.raises(NotFound, match="TKT-1"):
        await Tickets(tenant.session, tenant.tenant_id).get("TKT-1")


@pytest.mark.parametrize("old", STATUSES)
@pytest.mark.parametrize("new", STATUSES)
def test_only_the_moves_of_the_table_are_allowed(old: str, new: str) -> None:
    if new in MOVES[old] or new == old:
        require_move("TKT-1", old, new)
    else:
        with pytest.raises(Refused, match=f"is {old} and cannot become {new}"):
            require_move("TKT-1", old, new)
