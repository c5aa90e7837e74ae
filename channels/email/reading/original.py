"""The whole mail as it was sent, to be shown on one click: never as it came. Pure."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass

from channels.email.reading import content
from channels.email.reading.envelope import opened
from channels.email.reading.html import sanitised
from channels.email.reading.mime.parts import Part, whole

MAX_INLINE = 2 * 1024 * 1024

_SHOWN = ("image/png", "image/jpeg", "image/gif", "image/webp")


@dataclass(frozen=True, slots=True)
class Original:
    """`html`: sanitised, empty where the mail has none. `text`: all of it, quotes included."""

    html: str
    text: str


def original(raw: bytes, *, with_remote_images: bool = False) -> Original:
    """ValueError where the bytes are no mail. An envelope line before it is left out."""
    _, mail_bytes = opened(raw)
    mail, _ = whole(mail_bytes)
    read = content.read(mail)
    text = "\n\n".join(t for t in (read.text.strip(), read.note) if t)
    if not read.html:
        return Original("", text)
    shown = sanitised(read.html, with_remote_images=with_remote_images, images=_inline_images(mail))
    return Original(shown, text)


def _inline_images(mail: Part) -> Mapping[str, str]:
    """The images that the mail itself brings, by Content-ID, as data URLs."""
    found: dict[str, str] = {}
    left = MAX_INLINE
    for part in mail.walk():
        identity = part.headers.get("content-id").strip("<> ")
        if not identity or part.content_type not in _SHOWN:
            continue
        image = part.content()
        if len(image) <= left:
            left -= len(image)
            encoded = base64.b64encode(image).decode()
            found[identity] = f"data:{part.content_type};base64,{encoded}"
    return found
