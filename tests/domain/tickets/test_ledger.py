"""Promises in the ledger: numbered, told once before and once after, kept or withdrawn."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from domain.database import Database
from domain.errors import NotFound, Refused
from domain.staff.models import StaffNotice
from domain.tenants.service import Tenants
from domain.tenants.settings import TenantSettings
from domain.tickets.models import Ticket
from domain.tickets.promises import Promise
from domain.tickets.service import NewTicket, Tickets
from domain.tickets.working.ledger import BEFORE, PromiseLedger
from domain.tickets.working.waiting import Waiting
from domain.types import new_id, utc_now
from tests.conftest import Entered


def promised(text: str, after: timedelta) -> Promise:
    due = utc_now() + after
    return Promise(text, due, due.date())


async def opened(tenant: Entered) -> Ticket:
    return await Tickets(tenant.session, tenant.tenant_id).open(NewTicket("gate camera"))


async def told(tenant: Entered) -> list[str]:
    query = select(StaffNotice.text).order_by(StaffNotice.created_at)
    return list(await tenant.session.scalars(query))


async def test_a_promise_is_reminded_of_once_and_told_once_when_broken(tenant: Entered) -> None:
    ledger, ticket = PromiseLedger(tenant.session, tenant.tenant_id), await opened(tenant)
    row = await ledger.add(ticket, promised("Send it", timedelta(days=1)), actor="test")
    assert row is not None
    assert await ledger.come_due(utc_now()) == 0
    soon, late = row.due_at - BEFORE, row.due_at + timedelta(minutes=1)
    assert [await ledger.come_due(soon) for _ in range(3)] == [1, 0, 0]
    assert row.state == "open"
    assert [await ledger.come_due(late) for _ in range(3)] == [1, 0, 0]
    assert row.state == "broken"
    assert ["is due soon" in (await told(tenant))[0], "was not kept" in (await told(tenant))[1]]
    assert len(await told(tenant)) == 2


async def test_a_kept_promise_is_told_of_no_more(tenant: Entered) -> None:
    ledger, ticket = PromiseLedger(tenant.session, tenant.tenant_id), await opened(tenant)
    first = await ledger.add(ticket, promised("Send it", timedelta(hours=9)), actor="test")
    second = await ledger.add(ticket, promised("Call", timedelta(hours=10)), actor="test")
    assert first is not None
    assert second is not None
    assert (first.number, second.number) == (1, 2)
    await ledger.end(await ledger.numbered(1), "kept", actor="test")
    await ledger.end(second, "withdrawn", actor="test")
    assert await ledger.come_due(utc_now() + timedelta(days=2)) == 0
    with pytest.raises(Refused, match="kept already"):
        await ledger.end(first, "kept", actor="test")
    with pytest.raises(NotFound):
        await ledger.numbered(3)
    fields = [
        row.field for row in await Tickets(tenant.session, tenant.tenant_id).history(ticket.id)
    ]
    assert fields == ["promise"] * 4


async def test_another_tenant_has_numbers_of_its_own_and_sees_none(database: Database) -> None:
    numbers = []
    for slug in ("ours", "theirs"):
        tenant_id = new_id()
        async with database.transaction(tenant_id) as session:
            await Tenants(session, tenant_id).add(slug, slug, TenantSettings())
            ticket = await Tickets(session, tenant_id).open(NewTicket("x"))
            ledger = PromiseLedger(session, tenant_id)
            row = await ledger.add(ticket, promised("y", timedelta(hours=1)), actor="test")
            assert row is not None
            numbers.append(row.number)
            assert len(await ledger.due(10)) == 1
    assert numbers == [1, 1]


async def test_two_schedulers_remind_of_a_follow_up_once(database: Database) -> None:
    import asyncio

    tenant_id = new_id()
    async with database.transaction(tenant_id) as session:
        await Tenants(session, tenant_id).add("acme", "Acme", TenantSettings())
        ticket = await Tickets(session, tenant_id).open(NewTicket("x"))
        at = utc_now() + timedelta(hours=1)
        await Waiting(session, tenant_id).follow_up(ticket, at, "look", None, actor="test")

    async def scheduler() -> int:
        async with database.transaction(tenant_id) as session:
            return await Waiting(session, tenant_id).come_due(at + timedelta(minutes=1))

    assert sorted(await asyncio.gather(scheduler(), scheduler())) == [0, 1]
