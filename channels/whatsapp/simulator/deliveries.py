"""Webhook bodies as Meta makes them: for tests, the simulator page and benchmarks. Pure."""

import hmac
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import uuid4

BUSINESS_ACCOUNT = "102290129340398"
DISPLAY_NUMBER = "15550783881"


@dataclass(frozen=True, slots=True)
class Customer:
    """Who writes. Without a phone only the business-scoped user id is shown, as since 2026."""

    phone: str = ""
    name: str = ""
    user_id: str = ""

    @property
    def contact(self) -> dict[str, Any]:
        contact: dict[str, Any] = {"profile": {"name": self.name}} if self.name else {}
        if self.phone:
            contact["wa_id"] = self.phone
        if self.user_id:
            contact["user_id"] = self.user_id
        return contact


def webhook(phone_number_id: str, value: Mapping[str, Any], field: str = "messages") -> bytes:
    """A body with one entry and one change; `merged` makes one of several."""
    metadata = {"display_phone_number": DISPLAY_NUMBER, "phone_number_id": phone_number_id}
    whole = {"messaging_product": "whatsapp", "metadata": metadata, **value}
    entry = {"id": BUSINESS_ACCOUNT, "changes": [{"value": whole, "field": field}]}
    return _body([entry])


def merged(*bodies: bytes) -> bytes:
    """All entries of several bodies in one, as Meta batches them under load."""
    return _body([entry for body in bodies for entry in json.loads(body)["entry"]])


def signed(body: bytes, app_secret: str) -> dict[str, str]:
    """The headers that go with a body."""
    digest = hmac.new(app_secret.encode(), body, sha256).hexdigest()
    return {"content-type": "application/json", "x-hub-signature-256": f"sha256={digest}"}


def message_id() -> str:
    return f"wamid.{uuid4().hex.upper()}"


def incoming(phone_number_id: str, sender: Customer | str, message: Mapping[str, Any]) -> bytes:
    """Any message; `id` and `timestamp` are made up where `message` has none."""
    customer = Customer(sender) if isinstance(sender, str) else sender
    origin = {"from": customer.phone} if customer.phone else {"from_user_id": customer.user_id}
    made_up = {"id": message_id(), "timestamp": str(int(time.time()))}
    whole = {**origin, **made_up, **message}
    return webhook(phone_number_id, {"contacts": [customer.contact], "messages": [whole]})


def incoming_text(phone_number_id: str, sender: Customer | str, text: str, **message: Any) -> bytes:
    """`message`: further keys, as `id`, `timestamp`, `context`."""
    words = {"type": "text", "text": {"body": text}}
    return incoming(phone_number_id, sender, {**words, **message})


def incoming_media(
    phone_number_id: str, sender: Customer | str, kind: str, media: Mapping[str, Any]
) -> bytes:
    """`media`: what `GraphSimulator.add_media` gives, with `caption` or `filename` if wanted."""
    return incoming(phone_number_id, sender, {"type": kind, kind: dict(media)})


def pressed_button(
    phone_number_id: str, sender: Customer | str, choice: str, title: str, **message: Any
) -> bytes:
    reply = {"type": "button_reply", "button_reply": {"id": choice, "title": title}}
    return incoming(
        phone_number_id, sender, {"type": "interactive", "interactive": reply, **message}
    )


def pressed_row(
    phone_number_id: str, sender: Customer | str, choice: str, title: str, **message: Any
) -> bytes:
    reply = {"type": "list_reply", "list_reply": {"id": choice, "title": title}}
    return incoming(
        phone_number_id, sender, {"type": "interactive", "interactive": reply, **message}
    )


def echo(phone_number_id: str, to: str, text: str, **message: Any) -> bytes:
    """What a person of the company wrote in the phone app."""
    whole = {
        "from": DISPLAY_NUMBER,
        "to": to,
        "id": message_id(),
        "timestamp": str(int(time.time())),
        "type": "text",
        "text": {"body": text},
        **message,
    }
    return webhook(phone_number_id, {"message_echoes": [whole]}, "smb_message_echoes")


def status(
    phone_number_id: str,
    external_id: str,
    state: str,
    *,
    recipient: str = "",
    errors: Sequence[Mapping[str, Any]] = (),
    **further: Any,
) -> bytes:
    """`further`: as `timestamp`, `biz_opaque_callback_data`, `pricing`."""
    whole: dict[str, Any] = {
        "id": external_id,
        "status": state,
        "timestamp": str(int(time.time())),
        "recipient_id": recipient,
        **further,
    }
    if errors:
        whole["errors"] = [dict(error) for error in errors]
    return webhook(phone_number_id, {"statuses": [whole]})


def _body(entries: Sequence[Mapping[str, Any]]) -> bytes:
    whole = {"object": "whatsapp_business_account", "entry": list(entries)}
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()
