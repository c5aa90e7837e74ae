"""Finds customers as staff name them: by id, address, name or company; and shows what they have."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.customers.models import Company, Identity, Person
from domain.errors import NotFound, Refused

LIMIT = 8


@dataclass(frozen=True, slots=True)
class Found:
    """A person with company and addresses, oldest address first."""

    person: Person
    company: str
    addresses: tuple[Identity, ...]

    @property
    def name(self) -> str:
        """Never empty: the name, else an address."""
        if self.person.name:
            return self.person.name
        return self.addresses[0].value if self.addresses else f"customer {self.person.id}"


class CustomerFinder:
    """Only those who were merged into nobody, but for `with_id`."""

    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id

    async def find(self, words: str, limit: int = LIMIT) -> list[Found]:
        plain = " ".join(words.split()).strip("“”\"'")
        if not plain:
            raise Refused("Say whom: a name, an address or a company.")
        pattern = f"%{_literally(plain)}%"
        like = [
            Person.name.ilike(pattern, escape="\\"),
            Company.name.ilike(pattern, escape="\\"),
            Person.id.in_(
                select(Identity.person_id).where(
                    Identity.tenant_id == self._tenant_id,
                    or_(
                        Identity.value.ilike(pattern, escape="\\"),
                        Identity.value == _digits(plain),
                    ),
                )
            ),
        ]
        query = (
            select(Person.id)
            .outerjoin(Company, Company.id == Person.company_id)
            .where(Person.tenant_id == self._tenant_id, Person.merged_into_id.is_(None), or_(*like))
            .order_by(Person.name, Person.id)
            .limit(limit)
        )
        return await self.all(list(await self._session.scalars(query)))

    async def meant(self, words: str) -> Found:
        """The one. Raises NotFound, or Refused with the names where it may be several."""
        try:
            return await self.with_id(UUID(words.strip()))
        except ValueError:
            pass
        found = await self.find(words)
        wanted = words.strip().casefold()
        exact = [
            one
            for one in found
            if one.person.name.casefold() == wanted
            or any(a.value == wanted or a.value == _digits(wanted) for a in one.addresses)
        ]
        chosen = exact or found
        if not chosen:
            raise NotFound("customer", words.strip()[:80])
        if len(chosen) > 1:
            told = ", ".join(_told(one) for one in chosen[:LIMIT])
            raise Refused(f"“{words.strip()[:80]}” may be {told}: give the address.")
        return chosen[0]

    async def with_id(self, person_id: UUID) -> Found:
        found = await self.all([person_id])
        if not found:
            raise NotFound("customer", person_id)
        return found[0]

    async def all(self, person_ids: Sequence[UUID]) -> list[Found]:
        """In the order of the ids."""
        rows = await self._session.execute(
            select(Person, Company.name)
            .outerjoin(Company, Company.id == Person.company_id)
            .where(Person.tenant_id == self._tenant_id, Person.id.in_(person_ids))
        )
        people = {person.id: (person, company or "") for person, company in rows}
        addresses: dict[UUID, list[Identity]] = {}
        query = select(Identity).where(Identity.person_id.in_(person_ids)).order_by(Identity.id)
        for identity in await self._session.scalars(query):
            addresses.setdefault(identity.person_id, []).append(identity)
        return [
            Found(*people[one], tuple(addresses.get(one, ())))
            for one in person_ids
            if one in people
        ]


def _told(one: Found) -> str:
    where = one.addresses[0].value if one.addresses else str(one.person.id)
    return f"{one.name} ({where})"


def _digits(words: str) -> str:
    return "".join(c for c in words if c.isdigit()) or words


def _literally(words: str) -> str:
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
