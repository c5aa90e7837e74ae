"""One number, used by the phone app and by us: echoes are people, history opens nothing."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.engine.turn import TurnRunner
from bot.model.turns import Reply, Step, TurnContext, TurnResult
from channels.whatsapp.simulator import echo
from channels.whatsapp.simulator.deliveries import webhook
from tests.bot.engine.conftest import CUSTOMER, Company


@dataclass
class SlowThinker:
    """A model that thinks until the test lets it answer."""

    thinking: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    async def think(self, context: TurnContext) -> TurnResult:
        self.thinking.set()
        await self.go_on.wait()
        return TurnResult((Reply("The bot's own answer."),), agent="slow", step=Step.MODEL)


def with_slow_model(company: Company) -> tuple[TurnRunner, SlowThinker]:
    runtime, slow = company.runtime, SlowThinker()
    runner = TurnRunner(
        runtime.database,
        runtime.accounts,
        slow,
        lambda context, reason: TurnResult((), agent="none", step=Step.MODEL),
        runtime.deliverer,
        runtime.drafter,
    )
    return runner, slow


async def test_the_owner_answers_from_the_phone_while_the_model_thinks_one_answer(
    company: Company, rival: Company
) -> None:
    runner, slow = with_slow_model(company)
    await company.hear("Do you come on Thursday?")
    [conversation_id] = await company.take()
    turn = asyncio.create_task(runner.run(company.tenant_id, conversation_id, timedelta(0)))
    await slow.thinking.wait()
    await company.receive(echo(company.number, CUSTOMER, "Yes, at nine. The owner"))
    await company.take()
    slow.go_on.set()
    await turn
    assert company.graph.sent == [], "the bot said nothing over the owner"
    [ours] = await company.messages(direction="out")
    assert (ours.author, ours.state) == ("staff", "sent")
    [conversation] = await company.conversations()
    assert conversation.owner == "staff"
    assert await company.say("Thank you, and at which door?") == []
    assert await rival.conversations() == []


async def test_without_the_owner_the_model_answers_once(company: Company) -> None:
    runner, slow = with_slow_model(company)
    await company.hear("Do you come on Thursday?")
    [conversation_id] = await company.take()
    slow.go_on.set()
    await runner.run(company.tenant_id, conversation_id, timedelta(0))
    assert len(company.graph.sent) == 1


def _history(company: Company, at: str) -> bytes:
    messages: list[dict[str, Any]] = [
        {
            "from": CUSTOMER,
            "id": "wamid.OLD1",
            "timestamp": at,
            "type": "text",
            "text": {"body": "How much is a camera?"},
        }
    ]
    thread = {"id": CUSTOMER, "messages": messages}
    chunk = {"metadata": {"phase": 0, "progress": 55}, "threads": [thread]}
    return webhook(company.number, {"history": [chunk]}, "history")


async def test_history_triggers_nothing_and_opens_no_window(company: Company) -> None:
    import time

    await company.receive(_history(company, str(int(time.time()) - 600)))
    assert await company.take() == frozenset()
    [old] = await company.messages()
    assert old.outcome_reason == "history"
    [conversation] = await company.conversations()
    assert conversation.last_inbound_at is None
    assert not conversation.turn_pending
    plan = await company.runtime.deliverer.foresee(
        company.tenant_id, company.account_id, conversation.id
    )
    assert plan.way.value == "refuse", "ten minutes ago, but synchronised: no window"
    assert company.graph.sent == []


async def test_the_phones_address_book_triggers_nothing(company: Company) -> None:
    contact = {"type": "contact", "contact": {"full_name": "Anna"}, "action": "add"}
    body = webhook(company.number, {"state_sync": [contact]}, "smb_app_state_sync")
    await company.receive(body)
    assert await company.take() == frozenset()
    assert await company.conversations() == []
    assert await company.messages() == []


@pytest.mark.parametrize("sample", ["echo", "history", "address_book"])
def test_there_is_a_sample_of_each(sample: str) -> None:
    import channels.whatsapp

    assert (Path(channels.whatsapp.__path__[0]) / "samples" / f"{sample}.json").exists()
