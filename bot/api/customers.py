"""Companies with their sites, and people with the addresses they write from."""

from datetime import datetime
from typing import Annotated, Any, Literal, get_args
from uuid import UUID

from fastapi import Query, Response
from pydantic import BaseModel, Field, StringConstraints

from bot.api.problems import problem
from bot.api.rest import (
    STORABLE,
    Body,
    Line,
    Name,
    Page,
    Paging,
    Shown,
    UpdatedSince,
    Word,
    changes,
    cursor,
    page,
    rest_router,
    time_and_id,
)
from bot.dependencies import Reader, ReadTransaction, StaffCaller, Transaction
from domain.customers import service
from domain.customers.joining.links import shared
from domain.customers.models import Company, Identity, Person
from domain.customers.service import AddressTaken, Customers, Reference
from domain.following import Since

router = rest_router("", "customers")

Kind = Literal["phone", "email", "whatsapp", "telegram"]
Treatment = Literal["standard", "reduced", "zero", "exempt", "reverse_charge"]
assert get_args(Kind) == service.KINDS
assert get_args(Treatment) == service.TAX_TREATMENTS

Language = Annotated[str, StringConstraints(pattern="^([a-z]{2})?$")]
Currency = Annotated[str, StringConstraints(pattern="^[A-Z]{3}$")]
Days = Annotated[int, Field(ge=0, le=365)]
AddressText = Annotated[
    str, StringConstraints(min_length=1, max_length=256, pattern=STORABLE, strip_whitespace=True)
]


class CompanyOut(Shown):
    """`payment_terms` in days."""

    id: UUID
    name: str
    vat_number: str
    tax_treatment: str
    currency: str
    language: str
    payment_terms: int
    source: str
    external_id: str | None
    merged_into_id: UUID | None
    created_at: datetime
    updated_at: datetime


class CompanyChanges(Body):
    name: Name | None = Field(None, examples=["Harbour Dental Ltd"])
    vat_number: Word | None = Field(None, examples=["GB123456789"])
    tax_treatment: Treatment | None = None
    currency: Currency | None = None
    language: Language | None = None
    payment_terms: Days | None = None


class CompanyIn(CompanyChanges):
    """Sent again with the same `source` and `external_id` it changes the company instead."""

    source: Word = Field("", examples=["crm"])
    external_id: Name | None = Field(None, examples=["C-1042"])


class SiteOut(Shown):
    id: UUID
    company_id: UUID
    name: str
    address: str
    created_at: datetime
    updated_at: datetime


class SiteIn(Body):
    name: Name = Field(examples=["Warehouse"])
    address: Line = Field("", examples=["4 Dock Road, Bristol"])


class SiteChanges(Body):
    name: Name | None = None
    address: Line | None = None


class IdentityOut(Shown):
    """`proven_at`: when the channel or a code showed that the address is theirs."""

    id: UUID
    kind: str
    value: str
    proven_at: datetime | None
    muted_at: datetime | None
    muted_reason: str


class PersonOut(Shown):
    """`merged_into_id`: the person who has all that was theirs."""

    id: UUID
    name: str
    language: str
    company_id: UUID | None
    site_id: UUID | None
    source: str
    external_id: str | None
    opted_out_at: datetime | None
    merged_into_id: UUID | None
    created_at: datetime
    updated_at: datetime
    identities: list[IdentityOut] = Field(default_factory=list)

    @classmethod
    def of(cls, person: Person, identities: list[Identity]) -> "PersonOut":
        shown = cls.model_validate(person)
        shown.identities = [IdentityOut.model_validate(one) for one in identities]
        return shown


class PersonChanges(Body):
    """null for `company_id` or `site_id` takes the person out of it."""

    name: Name | None = Field(None, examples=["Priya Shah"])
    language: Language | None = None
    company_id: UUID | None = None
    site_id: UUID | None = None


class PeopleQuery(Paging):
    company_id: UUID | None = None


class IdentityIn(Body):
    kind: Kind = Field(examples=["email"])
    value: AddressText = Field(examples=["priya@harbourdental.example"])


class PersonIn(PersonChanges):
    """Sent again with the same `source` and `external_id` it changes the person instead."""

    source: Word = ""
    external_id: Name | None = None
    identities: list[IdentityIn] = Field(default_factory=list, max_length=20)


class Sites(BaseModel):
    items: list[SiteOut]


@router.get("/companies", summary="Companies, oldest first")
async def companies(
    caller: Reader,
    session: ReadTransaction,
    asked: Annotated[Paging, Query()],
) -> Page[CompanyOut]:
    known = Customers(session, caller.tenant_id)
    rows = await known.companies(asked.limit + 1, asked.place(time_and_id), asked.since)
    return page(rows, asked.limit, CompanyOut.model_validate, asked.ended(_place))


@router.post("/companies", status_code=201, summary="Add a company, or change a known one")
async def keep_company(
    new: CompanyIn, caller: StaffCaller, session: Transaction, response: Response
) -> CompanyOut:
    """201 when it is new, 200 when another system's company was known and is changed."""
    company, is_new = await Customers(session, caller.tenant_id).keep_company(
        _fields(new), Reference(new.source, new.external_id), by=caller.actor
    )
    response.status_code = 201 if is_new else 200
    return CompanyOut.model_validate(company)


