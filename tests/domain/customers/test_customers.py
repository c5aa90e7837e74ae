"""Companies and people as other systems and staff keep them."""

from typing import Any
from uuid import uuid4

import pytest

from domain.customers.service import AddressTaken, Customers, Reference, normalised
from domain.database import Database
from domain.errors import NotFound, Refused
from domain.tenants.service import Tenants
from domain.tenants.settings import TenantSettings

CRM = Reference("crm", "C-1")


@pytest.fixture
def customers(tenant: Any) -> Customers:
    return Customers(tenant.session, tenant.tenant_id)


async def test_the_same_external_id_is_the_same_company(customers: Customers) -> None:
    first, is_new = await customers.keep_company({"name": "Dental"}, CRM, by="key")
    again, is_new_again = await customers.keep_company({"payment_terms": 14}, CRM, by="key")
    assert (is_new, is_new_again) == (True, False)
    assert again.id == first.id
    assert (again.name, again.payment_terms) == ("Dental", 14)


async def test_another_source_with_the_same_id_is_another_company(customers: Customers) -> None:
    first, _ = await customers.keep_company({"name": "A"}, CRM, by="key")
    other, is_new = await customers.keep_company({"name": "B"}, Reference("erp", "C-1"), by="key")
    assert is_new
    assert other.id != first.id


async def test_a_company_without_a_name_is_refused(customers: Customers) -> None:
    with pytest.raises(Refused, match="name"):
        await customers.keep_company({}, Reference(), by="key")


async def test_a_field_that_is_no_business_of_the_caller_is_left_alone(
    customers: Customers, tenant: Any
) -> None:
    company, _ = await customers.keep_company({"name": "A", "tenant_id": uuid4()}, CRM, by="key")
    assert company.tenant_id == tenant.tenant_id


async def test_a_person_keeps_addresses_and_nobody_else_gets_them(customers: Customers) -> None:
    priya, _ = await customers.keep_person({"name": "Priya"}, Reference(), by="key")
    other, _ = await customers.keep_person({"name": "Tom"}, Reference(), by="key")
    added = await customers.add_identity(priya.id, "email", "Priya@Dental.example")
    assert (await customers.add_identity(priya.id, "email", "priya@dental.example")).id == added.id
    with pytest.raises(AddressTaken):
        await customers.add_identity(other.id, "email", "PRIYA@dental.example")
    found = await customers.person_at("email", "priya@DENTAL.example")
    assert found is not None
    assert found.id == priya.id
    assert added.proven_at is None


async def test_a_removed_address_is_free_again(customers: Customers) -> None:
    priya, _ = await customers.keep_person({"name": "Priya"}, Reference(), by="key")
    tom, _ = await customers.keep_person({"name": "Tom"}, Reference(), by="key")
    added = await customers.add_identity(priya.id, "phone", "+44 7700 900123")
    with pytest.raises(NotFound):
        await customers.remove_identity(tom.id, added.id)
    await customers.remove_identity(priya.id, added.id)
    assert (await customers.add_identity(tom.id, "phone", "00447700900123")).person_id == tom.id


async def test_a_site_of_another_company_is_refused(customers: Customers) -> None:
    ours, _ = await customers.keep_company({"name": "A"}, Reference("crm", "1"), by="key")
    other, _ = await customers.keep_company({"name": "B"}, Reference("crm", "2"), by="key")
    site = await customers.add_site(other.id, "Clinic", "")
    with pytest.raises(Refused, match="another company"):
        await customers.keep_person(
            {"company_id": ours.id, "site_id": site.id}, Reference(), by="key"
        )


async def test_a_walk_through_pages_meets_everyone_once(customers: Customers) -> None:
    names = [f"Person {number}" for number in range(7)]
    for name in names:
        await customers.keep_person({"name": name}, Reference(), by="key")
    met, after = [], None
    while rows := await customers.people(3, after):
        met += [row.name for row in rows]
        after = (rows[-1].created_at, rows[-1].id)
    assert met == names


async def test_nothing_of_another_tenant_is_found(database: Database) -> None:
    ours, theirs = uuid4(), uuid4()
    for tenant_id in (ours, theirs):
        async with database.transaction(tenant_id) as session:
            await Tenants(session, tenant_id).add(f"t{tenant_id.hex[:8]}", "T", TenantSettings())
    async with database.transaction(theirs) as session:
        company, _ = await Customers(session, theirs).keep_company({"name": "A"}, CRM, by="key")
    async with database.transaction(ours) as session:
        customers = Customers(session, ours)
        with pytest.raises(NotFound):
            await customers.company(company.id)
        with pytest.raises(NotFound):
            await customers.keep_person({"company_id": company.id}, Reference(), by="key")
        _, is_new = await customers.keep_company({"name": "B"}, CRM, by="key")
        assert is_new


@pytest.mark.parametrize(
    ("kind", "written", "kept"),
    [
        ("email", " Priya@Dental.Example ", "priya@dental.example"),
        ("phone", "+44 (7700) 900-123", "447700900123"),
        ("phone", "0044 7700 900123", "447700900123"),
        ("telegram", " 1234 ", "1234"),
    ],
)
def test_addresses_are_kept_as_channels_write_them(kind: str, written: str, kept: str) -> None:
    assert normalised(kind, written) == kept


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        ("email", "priya"),
        ("email", "a@b\r\nBcc: c@d"),
        ("email", "a@b, c@d"),
        ("phone", "call me"),
        ("phone", "12"),
        ("phone", "٤٤٧٧٠٠٩٠٠١٢٣"),
        ("whatsapp", "  "),
        ("fax", "123456"),
    ],
)
def test_what_is_no_address_is_refused(kind: str, written: str) -> None:
    with pytest.raises(Refused):
        normalised(kind, written)
