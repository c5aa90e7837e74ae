"""A media object of a message as an attachment that is still to be fetched. Pure."""

import binascii
from base64 import b64decode

from channels.filenames import safe_filename
from channels.messages import InboundAttachment
from channels.whatsapp.payload import Node, number, text

_USUAL = {
    "image": "image/jpeg",
    "video": "video/mp4",
    "audio": "audio/ogg",
    "voice": "audio/ogg",
    "sticker": "image/webp",
}


def attachment(kind: str, media: Node) -> InboundAttachment | None:
    """None when the object names no media id: there is nothing to fetch."""
    media_id = text(media.get("id"))
    if not media_id:
        return None
    content_type = text(media.get("mime_type")) or _USUAL.get(kind, "application/octet-stream")
    size = number(media.get("file_size"))
    return InboundAttachment(
        filename=safe_filename(
            text(media.get("filename")), content_type=content_type, fallback=kind
        ),
        content_type=content_type,
        size=int(size) if size is not None and size >= 0 else None,
        sha256=digest(text(media.get("sha256"))) or None,
        reference=media_id,
    )


def digest(told: str) -> str:
    """Meta tells it in hexadecimal or in base64: in hexadecimal, else as it came."""
    if len(told) == 64 and all(c in "0123456789abcdefABCDEF" for c in told):
        return told.lower()
    try:
        raw = b64decode(told, validate=True)
    except (binascii.Error, ValueError):
        return told
    return raw.hex() if len(raw) == 32 else told


def is_digest(told: str | None) -> bool:
    return told is not None and len(told) == 64 and all(c in "0123456789abcdef" for c in told)