@router.get("/companies/{company_id}", summary="One company")
async def company(company_id: UUID, caller: Reader, session: ReadTransaction) -> CompanyOut:
    found = await Customers(session, caller.tenant_id).company(company_id)
    return CompanyOut.model_validate(found)


@router.patch("/companies/{company_id}", summary="Change a company")
async def change_company(
    company_id: UUID, sent: CompanyChanges, caller: StaffCaller, session: Transaction
) -> CompanyOut:
    changed = await Customers(session, caller.tenant_id).change_company(
        company_id, _fields(sent), by=caller.actor
    )
    return CompanyOut.model_validate(changed)


@router.get("/companies/{company_id}/sites", summary="A company's sites")
async def sites(
    company_id: UUID,
    caller: Reader,
    session: ReadTransaction,
    updated_since: UpdatedSince = None,
) -> Sites:
    found = await Customers(session, caller.tenant_id).sites(company_id)
    found = Since(updated_since).among(found) if updated_since else found
    return Sites(items=[SiteOut.model_validate(site) for site in found])


@router.post("/companies/{company_id}/sites", status_code=201, summary="Add a site")
async def add_site(
    company_id: UUID, new: SiteIn, caller: StaffCaller, session: Transaction
) -> SiteOut:
    known = Customers(session, caller.tenant_id)
    return SiteOut.model_validate(await known.add_site(company_id, new.name, new.address))


@router.patch("/sites/{site_id}", summary="Change a site")
async def change_site(
    site_id: UUID, sent: SiteChanges, caller: StaffCaller, session: Transaction
) -> SiteOut:
    known = Customers(session, caller.tenant_id)
    return SiteOut.model_validate(await known.change_site(site_id, sent.name, sent.address))


@router.get("/people", summary="People, oldest first")
async def people(
    caller: Reader,
    session: ReadTransaction,
    asked: Annotated[PeopleQuery, Query()],
) -> Page[PersonOut]:
    known = Customers(session, caller.tenant_id)
    place = asked.place(time_and_id)
    rows = await known.people(asked.limit + 1, place, asked.since, asked.company_id)
    addresses = await known.identities([row.id for row in rows])
    ended = asked.ended(_place)
    return page(rows, asked.limit, lambda row: PersonOut.of(row, addresses[row.id]), ended)


@router.get("/people/lookup", summary="Whose address this is")
async def lookup(
    caller: Reader,
    session: ReadTransaction,
    kind: Kind,
    value: Annotated[AddressText, Query()],
    updated_since: UpdatedSince = None,
) -> Page[PersonOut]:
    """One person or none."""
    known = Customers(session, caller.tenant_id)
    person = await known.person_at(kind, value)
    if person and updated_since and person.updated_at < updated_since:
        person = None
    return Page(items=[await _whole(known, person)] if person else [])


@router.post("/people", status_code=201, summary="Add a person, or change a known one")
async def keep_person(
    new: PersonIn, caller: StaffCaller, session: Transaction, response: Response
) -> PersonOut:
    """201 when new, else 200. Addresses are added; one of another person's is a 409."""
    known = Customers(session, caller.tenant_id)
    person, is_new = await known.keep_person(
        _fields(new), Reference(new.source, new.external_id), by=caller.actor
    )
    for address in new.identities:
        await known.add_identity(person.id, address.kind, address.value)
    response.status_code = 201 if is_new else 200
    return await _whole(known, person)


@router.get("/people/{person_id}", summary="One person")
async def person(person_id: UUID, caller: Reader, session: ReadTransaction) -> PersonOut:
    known = Customers(session, caller.tenant_id)
    return await _whole(known, await known.person(person_id))


@router.patch("/people/{person_id}", summary="Change a person")
async def change_person(
    person_id: UUID, sent: PersonChanges, caller: StaffCaller, session: Transaction
) -> PersonOut:
    known = Customers(session, caller.tenant_id)
    changed = await known.change_person(person_id, _fields(sent), by=caller.actor)
    return await _whole(known, changed)


@router.post(
    "/people/{person_id}/identities",
    status_code=201,
    summary="Add an address",
    response_model=IdentityOut,
)
async def add_identity(
    person_id: UUID, new: IdentityIn, caller: StaffCaller, session: Transaction
) -> Any:
    """Not proven by this: a channel or a code does that. One of another person's is a 409, and
    staff are asked whether the two are one."""
    try:
        return await Customers(session, caller.tenant_id).add_identity(
            person_id, new.kind, new.value
        )
    except AddressTaken as taken:
        await shared(session, caller.tenant_id, person_id, taken, by=caller.actor)
        return problem(409, "The address is taken", str(taken))


@router.delete(
    "/people/{person_id}/identities/{identity_id}", status_code=204, summary="Remove an address"
)
async def remove_identity(
    person_id: UUID, identity_id: UUID, caller: StaffCaller, session: Transaction
) -> None:
    await Customers(session, caller.tenant_id).remove_identity(person_id, identity_id)


async def _whole(known: Customers, person: Person) -> PersonOut:
    return PersonOut.of(person, (await known.identities([person.id]))[person.id])


def _fields(sent: Body) -> dict[str, Any]:
    """What was sent of the row's own fields; only a reference can be set to null."""
    references = ("company_id", "site_id")
    return {
        name: value
        for name, value in changes(sent).items()
        if value is not None or name in references
    }


def _place(row: Company | Person) -> str:
    return cursor(row.created_at, row.id)
