"""What the Bot API refuses in a request, so that the simulator refuses it too. Pure.

Limits as in the Bot API; lengths in UTF-16 units, the strictest of the ways to count.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from channels.rendering import units
from channels.telegram.reading.payload import elements, integer, node, text

TEXT, CAPTION, DATA = 4096, 1024, 64
MEGABYTE = 1024 * 1024
PHOTO_BYTES, UPLOAD_BYTES = 10 * MEGABYTE, 50 * MEGABYTE
Files = Mapping[str, tuple[str, bytes]]
"""Name and content of each uploaded part."""
_METHODS = {"sendphoto": "photo", "senddocument": "document", "sendvideo": "video"}
_METHODS["sendaudio"] = "audio"
KINDS = _METHODS


def parameters(form: Mapping[str, str]) -> dict[str, Any]:
    """Form fields: structured ones are JSON."""
    return {name: _value(name, told) for name, told in form.items()}


def _value(name: str, told: str) -> Any:
    if name in {"text", "caption", "url", "secret_token", "callback_query_id", "file_id"}:
        return told
    try:
        return json.loads(told)
    except ValueError:
        return told


def complaint(method: str, asked: Mapping[str, Any], files: Files) -> str:
    """The description of the first thing that is wrong; empty: all well."""
    return next(_complaints(method, asked, files), "")


def _complaints(method: str, asked: Mapping[str, Any], files: Files) -> Iterator[str]:
    if integer(asked.get("chat_id")) is None:
        yield "Bad Request: chat_id is empty"
    if method == "sendmessage":
        yield from _words("message text", asked.get("text"), asked.get("entities"), TEXT)
    elif method in KINDS:
        yield from _file(KINDS[method], asked, files)
        yield from _caption(asked)
    elif method == "sendmediagroup":
        yield from _album(asked, files)
    yield from _keyboard(node(asked.get("reply_markup")))


def _words(what: str, told: object, entities: object, limit: int) -> Iterator[str]:
    words = text(told)
    if not words.strip():
        yield f"Bad Request: {what} is empty"
    if units(words) > limit:
        yield "Bad Request: message is too long"
    for entity in map(node, elements(entities)):
        offset, length = integer(entity.get("offset")), integer(entity.get("length"))
        if offset is None or length is None or offset + length > units(words):
            yield "Bad Request: ENTITY_BOUNDS_INVALID"
        if text(entity.get("type")) == "text_link" and not text(entity.get("url")):
            yield "Bad Request: ENTITY_URL_INVALID"


def _caption(asked: Mapping[str, Any]) -> Iterator[str]:
    if asked.get("caption"):
        if units(text(asked["caption"])) > CAPTION:
            yield "Bad Request: message caption is too long"
        yield from _words("caption", asked["caption"], asked.get("caption_entities"), CAPTION)


def _file(kind: str, asked: Mapping[str, Any], files: Files) -> Iterator[str]:
    if kind not in files:
        yield f"Bad Request: there is no {kind} in the request"
    yield from _content(kind, files.get(kind, ("", b""))[1])


def _content(kind: str, content: bytes) -> Iterator[str]:
    if not content:
        yield "Bad Request: file must be non-empty"
    if kind == "photo" and len(content) > PHOTO_BYTES:
        yield "Bad Request: too big for a photo"
    if kind == "photo" and content.startswith(b"no picture"):
        yield "Bad Request: IMAGE_PROCESS_FAILED"
    if len(content) > UPLOAD_BYTES:
        yield "Request Entity Too Large"


def _album(asked: Mapping[str, Any], files: Files) -> Iterator[str]:
    media = [node(one) for one in elements(asked.get("media"))]
    if not 2 <= len(media) <= 10:
        yield "Bad Request: wrong number of messages in an album"
    kinds = {text(one.get("type")) for one in media}
    if len(kinds) > 1 and not kinds <= {"photo", "video"}:
        yield "Bad Request: these kinds cannot be mixed in an album"
    for one in media:
        part = text(one.get("media")).removeprefix("attach://")
        if part not in files:
            yield f"Bad Request: wrong file identifier {part}"
        yield from _content(text(one.get("type")), files.get(part, ("", b""))[1])
        yield from _caption(one)


def _keyboard(markup: Mapping[str, Any]) -> Iterator[str]:
    for row in elements(markup.get("inline_keyboard")):
        for button in map(node, elements(row)):
            if not text(button.get("text")).strip():
                yield "Bad Request: text buttons are unallowed in the inline keyboard"
            if not 1 <= len(text(button.get("callback_data")).encode()) <= DATA:
                yield "Bad Request: BUTTON_DATA_INVALID"
