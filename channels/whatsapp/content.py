"""What one WhatsApp message says: a reader for each type of the Cloud API. Pure.

Types and fields follow Meta's webhook reference for the field `messages`. Words in square
brackets are ours: they stand where the customer wrote no text.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from channels.messages import EventKind, InboundAttachment
from channels.whatsapp.attachments import attachment
from channels.whatsapp.payload import Node, elements, errors_of, known, node, number, text

NO_DETAILS: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Content:
    text: str = ""
    content_kind: str = "text"
    kind: EventKind = EventKind.MESSAGE
    attachments: tuple[InboundAttachment, ...] = ()
    choice: str | None = None
    in_reply_to: str | None = None
    replaces: str | None = None
    deletes: str | None = None
    reason: str = ""
    details: Mapping[str, str] = field(default_factory=dict)


def read(message: Node) -> Content:
    """Never fails: what is not understood becomes a visible "[unsupported: …]"."""
    kind = _type(message)
    reader = _READERS.get(kind)
    if reader is None:
        return unsupported(message, kind)
    return reader(message, node(message.get(kind)))


def unsupported(message: Node, what: str = "") -> Content:
    code, words = errors_of(message)
    shown = text(node(message.get("unsupported")).get("type")) or what
    if shown in {"", "unknown", "unsupported"}:
        shown = words or "a message of a kind that WhatsApp does not pass on"
    told = " ".join(part for part in (code, words) if part)
    return Content(
        text=f"[unsupported: {shown}]",
        content_kind="unsupported",
        kind=EventKind.UNSUPPORTED,
        reason=told or f"not understood: {what or 'no type'}",
        details=known(type=what),
    )


def _type(message: Node) -> str:
    told = text(message.get("type"))
    if told or message.get("type") is not None:
        return told
    return next((kind for kind in _READERS if isinstance(message.get(kind), dict)), "")


def _text(message: Node, body: Node) -> Content:
    words = text(body.get("body"))
    return Content(words) if words else unsupported(message, "text without words")


def _media(message: Node, body: Node) -> Content:
    is_voice = body.get("voice") is True
    kind = "voice" if is_voice else _type(message)
    file = attachment(kind, body)
    caption = text(body.get("caption"))
    if file is None:
        lost = unsupported(message, f"{kind} without a file")
        return replace(lost, text=f"{caption}\n{lost.text}".strip(), content_kind=kind)
    return Content(caption, kind, attachments=(file,))


def _location(message: Node, body: Node) -> Content:
    place = [text(body.get("name")), text(body.get("address"))]
    latitude, longitude = text(body.get("latitude")), text(body.get("longitude"))
    shown = ", ".join(part for part in (*place, latitude, longitude) if part)
    details = known(latitude=latitude, longitude=longitude, url=text(body.get("url")))
    if not shown:
        return unsupported(message, "location without a place")
    return Content(f"[location: {shown}]", "location", details=details)


def _contacts(message: Node, _: Node) -> Content:
    cards = [_card(node(entry)) for entry in elements(message.get("contacts"))]
    if not cards:
        return unsupported(message, "contact without a card")
    return Content("\n".join(f"[contact: {card}]" for card in cards), "contacts")


def _card(contact: Node) -> str:
    name, organisation = node(contact.get("name")), node(contact.get("org"))
    parts = [text(name.get("formatted_name")) or text(name.get("first_name"))]
    parts += [text(organisation.get("title")), text(organisation.get("company"))]
    for group, key in (("phones", "phone"), ("emails", "email"), ("urls", "url")):
        parts += [text(node(entry).get(key)) for entry in elements(contact.get(group))]
    for entry in elements(contact.get("addresses")):
        home = node(entry)
        parts += [text(home.get(key)) for key in ("street", "city", "zip", "country")]
    return ", ".join(part for part in parts if part) or "empty card"


def _interactive(message: Node, body: Node) -> Content:
    kind = text(body.get("type"))
    answer = node(body.get(kind))
    if kind in {"button_reply", "list_reply"} and text(answer.get("title")):
        return Content(
            text(answer.get("title")),
            kind,
            choice=text(answer.get("id")) or text(answer.get("title")),
            details=known(description=text(answer.get("description"))),
        )
    if kind == "nfm_reply":
        return _flow(answer)
    if kind == "call_permission_reply":
        words = f"[call permission: {text(answer.get('response')) or 'answered'}]"
        return Content(words, kind, EventKind.AUTOMATIC, reason="answer to a call permission")
    return unsupported(message, f"interactive {kind}".strip())


def _flow(answer: Node) -> Content:
    """A form that was filled in: its fields as lines, but for the token that is ours."""
    raw = text(answer.get("response_json"))
    try:
        filled = node(json.loads(raw))
    except (ValueError, RecursionError):
        filled = {}
    lines = [f"{text(k)}: {_flat(v)}" for k, v in filled.items() if k != "flow_token"]
    return Content(
        "\n".join(lines) or text(answer.get("body")) or "[form sent]",
        "flow",
        details=known(name=text(answer.get("name")), token=text(filled.get("flow_token"))),
    )


def _flat(value: object) -> str:
    shown = text(value)
    return shown or text(json.dumps(value, ensure_ascii=False))


def _button(message: Node, body: Node) -> Content:
    """The quick reply of a template."""
    words = text(body.get("text"))
    if not words:
        return unsupported(message, "button without words")
    return Content(words, "button", choice=text(body.get("payload")) or words)


def _order(_: Node, body: Node) -> Content:
    lines = [_order_line(node(entry)) for entry in elements(body.get("product_items"))]
    words = [text(body.get("text")), f"[order: {'; '.join(lines) or 'no products'}]"]
    return Content(
        "\n".join(part for part in words if part),
        "order",
        details=known(catalogue=text(body.get("catalog_id"))),
    )


def _order_line(item: Node) -> str:
    price = f"{text(item.get('item_price'))} {text(item.get('currency'))}".strip()
    line = f"{text(item.get('quantity')) or '?'} × {text(item.get('product_retailer_id')) or '?'}"
    return f"{line} at {price}" if price else line


def _reaction(_: Node, body: Node) -> Content:
    """Without an emoji: the reaction was taken back."""
    emoji, about = text(body.get("emoji")), text(body.get("message_id"))
    return Content(
        emoji,
        "reaction",
        EventKind.REACTION,
        in_reply_to=about or None,
        reason="" if emoji else "reaction removed",
    )


def _edit(message: Node, body: Node) -> Content:
    original, inner = text(body.get("original_message_id")), node(body.get("message"))
    if not original or _type(inner) in {"edit", "revoke", ""}:
        return unsupported(message, "edit")
    return replace(read(inner), replaces=original)


def _revoke(message: Node, body: Node) -> Content:
    original = text(body.get("original_message_id"))
    if not original:
        return unsupported(message, "revoke")
    return Content("[message deleted]", "deleted", deletes=original)


def _system(_: Node, body: Node) -> Content:
    """A new number or identity: for the record, not to be answered."""
    kind = text(body.get("type")) or "system"
    new = text(body.get("wa_id")) or text(body.get("new_wa_id"))
    return Content(
        text(body.get("body")) or f"[{kind.replace('_', ' ')}]",
        "system",
        EventKind.AUTOMATIC,
        reason=kind,
        details=known(
            type=kind,
            new_phone=new,
            new_user_id=text(body.get("user_id")),
            old_phone=text(body.get("customer")),
        ),
    )


def _welcome(_: Node, __: Node) -> Content:
    reason = "opened the chat for the first time"
    return Content(f"[{reason}]", "request_welcome", EventKind.AUTOMATIC, reason=reason)


def surroundings(message: Node) -> dict[str, str]:
    """Details from around the content: forwarded, product asked about, the ad it came from."""
    context, referral = node(message.get("context")), node(message.get("referral"))
    product = node(context.get("referred_product"))
    often = context.get("frequently_forwarded") is True
    found = known(
        forwarded="often" if often else "yes" if context.get("forwarded") is True else "",
        product=text(product.get("product_retailer_id")),
        catalogue=text(product.get("catalog_id")),
        group=text(message.get("group_id")),
        history_status=text(node(message.get("history_context")).get("status")),
    )
    told = ((f"referral_{key}", text(value)) for key, value in sorted(referral.items()))
    return found | known(**{text(key)[:64]: value for key, value in told})


def call(element: Node) -> Content | None:
    """A finished call as a visible line; None while it rings, its end will follow."""
    ended = text(element.get("event")) in {"terminate", "missed", "reject"}
    if not ended:
        return None
    seconds = number(element.get("duration")) or 0
    if seconds > 0:
        words = f"[call of {int(seconds) // 60}:{int(seconds) % 60:02d} min]"
        return Content(words, "call", EventKind.AUTOMATIC, reason="a call that was answered")
    if text(element.get("direction")) == "BUSINESS_INITIATED":
        return Content("[call not answered]", "call", EventKind.AUTOMATIC, reason="our own call")
    return Content("[call missed]", "call")


_READERS: dict[str, Callable[[Node, Node], Content]] = {
    "text": _text,
    "image": _media,
    "video": _media,
    "audio": _media,
    "voice": _media,
    "document": _media,
    "sticker": _media,
    "location": _location,
    "contacts": _contacts,
    "interactive": _interactive,
    "button": _button,
    "order": _order,
    "reaction": _reaction,
    "edit": _edit,
    "revoke": _revoke,
    "system": _system,
    "request_welcome": _welcome,
}
