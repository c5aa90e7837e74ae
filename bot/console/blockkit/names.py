"""Whom and what ids in Slack's texts mean, and the links that may be followed. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from markupsafe import Markup, escape

_FOLLOWED = re.compile(r"(https?://|mailto:|tel:)[^\s\x00-\x20\x7f]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Names:
    """Ids of people and channels with what they are called."""

    people: Mapping[str, str] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=dict)

    def person(self, name: str, label: str = "") -> Markup:
        return mention(f"@{label or self.people.get(name, name)}")

    def channel(self, name: str, label: str = "") -> Markup:
        return mention(f"#{label or self.channels.get(name, name)}")


NOBODY = Names()


def mention(words: str) -> Markup:
    return Markup('<span class="mention">{}</span>').format(words)


def link(address: str, label: str = "") -> Markup:
    """A link to the web, to a mailbox or a telephone; anything else stays text."""
    words = label or address
    if not _FOLLOWED.fullmatch(address):
        return escape(words if words == address else f"{words} ({address})")
    return Markup('<a href="{}" target="_blank" rel="noopener noreferrer nofollow">{}</a>').format(
        address, words
    )
