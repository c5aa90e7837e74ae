"""The lines of a mail, each with what it is: new words, a quotation, history, a signature. Pure."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from channels.email.reading.trimming import attributions, blocks, phrases

MAX_LINES = 20_000
MAX_MATCHED = 400
MAX_DEVICE = 140

_QUOTE = re.compile(r"^[ \t]{0,3}(?:[A-Z]{0,3}>|\u203a|&gt;)")
_NAMED_QUOTE = re.compile(r"^([A-Z][a-z]{1,15})> ")
_SIGNATURE = re.compile(r"^[ \t]{0,3}(?:--|—|__|-- ?\*|\*--\*)[ \t]*$")
_RULE = re.compile(r"^[ \t*]{0,8}(?:[-_=*#~+•·─━—]{3,}|[-_=*#~+] ?(?:[-_=*#~+] ?){4,})[ \t*]*$")
_DECORATION = "-_=*>:："
_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad\u1427]")


class Kind(StrEnum):
    TEXT = "text"
    EMPTY = "empty"
    QUOTE = "quote"
    ATTRIBUTION = "attribution"
    BANNER = "banner"
    HEADER = "header"
    SIGNATURE = "signature"
    RULE = "rule"
    DEVICE = "device"
    ABOVE = "above"


@dataclass(slots=True)
class Line:
    """`text` as it was written; `plain` to be matched: one kind of space, nothing invisible.

    `is_strong`: an attribution that only a program writes (with an address or a time).
    """

    text: str
    plain: str
    kind: Kind = Kind.TEXT
    is_strong: bool = False


def classified(text: str) -> list[Line]:
    """At most MAX_LINES: what is longer is not worth the time, and nothing of it is lost."""
    lines = [_line(line) for line in text.split("\n", MAX_LINES)]
    _mark_attributions(lines)
    _mark_headers(lines)
    _mark_devices(lines)
    return lines


def _line(text: str) -> Line:
    plain = text[:MAX_MATCHED]
    if not plain.isascii():
        plain = unicodedata.normalize("NFC", _INVISIBLE.sub("", plain)).replace("\xa0", " ")
        plain = plain.replace("\u202f", " ").replace("\u3000", " ")
    return Line(text, plain, _kind(plain))


def _kind(plain: str) -> Kind:
    bare = plain.strip()
    if not bare:
        return Kind.EMPTY
    if _QUOTE.match(plain):
        return Kind.QUOTE
    first = bare[0]
    if first in "-_=*#~+•·─━—":
        if _SIGNATURE.match(plain):
            return Kind.SIGNATURE
        if _RULE.match(plain):
            return Kind.RULE
        if phrases.DASHED.match(plain):
            return Kind.BANNER
    is_decorated = first in _DECORATION or bare[-1] in _DECORATION
    if is_decorated and len(bare) <= 120 and phrases.BANNER.match(bare):
        return Kind.BANNER
    if len(bare) <= 160 and phrases.ABOVE.match(bare):
        return Kind.ABOVE
    return Kind.TEXT


def _mark_attributions(lines: list[Line]) -> None:
    plains = [line.plain if line.kind is Kind.TEXT else "" for line in lines]
    for end, plain in enumerate(plains):
        if not plain or not attributions.may_end(plain):
            continue
        found = attributions.ending_at(plains, end)
        if found is None:
            continue
        is_followed = _is_followed_by_quote(lines, end)
        if not (found.is_strong or is_followed):
            continue
        for line in lines[found.start : end + 1]:
            line.kind, line.is_strong = Kind.ATTRIBUTION, found.is_strong
        _mark_named_quotes(lines, end + 1)


def _is_followed_by_quote(lines: list[Line], end: int) -> bool:
    rest = (line for line in lines[end + 1 : end + 4] if line.kind is not Kind.EMPTY)
    following = next(rest, None)
    return following is not None and (
        following.kind is Kind.QUOTE or bool(_NAMED_QUOTE.match(following.plain))
    )


def _mark_named_quotes(lines: list[Line], start: int) -> None:
    """`Richard> …`, the way of a few old programs, only right below an attribution."""
    name = ""
    for line in lines[start:]:
        if line.kind is Kind.EMPTY:
            continue
        found = _NAMED_QUOTE.match(line.plain)
        if not found or (name and found[1] != name):
            return
        name, line.kind = found[1], Kind.QUOTE


def _mark_devices(lines: list[Line]) -> None:
    """The signature of a telephone, only where a block of words ends: it may be a sentence."""
    for number, line in enumerate(lines):
        if line.kind is not Kind.TEXT:
            continue
        below = lines[number + 1].kind if number + 1 < len(lines) else Kind.EMPTY
        if below is Kind.TEXT or len(line.plain) > MAX_DEVICE:
            continue
        above = lines[number - 1].kind if number else Kind.EMPTY
        is_alone = above is not Kind.TEXT or not _goes_on(lines, number + 1)
        if is_alone and phrases.SENT_FROM.match(line.plain.strip()):
            line.kind = Kind.DEVICE


def _goes_on(lines: list[Line], start: int) -> bool:
    rest = (line.kind for line in lines[start : start + 5] if line.kind is not Kind.EMPTY)
    return next(rest, None) is Kind.TEXT


def _mark_headers(lines: list[Line]) -> None:
    plains = [line.plain if line.kind in (Kind.TEXT, Kind.EMPTY) else "" for line in lines]
    position = 0
    while position < len(plains):
        begins = plains[position][:60]
        end = blocks.end_of(plains, position) if ":" in begins or "：" in begins else 0
        for line in lines[position:end]:
            line.kind = Kind.HEADER
        position = max(end, position + 1)
