"""The demo's providers: simulators inside this process, reached over their real protocols."""

from collections.abc import Mapping
from typing import Any

import httpx

from bot.demo.slack import SLACK_URL, DemoSlack
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


class AnyNumber(set[str]):
    """Every simulated number is known to the simulated provider."""

    def __contains__(self, number: object) -> bool:
        return True


def simulated_channels() -> dict[str, Channel]:
    """Channels that speak to the simulators; for demo tenants and simulated accounts."""
    whatsapp: Channel = WhatsApp(GRAPH_URL)
    return {whatsapp.name: whatsapp}


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
    }


def simulated_secrets() -> dict[str, str]:
    """The access token that the simulated provider takes."""
    return {"access_token": GraphSimulator().access_token}


def written(settings: WhatsAppSettings, phone: str, name: str, text: str) -> Delivery:
    """What arrives when that customer writes: a signed webhook."""
    body = incoming_text(settings.phone_number_id, Customer(phone, name), text)
    return _signed(settings, body)


def pressed(settings: WhatsAppSettings, phone: str, name: str, choice: tuple[str, str]) -> Delivery:
    """What arrives when that customer presses a button (its id and title)."""
    body = pressed_button(settings.phone_number_id, Customer(phone, name), *choice)
    return _signed(settings, body)


def _signed(settings: WhatsAppSettings, body: bytes) -> Delivery:
    return Delivery(body=body, headers=signed(body, settings.app_secret.get_secret_value()))
