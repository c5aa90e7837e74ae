"""The demo company's people, customers and tickets belong together and reach nobody real."""

import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.demo.content import articles, company, questions
from bot.demo.records import DemoCustomer, DemoTicket
from bot.model.turns import Intent

DEMO = company()
TICKETS = {t.subject: (c, t) for c in DEMO.customers for t in c.tickets}
STATUSES = {"open", "in_progress", "waiting_customer", "resolved", "closed", "cancelled"}


def test_the_tenant_is_a_british_company() -> None:
    assert (DEMO.slug, DEMO.currency, DEMO.language) == ("demo", "GBP", "en")
    assert ZoneInfo(DEMO.time_zone).key == "Europe/London"
    assert [o.weekday for o in DEMO.opening_hours] == [0, 1, 2, 3, 4]
    assert all(o.opens < o.closes for o in DEMO.opening_hours)


def test_staff_have_every_role() -> None:
    assert len(DEMO.staff) == 5
    assert {s.role for s in DEMO.staff} == {"admin", "staff", "readonly"}
    assert len({s.email for s in DEMO.staff}) == 5


def test_channel_accounts_carry_no_secret() -> None:
    accounts = {a.channel: a for a in DEMO.channel_accounts}
    assert accounts["whatsapp"].settings["phone_number_id"] == "100000000000001"
    assert accounts["email"].settings["email"].endswith(".example")
    for account in accounts.values():
        assert not [k for k in account.settings if "secret" in k or "token" in k or "pass" in k]


def test_nobody_real_can_be_reached() -> None:
    texts = list(_texts(json.loads(files("bot.demo").joinpath("company.json").read_bytes())))
    mail = [t for t in texts if "@" in t]
    phones = [t for t in texts if t.startswith("0") and " " in t]
    assert mail
    assert phones
    assert [m for m in mail if not m.endswith(".example")] == []
    assert [p for p in phones if not p.startswith(("020 7946 0", "07700 900"))] == []


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for part in value if isinstance(value, list) else value.values():
            yield from _texts(part)


def test_customers_have_people_and_sites_of_their_own() -> None:
    assert len(DEMO.customers) >= 2
    people = [p for c in DEMO.customers for p in c.people]
    assert len({p.email for p in people}) == len(people)
    assert len({p.phone for p in people}) == len(people)
    for customer in DEMO.customers:
        assert customer.sites
        assert [p.contact for p in customer.people].count("main") == 1


def test_two_customers_have_a_past() -> None:
    assert len([c for c in DEMO.customers if c.tickets]) >= 2


@pytest.mark.parametrize(("customer", "ticket"), TICKETS.values(), ids=TICKETS)
def test_a_ticket_names_people_and_places_that_exist(
    customer: DemoCustomer, ticket: DemoTicket
) -> None:
    people = {p.email for p in customer.people}
    staff = {s.email for s in DEMO.staff if s.role != "readonly"}
    assert ticket.customer in people
    assert ticket.site in {s.name for s in customer.sites}
    assert ticket.assignee in staff
    assert ticket.status in STATUSES
    assert {c.author for c in ticket.comments} <= people | staff
    assert {c.author for c in ticket.comments if c.visibility == "internal"} <= staff


@pytest.mark.parametrize(("customer", "ticket"), TICKETS.values(), ids=TICKETS)
def test_a_ticket_happens_in_order(customer: DemoCustomer, ticket: DemoTicket) -> None:
    ages = [ticket.opened_hours_ago, *(c.hours_ago for c in ticket.comments)]
    assert ages == sorted(ages, reverse=True)
    is_over = ticket.status in {"resolved", "closed", "cancelled"}
    assert (ticket.closed_hours_ago is not None) == is_over
    if ticket.closed_hours_ago is not None:
        assert ticket.closed_hours_ago <= ages[-1]


def test_questions_point_to_articles_that_exist() -> None:
    stems = {a.stem for a in articles()}
    assert [q for q in questions() if q.article is not None and q.article not in stems] == []


def test_questions_cover_every_intent_and_some_have_no_answer() -> None:
    asked = questions()
    assert len(asked) >= 60
    assert len({q.text for q in asked}) == len(asked)
    assert {q.intent for q in asked} == {intent.value for intent in Intent}
    assert len([q for q in asked if q.intent == "question" and q.article is None]) >= 3
    assert len({q.article for q in asked if q.article}) >= 40
