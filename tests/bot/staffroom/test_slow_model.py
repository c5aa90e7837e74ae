"""Slack is acknowledged at once and staff are served, whatever customers' turns are waiting for."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from bot.foundation.settings import Settings
from bot.model.simulator import Answer, ModelSimulator
from bot.worker.service import work as worker
from tests.bot.staffroom.conftest import ADMIN, CLERK, ROOM, Office, together

MODEL_SECONDS = 5.0


@pytest.fixture
async def model() -> AsyncIterator[ModelSimulator]:
    slow = Answer("We are open from 9:00.", delay=MODEL_SECONDS)
    async with ModelSimulator(lambda _: slow) as simulator:
        yield simulator


@pytest.fixture
def settings(settings: Settings, model: ModelSimulator) -> Settings:
    settings.openai_api_key = SecretStr("scripted")
    settings.openai_base_url = model.openai_url
    settings.worker_concurrency = 4
    return settings


async def seen(office: Office, person: str, count: int) -> None:
    async with asyncio.timeout(15):
        while len(office.workspace.seen_by(person)) < count:  # noqa: ASYNC110 - another's list
            await asyncio.sleep(0.02)


@pytest.mark.full
async def test_staff_are_served_while_every_turn_waits_for_a_slow_model(
    office: Office, model: ModelSimulator
) -> None:
    running = asyncio.create_task(worker(office.runtime))
    try:
        for number in range(8):
            await office.company.hear("when are you open?", f"44770090010{number}")
        acks = []
        for _ in range(25):
            acks += await together(
                office.person(CLERK).command("inbox", ROOM),
                office.person(ADMIN).command("stats", ROOM),
            )
        assert all(ack.is_good for ack in acks)
        await seen(office, CLERK, 25)
        await seen(office, ADMIN, 25)
        await office.person(CLERK).command("reply 1", ROOM)
        await seen(office, CLERK, 26)
        assert model.asked, "the turns do wait for the model"
        assert office.company.graph.sent == []
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
