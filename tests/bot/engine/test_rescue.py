"""What a dead worker leaves behind is found in our own rows."""

import pytest

from bot.desk.ledger import dead_letters, lost, replay
from bot.engine.rescue import Swept
from channels.whatsapp.adapter import WhatsApp
from domain.conversations.ledger import MAX_ATTEMPTS
from tests.bot.engine.conftest import OTHER, Company

QUESTION = "when are you open?"


async def aged(company: Company) -> None:
    """As if a minute had gone by."""
    for statement in (
        "update raw_events set created_at = created_at - interval '1 minute'",
        "update conversations set pending_since = pending_since - interval '1 minute', "
        "lease_until = lease_until - interval '1 minute', "
        "last_inbound_at = last_inbound_at - interval '10 minutes'",
        "update messages set state_at = state_at - interval '1 minute', "
        "next_attempt_at = next_attempt_at - interval '1 minute'",
    ):
        await company.execute(statement)


async def swept(company: Company) -> Swept:
    await aged(company)
    return await company.runtime.rescue.sweep_tenant(company.tenant_id)


async def test_an_event_whose_job_was_lost_is_taken_in(company: Company) -> None:
    await company.hear(QUESTION)
    assert (await swept(company)).events == 1
    await company.runtime.intake.take(company.tenant_id, company.account_id, carefully=True)
    assert len(await company.messages(direction="in")) == 1


async def test_a_turn_whose_worker_died_is_done_again(company: Company) -> None:
    await company.hear(QUESTION)
    await company.take()
    await company.execute(
        "update conversations set turn_pending = false, lease_token = id, lease_until = now()"
    )
    assert (await swept(company)).turns == 1
    await company.work_on_conversations()
    assert len(company.graph.sent) == 1


async def test_a_message_whose_sender_died_is_sent_and_marked(company: Company) -> None:
    await company.say(QUESTION)
    await company.execute("update messages set state = 'sending' where direction = 'out'")
    assert (await swept(company)).messages == 1
    [reply] = await company.messages(direction="out")
    await company.runtime.deliverer.deliver(company.tenant_id, reply.id)
    [reply] = await company.messages(direction="out")
    assert (reply.state, reply.is_maybe_repeated) == ("sent", True)
    assert len(company.graph.sent) == 2


async def test_a_quiet_company_gives_the_sweep_nothing_to_do(company: Company) -> None:
    await company.say(QUESTION)
    assert await swept(company) == Swept()


async def test_an_event_that_always_fails_dies_and_the_others_go_on(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    parse = WhatsApp.parse

    def failing(self: WhatsApp, body: bytes) -> object:
        if b"poison" in body:
            raise RuntimeError("cannot digest this")
        return parse(self, body)

    monkeypatch.setattr(WhatsApp, "parse", failing)
    await company.hear("poison")
    await company.hear(QUESTION, sender=OTHER)
    for _ in range(MAX_ATTEMPTS + 2):
        await company.runtime.intake.take(company.tenant_id, company.account_id, carefully=True)
    assert [m.text for m in await company.messages(direction="in")] == [QUESTION]
    [letter] = await dead_letters(company.runtime.database, company.tenant_id)
    assert "cannot digest this" in letter["reason"]

    monkeypatch.undo()
    await replay(company.runtime.database, company.tenant_id, letter["id"])
    await company.take()
    assert {m.text for m in await company.messages(direction="in")} == {QUESTION, "poison"}


async def test_a_turn_that_always_crashes_ends_with_a_person(company: Company) -> None:
    await company.hear(QUESTION)
    await company.take()
    await company.execute("update conversations set turn_failures = 5")
    await company.work_on_conversations()
    assert "colleague" in company.graph.texts()[0]
    assert len(await company.tickets()) == 1


async def test_lost_lists_what_nobody_answered_until_somebody_does(company: Company) -> None:
    runtime = company.runtime
    await company.hear(QUESTION, timestamp="1790000000")
    await company.take()
    [row] = await lost(runtime.database, company.tenant_id)
    assert row["text"] == QUESTION
    assert row["reason"] == "older_than_24_hours"
    await replay(runtime.database, company.tenant_id, row["id"])
    await company.work_on_conversations()
    assert await lost(runtime.database, company.tenant_id) == []


async def test_what_is_not_understood_is_kept_with_the_reason(company: Company) -> None:
    body = (
        b'{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":'
        b'"some_new_field","value":{"metadata":{"phone_number_id":"'
        + company.number.encode()
        + b'"}}}]}]}'
    )
    await company.receive(body)
    await company.take()
    row = (await company.execute("select state, reason from raw_events")).one()
    assert row.state == "ignored"
    assert row.reason
