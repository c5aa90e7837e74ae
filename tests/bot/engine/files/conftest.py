"""Customers who attach files, on WhatsApp."""

from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import pytest

from channels.whatsapp.simulator import incoming_media
from domain.catalogue.product import Product
from domain.catalogue.service import Products
from tests.bot.engine.conftest import CUSTOMER, Company

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Sends = Callable[..., Awaitable[list[str]]]


async def sent_file(
    company: Company,
    content: bytes,
    filename: str,
    content_type: str,
    *,
    kind: str = "document",
    caption: str = "",
    **media: Any,
) -> list[str]:
    """The customer sends a file; what the provider was given for an answer."""
    before = len(company.graph.sent)
    stored = company.graph.add_media(content, content_type)
    named = {"filename": filename} if kind == "document" else {}
    said = {"caption": caption} if caption else {}
    whole = {**stored, **named, **said, **media}
    await company.receive(incoming_media(company.number, CUSTOMER, kind, whole))
    await company.work()
    return company.graph.texts()[before:]


async def stock(company: Company) -> None:
    async with company.runtime.database.transaction(company.tenant_id) as session:
        await Products(session, company.tenant_id).import_all(
            [
                Product("CAM-D", "Dome camera 4 MP", base_price=Decimal("149.00")),
                Product("RK-12", "12U wall cabinet", base_price=Decimal("120.00")),
                Product("PP-24", "24-port Cat6 patch panel", base_price=Decimal("48.50")),
            ]
        )


@pytest.fixture
async def shop(company: Company) -> Company:
    await stock(company)
    return company
