"""Merging customers by reference, and taking a merge back to exactly what each had."""

from uuid import uuid4

import pytest
from sqlalchemy import select, text

from domain.audit.models import AuditEntry
from domain.conversations.models import Conversation, Message
from domain.customers.joining.merging import COMPANY, CustomerMerges, MergeRefused
from domain.customers.models import Company, Person
from domain.customers.service import Reference
from domain.errors import NotFound
from domain.events import DomainEvent
from domain.tickets.models import Ticket
from tests.domain.customers.conftest import WHY, Register

ANNAS = {"anna@x.example", "talk anna@x.example", "Ticket of Anna"}
PHONES = {"447700900001", "talk 447700900001", "Ticket of Ann"}
TOMS = {"tom@x.example", "talk tom@x.example", "Ticket of Tom"}


async def trio(register: Register) -> tuple[Person, Person, Person]:
    anna = await register.person("Anna", "email", "anna@x.example")
    phone = await register.person("Ann", "phone", "447700900001")
    tom = await register.person("Tom", "email", "tom@x.example")
    return anna, phone, tom


async def test_all_goes_to_the_other_and_comes_back(register: Register) -> None:
    anna, phone, tom = await trio(register)
    await register.merge(phone, anna)
    assert await register.has(anna) == ANNAS | PHONES
    assert await register.has(phone) == set()
    assert (await register.merges.goes_on_as(phone.id)).id == anna.id
    await register.undo(phone)
    assert await register.has(anna) == ANNAS
    assert await register.has(phone) == PHONES
    assert await register.has(tom) == TOMS
    assert phone.merged_into_id is None


async def test_what_was_said_keeps_its_speaker(register: Register) -> None:
    anna, phone, _ = await trio(register)
    await register.merge(phone, anna)
    said = await register.session.execute(
        select(Message.said_by_id, Message.said_from)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(Conversation.person_id == anna.id)
        .order_by(Message.sequence)
    )
    assert [tuple(row) for row in said] == [
        (anna.id, "anna@x.example"),
        (phone.id, "447700900001"),
    ]


async def test_what_came_since_is_of_whose_address_it_came_from(register: Register) -> None:
    anna, phone, _ = await trio(register)
    await register.merge(phone, anna)
    later = await register.conversation(anna.id, "telegram", "447700900001")
    await register.ticket("Opened by phone later", anna.id, later.id)
    await register.ticket("Opened by staff later", anna.id)
    own = await register.conversation(anna.id, "whatsapp", "anna@x.example")
    await register.ticket("Opened by mail later", anna.id, own.id)
    await register.address(anna.id, "whatsapp", "user-7", beside="447700900001")
    await register.undo(phone)
    assert await register.has(phone) == PHONES | {"Opened by phone later", "user-7"}
    assert await register.has(anna) == ANNAS | {"Opened by staff later", "Opened by mail later"}


async def test_what_went_to_a_third_stays_there(register: Register) -> None:
    anna, phone, tom = await trio(register)
    await register.merge(phone, anna)
    query = select(Ticket).where(Ticket.subject == "Ticket of Ann")
    ticket = (await register.session.scalars(query)).one()
    await register.session.refresh(ticket)
    ticket.person_id = tom.id
    await register.session.flush()
    await register.undo(phone)
    assert "Ticket of Ann" in await register.has(tom)
    assert await register.has(phone) == PHONES - {"Ticket of Ann"}


@pytest.mark.parametrize("first", [0, 1])
async def test_a_chain_comes_apart_in_either_order(register: Register, first: int) -> None:
    anna, phone, tom = await trio(register)
    await register.merge(tom, phone)
    await register.merge(phone, anna)
    assert await register.has(anna) == ANNAS | PHONES | TOMS
    assert (await register.merges.goes_on_as(tom.id)).id == anna.id
    assert len(await register.merges.merged_into(anna.id)) == 2
    order = [tom, phone]
    await register.undo(order[first])
    if first == 0:
        assert await register.has(anna) == ANNAS | PHONES
    else:
        assert await register.has(phone) == PHONES | TOMS
    await register.undo(order[1 - first])
    assert await register.has(anna) == ANNAS
    assert await register.has(phone) == PHONES
    assert await register.has(tom) == TOMS


