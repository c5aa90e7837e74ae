"""Text that others wrote, made fit for a page: what it says, and no tricks; pure."""

import re
import unicodedata

LONGEST_WORD = 28
BREAK = "\u200b"
_TRICKS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff]"
    "|[\ud800-\udfff\U000e0000-\U000e0fff]"
)
"""Controls, marks that turn or hide what is read, lone halves of pairs."""
_LONG = re.compile(rf"\S{{{LONGEST_WORD},}}")


def fit(text: str, limit: int = 100_000) -> str:
    """Paragraphs kept; a word without end may be broken anywhere."""
    plain = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\t", " "))
    plain = _TRICKS.sub("", plain).strip()
    if len(plain) > limit:
        plain = plain[: limit - 1].rstrip() + "…"
    return _LONG.sub(_breakable, plain)


def line(text: str, limit: int = 500) -> str:
    """As one line."""
    return fit(" ".join(text.split()), limit)


def rows(text: str, limit: int = 2000) -> list[str]:
    """Its lines, without the empty ones."""
    return [row.strip() for row in fit(text, limit).split("\n") if row.strip()]


def blocks(text: str) -> list[dict[str, list[str]]]:
    """Paragraphs (`lines`) and lists (`items`, of lines that begin with a dash or a dot)."""
    found: list[dict[str, list[str]]] = []
    for row in fit(text).split("\n"):
        plain = row.strip()
        item = re.match(r"[-•*–]\s+(.+)", plain)
        kind, words = ("items", item[1]) if item else ("lines", plain)
        if not plain:
            found.append({})
        elif found and kind in found[-1]:
            found[-1][kind].append(words)
        else:
            found.append({kind: [words]})
    return [block for block in found if block]


def _breakable(match: re.Match[str]) -> str:
    word = match[0]
    if any(unicodedata.east_asian_width(letter) in "WF" for letter in word[:4]):
        return word
    pieces = range(0, len(word), LONGEST_WORD // 2)
    return BREAK.join(word[start : start + LONGEST_WORD // 2] for start in pieces)
