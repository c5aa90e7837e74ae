"""Finds the customer that somebody means by a name: a company, else a person."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.customers.models import Company, Person
from domain.errors import NotFound, Refused

CANDIDATES = 6


@dataclass(frozen=True, slots=True)
class Named:
    id: UUID
    name: str
    is_company: bool


async def called(session: AsyncSession, tenant_id: UUID, words: str) -> Named:
    """The one of just that name, else the only one with it in theirs.

    Raises NotFound, or Refused with the names where it may be several.
    """
    wanted = " ".join(words.split()).strip("“”\"'")
    if not wanted:
        raise Refused("Say for which customer.")
    pattern = f"%{_literally(wanted)}%"
    found: list[Named] = []
    for kind in (Company, Person):
        query = (
            select(kind.id, kind.name)
            .where(
                kind.tenant_id == tenant_id,
                kind.merged_into_id.is_(None),
                kind.name.ilike(pattern, escape="\\"),
            )
            .order_by(kind.name)
            .limit(CANDIDATES)
        )
        found += [Named(id_, name, kind is Company) for id_, name in await session.execute(query)]
    exact = [one for one in found if one.name.casefold() == wanted.casefold()]
    chosen = exact or found
    if not chosen:
        raise NotFound("customer", wanted)
    if len(chosen) > 1:
        names = ", ".join(dict.fromkeys(one.name for one in chosen[:CANDIDATES]))
        raise Refused(f"“{wanted}” may be {names}: say which.")
    return chosen[0]


def _literally(words: str) -> str:
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
