"""Reads of customers: who can be written to at an address of a kind."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.customers.models import Company, Identity, Person


@dataclass(frozen=True, slots=True)
class Reachable:
    """A person and one of their addresses."""

    person_id: UUID
    name: str
    company: str
    address: str


class PeopleReader:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def reachable(self, kind: str, limit: int = 100) -> list[Reachable]:
        """People of a company first, by company and in the order they were added."""
        query = (
            self._addresses(kind)
            .order_by(Company.name.asc().nulls_last(), Person.created_at, Identity.id)
            .limit(limit)
        )
        return [Reachable(*row) for row in await self._session.execute(query)]

    async def at(self, kind: str, address: str) -> Reachable | None:
        query = self._addresses(kind).where(Identity.value == address)
        row = (await self._session.execute(query)).one_or_none()
        return Reachable(*row) if row else None

    def _addresses(self, kind: str) -> Select[UUID, str, str, str]:
        return (
            select(Person.id, Person.name, func.coalesce(Company.name, ""), Identity.value)
            .join(Identity, Identity.person_id == Person.id)
            .outerjoin(Company, Company.id == Person.company_id)
            .where(Identity.kind == kind)
        )
