"""What changes of prices make wrong; customers' words for products; what corrections propose."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel

from bot.api.rest import (
    STORABLE,
    Body,
    Name,
    Page,
    Paging,
    Shown,
    cursor,
    page,
    rest_router,
    text_of,
    time_and_id,
)
from bot.dependencies import AdminCaller, Reader, ReadTransaction, RuntimeOf, Transaction
from domain.audit.service import note
from domain.catalogue.keeping.synonyms import Synonyms
from domain.catalogue.models import CatalogueProposal, SynonymRecord
from domain.catalogue.watching.drift import drift
from domain.catalogue.watching.proposals import Proposals, ShownProposal

router = rest_router("/catalogue", "catalogue")


class LineOut(Shown):
    """`difference`: of the whole line, before discount; null: there is no price any more."""

    quote_id: UUID
    number: str
    status: str
    position: int
    code: str
    description: str
    quantity: Decimal
    old: Decimal
    new: Decimal | None
    difference: Decimal | None
    currency: str


class MentionOut(Shown):
    """A price the product had, and the words that tell it."""

    code: str
    name: str
    price: Decimal
    words: str


class DriftedArticleOut(Shown):
    article_id: UUID
    title: str
    version: int
    mentions: list[MentionOut]


class DriftedAnswerOut(Shown):
    """`articles`: those in `articles` above that the answer was made from."""

    message_id: UUID
    conversation_id: UUID
    at: datetime
    catalogue_revision: int
    mentions: list[MentionOut]
    articles: list[str]


class DriftOut(Shown):
    """`changed`: how many products had another price; at most 2,000 of each kind are listed."""

    since: int
    revision: int
    changed: int
    quotes: int
    lines: list[LineOut]
    articles: list[DriftedArticleOut]
    answers: list[DriftedAnswerOut]


class FoundOut(Shown):
    """`price`: of a unit today, with its currency; empty: not known."""

    code: str
    name: str
    description: str
    category: str
    unit: str
    price: str


class NewSynonym(Body):
    """What customers call the product `code`."""

    phrase: Name
    code: Name


class SynonymOut(BaseModel):
    id: UUID
    phrase: str
    code: str
    author: str
    updated_at: datetime

    @classmethod
    def of(cls, found: tuple[SynonymRecord, str]) -> "SynonymOut":
        row, code = found
        return cls(
            id=row.id, phrase=row.phrase, code=code, author=row.author, updated_at=row.updated_at
        )


class ProposalOut(BaseModel):
    """`kind`: synonym or norm; `quantity`: a norm's hours a unit; `times`: in so many quotes."""

    id: UUID
    kind: str
    words: str
    code: str
    quantity: Decimal | None
    times: int
    state: str
    decided_by: str
    sentence: str
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, shown: ShownProposal) -> "ProposalOut":
        row = shown.row
        names = ("id", "kind", "words", "code", "quantity", "times", "state", "decided_by")
        values = {name: getattr(row, name) for name in (*names, "created_at", "updated_at")}
        return cls(sentence=shown.sentence, **values)


class ProposalQuery(Paging):
    state: Literal["open", "accepted", "dismissed"] | None = None


@router.get("/drift")
async def show_drift(
    caller: Reader,
    session: ReadTransaction,
    since_revision: Annotated[
        int, Query(ge=0, le=2_000_000_000, description="Of the catalogue; 0: all changes.")
    ] = 0,
) -> DriftOut:
    """Open quotes, published articles and the last 30 days' answers that tell old prices."""
    return DriftOut.model_validate(await drift(session, caller.tenant_id, since_revision))


@router.get("/search")
async def search_products(
    caller: Reader,
    runtime: RuntimeOf,
    q: Annotated[str, Query(min_length=1, max_length=200, pattern=STORABLE)],
) -> list[FoundOut]:
    """The eight that fit best, by what customers call them: part numbers with or without dashes,
    synonyms, units, wrong letters."""
    found = await runtime.shelf.search(caller.tenant_id, q)
    return [FoundOut.model_validate(one) for one in found]


@router.get("/synonyms")
async def list_synonyms(
    caller: Reader, session: ReadTransaction, asked: Annotated[Paging, Query()]
) -> Page[SynonymOut]:
    """By phrase."""
    after = asked.place(text_of) or ""
    rows = await Synonyms(session, caller.tenant_id).page(asked.limit + 1, after, asked.since)
    own = asked.ended(lambda row: cursor(row.phrase))
    return page([SynonymOut.of(row) for row in rows], asked.limit, lambda row: row, own)


@router.post("/synonyms", status_code=201)
async def add_synonym(new: NewSynonym, caller: AdminCaller, session: Transaction) -> SynonymOut:
    """A phrase means one product: said again, it means the new one."""
    synonyms = Synonyms(session, caller.tenant_id)
    made = await synonyms.add(new.phrase, new.code, actor=caller.actor)
    note(session, caller.tenant_id, caller.actor, "synonym.added", made.phrase, code=new.code)
    await session.refresh(made)
    return SynonymOut.of((made, new.code))


@router.delete("/synonyms/{synonym_id}", status_code=204)
async def remove_synonym(synonym_id: UUID, caller: AdminCaller, session: Transaction) -> None:
    await Synonyms(session, caller.tenant_id).remove(synonym_id)
    note(session, caller.tenant_id, caller.actor, "synonym.removed", str(synonym_id))


@router.get("/proposals")
async def list_proposals(
    caller: Reader, session: ReadTransaction, asked: Annotated[ProposalQuery, Query()]
) -> Page[ProposalOut]:
    """Synonyms and norms' hours that staff's corrections speak for, the oldest first."""
    proposals = Proposals(session, caller.tenant_id)
    after = asked.place(time_and_id)
    rows = await proposals.page(asked.limit + 1, after, asked.since, asked.state)
    shown = [ProposalOut.of(row) for row in rows]
    own = asked.ended(lambda row: cursor(row.created_at, row.id))
    return page(shown, asked.limit, lambda row: row, own)


@router.post("/proposals/{proposal_id}/accept")
async def accept_proposal(
    proposal_id: UUID, caller: AdminCaller, session: Transaction
) -> ProposalOut:
    """It acts from now on: a new revision of the catalogue."""
    row = await Proposals(session, caller.tenant_id).accept(proposal_id, actor=caller.actor)
    note(session, caller.tenant_id, caller.actor, "proposal.accepted", _about(row))
    return ProposalOut.of(ShownProposal(row, row.code))


@router.post("/proposals/{proposal_id}/dismiss")
async def dismiss_proposal(
    proposal_id: UUID, caller: AdminCaller, session: Transaction
) -> ProposalOut:
    row = await Proposals(session, caller.tenant_id).dismiss(proposal_id, actor=caller.actor)
    note(session, caller.tenant_id, caller.actor, "proposal.dismissed", _about(row))
    return ProposalOut.of(ShownProposal(row, row.code))


def _about(row: CatalogueProposal) -> str:
    return f"{row.kind} {row.words or row.code}"
