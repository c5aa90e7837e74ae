"""A rendered message as the body of `POST /{phone_number_id}/messages`, and its sending."""

from datetime import UTC, datetime
from typing import Any

from channels.channel import Capabilities
from channels.filenames import safe_filename
from channels.messages import (
    ChannelError,
    Choice,
    OutboundAttachment,
    OutboundMessage,
    Permanent,
    Receipt,
    Temporary,
)
from channels.rendering import fits_buttons, render
from channels.whatsapp.graph import Graph
from channels.whatsapp.media import shown_as, upload
from channels.whatsapp.payload import Node, elements, node, text
from channels.whatsapp.people import GROUP, PHONE, USER_ID
from channels.whatsapp.templates import template_content

LIST_BUTTON = "☰"
CALLBACK_LIMIT = 512


class Sending:
    """Sends the parts of one message in order; what was taken is told even when one fails."""

    def __init__(self, graph: Graph, phone_number_id: str, capabilities: Capabilities) -> None:
        self._graph = graph
        self._number = phone_number_id
        self._capabilities = capabilities

    async def send(self, message: OutboundMessage) -> Receipt:
        accepted: list[str] = []
        for part in render(message, self._capabilities):
            try:
                accepted.append(await self._send_part(part))
            except ChannelError as error:
                error.accepted = tuple(accepted)
                raise
        if not accepted:
            raise Permanent("There is nothing in this message that could be sent.", code="empty")
        return Receipt(tuple(accepted), datetime.now(UTC))

    async def _send_part(self, part: OutboundMessage) -> str:
        body = envelope(part) | await self._content(part)
        answer = await self._graph.post(f"{self._number}/messages", json=body)
        return _message_id(answer)

    async def _content(self, part: OutboundMessage) -> dict[str, Any]:
        if part.template:
            return template_content(part.template)
        if part.reaction:
            told = {"message_id": part.in_reply_to or "", "emoji": part.reaction}
            return {"type": "reaction", "reaction": told}
        if part.attachments:
            file = part.attachments[0]
            media_id = await upload(self._graph, self._number, file)
            return media_content(file, media_id, part.text)
        if part.choices:
            return choices_content(part, self._capabilities)
        return {"type": "text", "text": {"body": part.text, "preview_url": _has_link(part.text)}}


def envelope(message: OutboundMessage) -> dict[str, Any]:
    """Everything but the content: to whom, in answer to what, and our key for the statuses."""
    body: dict[str, Any] = {"messaging_product": "whatsapp", **_recipient(message)}
    if message.in_reply_to and not message.reaction:
        body["context"] = {"message_id": message.in_reply_to}
    if message.idempotency_key:
        body["biz_opaque_callback_data"] = message.idempotency_key[:CALLBACK_LIMIT]
    return body


def choices_content(message: OutboundMessage, capabilities: Capabilities) -> dict[str, Any]:
    """Reply buttons where they say it all, else a list."""
    if fits_buttons(message.choices, capabilities):
        buttons = [
            {"type": "reply", "reply": {"id": c.id, "title": c.title}} for c in message.choices
        ]
        interactive: dict[str, Any] = {"type": "button", "action": {"buttons": buttons}}
    else:
        rows = [_row(choice) for choice in message.choices]
        action = {"button": LIST_BUTTON, "sections": [{"rows": rows}]}
        interactive = {"type": "list", "action": action}
    return {"type": "interactive", "interactive": {**interactive, "body": {"text": message.text}}}


def media_content(file: OutboundAttachment, media_id: str, caption: str) -> dict[str, Any]:
    kind = shown_as(file)
    media = {"id": media_id}
    if caption:
        media["caption"] = caption
    if kind == "document":
        media["filename"] = safe_filename(file.filename, content_type=file.content_type)
    return {"type": kind, kind: media}


def read(external_id: str) -> dict[str, Any]:
    """Marks a message, and what came before it, as read."""
    return {"messaging_product": "whatsapp", "status": "read", "message_id": external_id}


def typing(external_id: str) -> dict[str, Any]:
    """Marks it as read and shows “typing …”, for 25 seconds or until the answer."""
    return read(external_id) | {"typing_indicator": {"type": "text"}}


def _recipient(message: OutboundMessage) -> dict[str, str]:
    """A phone number goes into `to`, a business-scoped user id into `recipient`."""
    if message.conversation_hint.startswith(GROUP):
        group = message.conversation_hint.removeprefix(GROUP)
        return {"recipient_type": "group", "to": group}
    if message.to.kind == PHONE:
        return {"recipient_type": "individual", "to": message.to.value}
    if message.to.kind == USER_ID:
        return {"recipient_type": "individual", "recipient": message.to.value}
    raise Permanent(
        f"This person has no WhatsApp address ({message.to.kind} only): use another channel.",
        code="recipient",
    )


def _row(choice: Choice) -> dict[str, str]:
    row = {"id": choice.id, "title": choice.title}
    return row | {"description": choice.description} if choice.description.strip() else row


def _has_link(words: str) -> bool:
    return "https://" in words or "http://" in words


def _message_id(answer: Node) -> str:
    for element in elements(answer.get("messages")):
        if found := text(node(element).get("id")):
            return found
    raise Temporary(
        "WhatsApp took the message but gave no id for it.", code="id", may_have_been_sent=True
    )
