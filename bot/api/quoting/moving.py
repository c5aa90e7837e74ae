"""A quote's states over REST: moved by the table, and sent with the paper kept as it was."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends
from pydantic import BaseModel, Field

from bot.api.quoting.seeing import rights_of_key
from bot.api.rest import Body, Line, Name, Shown, Text, UpdatedSince, Word, changes, rest_router
from bot.dependencies import Reader, ReadTransaction, RuntimeOf, StaffCaller, Transaction
from bot.desk.papers.making import Paper, issued_paper
from domain.following import Since
from domain.quotes.lifecycle.freezing import freeze, frozen
from domain.quotes.lifecycle.moving import Move, move
from domain.quotes.lifecycle.states import require_move
from domain.quotes.models import Quote
from domain.quotes.service import Quotes
from domain.quotes.writing.editing import DocumentEditor

router = rest_router("/quotes", "quotes")


class NewStatus(Body):
    """`comment`: why; `action`: what the log calls it, else the status itself."""

    status: Word = Field(examples=["sent"])
    comment: Annotated[Text, Field(max_length=2000)] = ""
    action: Word = ""


class Moved(BaseModel):
    """`sha256`: of the paper that was sent, once it was."""

    success: bool = True
    quote_id: UUID
    quote_number: str
    status: str
    revision: int
    sent_at: datetime | None
    valid_until: date | None
    sha256: str | None


class QuoteFields(Body):
    """What is left out stays."""

    title: Name | None = None
    location: Line | None = None
    deadline: Line | None = None
    customer_reference: Word | None = Field(None, examples=["PO 4471"])
    language: Annotated[str, Field(pattern="^(?:[a-z]{2})?$")] | None = None


class LogEntry(Shown):
    action: str
    actor: str
    comment: str
    created_at: datetime


class Log(BaseModel):
    items: list[LogEntry]


@router.get("/{quote_id}/log", summary="What happened to a quote")
async def log(
    quote_id: UUID, caller: Reader, session: ReadTransaction, updated_since: UpdatedSince = None
) -> Log:
    quotes = Quotes(session, caller.tenant_id)
    await quotes.get(quote_id)
    rows = await quotes.log(quote_id)
    if updated_since:
        rows = Since(updated_since).among(rows, lambda row: row.created_at)
    return Log(items=[LogEntry.model_validate(one) for one in rows])


@router.patch("/{quote_id}", summary="Change what stands above the lines")
async def change(
    quote_id: UUID, new: QuoteFields, caller: StaffCaller, session: Transaction
) -> Moved:
    """Of a draft; its documents follow."""
    wanted = {name: value for name, value in changes(new).items() if value is not None}
    quote = await DocumentEditor(session, caller.tenant_id).retitle(quote_id, wanted, caller.actor)
    return _moved(quote, None)


async def issued(
    quote_id: UUID, new: NewStatus, runtime: RuntimeOf, caller: StaffCaller
) -> Paper | None:
    """The paper to be sent, set before the transaction of the request is opened."""
    if new.status != "sent":
        return None
    async with runtime.database.transaction(caller.tenant_id) as session:
        quote = await Quotes(session, caller.tenant_id).get(quote_id)
        require_move(quote.number, quote.status, new.status)
    return await issued_paper(runtime.database, runtime.typesetter, (caller.tenant_id, quote_id))


@router.post("/{quote_id}/status", summary="Move a quote on")
async def set_status(
    quote_id: UUID,
    new: NewStatus,
    paper: Annotated[Paper | None, Depends(issued)],
    caller: StaffCaller,
    session: Transaction,
) -> Moved:
    """draft → sent → viewed → accepted, rejected or expired; cancelled from each that is open.
    `sent` records that it was sent and keeps its PDF with a hash: nothing leaves by this."""
    quote = await Quotes(session, caller.tenant_id).get(quote_id, for_change=True)
    rights = await rights_of_key(session, caller)
    moved = Move(
        new.status,
        caller.actor,
        new.comment,
        new.action,
        rights.approves_up_to,
        rights.sees_margins,
    )
    await move(session, caller.tenant_id, quote, moved)
    if paper is not None:
        await freeze(session, quote, paper.content, made_from=paper.version, actor=caller.actor)
    kept = await frozen(session, quote.id, quote.revision)
    return _moved(quote, kept.sha256 if kept else None)


def _moved(quote: Quote, sha256: str | None) -> Moved:
    fields: dict[str, Any] = {
        "quote_id": quote.id,
        "quote_number": quote.number,
        "sha256": sha256,
    }
    named = ("status", "revision", "sent_at", "valid_until")
    return Moved(**fields, **{name: getattr(quote, name) for name in named})
