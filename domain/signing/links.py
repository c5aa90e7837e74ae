"""Links to a quote or a contract for whoever has them: made once, shown again, taken back.

What stands in the address follows from the link's id by a keyed hash, so that it can be shown
again and is stored nowhere; the directory finds it by another one.
"""

import base64
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from domain.contracts.models import Contract
from domain.errors import NotFound
from domain.quotes.models import Quote
from domain.signing.models import SigningLink
from domain.tenants import directory
from domain.tenants.service import Digest
from domain.types import new_id, utc_now

KIND = "customer_link"
TOKEN_BYTES = 24
"""192 bits: nobody guesses it."""
LONGEST = 64


@dataclass(frozen=True, slots=True)
class Opened:
    """A link that somebody has, and what it leads to: a quote or a contract."""

    tenant_id: UUID
    link_id: UUID


async def link_for(
    session: AsyncSession, hashes: Digest, quote: Quote, *, actor: str = "system"
) -> str:
    """The path of the quote's page (`/q/…`), to be put behind the public address."""
    made = await Links(session, quote.tenant_id, hashes).of_quote(quote.id, actor)
    return made.path


async def link_for_contract(
    session: AsyncSession, hashes: Digest, contract: Contract, *, actor: str = "system"
) -> str:
    """The path of the contract's page (`/c/…`)."""
    made = await Links(session, contract.tenant_id, hashes).of_contract(contract.id, actor)
    return made.path


@dataclass(frozen=True, slots=True)
class Link:
    row: SigningLink
    token: str

    @property
    def path(self) -> str:
        return f"/{'q' if self.row.quote_id else 'c'}/{self.token}"


class Links:
    def __init__(self, session: AsyncSession, tenant_id: UUID, hashes: Digest) -> None:
        self._session = session
        self._tenant_id = tenant_id
        self._hashes = hashes

    async def of_quote(self, quote_id: UUID, actor: str) -> Link:
        """The same as long as it is not revoked."""
        return await self._link(SigningLink.quote_id == quote_id, actor, quote_id=quote_id)

    async def of_contract(self, contract_id: UUID, actor: str) -> Link:
        where = SigningLink.contract_id == contract_id
        return await self._link(where, actor, contract_id=contract_id)

    async def revoke(
        self, *, quote_id: UUID | None = None, contract_id: UUID | None = None
    ) -> bool:
        """Whoever has the link sees nothing any more; the next one is another. Whether there
        was one."""
        where = (
            SigningLink.quote_id == quote_id if quote_id else SigningLink.contract_id == contract_id
        )
        row = await self._found(where)
        if row is None:
            return False
        row.revoked_at = utc_now()
        await directory.forget(self._session, KIND, row.id)
        await self._session.flush()
        return True

    async def get(self, link_id: UUID) -> SigningLink:
        """Raises NotFound, also for one that was revoked."""
        row = await self._session.get(SigningLink, link_id)
        if row is None or row.revoked_at is not None:
            raise NotFound("link", link_id)
        return row

    def token(self, link_id: UUID) -> str:
        derived = self._hashes.digest("customer-link-token", str(link_id))[:TOKEN_BYTES]
        return base64.urlsafe_b64encode(derived).decode().rstrip("=")

    async def _link(self, where: ColumnElement[bool], actor: str, **subject: UUID) -> Link:
        row = await self._found(where)
        if row is None:
            # Two may ask at once: the unique index lets one row stand, and both give it.
            await self._session.execute(
                insert(SigningLink)
                .values(
                    id=new_id(),
                    tenant_id=self._tenant_id,
                    created_at=utc_now(),
                    made_by=actor,
                    **subject,
                )
                .on_conflict_do_nothing()
            )
            row = await self._found(where)
            assert row is not None
            digest = self._hashes.digest(KIND, self.token(row.id))
            await directory.register(self._session, KIND, digest, self._tenant_id, row.id)
        return Link(row, self.token(row.id))

    async def _found(self, where: ColumnElement[bool]) -> SigningLink | None:
        query = select(SigningLink).where(where, SigningLink.revoked_at.is_(None))
        return (await self._session.scalars(query)).one_or_none()


async def opened(session: AsyncSession, hashes: Digest, token: str) -> Opened | None:
    """Whose link it is; in a session of the directory."""
    if not token or len(token) > LONGEST or not token.isascii():
        return None
    found = await directory.find(session, KIND, hashes.digest(KIND, token))
    return Opened(found[0].tenant_id, found[0].subject_id) if found else None
