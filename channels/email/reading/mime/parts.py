"""A mail as a tree of parts. Linear in its size, whatever it contains. Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from channels.email.reading.mime.headers import MAX_VALUE, Headers, split
from channels.email.reading.mime.transfer import undone
from channels.email.reading.mime.words import parameters

MAX_PARTS = 200
MAX_DEPTH = 20

_NO_PARAMETERS: Mapping[str, str] = {}
_MBOX = re.compile(rb">?From [^\n]*\n")
_FIRST_BOUNDARY = re.compile(rb"^--([^\s-][^\r\n]{0,150}?)[ \t]*\r?$", re.M)
_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,60}/[a-z0-9!#$&^_.+-]{1,100}")


@dataclass(frozen=True, slots=True)
class Part:
    """`body` is still encoded; a multipart has `children` instead."""

    headers: Headers
    body: bytes
    content_type: str = "text/plain"
    parameters: Mapping[str, str] = field(default_factory=dict)
    disposition: str = ""
    disposition_parameters: Mapping[str, str] = field(default_factory=dict)
    children: tuple["Part", ...] = ()

    @property
    def is_multipart(self) -> bool:
        return bool(self.children)

    @property
    def charset(self) -> str:
        return self.parameters.get("charset", "")

    def content(self) -> bytes:
        """The body with its transfer encoding undone."""
        encoding = self.headers.get("content-transfer-encoding")
        return undone(self.body, encoding) if encoding else self.body

    def walk(self) -> Iterator["Part"]:
        yield self
        for child in self.children:
            yield from child.walk()


class _Count:
    """How many parts may still be made."""

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = MAX_PARTS


def whole(raw: bytes) -> tuple[Part, bytes]:
    """The tree of a mail, and its body as it came. ValueError where no header is one of a mail."""
    raw = raw.lstrip(b"\r\n\xef\xbb\xbf \t")
    if b"\n" not in raw[:MAX_VALUE] and b"\r" in raw[:MAX_VALUE]:
        raw = raw.replace(b"\r", b"\n")
    mbox = _MBOX.match(raw)
    headers, body = split(raw[mbox.end() :] if mbox else raw)
    if not headers.is_of_a_mail:
        raise ValueError("no mail: there is no header field of one")
    return _part(headers, body, 0, _Count()), body


def within(raw: bytes) -> Part | None:
    """The tree of a mail within a mail, None where it is none."""
    try:
        return whole(raw)[0]
    except ValueError:
        return None


def _part(headers: Headers, body: bytes, depth: int, count: _Count) -> Part:
    count.left -= 1
    kind, given = _type(headers)
    told = headers.get("content-disposition")
    disposition, named = parameters(told) if told else ("", _NO_PARAMETERS)
    if kind.startswith("multipart/"):
        children = _children(body, given.get("boundary", ""), kind, depth, count)
        if children:
            return Part(headers, b"", kind, given, disposition, named, children)
        kind = "text/plain"
    return Part(headers, body, kind, given, disposition, named)


def _type(headers: Headers) -> tuple[str, Mapping[str, str]]:
    told = headers.get("content-type")
    if not told:
        return "text/plain", _NO_PARAMETERS
    kind, given = parameters(told)
    if kind in ("text", "plain", "text/text"):
        kind = "text/plain"
    elif kind == "html":
        kind = "text/html"
    return kind if _TYPE.fullmatch(kind) else "text/plain", given


def _children(body: bytes, boundary: str, kind: str, depth: int, count: _Count) -> tuple[Part, ...]:
    if depth >= MAX_DEPTH:
        return ()
    is_digest = kind == "multipart/digest"
    children: list[Part] = []
    for piece in _pieces(body, boundary):
        if count.left <= 0:
            break
        headers, inside = split(piece)
        if is_digest and "content-type" not in headers:
            count.left -= 1
            children.append(Part(headers, inside, "message/rfc822"))
        else:
            children.append(_part(headers, inside, depth + 1, count))
    return tuple(children)


def _pieces(body: bytes, boundary: str) -> Iterator[bytes]:
    mark = boundary.encode("utf-8", "replace").rstrip()
    if not mark or b"--" + mark not in body:
        guess = _FIRST_BOUNDARY.search(body)
        if guess is None:
            return
        mark = guess[1]
    line = re.compile(rb"^--" + re.escape(mark) + rb"(--)?[ \t]*\r?(?:\n|\Z)", re.M)
    start: int | None = None
    for found in line.finditer(body):
        if start is not None:
            yield _without_newline(body[start : found.start()])
        if found[1]:
            return
        start = found.end()
    if start is not None and start < len(body):
        yield body[start:]


def _without_newline(piece: bytes) -> bytes:
    """The newline before a boundary belongs to the boundary (RFC 2046, 5.1.1)."""
    if piece.endswith(b"\r\n"):
        return piece[:-2]
    return piece[:-1] if piece.endswith(b"\n") else piece
