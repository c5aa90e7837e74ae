"""The catalogue at the desk: found, watched, taught; by whom it may be."""

from decimal import Decimal

from channels.cards import Card
from domain.catalogue.keeping.rates import Norms
from domain.catalogue.models import CatalogueProposal
from domain.catalogue.service import Products
from domain.types import new_id
from tests.bot.desk.handling.conftest import Counter, pressed, text_of


async def _proposed(counter: Counter, kind: str, words: str, code: str, hours: str = "") -> None:
    async with counter.company.runtime.database.transaction(counter.tenant_id) as session:
        session.add(
            CatalogueProposal(
                id=new_id(),
                tenant_id=counter.tenant_id,
                kind=kind,
                words=words,
                code=code,
                quantity=Decimal(hours) if hours else None,
                times=2,
            )
        )


async def test_a_word_is_taught_found_and_taken_back(counter: Counter, rivals: Counter) -> None:
    assert "Nothing that is sold" in text_of(await counter.say("catalogue find wotsit"))
    taught = await counter.say("catalogue synonym wotsit = OUT-2")
    assert taught.title == "“wotsit” means OUT-2"
    assert "OUT-2 ·" in text_of(await counter.say("catalogue find 3 wotsits"))
    assert "“wotsit” means OUT-2" in text_of(await counter.say("catalogue synonyms"))
    assert "None yet" in text_of(await rivals.say("catalogue synonyms"))
    await counter.press(pressed(taught, "Take it back"))
    assert "None yet" in text_of(await counter.say("catalogue synonyms"))
    refused = await counter.say("catalogue synonym wotsit = OUT-2", "readonly")
    assert refused.is_error
    assert (await counter.say("catalogue synonym wotsit = NONE")).is_error
    assert (await counter.say("catalogue synonym wotsit")).is_error


async def test_changed_prices_show_the_quotes_they_make_wrong(
    counter: Counter, rivals: Counter
) -> None:
    await counter.say("quote new Customer of acme: 24 Cat6 double outlets")
    assert "Nothing tells an old price" in (await counter.say("catalogue drift")).title
    async with counter.company.runtime.database.transaction(counter.tenant_id) as session:
        await Products(session, counter.tenant_id).change("OUT-2", {"base_price": Decimal(60)})
    card = await counter.say("catalogue drift")
    assert card.title == "Old prices stand in 1 open quote"
    assert "→ 60.00 GBP, +" in text_of(card)
    shown = await counter.press(pressed(card, "Open"))
    assert isinstance(shown, Card)
    assert "Nothing tells" in (await rivals.say("catalogue drift")).title
    assert (await counter.say("catalogue drift yesterday")).is_error


async def test_a_proposal_acts_only_when_it_is_accepted_and_norms_by_an_admin(
    counter: Counter, rivals: Counter
) -> None:
    async with counter.company.runtime.database.transaction(counter.tenant_id) as session:
        norms = Norms(session, counter.tenant_id)
        await norms.add({"code": "fit", "per_unit_hours": Decimal(1), "description": "Fit it"})
    await _proposed(counter, "norm", "", "fit", "1.50")
    card = await counter.say("catalogue proposals")
    assert "Fit it takes 1.50 h each" in text_of(card)
    assert "Nothing waits" in text_of(await rivals.say("catalogue proposals"))
    refused = await counter.press(pressed(card, "Accept"))
    assert isinstance(refused, Card)
    assert refused.is_error
    await counter.press(pressed(card, "Accept"), "admin")
    async with counter.company.runtime.database.transaction(counter.tenant_id) as session:
        norm = await Norms(session, counter.tenant_id).coded("fit")
        assert norm.per_unit_hours == Decimal("1.50")

    await _proposed(counter, "synonym", "wotsit", "OUT-2")
    card = await counter.say("catalogue proposals")
    left = await counter.press(pressed(card, "Dismiss"))
    assert isinstance(left, Card)
    assert "Nothing waits" in text_of(left)
    assert "None yet" in text_of(await counter.say("catalogue synonyms"))


async def test_the_overview_says_what_there_is_and_how_lists_come_in(counter: Counter) -> None:
    shown = text_of(await counter.say("catalogue", "readonly"))
    assert "at revision" in shown
    assert "--preview" in shown
    assert "None yet" in text_of(await counter.say("catalogue lists"))
    assert (await counter.say("catalogue lists Nobody")).is_error
    assert (await counter.say("catalogue dance")).is_error
