"""Quotes as PDF: read back, they say what the quote says and never what is internal."""

import io
from datetime import date
from decimal import Decimal

import pypdf
import pytest

from bot.paper.cleaning import blocks, fit
from bot.paper.internal import internal_part
from bot.paper.typesetting import NotSet, Typesetter
from domain.quotes.money.exchange import Exchange
from domain.quotes.money.treatment import Treatment
from domain.quotes.pricing import totals
from domain.quotes.writing.locales import locale_of
from domain.quotes.writing.templates import Matter, written
from domain.quotes.writing.words import LANGUAGES, words_of
from tests.bot.paper.pages import LOGO, RATES, line, many, page, texts, tiered


@pytest.fixture(scope="module")
def typesetter() -> Typesetter:
    return Typesetter()


@pytest.mark.parametrize(
    ("language", "country", "currency"),
    [("en", "GB", "GBP"), ("en", "US", "USD"), ("de", "DE", "EUR"), ("fr", "FR", "EUR"),
     ("es", "ES", "EUR"), ("it", "IT", "EUR"), ("nl", "NL", "EUR"), ("pt", "PT", "EUR"),
     ("pl", "PL", "PLN")],
)  # fmt: skip
def test_totals_and_every_rate_stand_there_in_the_customers_way(
    typesetter: Typesetter, language: str, country: str, currency: str
) -> None:
    lines = many(12, currency, RATES)
    made = page(lines, language, country=country)
    said = " ".join(texts(typesetter.set_now(made, LOGO)))
    locale, sums = locale_of(language, country), totals(lines, currency)
    for money in (sums.subtotal, sums.total, *(one.tax for one in sums.taxes)):
        assert locale.money(money).replace("\u00a0", " ") in said
    assert made["words"]["total_with_tax"] in said
    for told in (
        "Harbour Networks Ltd",
        "Dental Harbour LLP",
        "QT-20261125-0007",
        "PO 4471",
        "3 Mill Lane",
        "30 days net.",
        "IBAN GB00 EXMP 0000",
        "GB 123 4567 89",
    ):
        assert told in said, told
    assert f"1 / {len(texts(typesetter.set_now(made, LOGO)))}" in said


def test_the_file_says_what_it_is_and_can_be_read_aloud(typesetter: Typesetter) -> None:
    content = typesetter.set_now(page(many(3), "fr", country="FR"), LOGO)
    reader = pypdf.PdfReader(io.BytesIO(content))
    assert reader.metadata is not None
    assert reader.metadata.title == "Devis QT-20261125-0007: Office cabling"
    assert reader.metadata.author == "Harbour Networks Ltd"
    catalogue = reader.root_object
    assert str(catalogue["/Lang"]).startswith("fr")
    assert catalogue["/MarkInfo"]["/Marked"] == True  # type: ignore[index]  # noqa: E712
    assert "/StructTreeRoot" in catalogue
    assert b"pdfuaid:part" in content or b"pdfuaid" in catalogue["/Metadata"].get_data()  # type: ignore[attr-defined]


def test_the_same_quote_gives_the_same_bytes() -> None:
    made = page(many(30))
    one, two = (Typesetter().set_now(made, LOGO, 1_700_000_000) for _ in range(2))
    assert one == two


def test_options_and_alternates_stand_apart_and_are_not_summed(typesetter: Typesetter) -> None:
    lines = (line(), line("Longer warranty", "1", "420", is_optional=True),
             line("Cat6A instead", "24", "60", is_alternate=True))  # fmt: skip
    said = " ".join(texts(typesetter.set_now(page(lines), LOGO)))
    assert "£1,555.20" in said
    assert said.index("Total including VAT", said.index("Subtotal")) < said.index("Longer warranty")
    assert said.index("Not included in the total") < said.index("Longer warranty")
    assert said.index("Alternatives") < said.index("Cat6A instead")


def test_tiers_stand_side_by_side_with_their_totals(typesetter: Typesetter) -> None:
    made = page(tiered())
    assert [tier["is_chosen"] for tier in made["tiers"]] == [False, True, False]
    said = " ".join(texts(typesetter.set_now(made, LOGO)))
    for tier in made["tiers"]:
        assert tier["total"] in said
    assert "Best access point" in said


def test_totals_never_stand_alone_on_a_page(typesetter: Typesetter) -> None:
    for count in (*range(14, 34), *range(60, 66)):
        for said in texts(typesetter.set_now(page(many(count)), LOGO)):
            if "Subtotal" in said:
                assert "HN-1" in said[: said.index("Subtotal")], count
            if "HN-1" in said:
                assert "Unit price" in said, "each page of the table has its heading"


def test_a_draft_says_so_and_has_nothing_to_sign(typesetter: Typesetter) -> None:
    said = " ".join(texts(typesetter.set_now(page(many(2), is_draft=True), LOGO)))
    assert "not an offer yet" in said
    assert "Signature" not in said


