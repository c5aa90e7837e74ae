"""Templates: shipped, submitted, decided by webhook and list, kept apart by tenant, checked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.templates import PARAMETER_LIMIT, WrongParameters, filled, one_line
from channels.whatsapp.simulator import Fault
from channels.whatsapp.simulator.deliveries import webhook
from channels.whatsapp.templates import shipped
from domain.errors import Refused
from domain.templates.models import MessageTemplate
from tests.bot.engine.conftest import Company

BUSINESS = "102290129340398"
NAME = "frontdesk_reply_waiting"


async def with_business(company: Company, business: str = BUSINESS) -> Company:
    channel = company.runtime.channels["whatsapp"]
    values = {"business_account_id": business}
    await company.runtime.accounts.configure(company.tenant_id, channel, values, company.account_id)
    return company


async def states(company: Company, name: str = NAME) -> dict[str, str]:
    rows = await company.runtime.templates.all(company.tenant_id)
    return {row.language: row.state for row in rows if row.name == name}


async def one(company: Company, language: str = "en") -> MessageTemplate:
    rows = await company.runtime.templates.all(company.tenant_id)
    return next(row for row in rows if (row.name, row.language) == (NAME, language))


async def news(company: Company, field: str, **value: object) -> None:
    """A webhook of the whole business account."""
    whole = {"message_template_name": NAME, "message_template_language": "en", **value}
    body = webhook(company.number, whole, field).replace(b'"metadata"', b'"of"')
    body = body.replace(b'"id":"0"', f'"id":"{BUSINESS}"'.encode())
    assert await company.receive(body) == 1
    await company.take()


def test_six_purposes_are_shipped_in_four_languages_each() -> None:
    found: dict[str, set[str]] = {}
    for template in shipped():
        found.setdefault(template.purpose, set()).add(template.language)
        assert filled(template.body, template.examples)
        assert not template.body.startswith("{{")
        assert not template.body.endswith("}}")
    assert len(found) == 6
    assert all(languages >= {"en", "es", "de", "fr"} for languages in found.values())


async def test_shipped_templates_are_drafts_until_they_are_submitted(
    company: Company, rival: Company
) -> None:
    await with_business(company)
    assert set((await states(company)).values()) == {"draft"}
    [done] = await company.runtime.templates.submit(company.tenant_id, NAME, "de")
    assert (done.template.state, done.trouble) == ("submitted", "")
    assert await states(company) == {"de": "submitted", "en": "draft", "es": "draft", "fr": "draft"}
    assert set((await states(rival)).values()) == {"draft"}
    [body] = company.graph.templates.submissions
    assert body["category"] == "UTILITY"


async def test_without_the_business_account_it_says_what_to_set(company: Company) -> None:
    done = await company.runtime.templates.submit(company.tenant_id, NAME)
    assert all("business_account_id" in one.trouble for one in done)


async def test_an_unknown_name_is_refused(company: Company) -> None:
    await with_business(company)
    with pytest.raises(Refused, match="no template"):
        await company.runtime.templates.submit(company.tenant_id, "nonsense")


async def test_the_list_tells_of_every_page_and_of_what_is_gone(company: Company) -> None:
    await with_business(company)
    await company.runtime.templates.submit(company.tenant_id)
    shelf = company.graph.templates
    for template in shipped():
        shelf.decide(template.name, "APPROVED")
    shelf.decide(NAME, "REJECTED", "fr", reason="INVALID_FORMAT")
    changed = await company.runtime.templates.sync(company.tenant_id)
    assert len(changed) == 24
    assert (await one(company, "fr")).reason == "INVALID_FORMAT"
    assert await company.runtime.templates.sync(company.tenant_id) == []
    shelf.rows[BUSINESS] = [row for row in shelf.rows[BUSINESS] if row["name"] != NAME]
    await company.runtime.templates.sync(company.tenant_id)
    assert set((await states(company)).values()) == {"disabled"}


async def test_a_webhook_tells_of_approval_pause_and_another_category(company: Company) -> None:
    await with_business(company)
    await company.runtime.templates.submit(company.tenant_id, NAME, "en")
    await news(company, "message_template_status_update", event="APPROVED", reason="NONE")
    assert (await one(company)).state == "approved"
    await news(company, "message_template_status_update", event="PAUSED", reason="LOW_QUALITY")
    await news(company, "template_category_update", new_category="MARKETING")
    await news(company, "message_template_quality_update", new_quality_score="RED")
    found = await one(company)
    assert (found.state, found.category, found.quality) == ("paused", "marketing", "red")
    assert found.reason == "LOW_QUALITY"
    fields = [entry["field"] for entry in found.history]
    assert fields == ["state", "state", "state", "category", "quality"]
    assert found.history[3]["old"] == "utility"


async def test_trouble_with_the_provider_is_told(company: Company) -> None:
    await with_business(company)
    company.graph.order(Fault.SERVER_ERROR)
    [done] = await company.runtime.templates.submit(company.tenant_id, NAME, "en")
    assert "disturbance" in done.trouble
    assert (await one(company)).state == "draft"


@pytest.mark.parametrize(
    "parameters",
    [
        ("one",),
        ("one", "two", "three"),
        ("a\nb", "two"),
        ("a\tb", "two"),
        ("a    b", "two"),
        (" ", "two"),
        ("x" * (PARAMETER_LIMIT + 1), "two"),
    ],
)
def test_a_gap_filled_wrongly_is_refused(parameters: tuple[str, ...]) -> None:
    with pytest.raises(WrongParameters):
        filled("Hello {{1}} of {{2}}.", parameters)


def test_a_value_is_data_and_fills_no_gap_itself() -> None:
    assert filled("A {{1}} and {{2}}.", ("{{2}}", "b")) == "A {{2}} and b."


@given(st.text(max_size=400))
def test_any_words_can_be_made_a_parameter(words: str) -> None:
    assert filled("Hello {{1}}.", (one_line(words),))
