"""What is acknowledged is on disk; what is not vouched for leaves no trace."""

import asyncio

import pytest

from bot.engine.receive import Unverified
from channels.channel import Delivery
from channels.whatsapp.simulator import incoming_text, merged, signed
from tests.bot.engine.conftest import CUSTOMER, Company


async def test_a_signed_delivery_is_stored_with_its_job(company: Company) -> None:
    await company.hear("hello")
    events = (await company.execute("select state from raw_events")).all()
    assert events == [("waiting",)]
    assert "take" in await company.jobs()


@pytest.mark.parametrize("secret", ["wrong", ""])
async def test_a_wrong_signature_stores_nothing(company: Company, secret: str) -> None:
    body = incoming_text(company.number, CUSTOMER, "hello")
    with pytest.raises(Unverified):
        await company.runtime.receiver.receive(
            company.runtime.channels["whatsapp"],
            Delivery(body, signed(body, secret) if secret else {}),
        )
    assert (await company.execute("select count(*) from raw_events")).scalar() == 0
    assert await company.jobs() == []


async def test_an_unknown_number_is_refused_even_when_signed(company: Company) -> None:
    with pytest.raises(Unverified):
        await company.receive(incoming_text("999", CUSTOMER, "hello"))


async def test_one_foreign_account_in_the_body_spoils_the_delivery(
    company: Company, rival: Company
) -> None:
    await rival.runtime.accounts.configure(
        rival.tenant_id,
        rival.runtime.channels["whatsapp"],
        {"app_secret": "the-rivals-own-secret"},
        rival.account_id,
    )
    body = merged(
        incoming_text(company.number, CUSTOMER, "mine"),
        incoming_text(rival.number, CUSTOMER, "theirs"),
    )
    with pytest.raises(Unverified):
        await company.receive(body)
    assert (await company.execute("select count(*) from raw_events")).scalar() == 0


async def test_each_account_gets_its_own_messages_of_one_body(
    company: Company, rival: Company
) -> None:
    body = merged(
        incoming_text(company.number, CUSTOMER, "mine"),
        incoming_text(rival.number, CUSTOMER, "theirs"),
    )
    assert await company.receive(body) == 2
    await company.take()
    await rival.take()
    assert [m.text for m in await company.messages()] == ["mine"]
    assert [m.text for m in await rival.messages()] == ["theirs"]


async def test_the_same_delivery_fifty_times_at_once_is_one_message(company: Company) -> None:
    body = incoming_text(company.number, CUSTOMER, "are you open on Friday?")
    await asyncio.gather(*(company.receive(body) for _ in range(50)))
    await asyncio.gather(*(company.take() for _ in range(5)))
    assert len(await company.messages(direction="in")) == 1
    assert (await company.execute("select count(*) from raw_events")).scalar() == 1


async def test_the_same_message_in_another_envelope_is_stored_once(company: Company) -> None:
    for ordinal in range(3):
        await company.hear("hello", id="wamid.SAME", timestamp=str(1_790_000_000 + ordinal))
    await company.take()
    assert len(await company.messages(direction="in")) == 1


async def test_a_disabled_channel_refuses_deliveries(company: Company) -> None:
    from bot.desk.tenants import change

    changes = {"features.whatsapp": "false"}
    await change(company.runtime.database, company.runtime.accounts, company.tenant_id, changes)
    with pytest.raises(Unverified):
        await company.hear("hello")
