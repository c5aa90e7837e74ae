"""What the days bring to quotes that were sent: reminded, followed up, ended; each once."""

import asyncio
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.desk import tenants as desk
from domain.conversations.models import Message
from domain.events import DomainEvent
from domain.quotes.lifecycle.moving import Move, move
from domain.quotes.lifecycle.revisions import Revisions, start_revision
from domain.quotes.models import Quote, QuoteRevision
from domain.staff.models import StaffNotice
from tests.bot.engine.conftest import Company
from tests.bot.engine.test_quotes_in_chat import stocked

NOON = datetime.combine(datetime.now(UTC).date(), time(12), UTC)


def in_days(days: int) -> datetime:
    return NOON + timedelta(days=days)


async def sent(company: Company, *, is_reachable: bool = True) -> None:
    """A quote of a customer who wrote just now, whenever that is."""
    await stocked(company)
    await company.say("please quote 12 double cat6 outlets")
    await moved(company, Move("sent", "staff:1", at=NOON))
    if is_reachable:
        await company.execute("update conversations set last_inbound_at = :at", at=in_days(60))


async def moved(company: Company, wanted: Move) -> None:
    async with company.runtime.database.transaction(company.tenant_id) as session:
        quote = (await session.scalars(select(Quote))).one()
        await move(session, company.tenant_id, quote, wanted)


async def rows(company: Company, model: Any) -> list[Any]:
    async with company.runtime.database.transaction(company.tenant_id) as session:
        return list(await session.scalars(select(model)))


async def notices(company: Company) -> list[str]:
    found = await rows(company, StaffNotice)
    return [one.text for one in found if one.kind == "quotes"]


async def delivered(company: Company) -> list[str]:
    before = len(company.graph.sent)
    for message in await company.messages(state="pending"):
        await company.runtime.deliverer.deliver(company.tenant_id, message.id)
    return company.graph.texts()[before:]


async def test_the_customer_is_reminded_once_before_the_last_day(company: Company) -> None:
    await sent(company)
    expiry = company.runtime.quote_expiry
    await moved(company, Move("viewed", "customer"))
    await expiry.pass_day(in_days(26))
    assert await delivered(company) == []
    both = (expiry.pass_day_of(company.tenant_id, in_days(27)) for _ in range(3))
    assert sorted(await asyncio.gather(*both)) == [0, 0, 1]
    (text,) = await delivered(company)
    (revision,) = await rows(company, QuoteRevision)
    assert "12 double cat6 outlets" in text
    assert "£1,065.60 including VAT" in text
    assert f"valid until {revision.valid_until.day}" in text
    await expiry.pass_day(in_days(28))
    assert await delivered(company) == []
    assert await notices(company) == []


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("update channel_accounts set mode = 'draft_only'", "does not answer by itself"),
        ("update conversations set owner = 'staff'", "keeps out of that conversation"),
        ("update conversations set last_inbound_at = now()", "takes no free text from us now"),
        ("update people set opted_out_at = now()", "wants no messages"),
        ("update identities set muted_at = now()", "Nothing more is sent"),
        ("update quotes set conversation_id = null", "not sent in a conversation"),
    ],
)
async def test_where_the_bot_does_not_write_staff_get_the_words(
    company: Company, setting: str, told: str
) -> None:
    await sent(company)
    await moved(company, Move("viewed", "customer"))
    await company.execute(setting)
    company.runtime.accounts.forget()
    await company.runtime.quote_expiry.pass_day(in_days(27))
    await company.runtime.quote_expiry.pass_day(in_days(28))
    assert await delivered(company) == []
    (notice,) = await notices(company)
    assert told in notice
    assert "Would you like to go ahead" in notice


async def test_what_was_never_looked_at_is_followed_up_once(company: Company) -> None:
    await sent(company)
    for day in (4, 5, 6):
        await company.runtime.quote_expiry.pass_day(in_days(day))
        assert len(await notices(company)) == (day > 4)
    (notice,) = await notices(company)
    assert "nobody has looked at it yet" in notice


async def test_one_that_was_looked_at_needs_no_following_up(company: Company) -> None:
    await sent(company)
    await moved(company, Move("viewed", "customer"))
    await company.runtime.quote_expiry.pass_day(in_days(8))
    assert await notices(company) == []


async def test_past_its_last_day_it_ends_and_staff_are_told_in_the_thread(company: Company) -> None:
    await sent(company)
    expiry = company.runtime.quote_expiry
    await expiry.pass_day(in_days(30))
    await asyncio.gather(*(expiry.pass_day(in_days(31)) for _ in range(2)))
    (quote,), (revision,) = await rows(company, Quote), await rows(company, QuoteRevision)
    assert quote.status == revision.status == "expired"
    events = [one.kind for one in await rows(company, DomainEvent)]
    assert events.count("quote.expired") == 1
    (note,) = [one for one in await rows(company, Message) if one.direction == "note"]
    assert f"{quote.number} ended without an answer" in note.text
    assert [one for one in await notices(company) if "ended without" in one]


async def test_the_old_revision_ends_while_the_new_one_is_a_draft(company: Company) -> None:
    await sent(company)
    async with company.runtime.database.transaction(company.tenant_id) as session:
        quote = (await session.scalars(select(Quote))).one()
        await start_revision(session, company.tenant_id, quote, "staff:1", "More")
    await company.runtime.quote_expiry.pass_day(in_days(31))
    (quote,), (revision,) = await rows(company, Quote), await rows(company, QuoteRevision)
    assert (quote.status, revision.status) == ("draft", "expired")


async def test_days_of_none_are_never(company: Company) -> None:
    await sent(company)
    await desk.change(
        company.runtime.database,
        company.runtime.accounts,
        company.tenant_id,
        {"quoting.reminder_days": "0", "quoting.follow_up_days": "0"},
    )
    await company.runtime.quote_expiry.pass_day(in_days(29))
    assert await delivered(company) == await notices(company) == []


async def test_another_tenants_quotes_are_reminded_with_its_own_settings(
    company: Company, rival: Company
) -> None:
    await sent(company)
    await sent(rival)
    await desk.change(
        rival.runtime.database,
        rival.runtime.accounts,
        rival.tenant_id,
        {"quoting.reminder_days": "10"},
    )
    await company.runtime.quote_expiry.pass_day(in_days(21))
    assert await delivered(company) == []
    assert len(await delivered(rival)) == 1


async def test_of_what_is_revised_only_the_open_one_is_reminded(company: Company) -> None:
    await sent(company)
    async with company.runtime.database.transaction(company.tenant_id) as session:
        quote = (await session.scalars(select(Quote))).one()
        await start_revision(session, company.tenant_id, quote, "staff:1", "More")
        await move(session, company.tenant_id, quote, Move("sent", "staff:1"))
        assert len(await Revisions(session, company.tenant_id).all(quote.id)) == 2
    await company.runtime.quote_expiry.pass_day(in_days(28))
    assert len(await delivered(company)) == 1
