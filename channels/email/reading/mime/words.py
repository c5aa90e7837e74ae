"""Encoded words (RFC 2047) and parameters (RFC 2231), the broken ones of the field too. Pure."""

import binascii
import re
from collections.abc import Mapping
from urllib.parse import unquote_to_bytes

from channels.email.reading.mime.charsets import cleaned, decoded

MAX_PARAMETERS = 4 * 1024

_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?(.{0,1500}?)\?=(?!=)")
_BETWEEN = re.compile(r"\s*")
_QUOTED_PAIR = re.compile(r"\\(.)")
_PARAMETER = re.compile(r';\s*([^=;\s"]{1,80})\s*=\s*("(?:\\.|[^"\\])*"|[^;]*)')
_SECTION = re.compile(r"(.+?)(?:\*(\d{1,3}))?(\*)?")
_PADDING = re.compile(rb"[^A-Za-z0-9+/]")


def words(value: str) -> str:
    """A header value with its encoded words read; neighbours of one charset are read as one,
    because senders cut in the middle of a character."""
    if "=?" not in value:
        return value
    spoken: list[str] = []
    waiting, waiting_charset, position = b"", "", 0
    for found in _WORD.finditer(value):
        between = value[position : found.start()]
        charset = found[1].lower()
        if waiting and (between.strip() or charset != waiting_charset):
            spoken.append(decoded(waiting, waiting_charset))
            waiting = b""
        if between.strip() or position == 0:
            spoken.append(between)
        waiting, waiting_charset = waiting + _bytes(found[2], found[3]), charset
        position = found.end()
    spoken.append(decoded(waiting, waiting_charset))
    spoken.append(value[position:])
    return " ".join(cleaned("".join(spoken)).replace("\t", " ").split("\n")).strip()


def _bytes(encoding: str, text: str) -> bytes:
    raw = text.encode("ascii", "ignore")
    if encoding in "qQ":
        return binascii.a2b_qp(raw.replace(b" ", b"_"), header=True)
    return from_base64(raw)


def from_base64(raw: bytes) -> bytes:
    """As much as can be read: padding and foreign characters do not matter."""
    try:
        return binascii.a2b_base64(raw)
    except binascii.Error:
        digits = _PADDING.sub(b"", raw)
        digits = digits[: len(digits) - (len(digits) % 4 == 1)]
        return binascii.a2b_base64(digits + b"=" * (-len(digits) % 4))


def parameters(value: str) -> tuple[str, Mapping[str, str]]:
    """A structured header (`text/plain; charset=utf-8`): its lower-case token, its parameters."""
    value = value[:MAX_PARAMETERS]
    token, has_more, _ = value.partition(";")
    token = token.strip().lower()
    if not has_more:
        return token, {}
    pieces: dict[str, list[tuple[int, bool, str]]] = {}
    for found in _PARAMETER.finditer(value):
        section = _SECTION.fullmatch(found[1].lower())
        if section:
            piece = (int(section[2] or 0), bool(section[3]), _unquoted(found[2].strip()))
            pieces.setdefault(section[1], []).append(piece)
    return token, {name: _joined(found) for name, found in pieces.items()}


def _unquoted(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] == '"':
        value = value[1:-1]
        # Windows programs send C:\path\name unescaped: a backslash is kept unless it escapes.
        return _QUOTED_PAIR.sub(r"\1", value) if '\\"' in value or "\\\\" in value else value
    return value.strip("\"'")


def _joined(pieces: list[tuple[int, bool, str]]) -> str:
    if not any(is_encoded for _, is_encoded, _ in pieces):
        distinct = sorted({number: text for number, _, text in reversed(pieces)}.items())
        return words("".join(text for _, text in distinct))
    charset, raw = "", b""
    for number, is_encoded, text in sorted(pieces, key=lambda piece: piece[0]):
        if is_encoded and number == 0 and text.count("'") >= 2:
            charset, _, text = text.split("'", 2)
        raw += unquote_to_bytes(text) if is_encoded else text.encode("utf-8", "replace")
    return cleaned(decoded(raw, charset))
