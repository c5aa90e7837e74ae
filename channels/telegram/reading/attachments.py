"""A file of a message as an attachment that is still to be fetched. Pure."""

import re

from channels.filenames import safe_filename
from channels.messages import InboundAttachment
from channels.telegram.reading.payload import Node, elements, integer, node, text

FILE_ID = re.compile(r"[A-Za-z0-9_-]{1,250}")
_USUAL = {
    "image": "image/jpeg",
    "video": "video/mp4",
    "audio": "audio/mpeg",
    "voice": "audio/ogg",
    "sticker": "image/webp",
}
_TYPE = re.compile(r"[\w.+-]{1,80}/[\w.+-]{1,120}")


def attachment(kind: str, file: Node) -> InboundAttachment | None:
    """None when it names no file id: there is nothing to fetch."""
    file_id = text(file.get("file_id"))
    if not FILE_ID.fullmatch(file_id):
        return None
    told = text(file.get("mime_type")).strip().lower()
    content_type = told if _TYPE.fullmatch(told) else _usual(kind, file)
    size = integer(file.get("file_size"))
    name = text(file.get("file_name"))
    return InboundAttachment(
        filename=safe_filename(name, content_type=content_type, fallback=kind),
        content_type=content_type,
        size=size if size is not None and size >= 0 else None,
        reference=file_id,
    )


def largest(sizes: object) -> Node:
    """Of a photo's sizes the one with the most pixels."""
    return max(map(node, elements(sizes)), key=_pixels, default={})


def _pixels(size: Node) -> tuple[int, int]:
    width, height = integer(size.get("width")) or 0, integer(size.get("height")) or 0
    return width * height, integer(size.get("file_size")) or 0


def _usual(kind: str, file: Node) -> str:
    if file.get("is_animated") is True:
        return "application/x-tgsticker"
    if file.get("is_video") is True:
        return "video/webm"
    return _USUAL.get(kind, "application/octet-stream")
