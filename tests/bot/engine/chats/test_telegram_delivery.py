"""Answers on their way to Telegram: who is blocked, what is told, what is tried again."""

import httpx

from bot.desk.channels.connecting import Switchboard, connect
from bot.desk.conversations import reply
from bot.desk.handling.rooms import CHAT
from bot.desk.mail.checkup import examine
from channels.telegram.simulator import Fault
from domain.customers.service import Customers
from domain.events import DomainEvent
from tests.bot.engine.chats.conftest import ROBIN, Firm


async def answered(firm: Firm, words: str) -> str:
    """A member of staff replies; what state the reply is in."""
    [conversation] = await firm.conversations()
    database = firm.runtime.database
    message_id = await reply(database, firm.tenant_id, conversation.id, None, words)
    await firm.runtime.deliverer.deliver(firm.tenant_id, message_id)
    [message] = await firm.messages(id=message_id)
    return f"{message.state}: {message.error}"


async def test_a_refusal_mutes_the_address_and_the_next_reply_says_why(firm: Firm) -> None:
    await firm.say("When are you open?")
    firm.telegram.blocked.add(ROBIN.id)
    assert "failed: The customer has blocked" in await answered(firm, "Anything else?")
    [identity] = await firm.identities()
    assert identity.muted_at is not None
    firm.telegram.blocked.clear()
    assert "Nothing more is sent to this address: The customer has blocked" in await answered(
        firm, "Hello?"
    )
    kinds = [one.kind for one in await firm.rows(DomainEvent)]
    assert "address.muted" in kinds


async def test_who_writes_again_is_answered_again(firm: Firm) -> None:
    await firm.say("When are you open?")
    firm.telegram.blocked.add(ROBIN.id)
    await answered(firm, "Anything else?")
    firm.telegram.blocked.clear()
    await firm.take()
    later = firm.telegram.make.text(ROBIN, "When are you open?")
    later["message"]["date"] += 30
    await firm.deliver(later)
    await firm.work()
    assert (await answered(firm, "Here we are")).startswith("sent")


async def test_a_person_opens_a_muted_address_from_the_desk(firm: Firm) -> None:
    await firm.say("When are you open?")
    firm.telegram.blocked.add(ROBIN.id)
    await answered(firm, "Anything else?")
    async with firm.runtime.database.transaction(firm.tenant_id) as session:
        customers = Customers(session, firm.tenant_id)
        await customers.unmute(CHAT, str(ROBIN.id), by="test")
    firm.telegram.blocked.clear()
    assert (await answered(firm, "Here we are")).startswith("sent")


async def test_too_many_messages_are_tried_again_later(firm: Firm) -> None:
    await firm.say("When are you open?")
    firm.telegram.order(Fault.TOO_MANY)
    assert (await answered(firm, "One moment")).startswith("pending")
    [message] = await firm.messages(text="One moment")
    assert message.next_attempt_at is not None
    assert not message.is_maybe_repeated


async def test_a_lost_answer_is_marked_as_maybe_repeated(firm: Firm) -> None:
    await firm.say("When are you open?")
    firm.telegram.order(Fault.DROP_AFTER_ACCEPTING)
    assert (await answered(firm, "One moment")).startswith("pending")
    [message] = await firm.messages(text="One moment")
    assert message.is_maybe_repeated


async def test_connecting_sets_the_webhook_and_takes_it_away(firm: Firm) -> None:
    runtime = firm.runtime
    async with httpx.AsyncClient(timeout=20, trust_env=False) as client:
        board = Switchboard(runtime.database, runtime.accounts, client, "https://desk.example/")
        await connect(board, firm.tenant_id, "telegram")
        told = firm.telegram.webhook
        assert told["url"].startswith("https://desk.example/api/v1/telegram/webhook?bot=")
        assert "message_reaction" in told["allowed_updates"]
        account = await runtime.accounts.get(firm.tenant_id, firm.account_id)
        assert await examine([account]) == [()]
        await firm.set(delivery="polling")
        account = await runtime.accounts.get(firm.tenant_id, firm.account_id)
        [[symptom]] = await examine([account])
        assert "channel connect telegram" in symptom.text
        await connect(board, firm.tenant_id, "telegram")
    assert firm.telegram.webhook["url"] == ""
    assert await examine([account]) == [()]
