"""What customers call a product: a phrase of theirs means a product of ours."""

import re
import unicodedata
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.catalogue.models import ProductRecord, SynonymRecord
from domain.catalogue.service import Products, next_revision
from domain.errors import Conflict, NotFound, Refused
from domain.following import Since
from domain.types import new_id

SHORTEST, LONGEST = 3, 100
MOST = 5000


def folded(phrase: str) -> str:
    """Small letters without accents, single spaces: as requests are read."""
    decomposed = unicodedata.normalize("NFKD", phrase.casefold())
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^\w\s/.+#-]", " ", plain).split())


class UnfitSynonym(Refused):
    def __init__(self, phrase: str) -> None:
        super().__init__(
            f"“{phrase[:LONGEST]}” is no synonym: give a word or a few, of {SHORTEST} to {LONGEST} "
            "letters, that mean one product."
        )


class Synonyms:
    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id

    async def page(
        self, limit: int, after: str = "", since: Since | None = None
    ) -> list[tuple[SynonymRecord, str]]:
        """With the product's code, by phrase."""
        query = (
            select(SynonymRecord, ProductRecord.code)
            .join(ProductRecord, ProductRecord.id == SynonymRecord.product_id)
            .order_by(SynonymRecord.phrase)
            .limit(limit)
        )
        if since:
            query = since.of(query, SynonymRecord.updated_at, SynonymRecord.id)
        else:
            query = query.where(SynonymRecord.phrase > after)
        return [(row, code) for row, code in await self._session.execute(query)]

    async def add(self, phrase: str, code: str, *, actor: str) -> SynonymRecord:
        """A phrase means one product: said again, it means the new one."""
        plain = folded(phrase)
        if not SHORTEST <= len(plain) <= LONGEST or not re.search(r"[^\W\d_]", plain):
            raise UnfitSynonym(phrase)
        product = await Products(self._session, self._tenant_id).get(code)
        if product.retired_at is not None:
            raise Conflict(f"{product.name} is no longer sold: bring it back first.")
        known = select(SynonymRecord).where(SynonymRecord.phrase == plain)
        row = (await self._session.scalars(known)).one_or_none()
        if row is None:
            row = SynonymRecord(id=new_id(), tenant_id=self._tenant_id, phrase=plain)
            self._session.add(row)
        row.product_id, row.author = product.id, actor
        await next_revision(self._session, self._tenant_id)
        await self._session.flush()
        return row

    async def remove(self, synonym_id: UUID) -> None:
        row = await self._session.get(SynonymRecord, synonym_id)
        if row is None:
            raise NotFound("synonym", synonym_id)
        await self._session.delete(row)
        await next_revision(self._session, self._tenant_id)

    async def forget(self, phrase: str) -> None:
        """By its words."""
        query = select(SynonymRecord).where(SynonymRecord.phrase == folded(phrase))
        row = (await self._session.scalars(query)).one_or_none()
        if row is None:
            raise NotFound("synonym", phrase[:LONGEST])
        await self.remove(row.id)
