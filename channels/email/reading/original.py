"""A mail as it came: its whole text and harmless HTML, and the mail itself. Pure."""

from channels.channel import Original
from channels.email.reading import html, letter
from channels.email.reading.envelope import opened


def original(body: bytes) -> Original:
    """ValueError with a reason where the bytes are no mail."""
    envelope, raw = opened(body)
    content = letter.read(envelope, raw).content
    markup = html.sanitised(content.html) if content.html else ""
    return Original(text=content.text, html=markup, content=raw)
