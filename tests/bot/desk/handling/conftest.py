"""Two companies with a number each, staff of every role, and a desk between them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import select

from bot.desk.command import Place, StaffView
from bot.desk.desk import Answer, Desk
from bot.foundation.settings import Settings
from bot.runtime import Runtime
from channels.cards import Button, Card, Form, Used
from channels.whatsapp.simulator import GraphSimulator
from domain.audit.models import AuditEntry
from domain.catalogue.product import Product
from domain.catalogue.service import Products
from domain.customers.service import Customers, Reference
from domain.database import Database
from domain.staff.models import StaffMember
from domain.types import new_id
from tests.bot.engine.conftest import Company, founded
from tests.launching import launched

ROLES = ("admin", "staff", "readonly")


@dataclass
class Counter:
    """A company's desk: `say` as a member of a role, `press` a button, `fill` a form."""

    company: Company
    desk: Desk
    staff: dict[str, StaffView]

    @property
    def tenant_id(self) -> UUID:
        return self.company.tenant_id

    async def say(self, text: str, role: str = "staff", place: Place = Place()) -> Card:  # noqa: B008
        answer = await self.desk.hear(text, self.staff[role], place)
        assert isinstance(answer, Card), answer
        return answer

    async def ask_form(self, text: str, role: str = "staff") -> Form:
        answer = await self.desk.hear(text, self.staff[role])
        assert isinstance(answer, Form), answer
        return answer

    async def press(self, button: Button, role: str = "staff") -> Answer:
        return await self.desk.use(Used(button.action, button.value, role), self.staff[role])

    async def fill(self, form: Form, role: str = "staff", **inputs: str) -> Card:
        filled = {one.name: one.initial for one in form.inputs}
        filled |= {name.replace("__", "."): value for name, value in inputs.items()}
        used = Used(form.action, form.value, role, inputs=filled)
        answer = await self.desk.use(used, self.staff[role])
        assert isinstance(answer, Card), answer
        return answer

    async def audited(self) -> list[tuple[str, str]]:
        async with self.company.runtime.database.transaction(self.tenant_id) as session:
            rows = await session.scalars(select(AuditEntry).order_by(AuditEntry.created_at))
            return [(row.actor, row.action) for row in rows]


def pressed(card: Card, title: str) -> Button:
    """The button of that title, wherever it is on the card."""
    buttons = [*card.buttons, *(b for section in card.sections for b in section.buttons)]
    return next(button for button in buttons if button.title.startswith(title))


def text_of(card: Card) -> str:
    fields = (f"{f.name}: {f.value}" for section in card.sections for f in section.fields)
    return "\n".join([card.title, *(s.text for s in card.sections), *fields, card.footnote])


@pytest.fixture
async def graph() -> AsyncIterator[GraphSimulator]:
    simulator = GraphSimulator()
    async with simulator.serve():
        yield simulator


@pytest.fixture
async def runtime(
    database: Database, settings: Settings, graph: GraphSimulator
) -> AsyncIterator[Runtime]:
    settings.whatsapp_api_url = graph.base_url
    async with launched(settings, database) as built:
        yield built


async def opened(runtime: Runtime, company: Company, slug: str) -> Counter:
    async with runtime.database.transaction(company.tenant_id) as session:
        for role in ROLES:
            email = f"{role}@{slug}.example"
            session.add(
                StaffMember(
                    id=new_id(),
                    tenant_id=company.tenant_id,
                    name=f"{role.capitalize()} {slug}",
                    email=email,
                    role=role,
                )
            )
        await Products(session, company.tenant_id).import_all(
            [
                Product("OUT-2", "Cat6 double outlet", category="Cabling",
                        base_price=Decimal(54), cost_price=Decimal(30), floor_price=Decimal(50)),
                Product("PAN-24", "Cat6 patch panel 24-port", category="Cabinets",
                        base_price=Decimal(46), cost_price=Decimal(25)),
            ]
        )  # fmt: skip
        await Customers(session, company.tenant_id).keep_company(
            {"name": f"Customer of {slug}"}, Reference(), by="test"
        )
    desk = Desk(runtime)
    staff = {
        role: await desk.member(company.tenant_id, "email", f"{role}@{slug}.example")
        for role in ROLES
    }
    staff["guest"] = await desk.member(company.tenant_id, "email", "nobody@elsewhere.example")
    return Counter(company, desk, staff)


@pytest.fixture
async def counter(runtime: Runtime, graph: GraphSimulator) -> Counter:
    company = await founded(runtime, graph, "acme", "111000111000111")
    return await opened(runtime, company, "acme")


@pytest.fixture
async def rivals(runtime: Runtime, graph: GraphSimulator, counter: Counter) -> Counter:
    """A second tenant is always there."""
    company = await founded(runtime, graph, "rival", "222000222000222")
    return await opened(runtime, company, "rival")
