"""A quote's documents as rows: versions only added, edits by people kept, lines priced by code."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError

from domain.catalogue.product import Catalogue, Product
from domain.errors import NotFound, Refused
from domain.events import DomainEvent
from domain.quotes.drafting import draft
from domain.quotes.models import Quote
from domain.quotes.request import QuoteRequest, RequestedItem
from domain.quotes.service import Drafted, QuoteFor, Quotes
from domain.quotes.writing.editing import DocumentEditor, NotADraft
from domain.quotes.writing.versions import Held, Outdated, QuoteDocuments, Why
from domain.tenants.service import Tenants
from domain.types import utc_now
from tests.conftest import Entered

CATALOGUE = Catalogue(
    (
        Product("OUT", "Double outlet", base_price=Decimal(54), floor_price=Decimal(50),
                cost_price=Decimal(30), supplier="Cablewise", category="Cabling"),
        Product("PAN", "Patch panel", base_price=Decimal(46)),
    )
)  # fmt: skip
WHY = Why("because", "staff:1")


def drafted(quantity: int = 24) -> Drafted:
    items = (RequestedItem("24 doubles", code="OUT", quantity=Decimal(quantity)),)
    request = QuoteRequest(items, is_quote_request=True, location="Leeds")
    return Drafted(request, draft(request, CATALOGUE, utc_now().date()), "24 doubles", 1)


@pytest.fixture
async def quote(tenant: Entered) -> Quote:
    quotes = Quotes(tenant.session, tenant.tenant_id)
    return await quotes.draft(QuoteFor("Cabling"), drafted(), actor="bot")


@pytest.fixture
def editor(tenant: Entered) -> DocumentEditor:
    return DocumentEditor(tenant.session, tenant.tenant_id)


@pytest.fixture
def documents(tenant: Entered) -> QuoteDocuments:
    return QuoteDocuments(tenant.session, tenant.tenant_id)


def words(held: Held, id_: str) -> str:
    return next(str(s["content"]) for s in held.content["sections"] if s["id"] == id_)


async def relined(
    editor: DocumentEditor, documents: QuoteDocuments, quote: Quote, **changes: Any
) -> Held:
    content = (await documents.present(quote.id, "parts_list")).content
    content["lines"][0] |= changes
    return await editor.edit((quote.id, "parts_list"), content, WHY, CATALOGUE)


async def test_all_four_begin_with_the_quote(quote: Quote, documents: QuoteDocuments) -> None:
    held = await documents.all(quote.id)
    assert list(held) == ["parts_list", "technical", "overview", "build"]
    for one in held.values():
        assert (one.version.version, one.version.changes_summary) == (1, "drafted")
        assert one.version.author == "bot"
    line = held["parts_list"].content["lines"][0]
    assert (line["supplier"], line["cost_price"]) == ("Cablewise", "30.00")


async def test_an_edited_list_is_priced_again_and_the_others_follow(
    quote: Quote, editor: DocumentEditor, documents: QuoteDocuments, tenant: Entered
) -> None:
    held = await relined(editor, documents, quote, quantity="30", total="1")
    assert held.version.version == 2
    assert held.content["summary"]["total"] == "1944.00"
    assert (quote.total, quote.version) == (Decimal("1944.00"), 2)
    [row] = await Quotes(tenant.session, tenant.tenant_id).lines(quote.id)
    assert (row.quantity, row.total, row.supplier) == (30, Decimal("1620.00"), "Cablewise")
    assert "£1,944.00 in all" in words(await documents.present(quote.id, "overview"), "summary")
    assert (await documents.present(quote.id, "overview")).version.changes_summary == "because"
    events = await tenant.session.scalars(
        select(DomainEvent.kind).where(DomainEvent.kind.like("quote.%"))
    )
    assert "quote.parts_list_edited" in set(events)


async def test_what_a_person_wrote_stays_when_the_lines_change(
    quote: Quote, editor: DocumentEditor, documents: QuoteDocuments, tenant: Entered
) -> None:
    at = (quote.id, "overview")
    await editor.edit_section(at, "assumptions", {"content": "The shaft is free."}, WHY)
    await relined(editor, documents, quote, quantity="30")
    held = await documents.present(*at)
    assert words(held, "assumptions") == "The shaft is free."
    assert "£1,944.00" in words(held, "summary")
    quotes = Quotes(tenant.session, tenant.tenant_id)
    await quotes.redraft(quote.id, drafted(10), actor="bot", why="fewer")
    held = await documents.present(*at)
    assert words(held, "assumptions") == "The shaft is free."
    assert "£648.00" in words(held, "summary")


async def test_rolling_back_makes_a_version_and_loses_none(
    quote: Quote, editor: DocumentEditor, documents: QuoteDocuments
) -> None:
    at = (quote.id, "parts_list")
    await relined(editor, documents, quote, quantity="30", unit_price="52")
    held = await editor.roll_back(at, 1, Why("back", "staff:1"), CATALOGUE)
    assert held.version.version == 3
    assert held.content["lines"] == (await documents.at(*at, 1)).content["lines"]
    assert quote.total == Decimal("1555.20")
    told = [(one.version, one.changes_summary) for one in await documents.versions(*at)]
    assert told == [(3, "back"), (2, "because"), (1, "drafted")]
    again = await editor.roll_back(at, 2, Why("forth", "staff:1"), CATALOGUE)
    assert again.content["lines"][0]["price_source"] == "set by hand"


async def test_rolling_back_does_not_get_under_a_floor(
    quote: Quote, editor: DocumentEditor, documents: QuoteDocuments
) -> None:
    await relined(editor, documents, quote, unit_price="52")
    await relined(editor, documents, quote, unit_price="54")
    raised = tuple(replace(p, floor_price=Decimal(53)) for p in CATALOGUE.products)
    with pytest.raises(Refused, match="may not be sold under"):
        await editor.roll_back((quote.id, "parts_list"), 2, WHY, Catalogue(raised))


async def test_two_editors_do_not_overwrite_each_other(
    quote: Quote, editor: DocumentEditor, documents: QuoteDocuments
) -> None:
    at = (quote.id, "overview")
    await editor.edit_section(at, "summary", {"content": "A"}, replace(WHY, seen=1))
    with pytest.raises(Outdated, match="version 2"):
        await editor.edit_section(at, "summary", {"content": "B"}, replace(WHY, seen=1))
    assert words(await documents.present(*at), "summary") == "A"


async def test_regenerating_replaces_a_persons_words_and_keeps_them_in_the_version_before(
    quote: Quote, editor: DocumentEditor, documents: QuoteDocuments
) -> None:
    at = (quote.id, "technical")
    await editor.edit_section(at, "testing", {"content": "Fluke."}, WHY)
    held = await editor.regenerate(at, Why("anew", "staff:1"))
    assert words(held, "testing") != "Fluke."
    assert words(await documents.at(*at, 2), "testing") == "Fluke."


async def test_a_summary_is_required(quote: Quote) -> None:
    with pytest.raises(Refused, match="changes_summary"):
        Why("  ", "staff:1")


async def test_what_the_customer_is_to_see_has_to_be_approved_again(
    quote: Quote, editor: DocumentEditor
) -> None:
    quote.approved_version = quote.version
    await editor.edit_section((quote.id, "build"), "steps", {"content": "Ladder."}, WHY)
    assert quote.approved_version == quote.version
    await editor.edit_section((quote.id, "overview"), "summary", {"content": "Nice."}, WHY)
    assert quote.approved_version != quote.version


async def test_only_a_draft_is_edited(quote: Quote, editor: DocumentEditor) -> None:
    quote.status = "sent"
    with pytest.raises(NotADraft):
        await editor.edit_section((quote.id, "overview"), "summary", {"content": "x"}, WHY)
    with pytest.raises(NotADraft):
        await editor.retitle(quote.id, {"title": "x"}, "staff:1")


async def test_the_settings_are_what_terms_and_exclusions_say(
    tenant: Entered, documents: QuoteDocuments
) -> None:
    await Tenants(tenant.session, tenant.tenant_id).change(
        {"quoting.branding.terms": "14 days net.", "quoting.exclusions": "Ceilings."}
    )
    quotes = Quotes(tenant.session, tenant.tenant_id)
    quote = await quotes.draft(QuoteFor("Cabling"), drafted(), actor="bot")
    held = await documents.present(quote.id, "overview")
    assert (words(held, "terms"), words(held, "exclusions")) == ("14 days net.", "Ceilings.")


async def test_a_version_cannot_be_changed_in_the_database(quote: Quote, tenant: Entered) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        async with tenant.session.begin_nested():
            await tenant.session.execute(text("update quote_document_versions set content = '{}'"))


async def test_another_tenant_finds_no_document(
    quote: Quote, documents: QuoteDocuments, shared_database: Any
) -> None:
    from uuid import uuid4

    async with shared_database.transaction(stranger := uuid4()) as session:
        with pytest.raises(NotFound):
            await QuoteDocuments(session, stranger).present(quote.id, "overview")
