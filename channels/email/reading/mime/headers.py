"""The header fields of a mail or a part, as lenient as mail programs are. Pure."""

import re

from channels.email.reading.mime.charsets import cleaned, decoded
from channels.email.reading.mime.words import words

MAX_BLOCK = 256 * 1024
MAX_FIELDS = 2000
MAX_VALUE = 16 * 1024

KNOWN = frozenset(
    b"from to cc subject date message-id received return-path mime-version content-type sender "
    b"delivered-to reply-to in-reply-to references content-transfer-encoding x-mailer bcc "
    b"x-original-to resent-from thread-topic user-agent".split()
)
_FIELD = re.compile(rb"^([!-9;-~]+)[ \t]*:(.*(?:\r?\n[ \t].*)*)\r?\n?", re.M)
_BLANK = re.compile(rb"\r?\n\r?\n")
_FOLD = re.compile(r"[\r\n\t ]+")


class Headers:
    """Fields in the order in which they came; names are lower-case."""

    __slots__ = ("_fields",)

    def __init__(self, fields: list[tuple[bytes, bytes]]) -> None:
        self._fields: dict[str, list[bytes]] = {}
        for name, value in fields:
            self._fields.setdefault(name.decode("ascii", "replace"), []).append(value)

    def __contains__(self, name: str) -> bool:
        return name in self._fields

    def all(self, name: str) -> list[str]:
        """Every field of that name, unfolded, encoded words still encoded."""
        return [_unfolded(value) for value in self._fields.get(name, ())]

    def get(self, name: str) -> str:
        """The first field of that name that says something, unfolded."""
        if name not in self._fields:
            return ""
        return next((value for value in self.all(name) if value), "")

    def words(self, name: str) -> str:
        """The same with its encoded words (RFC 2047) read."""
        return words(self.get(name))

    @property
    def is_of_a_mail(self) -> bool:
        return any(name.encode() in KNOWN for name in self._fields)


def split(raw: bytes) -> tuple[Headers, bytes]:
    """The header fields and the body of a mail or part."""
    if raw.startswith((b"\n", b"\r\n")):
        return Headers([]), raw[1 if raw[:1] == b"\n" else 2 :]
    found = _BLANK.search(raw, 0, MAX_BLOCK)
    if found:
        block, body = raw[: found.start() + 1], raw[found.end() :]
    elif len(raw) > MAX_BLOCK:
        block, body = raw[:MAX_BLOCK], raw[MAX_BLOCK:]
    else:
        block, body = raw, b""
    fields, rest = _fields(block)
    return Headers(fields), rest + b"\n\n" + body if rest else body


def _fields(block: bytes) -> tuple[list[tuple[bytes, bytes]], bytes]:
    """Fields, and what of the block is body already, because the blank line was forgotten."""
    fields: list[tuple[bytes, bytes]] = []
    position, size = 0, len(block)
    while position < size and len(fields) < MAX_FIELDS:
        found = _FIELD.match(block, position)
        if found is None:
            found = _FIELD.search(block, position)
            if fields and (found is None or found[1].lower() not in KNOWN):
                return fields, block[position:]
            if found is None:
                break
        fields.append((found[1].lower(), found[2]))
        position = found.end()
    return fields, b""


def _unfolded(value: bytes) -> str:
    raw = value[:MAX_VALUE]
    text = raw.decode("ascii") if raw.isascii() else decoded(raw)
    if "=?" in text:  # An escape character inside would be dropped with the others.
        return _FOLD.sub(" ", text).strip()
    return _FOLD.sub(" ", cleaned(text)).strip()
