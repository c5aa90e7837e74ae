"""What went over the wire between us and a provider's stand-in, to be looked at."""

import json
import time
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.parser import BytesParser
from email.policy import HTTP
from enum import StrEnum
from urllib.parse import parse_qsl

import httpx

KEPT = 200
SHOWN = 20_000
"""Characters of one body."""
MASK = "••••••"
_SHORTEST_SECRET = 6
_SECRET_HEADERS = {"authorization", "proxy-authorization", "cookie", "set-cookie"}
# What every request or page of ours carries tells nothing of this one.
_PLAIN_HEADERS = {
    "content-security-policy",
    "referrer-policy",
    "x-content-type-options",
    "x-frame-options",
    "accept",
    "accept-encoding",
    "connection",
    "content-length",
    "host",
    "user-agent",
}


class Way(StrEnum):
    """OUT: we ask the provider. IN: the provider calls us."""

    OUT = "out"
    IN = "in"


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its answer. `status` empty: there was none."""

    number: int
    at: datetime
    way: Way
    method: str
    path: str
    status: str
    request: str
    response: str
    milliseconds: int = 0

    def masked(self, secrets: Iterable[str]) -> "Exchange":
        """With none of these words in it."""
        hidden = sorted({s for s in secrets if len(s) >= _SHORTEST_SECRET}, key=len, reverse=True)
        path, request, response = self.path, self.request, self.response
        for secret in hidden:
            path, request, response = (
                words.replace(secret, MASK) for words in (path, request, response)
            )
        return replace(self, path=path, request=request, response=response)


@dataclass(slots=True)
class Wire:
    """The latest exchanges, oldest first. `count` grows with every one there ever was."""

    exchanges: deque[Exchange] = field(default_factory=lambda: deque(maxlen=KEPT))
    count: int = 0

    def note(  # noqa: PLR0913 - what an exchange is
        self,
        way: Way,
        method: str,
        path: str,
        *,
        status: str = "",
        request: str = "",
        response: str = "",
        milliseconds: int = 0,
    ) -> None:
        self.count += 1
        at = datetime.now(UTC)
        self.exchanges.append(
            Exchange(
                self.count,
                at,
                way,
                method,
                path,
                status,
                request[:SHOWN],
                response[:SHOWN],
                milliseconds,
            )
        )

    def clear(self) -> None:
        self.exchanges.clear()
        self.count += 1


@dataclass(slots=True)
class TappedTransport(httpx.AsyncBaseTransport):
    """Passes requests on, and notes them with their answers."""

    inner: httpx.AsyncBaseTransport
    wire: Wire
    way: Way = Way.OUT

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        asked = await request.aread()
        started = time.perf_counter()
        status, told = "no answer", ""
        try:
            response = await self.inner.handle_async_request(request)
            status, told = await self._read(response)
            return response
        except httpx.TransportError as error:
            told = f"{type(error).__name__}: {error}"
            raise
        finally:
            self.wire.note(
                self.way,
                request.method,
                request.url.raw_path.decode("ascii", "replace"),
                status=status,
                request=readable(request.headers, asked),
                response=told,
                milliseconds=round((time.perf_counter() - started) * 1000),
            )

    async def _read(self, response: httpx.Response) -> tuple[str, str]:
        content = await response.aread()
        response.stream = httpx.ByteStream(content)
        return str(response.status_code), readable(response.headers, content)


def readable(headers: Mapping[str, str], body: bytes) -> str:
    """The telling headers, and the body as people read it."""
    lines = [
        f"{name}: {MASK if name.lower() in _SECRET_HEADERS else value}"
        for name, value in headers.items()
        if name.lower() not in _PLAIN_HEADERS
    ]
    return "\n".join(lines) + ("\n\n" + shown_body(headers, body) if body else "")


def shown_body(headers: Mapping[str, str], body: bytes) -> str:
    kind = headers.get("content-type", "")
    media = kind.partition(";")[0].strip().lower()
    if media == "multipart/form-data":
        return _parts(kind, body)
    if media == "application/x-www-form-urlencoded":
        pairs = parse_qsl(body.decode("ascii", "replace"), keep_blank_values=True)
        return "\n".join(f"{name} = {_inner(value)}" for name, value in pairs)
    if media.startswith(("image/", "audio/", "video/", "application/octet-stream")):
        return f"({len(body)} bytes of {media})"
    return _text(body)


def _parts(kind: str, body: bytes) -> str:
    head = f"Content-Type: {kind}\r\n\r\n".encode()
    whole = BytesParser(policy=HTTP).parsebytes(head + body)
    return "\n".join(_part(part) for part in whole.iter_parts())


def _part(part: object) -> str:
    get_param = part.get_param  # type: ignore[attr-defined]
    name = get_param("name", header="content-disposition")
    filename = get_param("filename", header="content-disposition")
    content = part.get_payload(decode=True) or b""  # type: ignore[attr-defined]
    if filename:
        kind = part.get_content_type()  # type: ignore[attr-defined]
        return f"{name} = {filename} ({len(content)} bytes of {kind})"
    return f"{name} = {_inner(content.decode('utf-8', 'replace'))}"


def _inner(value: str) -> str:
    """Fields are often JSON themselves."""
    return _text(value.encode()) if value[:1] in "[{" else value


def _text(body: bytes) -> str:
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        shown = body[:SHOWN].decode("utf-8", "replace")
        return f"({len(body)} bytes)" if "\x00" in shown else shown


def transcript(lines: Sequence[tuple[str, bytes]]) -> str:
    """A conversation by lines: who spoke (C or S), and what."""
    shown = []
    for who, said in lines:
        for line in said.decode("utf-8", "replace").splitlines():
            shown.append(f"{who}: {line}")
    return "\n".join(shown)
