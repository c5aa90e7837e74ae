"""Meta as the demo's customers use it: phones that write, and a Graph API that goes wrong."""

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

import httpx
import phonenumbers

from channels.channel import Delivery
from channels.messages import DeliveryState
from channels.rendering import fits_buttons
from channels.standing.standin import (
    Deed,
    Edited,
    Fault,
    Look,
    Pressed,
    Reacted,
    SharedFile,
    Writer,
    Wrote,
)
from channels.standing.trial import findings
from channels.standing.wire import TappedTransport, Wire
from channels.whatsapp.adapter import CAPABILITIES, WhatsApp
from channels.whatsapp.settings import WhatsAppSettings
from channels.whatsapp.simulator import (
    Customer,
    GraphSimulator,
    incoming,
    incoming_text,
    pressed_button,
    pressed_row,
    signed,
    status,
)
from channels.whatsapp.simulator.deliveries import BUSINESS_ACCOUNT
from channels.whatsapp.simulator.going_wrong import (
    FAULTS,
    NEWS,
    FaultyGraph,
)

HOST = "graph.simulator.invalid"
URL = f"http://{HOST}/v24.0"
KEPT = 100
REGION = "GB"
_KINDS = {"image/jpeg": "image", "image/png": "image", "video/mp4": "video"}
"""What Meta takes as a picture or a film; other pictures go as documents."""


class AnyNumber(set[str]):
    """Every simulated number is known to the simulated provider."""

    def __contains__(self, number: object) -> bool:
        return True


class SimulatedWhatsApp(WhatsApp):
    """WhatsApp that speaks to the stand-in only."""

    def __init__(self) -> None:
        super().__init__(URL)

    async def check(self, settings: WhatsAppSettings, client: httpx.AsyncClient) -> tuple[str, ...]:
        """A round trip at a stand-in of its own: a message out and one in."""
        return await findings(WhatsAppStandIn(), settings)


