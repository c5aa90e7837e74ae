"""Reads `/desk …`: which command it is; wrong use is answered with the usage and an example."""

import re
import shlex
from dataclasses import dataclass
from difflib import get_close_matches
from uuid import UUID

from bot.desk.asking.verbs import ALIASES, VERBS, Verb
from domain.errors import Refused

LONGEST = 10_000
_PREFIX = re.compile(r"^\s*/desk\b", re.I)
_TICKET = re.compile(r"TKT-\d{6}-\d{1,9}", re.I)
_NUMBER = re.compile(r"#?\d{1,9}")


class WrongUse(Refused):
    """`verb`: the command that was meant, if it could be told."""

    def __init__(self, reason: str, verb: Verb | None = None) -> None:
        super().__init__(reason)
        self.verb = verb


@dataclass(frozen=True, slots=True)
class Parsed:
    verb: str
    words: str = ""


def parse(text: str) -> Parsed:
    """`text` with or without `/desk` in front; nothing asks for help. Raises WrongUse."""
    plain = _PREFIX.sub("", text[:LONGEST]).strip()
    if not plain:
        return Parsed("help")
    first, _, words = _split(plain)
    name = ALIASES.get(first.lower(), first.lower())
    if name not in VERBS:
        near = get_close_matches(name, [*VERBS, *ALIASES], n=1, cutoff=0.7)
        meant = VERBS[ALIASES.get(near[0], near[0])] if near else None
        raise WrongUse(f"There is no command “{first[:40]}”.", meant)
    return Parsed(name, words.strip())


def wrong_use(verb: str, reason: str) -> WrongUse:
    return WrongUse(reason, VERBS[verb])


def _split(text: str) -> tuple[str, str, str]:
    """The first word, the space, the rest; line breaks in the rest are kept."""
    found = re.match(r"(\S+)(\s*)(.*)", text, re.S)
    return (found[1], found[2], found[3]) if found else (text, "", "")


def first_word(words: str) -> tuple[str, str]:
    """The first word, and everything after it."""
    head, _, rest = _split(words.strip()) if words.strip() else ("", "", "")
    return head, rest.strip()


@dataclass(frozen=True, slots=True)
class Reference:
    """What a command is about: a whole ticket number, its last digits, or a conversation."""

    ticket: str = ""
    short: int | None = None
    conversation_id: UUID | None = None


def reference(word: str, *, in_thread: bool = False) -> Reference | None:
    """None: the word refers to nothing. In a thread a bare number is text, `#12` a ticket."""
    word = word.strip().rstrip(",;:")
    if _TICKET.fullmatch(word):
        return Reference(ticket=word.upper())
    if _NUMBER.fullmatch(word) and (word.startswith("#") or not in_thread):
        return Reference(short=int(word.lstrip("#")))
    try:
        return Reference(conversation_id=UUID(word)) if len(word) == 36 else None
    except ValueError:
        return None


def several(words: str) -> list[str]:
    """Words as a shell splits them, so that a name can stand in quotes."""
    try:
        return shlex.split(words)
    except ValueError:
        return words.split()
