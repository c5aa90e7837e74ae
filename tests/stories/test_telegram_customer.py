"""A customer's whole journey on Telegram, with staff in Slack."""

from collections.abc import AsyncIterator

import pytest

from bot.desk import tenants as desk
from bot.foundation.settings import Settings
from bot.runtime import Runtime
from channels.telegram.simulator import BotApiSimulator
from channels.whatsapp.simulator import GraphSimulator
from tests.bot.engine.chats.conftest import ROBIN
from tests.bot.staffroom.conftest import (
    ADMIN,
    ROOM,
    Office,
    let_time_pass,
    office,
    runtime,
    site,
    slack,
    wire,
)

__all__ = ["office", "runtime", "site", "slack", "wire"]


@pytest.fixture
async def telegram(settings: Settings) -> AsyncIterator[BotApiSimulator]:
    simulator = BotApiSimulator()
    async with simulator.serve():
        settings.telegram_api_url = simulator.base_url
        yield simulator


@pytest.fixture
async def graph(telegram: BotApiSimulator) -> AsyncIterator[GraphSimulator]:
    """Begun after Telegram's server, so that the runtime knows of both."""
    simulator = GraphSimulator()
    async with simulator.serve():
        yield simulator


@pytest.fixture
async def customer(
    office: Office, runtime: Runtime, telegram: BotApiSimulator, site: str
) -> "Customer":
    for kind in ("recorder", "camera", "switch"):
        words = f"To reset the password of your {kind}, hold its reset button for ten seconds."
        await office.company.teach(f"Resetting the password of a {kind}", words)
    fields = {"bot_token": telegram.token, "delivery": "webhook", "webhook_secret": "word"}
    changes = {f"telegram.{name}": value for name, value in fields.items()}
    await desk.change(runtime.database, runtime.accounts, office.tenant_id, changes)
    await desk.go_live(
        runtime.database, runtime.accounts, office.tenant_id, "telegram", "automatic"
    )
    telegram.webhook_secret = "word"
    return Customer(office, telegram, f"{site}/api/v1/telegram/webhook?bot={telegram.bot['id']}")


class Customer:
    def __init__(self, office: Office, telegram: BotApiSimulator, address: str) -> None:
        self.office, self.telegram, self.address = office, telegram, address

    async def say(self, words: str) -> list[str]:
        return await self._does(self.telegram.make.text(ROBIN, words))

    async def press(self, title: str) -> list[str]:
        """A button under the last message that has any."""
        under = [one.message for one in self.telegram.sent if "reply_markup" in one.message][-1]
        buttons = [b for row in under["reply_markup"]["inline_keyboard"] for b in row]
        [data] = [b["callback_data"] for b in buttons if title in b["text"]]
        return await self._does(self.telegram.make.press(ROBIN, under, data))

    async def _does(self, update: dict[str, object]) -> list[str]:
        before = len(self.telegram.sent)
        statuses = await self.telegram.deliver([update], self.address, self.office.wire.client)
        assert statuses == [200]
        await self.office.work()
        return self.telegram.texts()[before:]


async def test_question_button_problem_ticket_and_a_person(
    customer: Customer, office: Office
) -> None:
    await office.command("here", ADMIN)
    await customer.say("Which device can be reset?")
    [answer] = await customer.press("camera")
    assert "of your camera, hold its reset button" in answer
    assert "Resetting the password of a camera" in answer
    assert len(customer.telegram.answered) == 1

    [answer] = await customer.say("and now the camera at the gate is dead since this morning")
    [ticket] = await office.company.tickets()
    assert ticket.number in answer

    root = next(x for x in office.workspace.lines if x.channel == ROOM and not x.only_to)
    await office.press(root, "Reply")
    assert "to Telegram" in str(office.workspace.open_view())
    await office.submit({"Your reply": "Maria here: the engineer comes at 9."})
    await office.company.execute("update messages set next_attempt_at = now()")
    await let_time_pass(office.runtime)
    await office.work()
    assert customer.telegram.texts()[-1] == "Maria here: the engineer comes at 9."
    assert customer.telegram.sent[-1].chat_id == ROBIN.id
