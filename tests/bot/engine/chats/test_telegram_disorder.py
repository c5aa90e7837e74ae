"""However Telegram's updates travel, the conversation is the same in the end."""

import random
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.runtime import Runtime
from channels.telegram.simulator import BotApiSimulator, Customer
from channels.telegram.simulator.updates import Update
from domain.tenants.models import ChannelAccount
from domain.types import utc_now
from tests.bot.engine.chats.conftest import Firm, body, founded

ROBIN, KIM = Customer(700_100, "Robin"), Customer(700_200, "Kim")


def story() -> list[Update]:
    """Two people: questions, edits of edits, an album, presses, reactions, a block and its end."""
    simulator = BotApiSimulator()
    make = simulator.make
    asked = make.text(ROBIN, "When are you open?")
    other = make.text(KIM, "Is anybody there?")
    under = {"message_id": 4000, "chat": ROBIN.chat, "date": asked["message"]["date"] - 50}
    photos = [simulator.add_photo(f"picture {n}".encode()) for n in range(2)]
    at = asked["message"]["date"]
    return [
        asked,
        make.edited(asked, "When are you closed?", after=5),
        make.edited(asked, "When are you open on Sunday?", after=9),
        other,
        make.edited(other, "Is anybody there? Kim here", after=9),
        make.edited(other, "Is anybody there? Kim", after=9),
        *make.album(ROBIN, photos, "Both cabinets"),
        make.press(ROBIN, under, "yes:1"),
        make.reaction(KIM, 4001, "👍"),
        make.membership(KIM, "kicked", at + 20),
        make.membership(KIM, "member", at + 25),
        make.membership(KIM, "kicked", at + 30),
    ]


async def outcome(firm: Firm) -> Any:
    """What staff would see and the bot would read."""
    messages = sorted(
        (m.external_id, m.text, m.outcome, m.outcome_reason, m.edited_at is not None, m.choice)
        for m in await firm.messages()
    )
    muted = sorted((i.value, i.muted_at, i.muted_reason) for i in await firm.identities())
    conversations = sorted((c.hint, c.turn_pending) for c in await firm.conversations())
    return messages, muted, conversations


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    """The updates, made once, and what became of them in order."""
    return {"story": story(), "expected": None}


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(seed=st.integers(0, 2**16), copies=st.integers(1, 3), at_once=st.integers(1, 9))
async def test_updates_repeated_and_shuffled_give_the_same_conversation(
    runtime: Runtime,
    web: httpx.AsyncClient,
    told: dict[str, Any],
    seed: int,
    copies: int,
    at_once: int,
) -> None:
    if told["expected"] is None:
        told["expected"] = await heard(runtime, web, told["story"], len(told["story"]))
    travelled = told["story"] * copies
    random.Random(seed).shuffle(travelled)  # noqa: S311 - repeatable on purpose
    assert await heard(runtime, web, travelled, at_once) == told["expected"]


async def has_long_been_live(firm: Firm) -> None:
    """Since before the updates were made: else they are not answered, and none waits."""
    async with firm.runtime.database.transaction(firm.tenant_id) as session:
        row = await session.get_one(ChannelAccount, firm.account_id)
        row.live_since = utc_now() - timedelta(hours=1)
    firm.runtime.accounts.forget()


async def heard(
    runtime: Runtime, web: httpx.AsyncClient, updates: list[Update], at_once: int
) -> Any:
    """By a company of their own, in batches of so many."""
    number = uuid4().int % 10**12
    bot = BotApiSimulator(token=f"{number}:opens-nothing-else", username="AcmeServiceBot")
    firm = await founded(runtime, web, bot, f"firm{number}")
    await has_long_been_live(firm)
    for start in range(0, len(updates), at_once):
        for update in updates[start : start + at_once]:
            await runtime.receiver.store(firm.tenant_id, firm.account_id, body(update))
        await firm.take()
    return await outcome(firm)
