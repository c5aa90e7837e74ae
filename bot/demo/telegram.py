"""The demo's Telegram: a Bot API inside this process, and what a customer there writes."""

import itertools
import json
import time
from collections.abc import Sequence
from functools import cache
from typing import Any

import httpx

from channels.channel import Delivery
from channels.telegram.adapter import Telegram
from channels.telegram.settings import TelegramSettings
from channels.telegram.simulator import BotApiSimulator, Customer, Updates, webhook_headers

TELEGRAM_URL = "http://telegram.simulator.invalid"
KEPT = 100


class DemoTelegram(Telegram):
    """Telegram that speaks to the demo's server only."""

    def __init__(self) -> None:
        super().__init__(TELEGRAM_URL)

    async def check(self, settings: TelegramSettings, client: httpx.AsyncClient) -> tuple[str, ...]:
        """It lives in each process by itself: there is nothing to reach and nothing to set up."""
        return ()

    async def connect(
        self, settings: TelegramSettings, client: httpx.AsyncClient, address: str
    ) -> str:
        return "The simulated Telegram needs no connecting."

    async def wait(self, settings: TelegramSettings, cursor: str, seconds: float) -> bool:
        return False


def transport() -> httpx.AsyncBaseTransport:
    simulator = BotApiSimulator()
    application = simulator.application()

    async def trimmed(scope: Any, receive: Any, send: Any) -> None:
        await application(scope, receive, send)
        for kept in _kept(simulator):
            del kept[:-KEPT]

    return httpx.ASGITransport(app=trimmed)


def _kept(simulator: BotApiSimulator) -> Sequence[list[Any]]:
    return simulator.sent, simulator.requests, simulator.actions, simulator.answered


def secrets() -> dict[str, str]:
    """What an account at the simulated server needs; messages are brought to it."""
    return {"bot_token": BotApiSimulator().token, "delivery": "webhook"}


def written(settings: TelegramSettings, phone: str, name: str, text: str) -> Delivery:
    """What arrives when the customer of that number (as Telegram counts) writes."""
    return _delivered(settings, _updates().text(Customer(int(phone), name), text))


def pressed(settings: TelegramSettings, phone: str, name: str, choice: tuple[str, str]) -> Delivery:
    """What arrives when that customer presses a button (its id and title)."""
    customer, (id_, title) = Customer(int(phone), name), choice
    under = _updates().text(customer, title)["message"]
    button = {"text": title, "callback_data": id_}
    under |= {"reply_markup": {"inline_keyboard": [[button]]}}
    return _delivered(settings, _updates().press(customer, under, id_))


@cache
def _updates() -> Updates:
    # Each process counts by itself: by the clock none gives an id that another gave before.
    begun = int(time.time())
    return Updates(BotApiSimulator().bot, itertools.count(begun), itertools.count(begun))


def _delivered(settings: TelegramSettings, update: dict[str, Any]) -> Delivery:
    headers = webhook_headers(settings.webhook_secret.get_secret_value())
    return Delivery(
        body=json.dumps(update).encode(),
        headers={name.lower(): value for name, value in headers.items()},
        query={"bot": settings.bot_id},
    )
