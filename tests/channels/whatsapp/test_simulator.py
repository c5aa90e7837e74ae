"""The stand-in is as strict as Meta, and its webhooks are as genuine and as badly delivered."""

from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from channels.channel import Delivery
from channels.loopback import served
from channels.messages import InboundMessage, StatusUpdate
from channels.whatsapp.simulator import (
    Customer,
    Line,
    echo,
    incoming_media,
    incoming_text,
    pressed_button,
    pressed_row,
)
from channels.whatsapp.simulator.strictness import complaint
from tests.channels.whatsapp.conftest import NUMBER, PHONE, Wire

TEXT = {"messaging_product": "whatsapp", "to": "1", "type": "text", "text": {"body": "Hi"}}


def asked(**interactive: Any) -> dict[str, Any]:
    whole = {"type": "button", "body": {"text": "?"}, **interactive}
    return {**TEXT, "type": "interactive", "text": None, "interactive": whole}


def buttons(*titles: str) -> dict[str, Any]:
    replies = [{"type": "reply", "reply": {"id": t, "title": t}} for t in titles]
    return {"action": {"buttons": replies}}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({**TEXT, "messaging_product": "sms"}, 100),
        ({**TEXT, "to": ""}, 100),
        ({**TEXT, "text": {"body": "x" * 4097}}, 100),
        ({**TEXT, "text": {"body": ""}}, 131008),
        ({**TEXT, "type": "telegram", "text": None}, 131051),
        ({**TEXT, "surprise": 1}, 100),
        ({**TEXT, "context": {}}, 131009),
        ({**TEXT, "biz_opaque_callback_data": "x" * 513}, 100),
        ({**TEXT, "type": "image", "text": None, "image": {"id": "nope"}}, 131053),
        ({**TEXT, "type": "audio", "text": None, "audio": {"id": "ogg", "caption": "x"}}, 100),
        ({**TEXT, "type": "image", "text": None, "image": {"id": "ogg"}}, 131053),
        (asked(**buttons("1", "2", "3", "4")), 131009),
        (asked(**buttons("x" * 21)), 100),
        (asked(**buttons("a", "a")), 131009),
        (asked(**buttons("a"), body={"text": "x" * 1025}), 100),
        (asked(type="list", action={"button": "☰", "sections": [{"rows": []}]}), 131009),
        (asked(type="carousel"), 131009),
    ],
)
def test_what_meta_refuses_is_refused(body: dict[str, Any], code: int) -> None:
    told = {k: v for k, v in body.items() if v is not None}
    found = complaint(told, lambda media_id: {"ogg": "audio/ogg"}.get(media_id))
    assert found is not None
    assert found[0] == code


def test_what_meta_takes_is_taken() -> None:
    assert complaint(TEXT, lambda _: None) is None
    told = {k: v for k, v in asked(**buttons("Yes", "No")).items() if v is not None}
    assert complaint(told, lambda _: None) is None


async def test_an_unknown_number_is_refused(wire: Wire) -> None:
    headers = {"authorization": f"Bearer {wire.meta.access_token}"}
    answer = await wire.client.post(
        f"{wire.meta.base_url}/999/messages", json=TEXT, headers=headers
    )
    assert answer.json()["error"]["code"] == 33


class Receiver:
    """Our webhook, as small as can be."""

    def __init__(self) -> None:
        self.deliveries: list[Delivery] = []

    async def take(self, request: Request) -> Response:
        self.deliveries.append(Delivery(await request.body(), dict(request.headers)))
        return Response()

    def application(self) -> Starlette:
        return Starlette(routes=[Route("/hook", self.take, methods=["POST"])])


async def test_webhooks_arrive_signed_repeated_and_out_of_order(wire: Wire) -> None:
    receiver = Receiver()
    bodies = [incoming_text(NUMBER, PHONE, str(n)) for n in range(10)]
    async with served(receiver.application()) as url:
        statuses = await wire.meta.deliver(bodies, f"{url}/hook", line=Line(copies=3, seed=1))
    assert statuses == [200] * 30
    arrived = [d.body for d in receiver.deliveries]
    assert sorted(arrived) == sorted(bodies * 3)
    assert arrived != [body for body in bodies for _ in range(3)]
    assert all(wire.channel.verify(d, wire.settings) for d in receiver.deliveries)
    assert wire.channel.peek(receiver.deliveries[0]) == (NUMBER,)


async def test_webhooks_can_be_delivered_in_process_and_all_at_once(wire: Wire) -> None:
    receiver = Receiver()
    transport = httpx.ASGITransport(receiver.application())
    async with httpx.AsyncClient(transport=transport) as client:
        body = incoming_text(NUMBER, PHONE, "Hello")
        line = Line(copies=50, is_parallel=True)
        await wire.meta.deliver([body], "http://desk/hook", client=client, line=line)
    assert len(receiver.deliveries) == 50


async def test_statuses_of_a_sent_message_carry_its_id_and_our_key(wire: Wire) -> None:
    await wire.send("Hello", idempotency_key="out-1")
    (event,) = wire.channel.parse(wire.meta.statuses(wire.meta.sent[0], "delivered")[0])
    assert isinstance(event, StatusUpdate)
    assert event.external_id == wire.meta.sent[0].id
    assert (event.idempotency_key, event.recipient) == ("out-1", PHONE)


async def test_what_the_simulator_writes_is_what_the_channel_reads(wire: Wire) -> None:
    amira = Customer(PHONE, "Amira", "GB.1")
    file = wire.meta.add_media(b"voice", "audio/ogg")
    bodies = [
        incoming_text(NUMBER, amira, "Hello"),
        incoming_media(NUMBER, amira, "audio", file),
        pressed_button(NUMBER, amira, "yes", "Yes"),
        pressed_row(NUMBER, amira, "s1", "Site 1"),
        echo(NUMBER, PHONE, "On my way"),
    ]
    events = [e for body in bodies for e in wire.channel.parse(body)]
    messages = [e for e in events if isinstance(e, InboundMessage)]
    assert [m.content_kind for m in messages] == [
        "text",
        "audio",
        "button_reply",
        "list_reply",
        "text",
    ]
    assert {m.conversation_hint for m in messages} == {PHONE}
    assert (await wire.fetch(messages[1].attachments[0])).content == b"voice"
