"""Splits a rule's words into tokens: what stands in quotes is one, whatever is in it; pure."""

import re
from dataclasses import dataclass

from bot.desk.asking.parsing import wrong_use

# Slack turns straight quotes into curly ones while somebody types.
_TOKEN = re.compile(
    r'\s*(?:"(?P<straight>(?:[^"\\]|\\.)*)"|[“„”](?P<curly>[^“”]*)[“”]'
    r'|(?P<mark>[(),;])|(?P<word>[^\s(),;"“”„]+)|(?P<wrong>\S))',
    re.S,
)
_ESCAPED = re.compile(r"\\(.)", re.S)
_BARE = re.compile(r"[\w.@+-]+")
KEYWORDS = frozenset({"on", "if", "and", "or", "then", "room", "assignee", "in"})


@dataclass(frozen=True, slots=True)
class Token:
    text: str
    is_quoted: bool = False

    def is_one_of(self, *words: str) -> bool:
        return not self.is_quoted and self.text.lower() in words


@dataclass(frozen=True, slots=True)
class Said:
    """Words as one text, and as a list where commas part them."""

    text: str
    parts: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> "Said":
        parts = (part.strip() for part in text.split(","))
        return cls(text.strip(), tuple(part for part in parts if part))


def tokens(words: str) -> list[Token]:
    """Raises WrongUse where a quotation mark is not closed."""
    found: list[Token] = []
    for match in _TOKEN.finditer(words.strip()):
        if match["wrong"] is not None:
            raise wrong_use("rule", "A quotation mark is not closed.")
        if match["straight"] is not None:
            found.append(Token(_ESCAPED.sub(r"\1", match["straight"]), is_quoted=True))
        elif match["curly"] is not None:
            found.append(Token(match["curly"], is_quoted=True))
        else:
            found.append(Token(match["mark"] or match["word"]))
    return found


def said(found: list[Token]) -> Said:
    groups: list[list[str]] = [[]]
    for token in found:
        if token.is_one_of(","):
            groups.append([])
        else:
            groups[-1].append(token.text)
    parts = tuple(" ".join(group) for group in groups if group)
    return Said(", ".join(parts), parts)


def quoted(text: str) -> str:
    """As it can be typed."""
    if _BARE.fullmatch(text) and text.lower() not in KEYWORDS:
        return text
    return '"{}"'.format(text.replace("\\", "\\\\").replace('"', '\\"'))
