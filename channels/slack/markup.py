"""Slack's three dangerous characters, its links and mentions, and where a text is cut. Pure."""

import re

from channels.rendering import split_text, units
from channels.slack.reading import UNSTORABLE

CUT = "…"
_REFERENCE = re.compile(r"<([^<>\n]{1,3000})>")
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&amp;": "&"}
_ENTITY = re.compile("|".join(_ENTITIES))


def escape(text: str) -> str:
    """Text that Slack shows as it is: no mention, link or channel can be made with it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plain(text: str) -> str:
    """What somebody typed, from what Slack sends: links as they read, mentions as `<@U123>`."""
    return _unescape(_REFERENCE.sub(_readable, text))


def clean(text: str) -> str:
    return UNSTORABLE.sub("", text.replace("\r\n", "\n")).strip()


def one_line(text: str) -> str:
    return " ".join(clean(text).split())


def cut(text: str, limit: int) -> str:
    """At most `limit` UTF-16 units; what is missing shows as “…”."""
    if units(text) <= limit:
        return text
    short = text.encode("utf-16-le", "surrogatepass")[: 2 * (limit - 1)]
    return short.decode("utf-16-le", "ignore").rstrip() + CUT


def escaped(text: str, limit: int) -> str:
    """Escaped and cut, never through the middle of an escape."""
    return _shortened(clean(text), limit)


def escaped_parts(text: str, limit: int) -> list[str]:
    """All of a text, escaped, in parts that fit; `limit` is at least one escape long."""
    text = clean(text)
    if not text:
        return []
    if units(escape(text)) <= limit:
        return [escape(text)]
    parts = split_text(text, min(limit, max(units(text) // 2, 1)))
    return [piece for part in parts for piece in escaped_parts(part, limit)]


def _shortened(text: str, limit: int) -> str:
    if units(escape(text)) <= limit:
        return escape(text)
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if units(escape(text[:middle])) < limit:
            low = middle
        else:
            high = middle - 1
    return escape(text[:low].rstrip()) + CUT


def _unescape(text: str) -> str:
    return _ENTITY.sub(lambda found: _ENTITIES[found.group()], text)


def _readable(found: re.Match[str]) -> str:
    target, _, label = found.group(1).partition("|")
    if target.startswith("@"):
        return f"&lt;{target}&gt;"
    if target.startswith("#"):
        return f"#{label or target[1:]}"
    if target.startswith("!"):
        return label or f"@{target[1:].partition('^')[0]}"
    address = target.removeprefix("mailto:").removeprefix("tel:")
    is_same = not label or label in {address, address.partition("://")[2]}
    return address if is_same else f"{label} ({address})"
