"""Addresses of header fields: lists, groups, comments, and the broken ones. Pure and linear."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from channels.email.reading.mime.charsets import cleaned
from channels.email.reading.mime.headers import Headers
from channels.email.reading.mime.words import words
from channels.messages import Address, Sender

MAX_PEOPLE = 300
MAX_NAME = 256
KIND = "email"

_ATOM = r'[^\s<>@,;:"()\\]+'
_SIMPLE = re.compile(rf'(?:"([^"\\]*)" ?|([^"<>@,;:()\\]*))< ?({_ATOM}@{_ATOM}) ?>')
_BARE = re.compile(rf"{_ATOM}@{_ATOM}")
_ENCODED = r"=\?[^?\s]{1,60}\?[bBqQ]\?[^?\s]{0,1500}\?="
_TOKEN = re.compile(
    rf'{_ENCODED}|"(?:\\.|[^"\\])*"|"|\(|\)|[<>,;:]|\\.|(?:(?!=\?)[^"()<>,;:\\])+|=|\\'
)
_UNHEARD_OF = frozenset('"<>()[]\\,;:')
_ANY = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w.-]{1,255}")
_MAILTO = re.compile(r"^mailto:", re.I)


@dataclass(frozen=True, slots=True)
class Person:
    """`address` is lower-case, empty where only a name is given."""

    address: str
    name: str = ""

    @property
    def sender(self) -> Sender:
        return Sender((Address(KIND, self.address),) if self.address else (), self.name)

    @property
    def local(self) -> str:
        return self.address.rpartition("@")[0]

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]


def people(headers: Headers, *names: str) -> tuple[Person, ...]:
    """Everybody in these fields, in order, each address once."""
    found: dict[str, Person] = {}
    for name in names:
        for value in headers.all(name):
            for person in of_list(value):
                found.setdefault(person.address or person.name, person)
    return tuple(found.values())[:MAX_PEOPLE]


def addresses(everybody: Iterable[Person]) -> tuple[str, ...]:
    return tuple(person.address for person in everybody if person.address)


def of_list(value: str) -> list[Person]:
    """The people of one field's value."""
    simple = _SIMPLE.fullmatch(value)
    if simple:
        return [Person(normalised(simple[3]), _name(simple[1] or simple[2] or ""))]
    if _BARE.fullmatch(value):
        return [Person(normalised(value))]
    found = [person for person in map(_person, _entries(value)) if person]
    if not any(person.address for person in found) and "=?" in value:
        # Some programs encode the whole field, address included.
        read = words(value)
        if read != value and "@" in read:
            return [person for person in map(_person, _entries(read)) if person]
    return found


def normalised(address: str) -> str:
    """Lower-case, without `mailto:` and quotes; empty where it is no address."""
    address = _MAILTO.sub("", address.strip(" \t<>'\"")).strip(".")
    local, at, domain = address.rpartition("@")
    is_odd = not at or not local or not domain or len(address) > 320
    if is_odd or any(c.isspace() or not c.isprintable() or c in _UNHEARD_OF for c in address):
        return ""
    return address.lower()


@dataclass(slots=True)
class _Entry:
    """One mailbox as written: what stands before the angles, in them, and in comments."""

    phrase: str = ""
    angles: str = ""
    comment: str = ""


class _Reader:
    """Goes through the tokens of a list once."""

    def __init__(self) -> None:
        self.entry = _Entry()
        self.depth = 0
        self.in_angles = False
        self.done: list[_Entry] = []

    def take(self, piece: str) -> None:
        if piece in "()":
            self.depth = max(0, self.depth + (1 if piece == "(" else -1))
        elif self.depth:
            self.entry.comment += piece
        elif piece in "<>":
            self._angle(piece)
        elif piece == ";" or (piece == "," and not self.in_angles):
            self.finish()
        elif piece == ":" and not self.in_angles:
            self.entry = _Entry()  # What stood before it is the name of a group.
        elif self.in_angles:
            self.entry.angles += piece
        elif self.entry.angles and piece.strip():  # The next one without a comma between them.
            self.finish()
            self.entry.phrase = piece
        else:
            self.entry.phrase += piece

    def finish(self) -> None:
        self.done.append(self.entry)
        self.entry, self.in_angles = _Entry(), False

    def _angle(self, piece: str) -> None:
        if piece == "<" and self.entry.angles:
            self.finish()
        self.in_angles = piece == "<"


def _entries(value: str) -> list[_Entry]:
    reader = _Reader()
    for token in _TOKEN.findall(value):
        reader.take(token)
    reader.finish()
    return reader.done


def _person(entry: _Entry) -> Person | None:
    phrase, route = entry.phrase.strip(), entry.angles.rpartition(":")[2]
    address = normalised(route) or _loose(entry.angles)
    if address:
        return Person(address, _name(phrase or entry.comment))
    address = normalised(phrase.replace('"', "") if '"@' in phrase else phrase) or _loose(phrase)
    if address:
        return Person(address, _name(entry.comment))
    name = _name(phrase)
    return Person("", name) if name else None


def _loose(text: str) -> str:
    """An address among other words."""
    found = _ANY.search(text[:1000])
    return normalised(found[0]) if found else ""


def _name(phrase: str) -> str:
    phrase = phrase.strip()
    if len(phrase) > 1 and phrase[0] == phrase[-1] == '"':
        phrase = re.sub(r"\\(.)", r"\1", phrase[1:-1])
    name = " ".join(cleaned(words(phrase)).split()).strip("\"' ")
    return name[:MAX_NAME]
