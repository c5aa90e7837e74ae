"""What leaves: once, recorded, retried when it may help, told to a person when not."""

import asyncio
from datetime import timedelta

from bot.engine.delivery import pause
from channels.whatsapp.simulator import Fault
from domain.conversations.outbox import record_receipt
from domain.types import utc_now
from tests.bot.engine.conftest import OTHER, Company

QUESTION = "when are you open?"


async def due_now(company: Company) -> None:
    await company.execute("update messages set next_attempt_at = now() where state = 'pending'")


async def test_the_receipt_is_recorded(company: Company) -> None:
    await company.say(QUESTION)
    [reply] = await company.messages(direction="out")
    assert reply.external_id == company.graph.sent[0].id
    assert (reply.state, reply.attempts) == ("sent", 1)


async def test_too_many_requests_is_tried_again_and_arrives_once(company: Company) -> None:
    company.graph.order(Fault.TOO_MANY)
    assert await company.say(QUESTION) == []
    [reply] = await company.messages(direction="out")
    assert reply.state == "pending"
    assert "deliver" in await company.jobs()
    await company.runtime.deliverer.deliver(company.tenant_id, reply.id)
    assert company.graph.sent == [], "not before its time"
    await due_now(company)
    await asyncio.gather(
        *(company.runtime.deliverer.deliver(company.tenant_id, reply.id) for _ in range(5))
    )
    assert len(company.graph.sent) == 1
    [reply] = await company.messages(direction="out")
    assert (reply.state, reply.is_maybe_repeated) == ("sent", False)


async def test_an_answer_lost_after_sending_is_marked_as_perhaps_repeated(
    company: Company,
) -> None:
    company.graph.order(Fault.DROP_AFTER_ACCEPTING)
    await company.say(QUESTION)
    [reply] = await company.messages(direction="out")
    assert (reply.state, reply.is_maybe_repeated) == ("pending", True)


async def test_a_status_tells_what_the_lost_answer_did_not(company: Company) -> None:
    company.graph.order(Fault.DROP_AFTER_ACCEPTING)
    await company.say(QUESTION)
    for body in company.graph.statuses(company.graph.sent[0], "sent", "delivered"):
        await company.receive(body)
    await company.take()
    [reply] = await company.messages(direction="out")
    assert reply.state == "delivered"
    await due_now(company)
    await company.runtime.deliverer.deliver(company.tenant_id, reply.id)
    assert len(company.graph.sent) == 1


async def test_an_expired_token_becomes_a_ticket_for_a_person_and_nothing_is_lost(
    company: Company,
) -> None:
    company.graph.order(Fault.EXPIRED_TOKEN, times=2)
    await company.say(QUESTION)
    await company.say(QUESTION, OTHER)
    replies = await company.messages(direction="out")
    assert [reply.state for reply in replies] == ["pending", "pending"]
    assert "access token" in replies[0].error
    [ticket] = await company.tickets()
    assert "sends nothing" in ticket.subject


async def test_a_paused_account_asks_the_provider_nothing(company: Company) -> None:
    company.graph.order(Fault.EXPIRED_TOKEN)
    await company.say(QUESTION)
    [reply] = await company.messages(direction="out")
    asked = len(company.graph.requests)
    await due_now(company)
    await company.runtime.deliverer.deliver(company.tenant_id, reply.id)
    assert len(company.graph.requests) == asked
    [reply] = await company.messages(direction="out")
    assert (reply.state, reply.attempts) == ("pending", 0)


async def test_a_new_token_lets_leave_what_waited(company: Company, rival: Company) -> None:
    company.graph.order(Fault.EXPIRED_TOKEN)
    await company.say(QUESTION)
    await company.runtime.accounts.configure(
        company.tenant_id,
        company.runtime.channels["whatsapp"],
        {"access_token": company.graph.access_token},
        company.account_id,
    )
    [reply] = await company.messages(direction="out")
    assert "deliver" in await company.jobs()
    await company.runtime.deliverer.deliver(company.tenant_id, reply.id)
    [reply] = await company.messages(direction="out")
    assert (reply.state, reply.error) == ("sent", "")


async def test_a_paused_account_is_tried_now_and_then(company: Company) -> None:
    company.graph.order(Fault.EXPIRED_TOKEN)
    await company.say(QUESTION)
    await company.execute("update channel_paces set tried_at = now() - interval '11 minutes'")
    await due_now(company)
    [reply] = await company.messages(direction="out")
    await company.runtime.deliverer.deliver(company.tenant_id, reply.id)
    [reply] = await company.messages(direction="out")
    assert reply.state == "sent"
    paused = await company.execute("select paused_at from channel_paces")
    assert paused.scalar_one() is None


async def test_statuses_only_move_forward(company: Company) -> None:
    await company.say(QUESTION)
    for state in ("read", "sent", "delivered"):
        for body in company.graph.statuses(company.graph.sent[0], state):
            await company.receive(body)
        await company.take()
    [reply] = await company.messages(direction="out")
    assert reply.state == "read"


async def test_a_status_that_comes_before_the_receipt_is_not_lost(company: Company) -> None:
    await company.say(QUESTION)
    sent = company.graph.sent[0]
    await company.execute(
        "update messages set state = 'sending', external_id = null where direction = 'out'"
    )
    await company.execute("delete from message_statuses")
    for body in company.graph.statuses(sent, "delivered"):
        await company.receive(body.replace(b"biz_opaque_callback_data", b"something_else"))
    await company.take()
    [reply] = await company.messages(direction="out")
    async with company.runtime.database.pipeline(company.tenant_id) as connection:
        await record_receipt(connection, reply.id, [sent.id], utc_now())
    [reply] = await company.messages(direction="out")
    assert reply.state == "delivered"


async def test_statuses_open_nothing(company: Company) -> None:
    await company.say(QUESTION)
    before = len(await company.messages())
    for body in company.graph.statuses(company.graph.sent[0], "sent", "delivered", "read"):
        await company.receive(body)
    assert await company.take() == frozenset()
    assert len(await company.messages()) == before


async def test_outside_the_window_nothing_is_shown_as_sent(company: Company) -> None:
    await company.say(QUESTION)
    await company.execute("update conversations set last_inbound_at = now() - interval '25 hours'")
    await company.execute("update messages set state = 'pending' where direction = 'out'")
    [reply] = await company.messages(direction="out")
    await company.runtime.deliverer.deliver(company.tenant_id, reply.id)
    [reply] = await company.messages(direction="out")
    assert reply.state == "failed"
    assert "24 hours" in reply.error
    assert len(company.graph.sent) == 1


async def test_trying_ends_after_the_eighth_time_and_a_person_is_told(company: Company) -> None:
    company.graph.order(Fault.SERVER_ERROR, times=20)
    await company.say(QUESTION)
    [reply] = await company.messages(direction="out")
    for _ in range(9):
        await due_now(company)
        await company.runtime.deliverer.deliver(company.tenant_id, reply.id)
    while await company.runtime.reactions.react(company.tenant_id):
        pass
    [reply] = await company.messages(direction="out")
    assert (reply.state, reply.attempts) == ("failed", 8)
    assert len(await company.tickets()) == 1


def test_pauses_double_up_to_a_quarter_of_an_hour_and_respect_the_provider() -> None:
    assert pause(1, None) == timedelta(seconds=2)
    assert pause(3, None) == timedelta(seconds=8)
    assert pause(40, None) == timedelta(minutes=15)
    assert pause(1, 90.0) == timedelta(seconds=90)
