"""Bold and links as entities beside the text: whatever somebody wrote, nothing can break. Pure.

`**bold**` and `[title](https://…)` are taken out of the words and told by place. Entities need
no escaping, so that hostile text stays text, where a parse mode would refuse or obey it.
"""

import re
from dataclasses import dataclass

from channels.rendering import units

_MARKUP = re.compile(
    r"\*\*(?=[^\s*])(?P<bold>[^*\n]{1,1000}?)(?<=\S)\*\*"
    r"|\[(?P<title>[^\[\]\n]{1,300})\]\((?P<url>https?://[^\s()<>\"]{1,1000})\)"
)
_LOOKS_LIKE_ADDRESS = re.compile(r"https?:|www\.|\w\.\w{2,}", re.IGNORECASE)
MOST = 100
"""Telegram takes no more entities in a message."""


@dataclass(frozen=True, slots=True)
class Mark:
    """`offset` and `length` count UTF-16 units. `url`: of a link, else it is bold."""

    offset: int
    length: int
    url: str = ""


def marked(words: str) -> tuple[str, tuple[Mark, ...]]:
    """The plain words, and what of them is bold or a link."""
    plain, done = "", 0
    marks: list[Mark] = []
    for found in _MARKUP.finditer(words):
        bold, title, url = found["bold"], found["title"], found["url"]
        # A title that is an address itself could lead elsewhere than it says: left as it is.
        if len(marks) == MOST or (title and _LOOKS_LIKE_ADDRESS.search(title)):
            continue
        plain += words[done : found.start()]
        shown = bold or title
        marks.append(Mark(units(plain), units(shown), url or ""))
        plain += shown
        done = found.end()
    return plain + words[done:], tuple(marks)
