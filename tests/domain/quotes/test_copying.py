"""A quote made again: a new number, today's prices, and nothing of one customer for another."""

from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

import pytest

from domain.catalogue.product import Catalogue, Norm, Product
from domain.customers.models import Company
from domain.errors import NotFound
from domain.quotes.lifecycle.copying import clone, duplicate, priced_again
from domain.quotes.models import Quote
from domain.quotes.norms import labour_lines
from domain.quotes.pricing import PriceSource, line_total
from domain.quotes.service import QuoteFor, Quotes
from domain.quotes.writing.versions import QuoteDocuments
from domain.types import Money, new_id, utc_now
from tests.conftest import Entered
from tests.domain.quotes.test_documents import CATALOGUE, drafted

DEARER = Catalogue((replace(CATALOGUE.products[0], base_price=Decimal(60)),), revision=9)
TODAY = utc_now().date()


@pytest.fixture
async def quote(tenant: Entered) -> Quote:
    quotes = Quotes(tenant.session, tenant.tenant_id)
    return await quotes.draft(QuoteFor("Cabling"), drafted(), actor="bot")


async def test_a_duplicate_has_a_number_of_its_own_and_todays_prices(
    tenant: Entered, quote: Quote
) -> None:
    quote.status, quote.customer_reference = "accepted", "PO 1"
    made = (await duplicate(tenant.session, tenant.tenant_id, quote, DEARER, "staff:1")).quote
    assert made.number != quote.number
    assert (made.status, made.revision, made.version) == ("draft", 1, 1)
    assert (made.subtotal, made.request, made.customer_reference) == (1440, "24 doubles", "")
    assert made.catalogue_revision == 9
    assert len(await QuoteDocuments(tenant.session, tenant.tenant_id).all(made.id)) == 4
    quotes = Quotes(tenant.session, tenant.tenant_id)
    assert [one.comment for one in await quotes.log(made.id)][-1] == f"From {quote.number}"
    assert [one.comment for one in await quotes.log(quote.id)][-1] == f"As {made.number}"


async def test_a_clone_says_nothing_of_the_first_customer(tenant: Entered, quote: Quote) -> None:
    other = Company(id=new_id(), tenant_id=tenant.tenant_id, name="Others Ltd")
    tenant.session.add(other)
    await tenant.session.flush()
    quote.location, quote.customer_reference = "12 Secret Street", "PO 1"
    made = (
        await clone(tenant.session, tenant.tenant_id, quote, other.id, CATALOGUE, "staff:1")
    ).quote
    assert (made.company_id, made.person_id, made.conversation_id) == (other.id, None, None)
    assert (made.request, made.location, made.customer_reference) == ("", "", "")
    lines = await Quotes(tenant.session, tenant.tenant_id).lines(made.id)
    assert [(line.words, line.site, str(line.quantity)) for line in lines] == [("", "", "24")]
    held = await QuoteDocuments(tenant.session, tenant.tenant_id).all(made.id)
    assert "Secret" not in str([one.content for one in held.values()])
    with pytest.raises(NotFound, match="no customer"):
        await clone(tenant.session, tenant.tenant_id, quote, uuid4(), CATALOGUE, "staff:1")


async def test_another_tenants_customer_is_not_there(
    tenant: Entered, quote: Quote, shared_database: object
) -> None:
    with pytest.raises(NotFound):
        await clone(tenant.session, tenant.tenant_id, quote, tenant.tenant_id, CATALOGUE, "staff:1")


async def test_what_is_gone_keeps_its_price_and_staff_are_told(
    tenant: Entered, quote: Quote
) -> None:
    made = await duplicate(tenant.session, tenant.tenant_id, quote, Catalogue(()), "staff:1")
    assert made.quote.subtotal == quote.subtotal
    assert made.gone == ("Double outlet",)
    assert made.quote.open_questions == [], "those are the customer's"
    log = await Quotes(tenant.session, tenant.tenant_id).log(made.quote.id)
    assert "No longer in the catalogue: Double outlet" in log[-1].comment


def test_a_discount_keeps_its_share_but_never_goes_under_the_floor() -> None:
    (line,) = drafted(10).draft.lines
    tenth = Money(Decimal(54), "GBP")
    discounted = replace(
        line, discount=tenth, total=line_total(line.quantity, line.unit_price, tenth)
    )
    (dearer,) = priced_again((discounted,), DEARER, TODAY).lines
    assert (dearer.discount.amount, dearer.total.amount) == (60, 540)
    floor = Catalogue((replace(DEARER.products[0], floor_price=Decimal(57)),))
    (held,) = priced_again((discounted,), floor, TODAY).lines
    assert (held.discount.amount, held.total.amount) == (30, 570)


def test_a_price_set_by_hand_for_a_product_is_not_carried_over() -> None:
    (line,) = drafted(10).draft.lines
    special = replace(
        line,
        unit_price=Money(Decimal(51), "GBP"),
        total=Money(Decimal(510), "GBP"),
        price_source=PriceSource.BY_HAND,
    )
    own = replace(special, code="", description="Our own work")
    again, kept = priced_again((special, own), CATALOGUE, TODAY).lines
    assert (again.unit_price.amount, again.price_source) == (54, PriceSource.BASE_PRICE)
    assert (kept.unit_price.amount, kept.price_source) == (51, PriceSource.BY_HAND)


def test_work_by_a_norm_costs_what_a_day_costs_today() -> None:
    product = Product("OUT", "Double outlet", base_price=Decimal(54), category="Cabling")
    norm = Norm("LAB", applies_to="outlet", per_unit_hours=Decimal("0.5"))
    before = Catalogue((product,), norms=(norm,))
    (line,) = drafted(10).draft.lines
    (work,) = labour_lines([(product, line)], before.norms, before.rates)
    dearer = replace(before, rates=replace(before.rates, day_rate=before.rates.day_rate * 2))
    again = priced_again((line, work), dearer, TODAY).lines[1]
    assert again.unit_price == work.unit_price * 2
    assert again.quantity == work.quantity
