"""A quote from a wish on WhatsApp to a contract and its renewal, with staff in Slack."""

from decimal import Decimal

import pytest

from domain.catalogue.product import Product
from domain.catalogue.service import Products
from tests.bot.staffroom.conftest import (
    ADMIN,
    Office,
    graph,
    office,
    runtime,
    site,
    slack,
    wire,
)

__all__ = ["graph", "office", "runtime", "site", "slack", "wire"]

ANNA = {
    "name": "Anna Berg",
    "role": "Facilities manager",
    "email": "anna@berg.example",
    "may_sign": "yes",
    "purchase_order": "PO 4471",
}


@pytest.fixture
async def stocked(office: Office) -> Office:
    outlet = Product(
        "OUT-2",
        "Cat6 double outlet",
        category="Cabling",
        base_price=Decimal(54),
        cost_price=Decimal(30),
    )
    async with office.runtime.database.transaction(office.tenant_id) as session:
        await Products(session, office.tenant_id).import_all([outlet])
    await office.command("here", ADMIN)
    return office


async def test_from_a_wish_to_a_contract_and_its_renewal(stocked: Office) -> None:
    office = stocked
    print(await office.company.say("Please send us a quote for 24 Cat6 double outlets"))
    await office.work()
    print(await office.company.say("Suspended ceilings, and we have containment already"))
    await office.work()
    print(await office.command("quote list", ADMIN))
    print(await office.command("quote approve 1", ADMIN))
    print(await office.command("quote send 1", ADMIN))
    line = office.last_seen_by(ADMIN)
    await office.press(line, "Send", ADMIN)
    await office.work()
    print([one.body for one in office.company.graph.sent[-3:]])