async def test_no_circle_and_nothing_twice(register: Register) -> None:
    anna, phone, tom = await trio(register)
    await register.merge(tom, phone)
    await register.merge(phone, anna)
    for source, target, said in (
        (anna, tom, "one and the same"),
        (anna, anna, "one and the same"),
        (tom, anna, "merged already"),
    ):
        with pytest.raises(MergeRefused, match=said):
            await register.merge(source, target)
    with pytest.raises(MergeRefused, match="not merged"):
        await register.undo(anna)
    await register.undo(phone)
    with pytest.raises(MergeRefused, match="not merged"):
        await register.undo(phone)


async def test_into_somebody_merged_is_into_whom_they_became(register: Register) -> None:
    anna, phone, tom = await trio(register)
    await register.merge(phone, anna)
    merge = await register.merge(tom, phone)
    assert merge.target_id == anna.id
    assert await register.has(anna) == ANNAS | PHONES | TOMS


async def test_the_one_that_goes_on_gets_what_it_lacks_and_loses_it_again(
    register: Register,
) -> None:
    company, _ = await register.customers.keep_company({"name": "X Ltd"}, Reference(), by="test")
    anna = await register.person("", "email", "anna@x.example")
    phone = await register.person(
        "Ann", "phone", "447700900001", company_id=company.id, language="de"
    )
    await register.merge(phone, anna)
    assert (anna.name, anna.named_by, anna.language) == ("Ann", "staff", "de")
    assert anna.company_id == company.id
    anna.language = "fr"
    await register.undo(phone)
    assert (anna.name, anna.named_by, anna.language, anna.company_id) == ("", "", "fr", None)


async def test_each_merge_is_told_and_audited(register: Register) -> None:
    anna, phone, _ = await trio(register)
    await register.merge(phone, anna)
    await register.undo(phone)
    events = await register.session.scalars(
        select(DomainEvent).where(DomainEvent.kind.like("customer.%"))
    )
    told = [(event.kind, event.subject_id, event.payload["source_id"]) for event in events]
    assert told == [
        ("customer.merged", anna.id, str(phone.id)),
        ("customer.unmerged", anna.id, str(phone.id)),
    ]
    audited = await register.session.execute(
        select(AuditEntry.actor, AuditEntry.action).where(AuditEntry.action.like("customer.%"))
    )
    assert sorted(tuple(row) for row in audited) == [
        ("staff:test", "customer.merged"),
        ("staff:test", "customer.unmerged"),
    ]


async def test_companies_are_merged_with_people_sites_and_tickets(register: Register) -> None:
    customers = register.customers
    one, _ = await customers.keep_company({"name": "X"}, Reference(), by="test")
    other, _ = await customers.keep_company(
        {"name": "X Ltd", "vat_number": "GB1"}, Reference(), by="test"
    )
    site = await customers.add_site(other.id, "Clinic", "")
    tom = await register.person("Tom", "email", "tom@x.example", company_id=other.id)
    merges = CustomerMerges(register.session, register.tenant_id, COMPANY)
    await merges.merge(other.id, one.id, WHY)
    for row in (site, tom, one):
        await register.session.refresh(row)
    assert {site.company_id, tom.company_id} == {one.id}
    assert one.vat_number == "GB1"
    await merges.undo(other.id, actor="staff:test")
    for row in (site, tom, one):
        await register.session.refresh(row)
    assert {site.company_id, tom.company_id} == {other.id}
    assert one.vat_number == ""
    assert isinstance(await merges.goes_on_as(other.id), Company)


async def test_nobody_of_another_tenant_is_merged(register: Register) -> None:
    anna, phone, _ = await trio(register)
    await register.session.execute(
        text("select set_config('app.tenant_id', :other, true)"), {"other": str(uuid4())}
    )
    register.session.expunge_all()
    with pytest.raises(NotFound):
        await register.merges.merge(phone.id, anna.id, WHY)
