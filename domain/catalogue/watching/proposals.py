"""Proposals that repeated corrections speak for; nothing changes before a person accepts one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from domain.catalogue.keeping.rates import Norms
from domain.catalogue.keeping.synonyms import Synonyms
from domain.catalogue.models import CatalogueProposal, NormRecord, ProductRecord, QuoteCorrection
from domain.catalogue.reading import norm_of
from domain.catalogue.watching.corrections import NORM, SYNONYM, Correction, corrections
from domain.errors import Conflict, NotFound
from domain.events import Happened, record
from domain.following import Since
from domain.quotes.models import Quote
from domain.quotes.pricing import QuoteLine
from domain.types import new_id, utc_now

ENOUGH = 2
"""Quotes in which staff corrected the same in the same way."""
PROPOSED = "catalogue.proposed"
OPEN, ACCEPTED, DISMISSED = "open", "accepted", "dismissed"


@dataclass(frozen=True, slots=True)
class ShownProposal:
    """`name`: of the product or norm."""

    row: CatalogueProposal
    name: str

    @property
    def sentence(self) -> str:
        if self.row.kind == NORM:
            return (
                f"{self.name} takes {self.row.quantity} h each: staff set it so in "
                f"{self.row.times} quotes."
            )
        return (
            f"“{self.row.words}” means {self.name} ({self.row.code}): staff put it in for these "
            f"words in {self.row.times} quotes."
        )


class Proposals:
    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id

    async def learn(self, quote_id: UUID, found: Sequence[Correction], *, actor: str) -> None:
        """Keeps what staff corrected in a quote, and proposes what they corrected twice."""
        for one in found:
            await self._keep(quote_id, one, actor)
            if (times := await self._times(one)) >= ENOUGH:
                await self._propose(one, times)

    async def _keep(self, quote_id: UUID, one: Correction, actor: str) -> None:
        statement = insert(QuoteCorrection).values(
            id=new_id(),
            tenant_id=self._tenant_id,
            created_at=utc_now(),
            quote_id=quote_id,
            kind=one.kind,
            words=one.words,
            code=one.code,
            instead_of=one.instead_of,
            quantity=one.quantity,
            actor=actor,
        )
        await self._session.execute(
            statement.on_conflict_do_update(
                index_elements=["tenant_id", "quote_id", "kind", "words", "code"],
                set_={"quantity": one.quantity, "actor": actor},
            )
        )

    async def _times(self, one: Correction) -> int:
        """In how many quotes."""
        query = select(func.count(QuoteCorrection.quote_id.distinct())).where(
            QuoteCorrection.kind == one.kind,
            QuoteCorrection.words == one.words,
            QuoteCorrection.code == one.code,
            QuoteCorrection.quantity.is_not_distinct_from(one.quantity),
        )
        return await self._session.scalar(query) or 0

    async def _propose(self, one: Correction, times: int) -> None:
        """Once: what was dismissed is not asked again, unless other hours are meant now."""
        query = select(CatalogueProposal).where(
            CatalogueProposal.kind == one.kind,
            CatalogueProposal.words == one.words,
            CatalogueProposal.code == one.code,
        )
        row = (await self._session.scalars(query)).one_or_none()
        if row is None:
            row = CatalogueProposal(
                id=new_id(), tenant_id=self._tenant_id, kind=one.kind, words=one.words,
                code=one.code,
            )  # fmt: skip
            self._session.add(row)
        elif row.quantity == one.quantity:
            row.times = times
            return
        row.quantity, row.times, row.state, row.decided_by = one.quantity, times, OPEN, ""
        await self._session.flush()
        payload = {"kind": one.kind, "code": one.code, "times": times}
        record(self._session, self._tenant_id, Happened(PROPOSED, row.id, payload, "system"))

    async def page(
        self,
        limit: int,
        after: tuple[datetime, UUID] | None = None,
        since: Since | None = None,
        state: str | None = None,
    ) -> list[ShownProposal]:
        """The oldest first."""
        proposal = CatalogueProposal
        query = (
            select(proposal, ProductRecord.name, NormRecord.description)
            .outerjoin(
                ProductRecord, (ProductRecord.code == proposal.code) & (proposal.kind == SYNONYM)
            )
            .outerjoin(NormRecord, (NormRecord.code == proposal.code) & (proposal.kind == NORM))
            .order_by(proposal.created_at, proposal.id)
            .limit(limit)
        )
        if state:
            query = query.where(proposal.state == state)
        if after:
            query = query.where(tuple_(proposal.created_at, proposal.id) > after)
        if since:
            query = since.of(query, proposal.updated_at, proposal.id)
        return [
            ShownProposal(row, product or norm or row.code)
            for row, product, norm in await self._session.execute(query)
        ]

    async def get(self, proposal_id: UUID) -> CatalogueProposal:
        row = await self._session.get(CatalogueProposal, proposal_id, with_for_update=True)
        if row is None:
            raise NotFound("proposal", proposal_id)
        return row

    async def accept(self, proposal_id: UUID, *, actor: str) -> CatalogueProposal:
        """From now on it acts: a synonym more, or the norm's hours."""
        row = await self._undecided(proposal_id)
        if row.kind == SYNONYM:
            await Synonyms(self._session, self._tenant_id).add(row.words, row.code, actor=actor)
        else:
            norms = Norms(self._session, self._tenant_id)
            norm = await norms.coded(row.code)
            await norms.change(norm.id, {"per_unit_hours": row.quantity}, actor=actor)
        return await self._decided(row, ACCEPTED, actor)

    async def dismiss(self, proposal_id: UUID, *, actor: str) -> CatalogueProposal:
        return await self._decided(await self._undecided(proposal_id), DISMISSED, actor)

    async def _undecided(self, proposal_id: UUID) -> CatalogueProposal:
        row = await self.get(proposal_id)
        if row.state != OPEN:
            raise Conflict(f"This proposal is {row.state} already.")
        return row

    async def _decided(self, row: CatalogueProposal, state: str, actor: str) -> CatalogueProposal:
        row.state, row.decided_by = state, actor
        await self._session.flush()
        await self._session.refresh(row)
        return row


async def learn(
    session: AsyncSession,
    quote: Quote,
    before: Sequence[QuoteLine],
    after: Sequence[QuoteLine],
    *,
    actor: str,
) -> None:
    """From an edit of a person's; in the transaction of the edit."""
    norms = {row.code: norm_of(row) for row in await session.scalars(select(NormRecord))}
    found = corrections(before, after, norms)
    if found:
        await Proposals(session, quote.tenant_id).learn(quote.id, found, actor=actor)
