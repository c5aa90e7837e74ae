"""Merging, undoing a merge, splitting and linking."""

from datetime import timedelta

import pytest

from domain.database import Database
from domain.errors import NotFound, Refused
from domain.tenants.service import Tenants
from domain.tenants.settings import TenantSettings
from domain.tickets.joining.linking import TicketLinks
from domain.tickets.joining.merging import UNDO_WITHIN, Merges
from domain.tickets.joining.splitting import Chosen, Splits
from domain.tickets.joining.story import Story
from domain.tickets.models import Ticket
from domain.tickets.service import NewComment, NewTicket, Tickets
from domain.types import new_id, utc_now
from tests.conftest import Entered

GRACE = timedelta(days=14)


async def opened(tenant: Entered, subject: str, *tags: str) -> Ticket:
    return await Tickets(tenant.session, tenant.tenant_id).open(NewTicket(subject, tags=tags))


def state(ticket: Ticket) -> tuple[object, ...]:
    return (
        ticket.status,
        tuple(ticket.tags),
        tuple(ticket.watcher_ids),
        ticket.resolved_at,
        ticket.closed_at,
        ticket.merged_into_id,
        ticket.snoozed_until,
    )


async def test_a_merge_joins_tags_and_its_undo_restores_both_exactly(tenant: Entered) -> None:
    merges = Merges(tenant.session, tenant.tenant_id)
    source, target = await opened(tenant, "a", "x", "both"), await opened(tenant, "b", "both")
    service = Tickets(tenant.session, tenant.tenant_id)
    await service.change(source.number, {"status": "resolved"}, actor="test", why="")
    before = state(source), state(target)
    await merges.merge(source, target, actor="test")
    assert (source.status, source.merged_into_id) == ("closed", target.id)
    assert target.tags == ["both", "x"]
    await merges.undo(source, actor="test", now=utc_now())
    assert (state(source), state(target)) == before
    told = [(row.field, row.old, row.new) for row in await service.history(source.id)]
    assert ("merged", "", target.number) in told
    assert ("merged", target.number, "") in told


async def test_a_reply_to_a_merged_ticket_goes_on_at_the_end_of_the_chain(
    tenant: Entered,
) -> None:
    merges = Merges(tenant.session, tenant.tenant_id)
    first, second, third = [await opened(tenant, name) for name in "abc"]
    await merges.merge(first, second, actor="test")
    await merges.merge(second, third, actor="test")
    reply = await Tickets(tenant.session, tenant.tenant_id).customer_replied(
        first.number, NewComment("any news?", author="customer"), now=utc_now(), grace=GRACE
    )
    assert reply.ticket.id == third.id
    assert not reply.is_follow_up


async def test_all_that_was_said_is_shown_in_order_with_where_it_was_said(
    tenant: Entered,
) -> None:
    service = Tickets(tenant.session, tenant.tenant_id)
    source, target = await opened(tenant, "a"), await opened(tenant, "b")
    for ticket, words in ((source, "one"), (target, "two"), (source, "three")):
        await service.comment(ticket, NewComment(words))
    await Merges(tenant.session, tenant.tenant_id).merge(source, target, actor="test")
    story = Story(tenant.session, tenant.tenant_id)
    rows = await story.of(target, 10)
    assert {(row.text, row.origin) for row in rows} == {
        ("one", source.number),
        ("two", target.number),
        ("three", source.number),
    }
    assert await story.of(target, 10, rows[1].id) == rows[2:]


async def test_what_cannot_be_merged_is_refused_with_a_reason(tenant: Entered) -> None:
    merges = Merges(tenant.session, tenant.tenant_id)
    one, other = await opened(tenant, "a"), await opened(tenant, "b")
    with pytest.raises(Refused, match="into itself"):
        await merges.merge(one, one, actor="test")
    await merges.merge(one, other, actor="test")
    with pytest.raises(Refused, match="merged already"):
        await merges.merge(one, other, actor="test")
    with pytest.raises(Refused, match="into itself"):  # it would go round in a circle
        await merges.merge(other, one, actor="test")
    with pytest.raises(Refused, match="undo that first"):
        await Tickets(tenant.session, tenant.tenant_id).change(
            one.number, {"status": "open"}, actor="test", why=""
        )
    late = utc_now() + UNDO_WITHIN + timedelta(minutes=1)
    with pytest.raises(Refused, match="30 days"):
        await merges.undo(one, actor="test", now=late)
    with pytest.raises(Refused, match="not merged"):
        await merges.undo(other, actor="test", now=utc_now())


async def test_chosen_comments_become_a_linked_ticket(tenant: Entered) -> None:
    service = Tickets(tenant.session, tenant.tenant_id)
    ticket = await opened(tenant, "two matters")
    kept = await service.comment(ticket, NewComment("the gate"))
    gone = await service.comment(ticket, NewComment("the printer"))
    splits = Splits(tenant.session, tenant.tenant_id)
    new = await splits.split(ticket, Chosen("Printer", (gone.id,)), actor="test")
    assert [c.id for c in await service.comments(ticket.id)] == [kept.id]
    assert [c.id for c in await service.comments(new.id)] == [gone.id]
    linked = await TicketLinks(tenant.session, tenant.tenant_id).of(ticket.id)
    assert [(one.kind, one.ticket.id) for one in linked] == [("related", new.id)]
    with pytest.raises(NotFound):
        await splits.split(ticket, Chosen("Printer", (gone.id,)), actor="test")
    with pytest.raises(Refused, match="at least one"):
        await splits.split(ticket, Chosen("Nothing"), actor="test")


async def test_a_link_is_seen_from_both_ends_and_kept_once(tenant: Entered) -> None:
    links = TicketLinks(tenant.session, tenant.tenant_id)
    one, other = await opened(tenant, "a"), await opened(tenant, "b")
    first = await links.add(one, other, "blocks", actor="test")
    assert await links.add(one, other, "blocks", actor="test") == first
    assert [row.kind for row in await links.of(one.id)] == ["blocks"]
    assert [row.kind for row in await links.of(other.id)] == ["blocked by"]
    with pytest.raises(Refused, match="not both ways"):
        await links.add(other, one, "blocks", actor="test")
    related = await links.add(one, other, "related", actor="test")
    assert await links.add(other, one, "related", actor="test") == related
    await links.remove(other, first, actor="test")
    assert [row.kind for row in await links.of(one.id)] == ["related"]


async def test_another_tenant_sees_no_link_merge_or_word(database: Database) -> None:
    ours, theirs = new_id(), new_id()
    async with database.transaction(ours) as session:
        await Tenants(session, ours).add("ours", "Ours", TenantSettings())
        tickets = Tickets(session, ours)
        one, other = await tickets.open(NewTicket("gate")), await tickets.open(NewTicket("door"))
        link_id = await TicketLinks(session, ours).add(one, other, "related", actor="test")
    async with database.transaction(theirs) as session:
        await Tenants(session, theirs).add("theirs", "Theirs", TenantSettings())
        assert await TicketLinks(session, theirs).of(one.id) == []
        assert await Merges(session, theirs).merged_into(one.id) == []
        own = await Tickets(session, theirs).open(NewTicket("own"))
        with pytest.raises(NotFound):
            await TicketLinks(session, theirs).remove(own, link_id, actor="test")
