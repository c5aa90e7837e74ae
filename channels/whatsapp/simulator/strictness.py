"""What Meta refuses in a request to `/messages`, so that the simulator refuses it too. Pure.

Limits as in Meta's reference “Messages”; lengths in characters.
"""

from collections.abc import Callable, Iterator

from channels.whatsapp.payload import Node, elements, node, text

_KEYS = {
    "messaging_product",
    "recipient_type",
    "to",
    "recipient",
    "type",
    "context",
    "biz_opaque_callback_data",
}
_CAPTIONED = {"image", "video", "document"}


def complaint(body: Node, media: Callable[[str], str | None]) -> tuple[int, str] | None:
    """(code, words) of the first thing that is wrong; `media` gives a media id's content type."""
    return next(_complaints(body, media), None)


def _complaints(body: Node, media: Callable[[str], str | None]) -> Iterator[tuple[int, str]]:
    if body.get("messaging_product") != "whatsapp":
        yield 100, "The parameter messaging_product is required."
    if not text(body.get("to")) and not text(body.get("recipient")):
        yield 100, "The parameter to is required."
    kind = text(body.get("type")) or "text"
    if strange := sorted(set(body) - _KEYS - {kind}):
        yield 100, f'Unexpected key "{strange[0]}" on param "message".'
    if len(text(body.get("biz_opaque_callback_data"))) > 512:
        yield 100, _too_long("biz_opaque_callback_data", 512)
    if "context" in body and not text(node(body.get("context")).get("message_id")):
        yield 131009, "Parameter value is not valid: context.message_id"
    reader = _READERS.get(kind)
    if reader is None:
        yield 131051, f"Unsupported message type: {kind}"
    elif not node(body.get(kind)):
        yield 131008, f"Required parameter is missing: {kind}"
    else:
        yield from reader(kind, node(body.get(kind)), media)


def _text(_: str, body: Node, __: object) -> Iterator[tuple[int, str]]:
    yield from _length("text['body']", body.get("body"), 4096)


def _media(kind: str, body: Node, media: Callable[[str], str | None]) -> Iterator[tuple[int, str]]:
    content_type = media(text(body.get("id")))
    if not body.get("link") and content_type is None:
        yield 131053, f"Media upload error: {text(body.get('id'))} is not known"
    if kind in {"image", "video", "audio"} and content_type and not content_type.startswith(kind):
        yield 131053, f"Media upload error: {content_type} is no {kind}"
    if "caption" in body:
        if kind not in _CAPTIONED:
            yield 100, f'Unexpected key "caption" on param "{kind}".'
        yield from _length(f"{kind}['caption']", body.get("caption"), 1024)
    if "filename" in body and kind != "document":
        yield 100, f'Unexpected key "filename" on param "{kind}".'


def _interactive(_: str, body: Node, __: object) -> Iterator[tuple[int, str]]:
    kind, action = text(body.get("type")), node(body.get("action"))
    if kind not in {"button", "list"}:
        yield 131009, f"Parameter value is not valid: interactive type {kind}"
        return
    limit = 1024 if kind == "button" else 4096
    yield from _length("interactive['body']['text']", node(body.get("body")).get("text"), limit)
    if "footer" in body:
        yield from _length("footer", node(body.get("footer")).get("text"), 60)
    yield from _buttons(action) if kind == "button" else _list(action)


def _buttons(action: Node) -> Iterator[tuple[int, str]]:
    buttons = [node(node(b).get("reply")) for b in elements(action.get("buttons"))]
    if not 1 <= len(buttons) <= 3:
        yield 131009, "Invalid buttons count. Min allowed buttons: 1, max allowed buttons: 3"
    for button in buttons:
        yield from _length("Button title", button.get("title"), 20)
        yield from _length("Button id", button.get("id"), 256)
    yield from _distinct("button", buttons)


def _list(action: Node) -> Iterator[tuple[int, str]]:
    yield from _length("action['button']", action.get("button"), 20)
    sections = [node(s) for s in elements(action.get("sections"))]
    rows = [node(r) for s in sections for r in elements(s.get("rows"))]
    if not 1 <= len(rows) <= 10:
        yield 131009, "Total row count exceeds max allowed count: 10"
    if len(sections) > 1 and not all(text(s.get("title")) for s in sections):
        yield 131009, "Section title is required for more than one section"
    for row in rows:
        yield from _length("Row title", row.get("title"), 24)
        yield from _length("Row id", row.get("id"), 200)
        if "description" in row:
            yield from _length("Row description", row.get("description"), 72)
    yield from _distinct("row", rows)


def _distinct(what: str, choices: list[Node]) -> Iterator[tuple[int, str]]:
    for key in ("id", "title") if what == "button" else ("id",):
        values = [text(c.get(key)) for c in choices]
        if len(set(values)) < len(values):
            yield 131009, f"Duplicate {what} {key}"


def _length(what: str, value: object, limit: int) -> Iterator[tuple[int, str]]:
    shown = text(value)
    if not shown.strip():
        yield 131008, f"Required parameter is missing: {what}"
    if len(shown) > limit:
        yield 100, _too_long(what, limit)


def _too_long(what: str, limit: int) -> str:
    return f"Param {what} must be at most {limit} characters long."


def _reaction(_: str, body: Node, __: object) -> Iterator[tuple[int, str]]:
    if not text(body.get("message_id")):
        yield 131008, "Required parameter is missing: reaction['message_id']"


def _anything(_: str, __: Node, ___: object) -> Iterator[tuple[int, str]]:
    yield from ()


_READERS = {
    "text": _text,
    "image": _media,
    "video": _media,
    "audio": _media,
    "document": _media,
    "sticker": _media,
    "interactive": _interactive,
    "template": _anything,
    "location": _anything,
    "contacts": _anything,
    "reaction": _reaction,
}
