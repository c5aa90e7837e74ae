"""What was sent stays as it was; the next revision replaces it; one alone is ever accepted."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError

from domain.database import Database
from domain.errors import Conflict, DomainError, NotFound, Refused
from domain.events import DomainEvent
from domain.quotes.lifecycle.moving import Move, move
from domain.quotes.lifecycle.revisions import REVISABLE, Revisions, start_revision
from domain.quotes.lifecycle.snapshots import lines_of
from domain.quotes.lifecycle.states import (
    OPEN,
    STATES,
    SUPERSEDED,
    AlreadyAccepted,
    ForbiddenMove,
    NotRevisable,
    QuoteExpired,
    RevisionCancelled,
    RevisionSuperseded,
)
from domain.quotes.models import Quote, QuoteRevision
from domain.quotes.service import QuoteFor, Quotes
from domain.quotes.writing.linework import CONFIDENTIAL
from domain.quotes.writing.versions import QuoteDocuments
from domain.tenants.service import Tenants
from domain.tenants.settings import TenantSettings
from domain.types import utc_now
from tests.conftest import Entered
from tests.domain.quotes.test_documents import drafted

Moving = Callable[..., Awaitable[Quote]]


async def drafted_quote(at: Entered, quantity: int = 24) -> Quote:
    quotes = Quotes(at.session, at.tenant_id)
    return await quotes.draft(QuoteFor("Cabling"), drafted(quantity), actor="bot")


@pytest.fixture
async def quote(tenant: Entered) -> Quote:
    return await drafted_quote(tenant)


@pytest.fixture
def revisions(tenant: Entered) -> Revisions:
    return Revisions(tenant.session, tenant.tenant_id)


@pytest.fixture
def go(tenant: Entered, quote: Quote) -> Moving:
    async def moved(status: str, revision: int | None = None, **more: Any) -> Quote:
        wanted = Move(status, "staff:1", revision=revision, **more)
        return await move(tenant.session, tenant.tenant_id, quote, wanted)

    return moved


async def revise(at: Entered, quote: Quote, quantity: int = 30) -> None:
    await start_revision(at.session, at.tenant_id, quote, "staff:1", "They want more")
    again = drafted(quantity)
    await Quotes(at.session, at.tenant_id).redraft(quote.id, again, actor="bot", why="More")


async def test_what_is_sent_is_kept_without_what_the_customer_never_sees(
    go: Moving, quote: Quote, revisions: Revisions, tenant: Entered
) -> None:
    await go("sent")
    sent = await revisions.sent(quote.id)
    assert sent is not None
    assert (sent.revision, sent.status, sent.approval) == (1, "sent", "not_required")
    assert (sent.total, sent.sent_at, sent.valid_until) == (
        quote.total, quote.sent_at, quote.valid_until,
    )  # fmt: skip
    assert set(sent.documents) == {"parts_list", "technical", "overview"}
    assert set(sent.document_versions) == {"parts_list", "technical", "overview", "build"}
    assert not {*CONFIDENTIAL} & {*sent.documents["parts_list"]["lines"][0]}
    assert "Cablewise" not in str(sent.documents)
    kept = lines_of(sent)
    assert [(str(line.quantity), line.category, line.supplier) for line in kept] == [
        ("24", "Cabling", "Cablewise")
    ]
    await revise(tenant, quote)
    assert lines_of(await revisions.get(quote.id, 1)) == kept


async def test_the_database_lets_nobody_change_what_was_sent(
    go: Moving, quote: Quote, tenant: Entered
) -> None:
    await go("sent")
    for change in ("lines = '[]'", "total = 1", "documents = '{}'", "valid_until = null"):
        with pytest.raises(ProgrammingError, match="permission denied"):
            async with tenant.session.begin_nested():
                await tenant.session.execute(text(f"update quote_revisions set {change}"))


async def test_the_next_revision_begins_as_the_last_was_and_has_to_be_approved_again(
    go: Moving, quote: Quote, revisions: Revisions, tenant: Entered
) -> None:
    quote.approved_version = quote.version
    await go("sent")
    lines = lines_of(await revisions.get(quote.id, 1))
    assert (await revisions.get(quote.id, 1)).approval == "approved"
    documents = QuoteDocuments(tenant.session, tenant.tenant_id)
    before = {kind: held.content for kind, held in (await documents.all(quote.id)).items()}
    await start_revision(tenant.session, tenant.tenant_id, quote, "staff:1", "30 now")
    assert (quote.status, quote.revision, quote.version) == ("draft", 2, 2)
    assert (quote.sent_at, quote.valid_until, quote.approved_version) == (None, None, None)
    assert {k: h.content for k, h in (await documents.all(quote.id)).items()} == before
    assert (await revisions.get(quote.id, 1)).status == "sent"
    await go("sent")
    assert lines_of(await revisions.get(quote.id, 2)) == lines


async def test_sending_the_next_supersedes_what_was_open(
    go: Moving, quote: Quote, revisions: Revisions, tenant: Entered
) -> None:
    await go("sent")
    await revise(tenant, quote)
    await go("sent")
    assert [(one.revision, one.status) for one in await revisions.all(quote.id)] == [
        (1, SUPERSEDED), (2, "sent"),
    ]  # fmt: skip
    with pytest.raises(RevisionSuperseded, match="replaced by revision 2"):
        await go("accepted", 1)
    assert (await go("accepted", 2)).status == "accepted"


async def test_one_that_had_ended_keeps_how_it_ended(
    go: Moving, quote: Quote, revisions: Revisions, tenant: Entered
) -> None:
    await go("sent")
    await go("rejected", comment="Too dear", by="Ann, buyer")
    await revise(tenant, quote)
    await go("sent")
    first = await revisions.get(quote.id, 1)
    assert (first.status, first.decided_by, first.reason) == ("rejected", "Ann, buyer", "Too dear")


async def test_the_old_revision_is_accepted_while_the_new_is_a_draft(
    go: Moving, quote: Quote, revisions: Revisions, tenant: Entered
) -> None:
    await go("sent")
    await revise(tenant, quote, 30)
    assert str(lines_of(await revisions.get(quote.id, 1))[0].quantity) == "24"
    await go("viewed", 1)
    assert (quote.status, (await revisions.get(quote.id, 1)).status) == ("draft", "viewed")
    await go("accepted", 1, by="Ann, buyer")
    sent = await revisions.get(quote.id, 1)
    assert (quote.status, quote.revision, quote.total) == ("accepted", 1, sent.total)
    assert (quote.sent_at, quote.valid_until) == (sent.sent_at, sent.valid_until)
    lines = await Quotes(tenant.session, tenant.tenant_id).lines(quote.id)
    assert [str(line.quantity) for line in lines] == ["24"]
    held = await QuoteDocuments(tenant.session, tenant.tenant_id).present(quote.id, "parts_list")
    assert held.content["lines"][0]["quantity"] == "24"
    log = await Quotes(tenant.session, tenant.tenant_id).log(quote.id)
    assert [one.action for one in log][-2:] == ["draft dropped", "accepted"]


async def test_the_old_revision_is_declined_and_the_draft_goes_on(
    go: Moving, quote: Quote, revisions: Revisions, tenant: Entered
) -> None:
    await go("sent")
    await revise(tenant, quote)
    await go("rejected", 1, comment="We need more")
    assert (quote.status, quote.revision) == ("draft", 2)
    assert (await revisions.get(quote.id, 1)).status == "rejected"
    log = await Quotes(tenant.session, tenant.tenant_id).log(quote.id)
    assert log[-1].comment == "Revision 1. We need more"


async def test_a_quote_that_is_cancelled_as_a_draft_ends_as_a_whole(
    go: Moving, quote: Quote, revisions: Revisions, tenant: Entered
) -> None:
    await go("sent")
    await revise(tenant, quote)
    await go("cancelled")
    with pytest.raises(RevisionCancelled, match="withdrawn"):
        await go("accepted", 1)
    assert (await revisions.get(quote.id, 1)).status == "cancelled"


async def test_what_has_ended_is_not_accepted_also_before_the_schedule_comes_by(
    go: Moving, quote: Quote, revisions: Revisions
) -> None:
    await go("sent")
    late = utc_now() + timedelta(days=32)
    for revision in (1, None):
        with pytest.raises(QuoteExpired, match="can no longer be accepted"):
            await go("accepted", revision, at=late)
    await go("expired", 1)
    with pytest.raises(QuoteExpired):
        await go("accepted", 1)
    assert (await revisions.get(quote.id, 1)).status == quote.status == "expired"


async def test_accepting_twice_is_said_to_be_done_already(go: Moving) -> None:
    await go("sent")
    await go("accepted", 1)
    with pytest.raises(AlreadyAccepted, match="accepted already"):
        await go("accepted", 1)
    with pytest.raises(ForbiddenMove):
        await go("accepted")
    with pytest.raises(NotFound):
        await go("accepted", 2)


@pytest.mark.parametrize(
    ("ways", "told"),
    [
        ((), "change the draft itself"),
        (("sent", "accepted"), "Duplicate it"),
        (("cancelled",), "Duplicate it"),
    ],
)
async def test_what_cannot_be_revised_says_what_to_do(
    go: Moving, quote: Quote, tenant: Entered, ways: tuple[str, ...], told: str
) -> None:
    for status in ways:
        await go(status)
    with pytest.raises(NotRevisable, match=told):
        await start_revision(tenant.session, tenant.tenant_id, quote, "staff:1", "why")


async def test_events_name_the_state_whatever_the_log_calls_it(
    go: Moving, quote: Quote, tenant: Entered
) -> None:
    await go("sent", action="handed over")
    query = select(DomainEvent).where(DomainEvent.subject_id == quote.id)
    events = list(await tenant.session.scalars(query.order_by(DomainEvent.sequence)))
    assert events[-1].kind == "quote.sent"
    assert events[-1].payload["revision"] == 1


async def test_another_tenants_revisions_are_not_there(
    go: Moving, quote: Quote, shared_database: Database, tenant: Entered
) -> None:
    await go("sent")
    await tenant.session.execute(
        text("select set_config('app.tenant_id', :other, true)"), {"other": str(uuid4())}
    )
    assert await Revisions(tenant.session, uuid4()).all(quote.id) == []


async def _committed(database: Database) -> tuple[UUID, UUID]:
    tenant_id = uuid4()
    async with database.transaction(tenant_id) as session:
        await Tenants(session, tenant_id).add(f"t{tenant_id.hex[:8]}", "One", TenantSettings())
        quote = await drafted_quote(Entered(tenant_id, session))
        await move(session, tenant_id, quote, Move("sent", "staff:1"))
    return tenant_id, quote.id


async def _attempt(database: Database, at: tuple[UUID, UUID], wanted: Move) -> str:
    try:
        async with database.transaction(at[0]) as session:
            quote = await Quotes(session, at[0]).get(at[1])
            await move(session, at[0], quote, wanted)
    except DomainError as error:
        return type(error).__name__
    return "done"


async def test_of_two_who_accept_at_once_one_wins(database: Database) -> None:
    at = await _committed(database)
    wanted = Move("accepted", "customer", revision=1)
    both = await asyncio.gather(*(_attempt(database, at, wanted) for _ in range(4)))
    assert sorted(both) == ["AlreadyAccepted"] * 3 + ["done"]
    assert issubclass(AlreadyAccepted, Conflict)


async def test_accepting_the_old_against_sending_the_new_leaves_one(database: Database) -> None:
    at = await _committed(database)
    async with database.transaction(at[0]) as session:
        await revise(Entered(at[0], session), await Quotes(session, at[0]).get(at[1]))
    both = await asyncio.gather(
        _attempt(database, at, Move("accepted", "customer", revision=1)),
        _attempt(database, at, Move("sent", "staff:1", revision=2)),
    )
    async with database.transaction(at[0]) as session:
        rows = await Revisions(session, at[0]).all(at[1])
    assert both.count("done") == 1
    assert [one.status for one in rows] in (["accepted"], [SUPERSEDED, "sent"])


_steps = st.lists(
    st.tuples(st.sampled_from((*STATES, "revise")), st.sampled_from((None, 1, 2, 3))),
    max_size=14,
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=_steps)
async def test_whatever_the_moves_one_revision_is_accepted_and_never_a_superseded_one(
    tenant: Entered, steps: list[tuple[str, int | None]]
) -> None:
    quote = await drafted_quote(tenant)
    ended: dict[int, str] = {}
    for status, revision in steps:
        try:
            if status == "revise":
                await revise(tenant, quote)
            else:
                wanted = Move(status, "staff:1", revision=revision)
                await move(tenant.session, tenant.tenant_id, quote, wanted)
        except (Refused, Conflict, NotFound):
            pass
        rows = await Revisions(tenant.session, tenant.tenant_id).all(quote.id)
        _require_whole(quote, rows, ended)


def _require_whole(quote: Quote, rows: list[QuoteRevision], ended: dict[int, str]) -> None:
    states = {row.revision: row.status for row in rows}
    assert list(states.values()).count("accepted") <= 1
    assert sum(status in OPEN for status in states.values()) <= 1
    if quote.status != "draft" and quote.sent_at:
        assert states[quote.revision] == quote.status
    for revision, status in ended.items():
        assert states[revision] == status or (status, states[revision]) == ("accepted", "cancelled")
    if "accepted" in states.values():
        assert quote.status == "accepted"
    assert quote.status != "draft" or quote.revision == len(rows) + 1
    assert not (quote.status in REVISABLE and quote.revision != len(rows))
    ended.update({n: status for n, status in states.items() if status not in OPEN})
