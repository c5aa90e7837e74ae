"""Companies, sites, people and their addresses, as staff and other systems keep them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Select, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from domain.customers.models import Company, Identity, Person, Site
from domain.errors import Conflict, NotFound, Refused
from domain.events import Happened, record
from domain.following import Since
from domain.tenants.service import Tenants
from domain.types import new_id, utc_now

STAFF = "staff"
KINDS = ("phone", "email", "whatsapp", "telegram")
TAX_TREATMENTS = ("standard", "reduced", "zero", "exempt", "reverse_charge")
COMPANY_FIELDS = frozenset(
    {"name", "vat_number", "tax_treatment", "currency", "language", "payment_terms"}
)
PERSON_FIELDS = frozenset({"name", "language", "company_id", "site_id"})

Row = TypeVar("Row", Company, Person)
Place = tuple[datetime, UUID]

_EMAIL = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+")


class AddressTaken(Conflict):
    def __init__(self, kind: str, value: str, owner_id: UUID | None = None) -> None:
        self.kind, self.value, self.owner_id = kind, value, owner_id
        super().__init__(f"The {kind} {value} belongs to another person already.")


@dataclass(frozen=True, slots=True)
class Reference:
    """How another system calls the row; the same source and external id is the same row."""

    source: str = ""
    external_id: str | None = None


class Customers:
    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id

    # --- companies ---

    async def company(self, company_id: UUID) -> Company:
        return await self._get(Company, "company", company_id)

    async def companies(
        self, limit: int, after: Place | None = None, since: Since | None = None
    ) -> list[Company]:
        """Oldest first, so that a walk through all pages misses none that is added meanwhile."""
        return await self._page(Company, limit, after, since)

    async def keep_company(
        self, fields: Mapping[str, Any], reference: Reference, *, by: str
    ) -> tuple[Company, bool]:
        """Adds the company, or changes the one that the other system means; whether it is new."""
        known = await self._referred(Company, reference)
        if known is not None:
            return await self.change_company(known.id, fields, by=by), False
        if not str(fields.get("name") or "").strip():
            raise Refused("A company needs a name.")
        company = Company(
            id=new_id(),
            tenant_id=self._tenant_id,
            source=reference.source,
            external_id=reference.external_id,
        )
        settings = await Tenants(self._session, self._tenant_id).settings()
        company.currency = settings.currency
        _set(company, fields, COMPANY_FIELDS)
        self._session.add(company)
        await self._session.flush()
        self._happened("company.added", company.id, by)
        return company, True

    async def change_company(
        self, company_id: UUID, fields: Mapping[str, Any], *, by: str
    ) -> Company:
        company = await self.company(company_id)
        if _set(company, fields, COMPANY_FIELDS):
            company.updated_at = utc_now()
            self._happened("company.changed", company.id, by)
        await self._session.flush()
        return company

    # --- sites ---

    async def sites(self, company_id: UUID) -> list[Site]:
        await self.company(company_id)
        query = select(Site).where(Site.tenant_id == self._tenant_id, Site.company_id == company_id)
        return list(await self._session.scalars(query.order_by(Site.id)))

    async def add_site(self, company_id: UUID, name: str, address: str) -> Site:
        company = await self.company(company_id)
        site = Site(
            id=new_id(),
            tenant_id=self._tenant_id,
            company_id=company.id,
            name=name,
            address=address,
        )
        company.updated_at = utc_now()
        self._session.add(site)
        await self._session.flush()
        return site

    async def change_site(self, site_id: UUID, name: str | None, address: str | None) -> Site:
        site = await self.site(site_id)
        site.name = site.name if name is None else name
        site.address = site.address if address is None else address
        await self._session.flush()
        return site

    async def site(self, site_id: UUID) -> Site:
        site = await self._session.get(Site, site_id)
        if site is None or site.tenant_id != self._tenant_id:
            raise NotFound("site", site_id)
        return site

    # --- people ---

    async def person(self, person_id: UUID) -> Person:
        return await self._get(Person, "person", person_id)

    async def people(
        self,
        limit: int,
        after: Place | None = None,
        since: Since | None = None,
        company_id: UUID | None = None,
    ) -> list[Person]:
        return await self._page(Person, limit, after, since, company_id=company_id)

    async def goes_on_as(self, person_id: UUID) -> Person:
        """The person, or whom they were merged into; held, so that no merge comes between."""
        wanted: UUID | None = person_id
        while wanted is not None:
            query = select(Person).where(Person.tenant_id == self._tenant_id, Person.id == wanted)
            query = query.with_for_update(read=True, key_share=True)
            query = query.execution_options(populate_existing=True)
            person = (await self._session.scalars(query)).one_or_none()
            if person is None:
                raise NotFound("person", wanted)
            wanted = person.merged_into_id
        assert person is not None
        return person

    async def person_at(self, kind: str, value: str) -> Person | None:
        """Whose address it is."""
        found = await self._identity(kind, normalised(kind, value))
        return await self.person(found.person_id) if found else None

    async def keep_person(
        self, fields: Mapping[str, Any], reference: Reference, *, by: str
    ) -> tuple[Person, bool]:
        """As `keep_company`."""
        known = await self._referred(Person, reference)
        if known is not None:
            return await self.change_person(known.id, fields, by=by), False
        await self._require_own(fields)
        person = Person(
            id=new_id(),
            tenant_id=self._tenant_id,
            source=reference.source,
            external_id=reference.external_id,
        )
        _set(person, fields, PERSON_FIELDS)
        self._session.add(person)
        await self._session.flush()
        self._happened("person.added", person.id, by)
        return person, True

    async def change_person(self, person_id: UUID, fields: Mapping[str, Any], *, by: str) -> Person:
        person = await self.person(person_id)
        await self._require_own(fields)
        if _set(person, fields, PERSON_FIELDS):
            person.updated_at = utc_now()
            self._happened("person.changed", person.id, by)
        await self._session.flush()
        return person

    # --- addresses ---

    async def identities(self, person_ids: list[UUID]) -> dict[UUID, list[Identity]]:
        query = select(Identity).where(
            Identity.tenant_id == self._tenant_id, Identity.person_id.in_(person_ids)
        )
        found: dict[UUID, list[Identity]] = {person_id: [] for person_id in person_ids}
        for identity in await self._session.scalars(query.order_by(Identity.id)):
            found[identity.person_id].append(identity)
        return found

    async def add_identity(self, person_id: UUID, kind: str, value: str) -> Identity:
        """Not proven: a channel or a code does that. Raises AddressTaken."""
        person = await self.goes_on_as(person_id)
        person_id = person.id
        value = normalised(kind, value)
        known = await self._identity(kind, value)
        if known is not None:
            if known.person_id != person_id:
                raise AddressTaken(kind, value, known.person_id)
            return known
        identity = Identity(
            id=new_id(), tenant_id=self._tenant_id, person_id=person_id, kind=kind, value=value
        )
        person.updated_at = utc_now()
        self._session.add(identity)
        await self._session.flush()
        return identity

    async def remove_identity(self, person_id: UUID, identity_id: UUID) -> None:
        person = await self.person(person_id)
        identity = await self._session.get(Identity, identity_id)
        if identity is None or identity.person_id != person_id:
            raise NotFound("address", identity_id)
        person.updated_at = utc_now()
        await self._session.delete(identity)
        await self._session.flush()

    async def unmute(self, kind: str, value: str, *, by: str) -> Identity:
        """Mail may go there again: a person says that the address is right."""
        identity = await self._identity(kind, normalised(kind, value))
        if identity is None:
            raise NotFound("address", value)
        if identity.muted_at is not None:
            identity.muted_at, identity.muted_reason = None, ""
            self._happened("address.unmuted", identity.id, by)
            await self._session.flush()
        return identity

    # --- inner ---

    async def _get(self, kind: type[Row], noun: str, row_id: UUID) -> Row:
        row = await self._session.get(kind, row_id)
        if row is None or row.tenant_id != self._tenant_id:
            raise NotFound(noun, row_id)
        return row

    async def _page(
        self,
        kind: type[Row],
        limit: int,
        after: Place | None,
        since: Since | None,
        **filters: Any,
    ) -> list[Row]:
        query: Select[Row] = select(kind).where(kind.tenant_id == self._tenant_id)
        if after:
            query = query.where(tuple_(kind.created_at, kind.id) > after)
        for name, value in filters.items():
            if value is not None:
                query = query.where(getattr(kind, name) == value)
        query = query.order_by(kind.created_at, kind.id).limit(limit)
        if since:
            query = since.of(query, kind.updated_at, kind.id)
        return list(await self._session.scalars(query))

    async def _referred(self, kind: type[Row], reference: Reference) -> Row | None:
        if reference.external_id is None:
            return None
        query = select(kind).where(
            kind.tenant_id == self._tenant_id,
            kind.source == reference.source,
            kind.external_id == reference.external_id,
        )
        found: Row | None = (await self._session.scalars(query)).one_or_none()
        return found

    async def _identity(self, kind: str, value: str) -> Identity | None:
        query = select(Identity).where(
            Identity.tenant_id == self._tenant_id, Identity.kind == kind, Identity.value == value
        )
        return (await self._session.scalars(query)).one_or_none()

    async def _require_own(self, fields: Mapping[str, Any]) -> None:
        """A foreign key is checked past row-level security, so it is checked here first."""
        if fields.get("company_id"):
            await self.company(fields["company_id"])
        if fields.get("site_id"):
            site = await self.site(fields["site_id"])
            if fields.get("company_id") and site.company_id != fields["company_id"]:
                raise Refused("The site belongs to another company.")

    def _happened(self, kind: str, row_id: UUID, by: str) -> None:
        record(self._session, self._tenant_id, Happened(kind, row_id, {}, by))


def normalised(kind: str, value: str) -> str:
    """As channels write it: mail in lower case, phones in digits. Raises Refused."""
    if kind not in KINDS:
        raise Refused(f"An address is one of {', '.join(KINDS)}, not “{kind}”.")
    value = value.strip()
    if kind == "email":
        if not _EMAIL.fullmatch(value) or len(value) > 254:
            raise Refused(f"“{value}” is no mail address.")
        return value.lower()
    if kind == "phone":
        digits = re.sub(r"[\s().+/-]", "", value).removeprefix("00")
        if not (digits.isascii() and digits.isdecimal() and 5 <= len(digits) <= 15):
            raise Refused(f"“{value}” is no phone number with its country code.")
        return digits
    if not value:
        raise Refused("The address is empty.")
    return value


def _set(row: Company | Person, fields: Mapping[str, Any], allowed: frozenset[str]) -> bool:
    """Whether anything changed."""
    changed = False
    for name in allowed & fields.keys():
        if name == "name" and isinstance(row, Person) and fields[name]:
            row.named_by = STAFF  # whoever keeps records knows better than a profile
        if getattr(row, name) != fields[name]:
            setattr(row, name, fields[name])
            changed = True
    return changed
