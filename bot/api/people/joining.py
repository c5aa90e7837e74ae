"""Customers that turned out to be one: links, merges, and everything they said as one timeline."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field

from bot.api.rest import (
    Body,
    Line,
    Page,
    Paging,
    Shown,
    UpdatedSince,
    changed,
    cursor,
    id_of,
    number_of,
    page,
    rest_router,
)
from bot.dependencies import Reader, ReadTransaction, StaffCaller, Transaction
from domain.conversations.speaking import elsewhere
from domain.customers.joining.deciding import merge_people
from domain.customers.joining.links import STAFF, CustomerLinks, NewLink
from domain.customers.joining.merging import COMPANY, Because, CustomerMerges
from domain.customers.models import CustomerMerge
from domain.customers.service import Customers
from domain.errors import NotFound
from domain.following import Since

router = rest_router("", "customers")


class LinkedOut(Shown):
    """`evidence`: code, staff, order_number, same_sender or shared_address. `state`: suggested,
    confirmed or undone. A link shows the customer nothing; a merge does."""

    id: UUID
    person_id: UUID
    other_id: UUID | None
    kind: str
    address: str
    evidence: str
    why: str
    state: str
    merge_id: UUID | None
    made_by: str
    created_at: datetime
    decided_by: str
    decided_at: datetime | None
    updated_at: datetime


class LinkedIn(Body):
    other_id: UUID
    why: Line = Field("", examples=["Same person on the phone"])


class MergedIn(Body):
    """`dry_run`: says what would move, and moves nothing."""

    into: UUID
    why: Line = Field("", examples=["Met her: it is the same Priya"])
    dry_run: bool = False


class MergedOut(BaseModel):
    """`moves`: how many rows of what change hands. `id` is null for a dry run."""

    id: UUID | None
    kind: str
    source_id: UUID
    target_id: UUID
    evidence: str
    why: str
    moves: dict[str, int]
    merged_by: str
    created_at: datetime | None
    undone_at: datetime | None
    updated_at: datetime | None = None

    @classmethod
    def of(cls, merge: CustomerMerge) -> "MergedOut":
        moves: dict[str, int] = {}
        for name, ids in merge.moved.items():
            table = name.partition(".")[0]
            moves[table] = moves.get(table, 0) + len(ids)
        named = ("id", "kind", "source_id", "target_id", "evidence", "why", "merged_by")
        own: dict[str, Any] = {name: getattr(merge, name) for name in named}
        times: dict[str, Any] = {
            name: getattr(merge, name) for name in ("created_at", "undone_at", "updated_at")
        }
        return cls(moves=moves, **times, **own)


class Merged(BaseModel):
    items: list[MergedOut]


class SpokenOut(BaseModel):
    """`said_by_id` and `said_from`: the person and the address as they were when it was said."""

    id: UUID
    conversation_id: UUID
    channel: str
    direction: str
    author: str
    said_by_id: UUID | None
    said_from: str
    text: str
    at: datetime
    updated_at: datetime


@router.get("/customers/suggestions", summary="People who may be one, for staff to decide")
async def suggestions(
    asked: Annotated[Paging, Query()], caller: Reader, session: ReadTransaction
) -> Page[LinkedOut]:
    links = CustomerLinks(session, caller.tenant_id)
    rows = await links.suggestions(asked.limit + 1, asked.place(id_of), asked.since)
    own = asked.ended(lambda row: cursor(row.id))
    return page(rows, asked.limit, LinkedOut.model_validate, own)


@router.get("/customers/{person_id}/links", summary="Whom a person is linked with, and why")
async def links_of(
    person_id: UUID,
    asked: Annotated[Paging, Query()],
    caller: Reader,
    session: ReadTransaction,
) -> Page[LinkedOut]:
    await Customers(session, caller.tenant_id).person(person_id)
    start = asked.place(id_of)
    rows = await CustomerLinks(session, caller.tenant_id).of([person_id])
    kept = [row for row in rows if start is None or row.id > start]
    shown = (asked.since.among(kept) if asked.since else kept)[: asked.limit + 1]
    own = asked.ended(lambda row: cursor(row.id))
    return page(shown, asked.limit, LinkedOut.model_validate, own)


@router.post("/customers/{person_id}/links", status_code=201, summary="Link two people")
async def link_people(
    person_id: UUID, new: LinkedIn, caller: StaffCaller, session: Transaction
) -> LinkedOut:
    links = CustomerLinks(session, caller.tenant_id)
    link = NewLink(person_id, new.other_id, STAFF, new.why)
    return LinkedOut.model_validate(await links.confirm(link, by=caller.actor))


@router.delete(
    "/customers/{person_id}/links/{customer_link_id}",
    status_code=204,
    summary="They are not the same",
)
async def unlink_people(
    person_id: UUID, customer_link_id: UUID, caller: StaffCaller, session: Transaction
) -> None:
    """Not suggested again on the same evidence. The link of a merge goes with the merge."""
    links = CustomerLinks(session, caller.tenant_id)
    link = await links.get(customer_link_id)
    if person_id not in (link.person_id, link.other_id):
        raise NotFound("link", customer_link_id)
    await links.undo(customer_link_id, by=caller.actor)


@router.get("/customers/{person_id}/merges", summary="Merges of a person, undone ones too")
async def merges_of(
    person_id: UUID, caller: Reader, session: ReadTransaction, updated_since: UpdatedSince = None
) -> Merged:
    await Customers(session, caller.tenant_id).person(person_id)
    rows = await CustomerMerges(session, caller.tenant_id).of(person_id)
    rows = Since(updated_since).among(rows) if updated_since else rows
    return Merged(items=[MergedOut.of(row) for row in rows])


@router.get("/customers/{person_id}/timeline", summary="All that was said, on every channel")
async def timeline(
    person_id: UUID,
    asked: Annotated[Paging, Query()],
    caller: Reader,
    session: ReadTransaction,
) -> Page[SpokenOut]:
    """Latest first, in all conversations of the person and of whom was merged into them."""
    await Customers(session, caller.tenant_id).person(person_id)
    before = asked.place(number_of)
    rows = await elsewhere.timeline(session, person_id, asked.limit + 1, before, asked.since)
    if asked.since:
        return page(rows, asked.limit, _spoken, lambda row: changed(row.message))
    return page(rows, asked.limit, _spoken, lambda row: cursor(row.message.sequence))


@router.post("/customers/{person_id}/merge", summary="Merge a person into another")
async def merge(
    person_id: UUID, sent: MergedIn, caller: StaffCaller, session: Transaction
) -> MergedOut:
    """Into that one, or whom that one was merged into. Nothing is lost; see `unmerge`."""
    if sent.dry_run:
        merges = CustomerMerges(session, caller.tenant_id)
        return await _previewed(merges, "person", person_id, sent)
    pair = (person_id, sent.into)
    return MergedOut.of(
        await merge_people(session, caller.tenant_id, pair, actor=caller.actor, why=sent.why)
    )


@router.post("/customers/{person_id}/unmerge", summary="Take a merged person apart again")
async def unmerge(person_id: UUID, caller: StaffCaller, session: Transaction) -> MergedOut:
    """Of the one that was merged away: what came from their addresses since is theirs too."""
    merges = CustomerMerges(session, caller.tenant_id)
    return MergedOut.of(await merges.undo(person_id, actor=caller.actor))


@router.post("/companies/{company_id}/merge", summary="Merge a company into another")
async def merge_companies(
    company_id: UUID, sent: MergedIn, caller: StaffCaller, session: Transaction
) -> MergedOut:
    merges = CustomerMerges(session, caller.tenant_id, COMPANY)
    if sent.dry_run:
        return await _previewed(merges, COMPANY, company_id, sent)
    because = Because(STAFF, caller.actor, sent.why)
    return MergedOut.of(await merges.merge(company_id, sent.into, because))


@router.post("/companies/{company_id}/unmerge", summary="Take a merged company apart again")
async def unmerge_companies(
    company_id: UUID, caller: StaffCaller, session: Transaction
) -> MergedOut:
    merges = CustomerMerges(session, caller.tenant_id, COMPANY)
    return MergedOut.of(await merges.undo(company_id, actor=caller.actor))


async def _previewed(merges: CustomerMerges, kind: str, row_id: UUID, sent: MergedIn) -> MergedOut:
    preview = await merges.preview(row_id, sent.into)
    return MergedOut(
        id=None,
        kind=kind,
        source_id=preview.source.id,
        target_id=preview.target.id,
        evidence=STAFF,
        why=sent.why,
        moves=preview.moves,
        merged_by="",
        created_at=None,
        undone_at=None,
    )


def _spoken(row: elsewhere.Line) -> SpokenOut:
    message = row.message
    return SpokenOut(
        id=message.id,
        conversation_id=message.conversation_id,
        channel=row.channel,
        direction=message.direction,
        author=message.author,
        said_by_id=message.said_by_id,
        said_from=message.said_from,
        text="" if message.deleted_at else message.text,
        at=message.created_at,
        updated_at=message.updated_at,
    )
