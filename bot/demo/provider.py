"""The demo's providers: simulators inside this process, reached over their real protocols."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from bot.demo import telegram
from bot.demo.mail import DemoEmail, DemoMail
from bot.demo.slack import SLACK_URL, DemoSlack, demo_slack
from channels.channel import Channel, Delivery
from channels.whatsapp.adapter import WhatsApp
from channels.whatsapp.settings import WhatsAppSettings
from channels.whatsapp.simulator import (
    Customer,
    GraphSimulator,
    incoming_text,
    pressed_button,
    signed,
)

GRAPH_HOST = "graph.simulator.invalid"
GRAPH_URL = f"http://{GRAPH_HOST}/v24.0"
KEPT = 100


@dataclass(frozen=True, slots=True)
class Demo:
    """What is simulated in this process and remembers something."""

    slack: DemoSlack = field(default_factory=demo_slack)
    mail: DemoMail = field(default_factory=DemoMail)


class AnyNumber(set[str]):
    """Every simulated number is known to the simulated provider."""

    def __contains__(self, number: object) -> bool:
        return True


def simulated_channels(mail: DemoMail) -> dict[str, Channel]:
    """Channels that speak to the simulators; for demo tenants and simulated accounts."""
    whatsapp: Channel = WhatsApp(GRAPH_URL)
    email: Channel = DemoEmail(mail)
    chat: Channel = telegram.DemoTelegram()
    return {whatsapp.name: whatsapp, email.name: email, chat.name: chat}


def simulated_transports(slack: DemoSlack) -> Mapping[str, httpx.AsyncBaseTransport]:
    """What an HTTP client mounts so that the simulators' hosts lead to them."""
    simulator = GraphSimulator(numbers=AnyNumber())
    application = simulator.application()

    async def trimmed(scope: Any, receive: Any, send: Any) -> None:
        await application(scope, receive, send)
        del simulator.sent[:-KEPT]
        del simulator.requests[:-KEPT]

    return {
        f"http://{GRAPH_HOST}": httpx.ASGITransport(app=trimmed),
        SLACK_URL: slack.transport(),
        telegram.TELEGRAM_URL: telegram.transport(),
    }


def simulated_secrets() -> dict[str, str]:
    """What the simulated providers ask for; each account takes what its channel asks for."""
    return {"access_token": GraphSimulator().access_token, **telegram.secrets()}


def written(settings: WhatsAppSettings, phone: str, name: str, text: str) -> Delivery:
    """What arrives when that customer writes: a signed webhook."""
    body = incoming_text(settings.phone_number_id, Customer(phone, name), text)
    return _signed(settings, body)


def pressed(settings: WhatsAppSettings, phone: str, name: str, choice: tuple[str, str]) -> Delivery:
    """What arrives when that customer presses a button (its id and title)."""
    body = pressed_button(settings.phone_number_id, Customer(phone, name), *choice)
    return _signed(settings, body)


WRITERS: Mapping[str, Callable[[Any, str, str, str], Delivery]] = {
    "whatsapp": written,
    "telegram": telegram.written,
}
"""What arrives when a customer writes on the channels where a terminal can pretend to be one."""


def _signed(settings: WhatsAppSettings, body: bytes) -> Delivery:
    return Delivery(body=body, headers=signed(body, settings.app_secret.get_secret_value()))
