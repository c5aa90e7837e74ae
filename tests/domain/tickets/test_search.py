"""Full-text search: strict first, then looser, in one tenant; as many statements for any list."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from benchmarks.statements import counted
from domain.database import Database
from domain.errors import Refused
from domain.following import Since
from domain.search.service import Search
from domain.tenants.service import Tenants
from domain.tenants.settings import TenantSettings
from domain.tickets.listing import TicketList, Wanted
from domain.tickets.service import NewComment, NewTicket, Tickets
from domain.types import new_id, utc_now
from tests.conftest import Entered


async def found(tenant: Entered, words: str) -> list[str]:
    hits = await Search(tenant.session, tenant.tenant_id).find(words, 50)
    return sorted(f"{hit.kind}: {hit.title}" for hit in hits)


async def test_all_words_then_beginnings_then_any(tenant: Entered) -> None:
    tickets = Tickets(tenant.session, tenant.tenant_id)
    await tickets.open(NewTicket("gate camera", "dead since Monday"))
    await tickets.open(NewTicket("gate barrier"))
    commented = await tickets.open(NewTicket("printer"))
    await tickets.comment(commented, NewComment("it is beside the camera"))
    assert await found(tenant, "camera") == ["comment: printer", "ticket: gate camera"]
    assert await found(tenant, "camera gate") == ["ticket: gate camera"]
    assert await found(tenant, "gat cam") == ["ticket: gate camera"]
    assert await found(tenant, '"gate barrier" or printer') == [
        "ticket: gate barrier",
        "ticket: printer",
    ]
    assert await found(tenant, "gate -camera") == ["ticket: gate barrier"]
    assert await found(tenant, "barrier zebra") == ["ticket: gate barrier"]
    assert await found(tenant, "zebra") == []
    assert await found(tenant, commented.number) == ["ticket: printer"]
    assert await found(tenant, "' & !! (") == []
    with pytest.raises(Refused):
        await found(tenant, "  ")


async def test_words_that_change_or_go_are_found_as_they_are_now(tenant: Entered) -> None:
    tickets = Tickets(tenant.session, tenant.tenant_id)
    ticket = await tickets.open(NewTicket("gate camera"))
    await tickets.change(ticket.number, {"subject": "roof heater"}, actor="test", why="")
    assert await found(tenant, "gate") == []
    assert await found(tenant, "heater") == ["ticket: roof heater"]
    await tenant.session.execute(text("delete from tickets where id = :id"), {"id": ticket.id})
    left = await tenant.session.scalar(text("select count(*) from search_documents"))
    assert left == 0


async def test_filters_and_words_together_page_by_page(tenant: Entered) -> None:
    tickets, lists = (
        Tickets(tenant.session, tenant.tenant_id),
        TicketList(tenant.session, tenant.tenant_id),
    )
    for number in range(7):
        tags = ("Odd", "all") if number % 2 else ("all",)
        priority = "high" if number > 3 else "low"
        await tickets.open(NewTicket(f"camera {number}", tags=tags, priority=priority))
    wanted = Wanted(words="camera", tags=("Odd",))
    first = await lists.page(wanted, 2)
    assert [row.subject for row in first] == ["camera 5", "camera 3"]
    rest = await lists.page(wanted, 2, (first[-1].created_at, first[-1].id))
    assert [row.subject for row in rest] == ["camera 1"]
    assert await lists.count(Wanted(tags=("all",), priorities=("high",))) == 3
    assert await lists.page(Wanted(tags=("o'dd \\",)), 5) == []
    since = Since(utc_now() + timedelta(minutes=1))
    assert await lists.page(Wanted(), 5, since=since) == []


async def test_a_list_and_a_search_take_as_many_statements_for_two_rows_as_for_twenty(
    database: Database,
) -> None:
    async def counts(tickets: int) -> tuple[int, int]:
        tenant_id = await company(database, f"with-{tickets}", tickets)
        async with database.transaction(tenant_id) as session:
            with counted(database.engine) as listing:
                await TicketList(session, tenant_id).page(Wanted(words="camera"), 50)
            with counted(database.engine) as searching:
                await Search(session, tenant_id).find("camera", 50)
        return listing.statements, searching.statements

    few, many = await counts(2), await counts(20)
    assert few == many
    assert max(many) <= 5


async def test_words_of_another_tenant_are_not_found(database: Database) -> None:
    ours, theirs = await company(database, "ours", 3), await company(database, "theirs", 1)
    async with database.transaction(theirs) as session:
        assert len(await Search(session, theirs).find("camera", 50)) == 1
        query = text("select count(*) from search_documents_found("
                     "cast(:q as tsquery), array['ticket'], null, null, 10)")  # fmt: skip
        assert await session.scalar(query, {"q": f"'t:{ours}'"}) == 0
        assert await session.scalar(query, {"q": "camera"}) == 1
    async with database.directory() as session:
        assert await session.scalar(query, {"q": "camera"}) == 0


async def company(database: Database, slug: str, tickets: int) -> UUID:
    tenant_id = new_id()
    async with database.transaction(tenant_id) as session:
        await Tenants(session, tenant_id).add(slug, slug, TenantSettings())
        for number in range(tickets):
            await Tickets(session, tenant_id).open(NewTicket(f"camera {number}"))
    return tenant_id
