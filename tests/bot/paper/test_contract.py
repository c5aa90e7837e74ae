"""A contract on paper: everything it says, in its language, and nobody's text is markup."""

import io
from datetime import date
from decimal import Decimal
from typing import Any

import pypdf
import pytest

from bot.desk.signing.words import page_words
from bot.paper.contract import Charged, Signed, Text, contract_page
from bot.paper.page import House
from bot.paper.typesetting import CONTRACT, Typesetter
from domain.quotes.writing.view import Addressee
from domain.quotes.writing.words import LANGUAGES
from domain.types import Money
from tests.bot.paper.pages import HARBOUR, LOGO

HOSTILE = '#panic("x") $x$ [a] {b} \\ @c <d> `e` *f* _g_ #read("/etc/passwd")'


def charge(interval: str, price: str, description: str = "Remote support") -> Charged:
    money = Money(Decimal(price))
    return Charged(description, Decimal(1), "month", money, money, interval)


def said(language: str = "en", **more: Any) -> str:
    words = page_words(language)
    fields: dict[str, Any] = {
        "sections": (("Who agrees", "Harbour and Dental.\n\n- one\n- two"),),
        "charges": (charge("monthly", "250"), charge("monthly", "50"), charge("once", "1788")),
        "customer": Addressee("Priya", "Dental LLP", "3 Mill Lane"),
    } | more
    text = Text(
        number="CT-20261125-0001",
        title="Support",
        language=language,
        starts_on=date(2026, 12, 1),
        ends_on=date(2027, 11, 30),
        **fields,
    )
    page = contract_page(
        text,
        House("Harbour", HARBOUR, has_logo=True),
        {**words.contract, "by_code": words.page["by_code"]},
    )
    content = Typesetter().set_now(page, LOGO, 1, CONTRACT)
    pages = pypdf.PdfReader(io.BytesIO(content)).pages
    return " ".join(" ".join(one.extract_text() for one in pages).replace("\xa0", " ").split())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_sets_a_contract(language: str) -> None:
    told = said(language, digest="ab" * 32)
    words = page_words(language).contract
    for word in (words["contract"], words["charges"], words["monthly"], "CT-20261125-0001"):
        assert word in told, word


def test_charges_are_summed_by_how_often_they_come() -> None:
    told = said()
    assert "a month £300.00" in told
    assert "once £1,788.00" in told
    assert "1 December 2026 to 30 November 2027" in told


def test_a_draft_says_so_and_a_signature_names_who_signed() -> None:
    assert "Draft" in said()
    signed = Signed("Anna Weber", "Owner", "anna@acme.example", "25 November 2026", True)
    told = said(digest="ab" * 32, signed=signed)
    assert "Draft" not in told
    for word in ("Anna Weber, Owner", "anna@acme.example (address proven by a code)", "ab" * 10):
        assert word in told, word


def test_nobodys_text_is_markup() -> None:
    told = said(
        sections=((HOSTILE, HOSTILE),),
        charges=(charge("once", "1", HOSTILE),),
        customer=Addressee(HOSTILE, HOSTILE, HOSTILE, HOSTILE),
        signed=Signed(HOSTILE, HOSTILE, HOSTILE, HOSTILE),
    )
    assert told.count("#panic") >= 5
    assert "root:" not in told
