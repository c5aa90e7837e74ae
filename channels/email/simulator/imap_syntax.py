"""IMAP's commands as bytes, and its answers (RFC 3501), as far as mail programs use them. Pure."""

import base64
import re
from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias

# A word (atoms and strings alike), or a list of such.
Argument: TypeAlias = "str | list[Argument]"

_TOKEN = re.compile(
    rb'\s*(?:(?P<open>\()|(?P<close>\))|"(?P<quoted>(?:\\.|[^"\\])*)"|\{(?P<literal>\d+)\+?\}\r\n'
    rb'|(?P<atom>[^\s()"{\[]*(?:\[[^\]]*\][^\s()"{]*)?))'
)
LITERAL_AT_END = re.compile(rb"\{(\d+)(\+?)\}\r\n$")


def arguments(text: bytes) -> list[Argument]:
    """Literals stand in the text behind their `{n}`. ValueError for what is no command."""
    stack: list[list[Argument]] = [[]]
    at, text = 0, text.rstrip(b"\r\n") if not LITERAL_AT_END.search(text) else text
    while at < len(text):
        found = _TOKEN.match(text, at)
        if not found or found.end() == at:
            raise ValueError("not understood")
        at = found.end()
        if found["open"]:
            stack.append([])
        elif found["close"]:
            inner = stack.pop()
            stack[-1].append(inner)
        elif found["literal"]:
            size = int(found["literal"])
            stack[-1].append(text[at : at + size].decode("latin-1"))
            at += size
        elif found["quoted"] is not None:
            stack[-1].append(re.sub(rb"\\(.)", rb"\1", found["quoted"]).decode("latin-1"))
        elif found["atom"]:
            stack[-1].append(found["atom"].decode("latin-1"))
    if len(stack) != 1:
        raise ValueError("brackets do not match")
    return stack[0]


def numbers(told: str, present: Sequence[int]) -> list[int]:
    """Those of `present` that a sequence set names; `*` is the largest, `9:*` always names it."""
    largest = max(present, default=0)
    wanted: set[int] = set()
    for part in told.split(","):
        first, _, last = part.partition(":")
        ends = [largest if end == "*" else int(end) for end in (first, last or first)]
        low, high = min(ends), max(ends)
        wanted |= {number for number in present if low <= number <= high}
    return sorted(wanted)


def quoted(text: str) -> bytes:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return b'"' + escaped.encode("latin-1") + b'"'


def literal(content: bytes) -> bytes:
    return b"{%d}\r\n" % len(content) + content


def internal_date(moment: datetime) -> bytes:
    return quoted(moment.strftime("%d-%b-%Y %H:%M:%S %z"))


def encoded_name(name: str) -> str:
    """Modified UTF-7 (RFC 3501, 5.1.3)."""

    def shifted(found: re.Match[str]) -> str:
        raw = base64.b64encode(found.group().encode("utf-16-be")).decode().rstrip("=")
        return f"&{raw.replace('/', ',')}-"

    return re.sub(r"[^ -~]+", shifted, name.replace("&", "&-"))


def decoded_name(name: str) -> str:
    def shifted(found: re.Match[str]) -> str:
        raw = found[1].replace(",", "/")
        return base64.b64decode(raw + "=" * (-len(raw) % 4)).decode("utf-16-be") if raw else "&"

    return re.sub(r"&([^-]*)-", shifted, name)