def test_only_the_internal_paper_has_cost_margin_supplier_and_build(
    typesetter: Typesetter,
) -> None:
    lines = (line(),)
    documents = written(Matter("Office cabling", lines))
    words = ("Cablewise", "415.44", "Internal: not for the customer", "Installation steps")
    outside = " ".join(texts(typesetter.set_now(page(lines), LOGO)))
    assert not [word for word in words if word in outside]
    part = internal_part(lines, documents, ("en", "GB"), with_costs=True)
    inside = " ".join(texts(typesetter.set_now(page(lines, internal=part), LOGO)))
    assert [word for word in words if word in inside] == list(words)
    assert "£880.56 (67.9%)" in inside
    bare = internal_part(lines, documents, ("en", "GB"), with_costs=False)
    hidden = " ".join(texts(typesetter.set_now(page(lines, internal=bare), LOGO)))
    assert "Cablewise" not in hidden
    assert "Installation steps" in hidden


@pytest.mark.parametrize(
    "hostile",
    [
        '#read("/etc/passwd")',
        '#import "@preview/cetz:0.3.0"; #panic("x")',
        "*bold* _it_ $x^2$ = Heading <label> @ref `raw` \\u{41} // no comment",
        '"]#eval("1+1")[ ${} {{ config }} <script>alert(1)</script>',
        "https://evil.example/?a=#1",
    ],
)
def test_hostile_words_are_only_words(typesetter: Typesetter, hostile: str) -> None:
    made = page((line(hostile, code="#x"),), title=hostile, words=hostile)
    said = "".join("".join(texts(typesetter.set_now(made, LOGO))).split())
    assert said.count("".join(hostile.split())) >= 3


def test_marks_that_hide_or_turn_are_gone_and_nothing_is_too_long(typesetter: Typesetter) -> None:
    tricky = "pay\x00 \u202e00.1£\u202c \u2066x\u2069 \u200bnow\ud800"
    assert fit(tricky) == "pay 00.1£ x now"
    endless = "x" * 100_000
    made = page(
        (line(endless, code=endless),), title=endless[:200], words=endless, location=endless
    )
    assert len(texts(typesetter.set_now(made, LOGO))) < 5
    whole = page((line(),))
    whole["overview"] = [
        {"title": "Terms", "blocks": blocks("y" * 50_000 + "\n- " + "z " * 24_990)}
    ]
    said = "".join(texts(typesetter.set_now(whole, LOGO)))
    assert said.count("y") >= 50_000
    assert said.count("z") >= 24_990


def test_other_scripts_are_set_or_at_least_do_no_harm(typesetter: Typesetter) -> None:
    made = page((line("漢字 العربية עברית Ünïcödé € ₪"),), title="日本語")
    said = " ".join(texts(typesetter.set_now(made, LOGO)))
    assert "Ünïcödé €" in said
    assert "Total including VAT" in said


def test_text_becomes_paragraphs_and_lists() -> None:
    assert blocks("One\ntwo\n\n- a\n• b\nThree") == [
        {"lines": ["One", "two"]}, {"items": ["a", "b"]}, {"lines": ["Three"]},
    ]  # fmt: skip
    assert blocks("") == []


def test_a_picture_that_cannot_be_drawn_is_told(typesetter: Typesetter) -> None:
    with pytest.raises(NotSet):
        typesetter.set_now(page((line(),)), "<svg")


def test_american_paper_is_letter(typesetter: Typesetter) -> None:
    content = typesetter.set_now(page((line(),), "en", country="US"), LOGO)
    box = pypdf.PdfReader(io.BytesIO(content)).pages[0].mediabox
    assert (round(Decimal(box.width)), round(Decimal(box.height))) == (612, 792)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_law_s_words_stand_below_the_sums_in_the_customers_language(
    typesetter: Typesetter, language: str
) -> None:
    lines = (
        line(),
        line(rate="0", tax_treatment=Treatment.REVERSE_CHARGE),
        line(rate="0", tax_treatment=Treatment.EXEMPT),
    )
    exchange = Exchange("GBP", "EUR", Decimal("1.1712"), date(2026, 11, 25))
    made = page(lines, language, exempt_reason="§ 4 no. 14", exchange=exchange)
    said = " ".join(" ".join(texts(typesetter.set_now(made, LOGO))).split())
    tax, locale = words_of(language).tax, locale_of(language)
    assert tax["reverse_charge"] in said
    assert f"{tax['exempt']}: § 4 no. 14" in said
    assert tax["reverse_charge_short"] in said
    assert f"1 GBP = {locale.number(Decimal('1.1712'))} EUR" in said
    usual = " ".join(texts(typesetter.set_now(page((line(),), language), LOGO)))
    assert tax["reverse_charge"] not in usual
    assert tax["exempt"] not in usual
