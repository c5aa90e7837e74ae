"""The same manners where a model thinks: what is no matter for it never reaches it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from bot.desk import tenants
from bot.model.simulator import Answer, Asked
from domain.types import utc_now
from tests.bot.engine.conftest import graph
from tests.bot.engine.test_turns_with_a_model import proposal, searching, staffed

__all__ = ["graph", "staffed"]

HANDS_OFF = {
    "kind": "hand_off",
    "reason": "customer_request",
    "note": "Wants a person.",
    "acknowledgement": "A colleague will answer you here.",
}


async def test_stop_is_not_for_the_model_to_think_about(staffed: Callable[..., Any]) -> None:
    asked: list[Asked] = []

    def script(one: Asked) -> Answer:
        asked.append(one)
        return Answer(text="I will go on writing to you!")

    async with staffed(script) as company:
        assert await company.say("STOP") == []
        assert await company.say("When are you open?") == []
    assert asked == []


async def test_a_models_hand_off_by_night_says_when_there_is_somebody(
    staffed: Callable[..., Any],
) -> None:
    async with staffed(searching(proposal(HANDS_OFF, intent="human"))) as company:
        runtime, until = company.runtime, utc_now() + timedelta(days=2)
        change = {"presence.away_until": until.isoformat()}
        await tenants.change(runtime.database, runtime.accounts, company.tenant_id, change)
        [answer] = await company.say("I want to talk to a person")
    assert "Nobody is in at acme Ltd" in answer