class WhatsAppStandIn:
    """In memory only: what was sent is forgotten after a restart."""

    channel = "whatsapp"
    look = Look(
        address_label="Phone",
        address_example="07700 900999",
        kinds=("phone",),
        deeds=frozenset({Wrote, Pressed, Reacted, Edited}),
        faults=tuple(Fault(*one) for one in FAULTS),
    )

    def __init__(self) -> None:
        self.wire = Wire()
        self.simulator = GraphSimulator(numbers=AnyNumber(), base_url=URL)
        self._graph = FaultyGraph(self.simulator)

    @property
    def ordered(self) -> Sequence[str]:
        return self._graph.ordered

    def adapter(self) -> WhatsApp:
        return SimulatedWhatsApp()

    def mounts(self) -> Mapping[str, httpx.AsyncBaseTransport]:
        return {f"http://{HOST}": TappedTransport(self._graph, self.wire)}

    def account(self) -> Mapping[str, str]:
        return {"access_token": self.simulator.access_token}

    def address(self, told: str) -> str:
        """07700 900210 or +44 7700 900210 as 447700900210: the form WhatsApp knows people by."""
        try:
            parsed = phonenumbers.parse(_international(told), REGION)
        except phonenumbers.NumberParseException as error:
            raise ValueError("it is no phone number") from error
        if not phonenumbers.is_possible_number(parsed):
            raise ValueError("it is no phone number that could exist")
        return f"{parsed.country_code}{parsed.national_number}"

    async def done(
        self, deed: Deed, writer: Writer, settings: WhatsAppSettings
    ) -> Sequence[Delivery]:
        self.simulator.closed_windows.discard(writer.address)
        self._trim()
        who, number = Customer(writer.address, writer.name), settings.phone_number_id
        match deed:
            case Wrote():
                bodies = self._written(deed, who, number)
            case Pressed():
                bodies = [_pressed(deed, who, number)]
            case Reacted():
                given = {"message_id": deed.about, "emoji": deed.emoji}
                bodies = [incoming(number, who, {"type": "reaction", "reaction": given})]
            case Edited():
                words = {"type": "text", "text": {"body": deed.text}}
                change = {"original_message_id": deed.message, "message": words}
                bodies = [incoming(number, who, {"type": "edit", "edit": change})]
        return [_signed(body, settings) for body in bodies]

    def became(
        self, external_id: str, state: DeliveryState, writer: Writer, settings: WhatsAppSettings
    ) -> Sequence[Delivery]:
        told: dict[str, Any] = {"recipient": writer.address}
        if state is not DeliveryState.FAILED and external_id in self._graph.failing:
            state = DeliveryState.FAILED
        if state is DeliveryState.FAILED:
            code, words = self._graph.failing.get(external_id, (131026, "Message undeliverable"))
            told["errors"] = [{"code": code, "title": words, "message": words}]
        for sent in self.simulator.sent:
            if sent.id == external_id and (key := sent.body.get("biz_opaque_callback_data")):
                told["biz_opaque_callback_data"] = key
        body = status(settings.phone_number_id, external_id, state.value, **told)
        return [_signed(body, settings)]

    async def order(
        self, key: str, writer: Writer, settings: WhatsAppSettings
    ) -> Sequence[Delivery]:
        if key in NEWS:
            account = settings.business_account_id or settings.phone_number_id
            return [_signed(_template_news(account, *NEWS[key]), settings)]
        self._graph.order(key)
        return []

    def forget_orders(self) -> None:
        self._graph.ordered.clear()

    def a_day_passes(self, writer: Writer) -> None:
        """Meta refuses free text from now on."""
        self.simulator.closed_windows.add(writer.address)

    async def close(self) -> None:
        return None

    def _written(self, deed: Wrote, who: Customer, number: str) -> list[bytes]:
        context = {"context": {"from": number, "id": deed.quotes}} if deed.quotes else {}
        if not deed.files:
            return [incoming_text(number, who, deed.text, **context)]
        messages = [self._file(file) for file in deed.files]
        first = messages[0][messages[0]["type"]]
        bodies = []
        if deed.text and messages[0]["type"] == "audio":
            bodies.append(incoming_text(number, who, deed.text, **context))
        elif deed.text:
            first["caption"] = deed.text
        return [*bodies, *(incoming(number, who, one | context) for one in messages)]

    def _file(self, file: SharedFile) -> dict[str, Any]:
        kind = file.content_type.partition(";")[0].strip().lower()
        media: dict[str, Any] = dict(self.simulator.add_media(file.content, file.content_type))
        if kind.startswith("audio/"):
            spoken = {"voice": True} if kind in ("audio/ogg", "audio/webm") else {}
            return {"type": "audio", "audio": media | spoken}
        if shown := _KINDS.get(kind):
            return {"type": shown, shown: media}
        return {"type": "document", "document": media | {"filename": file.filename}}

    def _trim(self) -> None:
        simulator = self.simulator
        for kept in (simulator.sent, simulator.requests, simulator.read):
            del kept[:-KEPT]
        for name in list(simulator.media)[:-KEPT]:
            del simulator.media[name]


def _international(phone: str) -> str:
    """Digits alone, without a leading zero, are taken with their country code."""
    stripped = phone.strip()
    return f"+{stripped}" if stripped.isdigit() and not stripped.startswith("0") else stripped


def _pressed(deed: Pressed, who: Customer, number: str) -> bytes:
    """As WhatsApp shows them: up to three as buttons, more or described ones as a list."""
    is_list = not fits_buttons(deed.among, CAPABILITIES)
    context = {"context": {"from": number, "id": deed.under}} if deed.under else {}
    press = pressed_row if is_list else pressed_button
    return press(number, who, deed.choice.id, deed.choice.title, **context)


def _template_news(account: str, event: str, reason: str) -> bytes:
    value = {
        "event": event,
        "message_template_id": 1689556908129832,
        "message_template_name": "ticket_update",
        "message_template_language": "en",
        "reason": reason,
    }
    change = {"field": "message_template_status_update", "value": value}
    entry = {"id": account or BUSINESS_ACCOUNT, "time": int(time.time()), "changes": [change]}
    body = {"object": "whatsapp_business_account", "entry": [entry]}
    return json.dumps(body, separators=(",", ":")).encode()


def _signed(body: bytes, settings: WhatsAppSettings) -> Delivery:
    return Delivery(body=body, headers=signed(body, settings.app_secret.get_secret_value()))


STAND_IN = WhatsAppStandIn
