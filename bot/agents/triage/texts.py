"""Cuts a message down to the customer's own words, and those into segments."""

import re

LONGEST = 4000
"""Characters read: what matters stands at the front of a long mail."""

_QUOTED = re.compile(r"^\s*[>|]\s?>?.*$")
_HISTORY = re.compile(
    r"^\s*(?:"
    r"(?:on|am|le|el|il|em|op)\b.{4,80}\b(?:wrote|schrieb|a écrit|escribió|ha scritto|escreveu"
    r"|schreef)\b"
    r".{0,60}:|-{2,}\s*(?:original message|forwarded message|ursprüngliche nachricht)"
    r"|(?:from|von|de|da|van):\s.+@.+)",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"^\s*(?:(?:kind|best|warm|many)?\s*regards|sincerely|yours (?:sincerely|faithfully|truly)"
    r"|best wishes|(?:mit )?(?:freundlichen|viele|beste|liebe) grüßen?|un (?:cordial )?saludo"
    r"|saludos|cordialement|bien à vous|cordiali saluti|distinti saluti|cumprimentos"
    r"|met vriendelijke groet(?:en)?|--)(?!\w).{0,30}$",
    re.IGNORECASE,
)
_BREAK = re.compile(r"(?<=[.!?…])\s+(?=\S)|\n+|;\s+|,\s+(?=(?:but|just|please|can|could|so)\b)")


def own_words(text: str) -> str:
    """Without quoted history and what follows a closing; the whole text if nothing is left."""
    kept: list[str] = []
    for line in text[:LONGEST].splitlines():
        if _HISTORY.match(line):
            break
        if line.lstrip().startswith(">") and _QUOTED.match(line):
            continue
        if _CLOSING.match(line) and any(part.strip() for part in kept):
            break
        kept.append(line)
    return "\n".join(kept).strip() or text[:LONGEST].strip()


def segments(text: str, most: int = 12) -> list[str]:
    """Sentences and lines that hold at least a letter; never empty for a non-empty text."""
    parts = [part.strip() for part in _BREAK.split(text)]
    worded = [part for part in parts if any(c.isalpha() for c in part)]
    return worded[:most] or [text.strip()]
