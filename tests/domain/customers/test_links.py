"""Soft links: suggested once, decided by staff, opening nothing."""

import pytest
from sqlalchemy import text

from domain.customers.joining.deciding import merge_people
from domain.customers.joining.links import CustomerLinks, NewLink, shared
from domain.customers.joining.merging import MergeRefused
from domain.customers.joining.sharing import Known, doubt
from domain.customers.models import Person
from domain.customers.personal_data import everyone, personal_tables
from domain.customers.service import AddressTaken
from domain.errors import Refused
from tests.domain.customers.conftest import Register


async def two(register: Register) -> tuple[Person, Person, CustomerLinks]:
    anna = await register.person("Anna", "email", "anna@x.example")
    phone = await register.person("Ann", "phone", "447700900001")
    return anna, phone, CustomerLinks(register.session, register.tenant_id)


async def test_a_suggestion_is_made_once_and_moves_nothing(register: Register) -> None:
    anna, phone, links = await two(register)
    before = await register.has(anna)
    new = NewLink(phone.id, anna.id, "order_number", "Named TKT-202611-00001")
    made = await links.suggest(new)
    assert made is not None
    assert await links.suggest(new) is None
    assert await links.suggest(NewLink(anna.id, phone.id, "same_sender")) is None
    assert await register.has(anna) == before
    assert [one.id for one in await links.suggestions(10)] == [made.id]


async def test_what_staff_refused_is_not_suggested_on_the_same_evidence(
    register: Register,
) -> None:
    anna, phone, links = await two(register)
    made = await links.suggest(NewLink(phone.id, anna.id, "order_number"))
    assert made is not None
    await links.undo(made.id, by="staff:test")
    assert await links.suggest(NewLink(phone.id, anna.id, "order_number")) is None
    assert await links.suggest(NewLink(phone.id, anna.id, "code")) is not None
    assert await links.was_taken_apart(anna.id, phone.id)
    with pytest.raises(Refused, match="already"):
        await links.undo(made.id, by="staff:test")


async def test_a_merge_answers_the_suggestions_and_its_undoing_undoes_them(
    register: Register,
) -> None:
    anna, phone, links = await two(register)
    made = await links.suggest(NewLink(phone.id, anna.id, "order_number"))
    assert made is not None
    pair = (phone.id, anna.id)
    await merge_people(register.session, register.tenant_id, pair, actor="staff:test")
    assert await links.suggestions(10) == []
    with pytest.raises(MergeRefused, match="undo the merge"):
        await links.undo(made.id, by="staff:test")
    await register.undo(phone)
    await register.session.refresh(made)
    assert (made.state, made.decided_by) == ("undone", "staff:test")
    assert await links.was_taken_apart(anna.id, phone.id)


async def test_nobody_is_linked_with_themselves(register: Register) -> None:
    anna, _, links = await two(register)
    with pytest.raises(Refused, match="same person"):
        await links.confirm(NewLink(anna.id, anna.id, "staff"), by="staff:test")
    assert await links.suggest(NewLink(anna.id, anna.id, "order_number")) is None


async def test_an_address_of_two_is_a_question_for_staff_and_no_merge(register: Register) -> None:
    anna, phone, links = await two(register)
    with pytest.raises(AddressTaken) as taken:
        await register.customers.add_identity(phone.id, "email", "anna@x.example")
    await shared(register.session, register.tenant_id, phone.id, taken.value, by="staff:test")
    [link] = await links.suggestions(10)
    assert (link.evidence, link.address) == ("shared_address", "anna@x.example")
    assert {link.person_id, link.other_id} == {anna.id, phone.id}
    assert phone.merged_into_id is None


OWN = Known({"email"})


@pytest.mark.parametrize(
    ("address", "asker", "owner", "names", "said"),
    [
        ("anna@x.example", Known({"phone"}), OWN, {"Anna", "Anna Smith"}, ""),
        ("office@x.example", Known({"phone"}), OWN, (), "several people"),
        ("Buchhaltung@x.example", Known({"phone"}), OWN, (), "several people"),
        ("in.fo+new@x.example", Known({"phone"}), OWN, (), "several people"),
        ("smiths@x.example", Known({"phone"}), OWN, {"Anna", "Bob"}, "several people"),
        ("anna@x.example", Known({"phone"}), Known({"email", "phone"}), (), "two people"),
        ("anna@x.example", Known({"phone"}), Known({"phone"}, False), (), "never proven"),
        ("anna@x.example", Known({"phone"}), Known((), False), (), ""),
        ("anna@x.example", Known({"email"}), OWN, (), ""),
    ],
)
def test_an_address_that_several_may_have_is_doubted(
    address: str, asker: Known, owner: Known, names: set[str], said: str
) -> None:
    found = doubt("email", address, asker, owner, names)
    assert (said in found) if said else found == ""


async def test_every_table_with_a_persons_data_is_known_and_can_be_read(
    register: Register,
) -> None:
    anna, phone, _ = await two(register)
    await register.merge(phone, anna)
    people = await everyone(register.session, anna.id)
    assert set(people) == {anna.id, phone.id}
    counts = {}
    for one in personal_tables():
        query = text(f"select count(*) from {one.table} where {one.condition}")
        counts[one.table] = await register.session.scalar(query, {"people": people})
    assert counts["people"] == counts["identities"] == counts["messages"] == 2
    assert counts["tickets"] == counts["conversations"] == 2
    assert counts["customer_merges"] == 1
    assert counts["audit_entries"] == 1
    assert counts["search_documents"] == 4
    wanted = {"attachments", "raw_events", "one_time_codes", "quote_lines", "customer_links"}
    assert wanted <= counts.keys()
