"""The mail that a report sends back: as a part, or below a line in its text. Pure."""

import re
from dataclasses import dataclass

from channels.email.reading import threading
from channels.email.reading.content import words_of
from channels.email.reading.html import as_text
from channels.email.reading.mime.headers import Headers, split
from channels.email.reading.mime.parts import Part
from channels.email.reading.people import addresses, people

MAX_TEXT = 100_000

_MAILS = ("message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers")
_STATUS = ("message/delivery-status", "message/global-delivery-status", "message/feedback-report")
_MARK = re.compile(
    r"""(?imx)^[ \t>=*_\#-]{0,80}(?:
      (?:below\ this\ line\ is\ a\ copy | (?:the\ )?original\ (?:message|mail)\b.{0,40}$
        | this\ is\ a\ copy\ of | returned\ message | (?:un|re)sent\ message | unsent\ message
        | message\ header | enclosed\ is\ a\ copy | a\ copy\ of\ (?:your
    |the)\ (?:original\ )?message
        | header\ of\ the\ (?:original|failed) | original\ headers | undelivered\ message
        | (?:the\ )?(?:first|top)\ \d+\ lines | 以下.{0,20}メッセージ | 送信メール)
    | (?:return-path|received|delivered-to|x-original-to):\s )"""
)
_ID_LINE = re.compile(r"(?im)^[ \t>]*(?:original-)?message-id:[ \t]*(\S{3,400})")
_ID_IN_PROSE = re.compile(r"(?i)\bmessage[- ]id\b[^\n<]{0,20}<([^\s<>]{3,400})>")


@dataclass(frozen=True, slots=True)
class Returned:
    """`prose`: what the report itself says. `headers`: of the mail that came back."""

    prose: str
    status: str = ""
    headers: Headers | None = None
    message_id: str = ""

    @property
    def recipients(self) -> tuple[str, ...]:
        if self.headers is None:
            return ()
        # One large provider hides the address everywhere but in a field of its own.
        told = addresses(people(self.headers, "x-hmxmroriginalrecipient"))
        return told or addresses(people(self.headers, "to", "cc", "x-original-to", "x-rcpt-to"))


def read(mail: Part) -> Returned:
    prose: list[str] = []
    status: list[str] = []
    headers: Headers | None = None
    for part in mail.walk():
        if part.is_multipart:
            continue
        if part.content_type in _STATUS:
            status.append(words_of(part))
        elif part.content_type in _MAILS:
            headers = headers or _headers(part.content())
        elif part.content_type in ("text/plain", "text/html") and headers is None:
            words = words_of(part)[:MAX_TEXT]
            prose.append(as_text(words) if part.content_type == "text/html" else words)
    return _assembled("\n\n".join(prose), "\n\n".join(status), headers)


def _assembled(prose: str, status: str, headers: Headers | None) -> Returned:
    below = ""
    mark = _MARK.search(prose)
    if mark:
        prose, below = prose[: mark.start()], prose[mark.start() :]
        if headers is None:
            headers = _headers_in(below)
    own = threading.message_id(headers) if headers else ""
    if not own:
        told = _ID_LINE.search(below) or _ID_LINE.search(prose) or _ID_IN_PROSE.search(prose)
        own = threading.normalised_id(told[1]) if told else ""
    return Returned(prose, status, headers, own)


def _headers(raw: bytes) -> Headers | None:
    headers, _ = split(raw.lstrip(b"\r\n"))
    return headers if headers.is_of_a_mail else None


def _headers_in(below: str) -> Headers | None:
    """Headers in the text below a mark, indented or not."""
    lines = below.split("\n")
    start = next((n for n, line in enumerate(lines[:15]) if _is_field(line)), None)
    if start is None:
        return None
    indent = len(lines[start]) - len(lines[start].lstrip(" \t>"))
    block = "\n".join(line[indent:] for line in lines[start : start + 300])
    return _headers(block.encode("utf-8", "replace"))


def _is_field(line: str) -> bool:
    return bool(re.match(r"[ \t>]*[A-Za-z][A-Za-z-]{1,40}:\s", line))
