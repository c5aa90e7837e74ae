"""Quotes to put on paper, of any length, and their text read back."""

import io
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pypdf

from bot.paper.page import House, page_of
from domain.quotes.pricing import QuoteLine, Tier, line_total
from domain.quotes.writing.templates import Matter, written
from domain.quotes.writing.view import Addressee, Heading, customer_view
from domain.tenants.settings import Branding
from domain.types import Money

HARBOUR = Branding(
    company_name="Harbour Networks Ltd",
    address="Unit 4, Quayside\nBristol BS1 4QA",
    colour="#8a1538",
    company_number="01234567",
    vat_number="GB 123 4567 89",
    bank_details="Example Bank · IBAN GB00 EXMP 0000",
    terms="30 days net.\n\n- Access from eight to five",
)
LOGO = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 30">'
    '<rect width="90" height="30" fill="#8a1538"/></svg>'
)
GOODS = ("Cat6 double outlet, back box and faceplate", "24-port Cat6 patch panel",
         "Wi-Fi 6 access point, ceiling mount", "Dome camera 4 MP, IR 30 m",
         "Outlet: cable, terminate, label", "Site set-up and clearing")  # fmt: skip
RATES = ("0.20", "0.055", "0")


def line(
    description: str = GOODS[0], quantity: str = "24", price: str = "54", **more: Any
) -> QuoteLine:
    currency = more.pop("currency", "GBP")
    unit_price = Money(Decimal(price), currency)
    discount = Money(Decimal(more.pop("discount", 0)), currency)
    return QuoteLine(
        code=more.pop("code", "HN-1"),
        description=description,
        quantity=Decimal(quantity),
        unit=more.pop("unit", "each"),
        unit_price=unit_price,
        discount=discount,
        total=line_total(Decimal(quantity), unit_price, discount),
        tax_rate=Decimal(more.pop("rate", "0.20")),
        category=more.pop("category", "Cabling"),
        unit_cost=Money(Decimal("17.31"), currency),
        supplier="Cablewise",
        **more,
    )


def many(
    count: int, currency: str = "GBP", rates: Sequence[str] = ("0.20",)
) -> tuple[QuoteLine, ...]:
    return tuple(
        line(
            f"{GOODS[n % 6]}, area {n // 6 + 1}",
            str(n * 7 % 40 + 1),
            f"{n * 13 % 400 + 7}.{n % 100:02d}",
            code=f"HN-{1000 + n}",
            currency=currency,
            rate=rates[n % len(rates)],
            category="Labour" if n % 6 > 3 else "Cabling",
            unit="hour" if n % 6 > 3 else "each",
            discount=0 if n % 5 else 3,
        )
        for n in range(count)
    )


def tiered() -> tuple[QuoteLine, ...]:
    return (*many(2), line("Simple access point", "2", "90", tier=Tier.BASIC),
            line("Good access point", "2", "190", tier=Tier.STANDARD),
            line("Best access point", "2", "390", tier=Tier.PREMIUM))  # fmt: skip


def page(lines: Sequence[QuoteLine], language: str = "en", **more: Any) -> dict[str, Any]:
    """`country`, `title`, `words`, `is_draft`, `addressee`, `internal` may be given."""
    country, internal = more.pop("country", "GB"), more.pop("internal", None)
    currency = lines[0].unit_price.currency if lines else "GBP"
    heading: dict[str, Any] = {
        "title": "Office cabling",
        "is_draft": False,
        "addressee": Addressee("Priya Shah", "Dental Harbour LLP", "3 Mill Lane\nBath", "GB 98"),
        "location": "42 High Street",
        "reference": "PO 4471",
        "words": "Please quote 24 double outlets.",
        "issued_on": date(2026, 11, 25),
        "valid_until": date(2026, 12, 25),
    } | more
    matter = Matter(heading["title"], tuple(lines), currency, language=language,
                    country=country, terms=HARBOUR.terms)  # fmt: skip
    view = customer_view(
        Heading(number="QT-20261125-0007", revision=2, currency=currency, language=language,
                **heading),
        lines, written(matter),
    )  # fmt: skip
    return page_of(view, House("Harbour", HARBOUR, country, has_logo=True), internal)


def texts(content: bytes) -> list[str]:
    """What can be read on each page, spaces made plain and broken words joined."""
    reader = pypdf.PdfReader(io.BytesIO(content))
    return [one.extract_text().replace("\u00a0", " ").replace("\u200b", "") for one in reader.pages]
