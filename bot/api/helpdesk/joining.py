"""Tickets that belong together: links, merges and splits."""

from datetime import datetime
from typing import Annotated, Literal, get_args
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field

from bot.api.helpdesk.meant import Named, Reference, meant
from bot.api.rest import Body, Line, Page, Paging, cursor, id_of, page, rest_router
from bot.api.tickets import TicketOut
from bot.dependencies import Reader, ReadTransaction, StaffCaller, Transaction
from domain.errors import NotFound
from domain.tickets.joining import linking
from domain.tickets.joining.linking import Linked, TicketLinks
from domain.tickets.joining.merging import Merges
from domain.tickets.joining.splitting import Chosen, Splits
from domain.tickets.joining.story import Said, Story
from domain.types import utc_now

router = rest_router("/helpdesk/tickets", "tickets")

LinkKind = Literal["related", "duplicate", "blocks", "follows"]
assert get_args(LinkKind) == linking.KINDS


class LinkOut(BaseModel):
    """`kind` as the ticket that was asked for sees it: blocks, blocked by, …"""

    id: UUID
    kind: str
    number: str
    subject: str
    status: str
    created_at: datetime


class LinkIn(Body):
    kind: LinkKind = Field("related", examples=["blocks"])
    other: Named = Field(examples=["TKT-202611-00014"])


class MergeIn(Body):
    into: Named = Field(examples=["TKT-202611-00014"])
    why: Line = ""


class SplitIn(Body):
    """`comments` move to the new ticket, `messages` are quoted in it."""

    subject: Line = Field("", examples=["The second camera"])
    comments: Annotated[list[UUID], Field(max_length=200)] = Field(default_factory=list)
    messages: Annotated[list[UUID], Field(max_length=200)] = Field(default_factory=list)
    why: Line = ""


class SaidOut(BaseModel):
    """A comment or message, and the number of the ticket it was said in."""

    id: UUID
    kind: Literal["comment", "message"]
    origin: str
    author: str
    visibility: str
    text: str
    at: datetime
    updated_at: datetime


def _linked(one: Linked) -> LinkOut:
    ticket = one.ticket
    return LinkOut(
        id=one.id,
        kind=one.kind,
        number=ticket.number,
        subject=ticket.subject,
        status=ticket.status,
        created_at=one.created_at,
    )


@router.get("/{reference}/links", summary="Linked tickets, oldest first")
async def links(
    reference: Reference,
    caller: Reader,
    session: ReadTransaction,
    asked: Annotated[Paging, Query()],
) -> Page[LinkOut]:
    """A link changes no more; what became of the linked ticket is told by the ticket itself."""
    found = await meant(session, caller.tenant_id, reference)
    start = asked.place(id_of)
    rows = await TicketLinks(session, caller.tenant_id).of(found.id)
    if asked.since:
        rows = asked.since.among(rows, lambda row: row.created_at)
    kept = [row for row in rows if start is None or row.id > start][: asked.limit + 1]
    return page(kept, asked.limit, _linked, asked.made(lambda row: cursor(row.id)))


@router.post("/{reference}/links", status_code=201, summary="Link a ticket to another")
async def link(
    reference: Reference, new: LinkIn, caller: StaffCaller, session: Transaction
) -> LinkOut:
    found = await meant(session, caller.tenant_id, reference)
    other = await meant(session, caller.tenant_id, new.other)
    service = TicketLinks(session, caller.tenant_id)
    link_id = await service.add(found, other, new.kind, actor=caller.actor)
    made = next((row for row in await service.of(found.id) if row.id == link_id), None)
    if made is None:
        raise NotFound("link", link_id)
    return _linked(made)


@router.delete("/{reference}/links/{link_id}", status_code=204, summary="Take a link away")
async def unlink(
    reference: Reference, link_id: UUID, caller: StaffCaller, session: Transaction
) -> None:
    found = await meant(session, caller.tenant_id, reference)
    await TicketLinks(session, caller.tenant_id).remove(found, link_id, actor=caller.actor)


@router.post("/{reference}/merge", summary="Merge a ticket into another")
async def merge(
    reference: Reference, sent: MergeIn, caller: StaffCaller, session: Transaction
) -> TicketOut:
    """The ticket that goes on. What is said to the merged one goes there; see `unmerge`."""
    source = await meant(session, caller.tenant_id, reference)
    target = await meant(session, caller.tenant_id, sent.into)
    merges = Merges(session, caller.tenant_id)
    merged = await merges.merge(source, target, actor=caller.actor, why=sent.why)
    return TicketOut.model_validate(merged)


@router.post("/{reference}/unmerge", summary="Take the merge of a ticket back, within 30 days")
async def unmerge(reference: Reference, caller: StaffCaller, session: Transaction) -> TicketOut:
    source = await meant(session, caller.tenant_id, reference)
    merges = Merges(session, caller.tenant_id)
    return TicketOut.model_validate(await merges.undo(source, actor=caller.actor, now=utc_now()))


@router.post("/{reference}/split", status_code=201, summary="Split a new ticket off")
async def split(
    reference: Reference, sent: SplitIn, caller: StaffCaller, session: Transaction
) -> TicketOut:
    found = await meant(session, caller.tenant_id, reference)
    chosen = Chosen(sent.subject, tuple(sent.comments), tuple(sent.messages))
    splits = Splits(session, caller.tenant_id)
    new = await splits.split(found, chosen, actor=caller.actor, why=sent.why)
    return TicketOut.model_validate(new)


@router.get("/{reference}/story", summary="All that was said, also in merged tickets")
async def story(
    reference: Reference,
    caller: Reader,
    session: ReadTransaction,
    asked: Annotated[Paging, Query()],
) -> Page[SaidOut]:
    """Comments and messages in the order of time, each with the ticket it was said in."""
    found = await meant(session, caller.tenant_id, reference)
    told = Story(session, caller.tenant_id)
    rows = await told.of(found, asked.limit + 1, asked.place(id_of), asked.since)
    return page(rows, asked.limit, _said, asked.ended(lambda row: cursor(row.id)))


def _said(row: Said) -> SaidOut:
    return SaidOut.model_validate(row, from_attributes=True)
