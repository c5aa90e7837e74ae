"""Emphasis, headings, lists and links as a channel shows them; the words stay. Pure.

Texts of ours use a little Markdown: **bold**, ## headings, [title](https://…), * lists.
"""

import re

from channels.channel import Capabilities

_BOLD = re.compile(r"(?<![\w*])\*\*(?=[^\s*])([^*\n]*[^\s*])\*\*(?![\w*])")
_HEADING = re.compile(r"^[ \t]*#{2,6} +(\S[^\n]*)$", re.MULTILINE)
_LINK = re.compile(r"\[([^\[\]\n]+)\]\((https?://[^\s()\[\]]+)\)")
_BULLET = re.compile(r"^( *)[*+] +(?=\S)", re.MULTILINE)


def marked(text: str, capabilities: Capabilities) -> str:
    """Marked again, it stays as it is: taking marks away may have made new ones of the rest."""
    while (shown := _once(text, capabilities)) != text:
        text = shown
    return text


def _once(text: str, capabilities: Capabilities) -> str:
    bold = capabilities.bold
    if not capabilities.has_links:
        text = _LINK.sub(_link, text)
    text = _HEADING.sub(lambda found: _emphasised(found[1], bold), text)
    text = _BULLET.sub(r"\1- ", text)
    return _BOLD.sub(lambda found: f"{bold[0]}{found[1]}{bold[1]}", text)


def _emphasised(title: str, bold: tuple[str, str]) -> str:
    """A heading; where it is bold already, no more than that."""
    return title if "*" in title else f"{bold[0]}{title}{bold[1]}"


def _link(found: re.Match[str]) -> str:
    title, address = found[1], found[2]
    return address if title.strip() == address else f"{title}: {address}"
