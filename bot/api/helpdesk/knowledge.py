"""Articles beside a ticket, and what was promised on it."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query
from pydantic import AwareDatetime, BaseModel, Field

from bot.api.helpdesk.meant import Reference, meant
from bot.api.rest import (
    Body,
    Line,
    Page,
    Paging,
    Shown,
    UpdatedSince,
    cursor,
    id_of,
    page,
    rest_router,
)
from bot.dependencies import Reader, ReadTransaction, StaffCaller, Transaction
from domain.errors import Refused
from domain.following import Since
from domain.tenants.service import Tenants
from domain.tickets.promises import Promise
from domain.tickets.working.articles import TicketArticles
from domain.tickets.working.clock import zone
from domain.tickets.working.ledger import PromiseLedger
from domain.types import utc_now

router = rest_router("/helpdesk", "helpdesk")


class BesideOut(Shown):
    """`kind`: suggested, linked or resolved; `relevance`: 0 to 100."""

    article_id: UUID
    title: str
    kind: str
    relevance: int
    updated_at: datetime


class BesideList(BaseModel):
    items: list[BesideOut]


class LinkedIn(Body):
    kind: Literal["linked", "resolved"] = Field("linked", examples=["resolved"])


class PromiseOut(Shown):
    id: UUID
    number: int
    ticket_id: UUID
    message_id: UUID | None
    staff_id: UUID | None
    made_by: str
    text: str
    due_at: datetime
    due_day: date
    state: str
    reminded_at: datetime | None
    broken_at: datetime | None
    ended_at: datetime | None
    created_at: datetime
    updated_at: datetime


class PromiseQuery(Paging):
    state: Literal["open", "kept", "broken", "withdrawn"] | None = None


class PromiseIn(Body):
    text: Line = Field(min_length=1, examples=["Send the quote"])
    due_at: AwareDatetime = Field(examples=["2030-11-27T17:00:00Z"])


class PromiseEnd(Body):
    state: Literal["kept", "withdrawn"] = Field("kept", examples=["kept"])


@router.get(
    "/tickets/{reference}/knowledge-base", summary="Articles beside a ticket, the best first"
)
async def articles(
    reference: Reference,
    caller: Reader,
    session: ReadTransaction,
    updated_since: UpdatedSince = None,
) -> BesideList:
    found = await meant(session, caller.tenant_id, reference)
    rows = await TicketArticles(session, caller.tenant_id).of(found.id)
    rows = Since(updated_since).among(rows) if updated_since else rows
    return BesideList(items=[BesideOut.model_validate(row) for row in rows])


@router.put(
    "/tickets/{reference}/knowledge-base/{article_id}", summary="Link an article to a ticket"
)
async def link(
    reference: Reference,
    article_id: UUID,
    sent: LinkedIn,
    caller: StaffCaller,
    session: Transaction,
) -> BesideList:
    """`resolved` counts the article as helpful, once for a ticket."""
    found = await meant(session, caller.tenant_id, reference)
    beside = TicketArticles(session, caller.tenant_id)
    resolves = sent.kind == "resolved"
    await beside.link(found, article_id, actor=caller.actor, resolves=resolves)
    rows = await beside.of(found.id)
    return BesideList(items=[BesideOut.model_validate(row) for row in rows])


@router.delete(
    "/tickets/{reference}/knowledge-base/{article_id}",
    status_code=204,
    summary="Take an article off a ticket",
)
async def unlink(
    reference: Reference, article_id: UUID, caller: StaffCaller, session: Transaction
) -> None:
    found = await meant(session, caller.tenant_id, reference)
    beside = TicketArticles(session, caller.tenant_id)
    await beside.unlink(found, article_id, actor=caller.actor)


@router.get("/promises", summary="Promises, oldest first")
async def promises(
    caller: Reader,
    session: ReadTransaction,
    asked: Annotated[PromiseQuery, Query()],
) -> Page[PromiseOut]:
    ledger = PromiseLedger(session, caller.tenant_id)
    rows = await ledger.page(asked.limit + 1, asked.place(id_of), asked.state, asked.since)
    own = asked.ended(lambda row: cursor(row.id))
    return page(rows, asked.limit, PromiseOut.model_validate, own)


@router.post(
    "/tickets/{reference}/promises", status_code=201, summary="Record a promise on a ticket"
)
async def promise(
    reference: Reference, new: PromiseIn, caller: StaffCaller, session: Transaction
) -> PromiseOut:
    found = await meant(session, caller.tenant_id, reference)
    if new.due_at <= utc_now():
        raise Refused("A promise is due at a time that is still to come.")
    where = zone((await Tenants(session, caller.tenant_id).settings()).time_zone)
    promised = Promise(new.text, new.due_at, new.due_at.astimezone(where).date())
    row = await PromiseLedger(session, caller.tenant_id).add(found, promised, actor=caller.actor)
    return PromiseOut.model_validate(row)


@router.post("/promises/{promise_id}/end", summary="A promise was kept, or is withdrawn")
async def end(
    promise_id: UUID, sent: PromiseEnd, caller: StaffCaller, session: Transaction
) -> PromiseOut:
    ledger = PromiseLedger(session, caller.tenant_id)
    row = await ledger.end(await ledger.get(promise_id), sent.state, actor=caller.actor)
    return PromiseOut.model_validate(row)
