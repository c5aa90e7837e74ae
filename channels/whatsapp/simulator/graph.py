"""Meta's side on this machine: takes what we send as strictly as Meta, and sends webhooks.

simulator = GraphSimulator()
number = simulator.add_number("106540352242922")
async with simulator.serve() as api_url:
    …                                       # WhatsApp(api_url).send(…)
    assert simulator.sent[0].body["text"]["body"] == "…"
    await simulator.deliver([incoming_text(number, "447700900001", "Hello")], callback_url)
"""

import asyncio
import random
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from channels.loopback import served
from channels.whatsapp.payload import Node, document, node, text
from channels.whatsapp.simulator.deliveries import message_id, signed, status
from channels.whatsapp.simulator.strictness import complaint
from channels.whatsapp.simulator.templates import TemplateShelf

Media = tuple[bytes, str]


class Fault(StrEnum):
    """What may go wrong with the next request; each order is used up once."""

    NONE = "none"
    TOO_MANY = "429"
    PAIR_RATE = "131056"
    SERVER_ERROR = "500"
    BAD_GATEWAY = "502"
    EXPIRED_TOKEN = "190"  # noqa: S105 - an error code of Meta's
    WINDOW_CLOSED = "131047"
    NOT_ON_WHATSAPP = "131026"
    HELD_BACK = "131049"
    TEMPLATE_PAUSED = "132015"
    DROP_AFTER_ACCEPTING = "drop"
    HANG_AFTER_ACCEPTING = "hang"
    GARBAGE = "garbage"


# (HTTP status, code, words, headers)
_REFUSALS: dict[Fault, tuple[int, int, str, dict[str, str]]] = {
    Fault.TOO_MANY: (429, 130429, "Rate limit hit", {"retry-after": "7"}),
    Fault.PAIR_RATE: (400, 131056, "Pair rate limit hit", {}),
    Fault.SERVER_ERROR: (500, 131000, "Something went wrong", {}),
    Fault.EXPIRED_TOKEN: (401, 190, "Error validating access token: Session has expired", {}),
    Fault.WINDOW_CLOSED: (400, 131047, "Re-engagement message", {}),
    Fault.NOT_ON_WHATSAPP: (400, 131026, "Message undeliverable", {}),
    Fault.HELD_BACK: (400, 131049, "Held back to maintain healthy ecosystem engagement", {}),
    Fault.TEMPLATE_PAUSED: (400, 132015, "Template is paused", {}),
}


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that was accepted."""

    id: str
    phone_number_id: str
    to: str
    body: Node


@dataclass(frozen=True, slots=True)
class Line:
    """How badly webhooks travel: repeated, out of order (by `seed`), late, all at once."""

    copies: int = 1
    seed: int | None = None
    delay: float = 0.0
    is_parallel: bool = False

    def queue(self, bodies: Sequence[bytes]) -> list[bytes]:
        queue = [body for body in bodies for _ in range(self.copies)]
        if self.seed is not None:
            random.Random(self.seed).shuffle(queue)  # noqa: S311 - repeatable on purpose
        return queue


@dataclass(slots=True)
class GraphSimulator:
    """State and faults of a Graph API. `closed_windows`: to whom free text is refused."""

    access_token: str = "simulator-token"  # noqa: S105 - opens nothing but this simulator
    app_secret: str = "simulator-secret"  # noqa: S105
    verify_token: str = "simulator-verify"  # noqa: S105
    numbers: set[str] = field(default_factory=set)
    sent: list[Sent] = field(default_factory=list)
    read: list[Node] = field(default_factory=list)
    media: dict[str, Media] = field(default_factory=dict)
    closed_windows: set[str] = field(default_factory=set)
    templates: TemplateShelf = field(default_factory=TemplateShelf)
    requests: list[str] = field(default_factory=list)
    media_url: str = ""
    base_url: str = ""
    _faults: deque[Fault] = field(default_factory=deque)
    _stopped: asyncio.Event = field(default_factory=asyncio.Event)

    def add_number(self, phone_number_id: str) -> str:
        self.numbers.add(phone_number_id)
        return phone_number_id

    def add_media(self, content: bytes, content_type: str) -> dict[str, str]:
        """Keeps a file; gives the media object that a message about it carries."""
        media_id = str(random.getrandbits(50))
        self.media[media_id] = (content, content_type)
        digest = sha256(content).hexdigest()
        return {"id": media_id, "mime_type": content_type, "sha256": digest}

    def order(self, fault: Fault, times: int = 1) -> None:
        """The next requests go wrong in this way."""
        self._faults.extend([fault] * times)

    def texts(self) -> list[str]:
        """The words of everything sent, in order: bodies and captions."""
        return [_words(sent.body) for sent in self.sent]

    # --- as Meta's server ---------------------------------------------------------------

    def application(self) -> Starlette:
        """The ASGI application; a leading /v24.0 or the like is accepted and means nothing."""
        routes = [
            Route("/{number}/messages", self._messages, methods=["POST"]),
            Route("/{number}/media", self._upload, methods=["POST"]),
            Route("/{business}/message_templates", self._templates, methods=["GET", "POST"]),
            Route("/files/{media}", self._file, methods=["GET"]),
            Route("/{media}", self._media, methods=["GET"]),
        ]
        return Starlette(routes=[*routes, Mount("/{version}", routes=routes)])

    @asynccontextmanager
    async def serve(self) -> AsyncIterator[str]:
        """Listens on a free port of this machine; gives the base URL."""
        self._stopped.clear()
        async with served(self.application()) as self.base_url:
            try:
                yield self.base_url
            finally:
                self._stopped.set()

    async def _messages(self, request: Request) -> Response:
        fault = self._admitted(request)
        if isinstance(fault, Response):
            return fault
        body = document(await request.body())
        if body.get("status") == "read":
            self.read.append(body)
            return JSONResponse({"success": True})
        wrong = complaint(body, lambda media_id: self.media.get(media_id, (b"", None))[1])
        if wrong:
            return _refused(400, *wrong)
        if body.get("type") == "template" and (wrong := self.templates.complaint(body)):
            return _refused(400, *wrong)
        to = text(body.get("to")) or text(body.get("recipient"))
        if to in self.closed_windows and body.get("type") != "template":
            return _refused(400, 131047, "Re-engagement message")
        sent = Sent(message_id(), request.path_params["number"], to, body)
        self.sent.append(sent)
        return await self._answer(request, fault, sent)

    async def _answer(self, request: Request, fault: Fault | None, sent: Sent) -> Response:
        """Taken; whether that is told is another matter."""
        if fault is Fault.DROP_AFTER_ACCEPTING:
            request.state.sever()
        if fault is Fault.HANG_AFTER_ACCEPTING:
            await self._stopped.wait()
        if fault is Fault.GARBAGE:
            return Response(b"<html>", media_type="text/html")
        key = "wa_id" if "to" in sent.body else "user_id"
        contact = {"input": sent.to, key: sent.to}
        messages = [{"id": sent.id}]
        return JSONResponse(
            {"messaging_product": "whatsapp", "contacts": [contact], "messages": messages}
        )

    async def _upload(self, request: Request) -> Response:
        fault = self._admitted(request)
        if isinstance(fault, Response):
            return fault
        async with request.form() as form:
            file, kind = form.get("file"), form.get("type")
            if isinstance(file, str) or file is None or form.get("messaging_product") != "whatsapp":
                return _refused(400, 100, "Invalid parameter: file")
            media = self.add_media(await file.read(), str(kind))
        return JSONResponse({"id": media["id"]})

    async def _templates(self, request: Request) -> Response:
        fault = self._admitted(request)
        if isinstance(fault, Response):
            return fault
        business = request.path_params["business"]
        if request.method == "GET":
            query = request.query_params
            return JSONResponse(self.templates.page(business, query.get("after", "")))
        taken = self.templates.take(business, document(await request.body()))
        return _refused(400, *taken) if isinstance(taken, tuple) else JSONResponse(taken)

    async def _media(self, request: Request) -> Response:
        fault = self._admitted(request)
        if isinstance(fault, Response):
            return fault
        media_id = request.path_params["media"]
        if media_id not in self.media:
            return _refused(400, 100, f"Object with ID '{media_id}' does not exist")
        content, content_type = self.media[media_id]
        return JSONResponse(
            {
                "messaging_product": "whatsapp",
                "url": self.media_url or f"{self.base_url}/files/{media_id}",
                "mime_type": content_type,
                "sha256": sha256(content).hexdigest(),
                "file_size": str(len(content)),
                "id": media_id,
            }
        )

    async def _file(self, request: Request) -> Response:
        fault = self._admitted(request)
        if isinstance(fault, Response):
            return fault
        content, content_type = self.media[request.path_params["media"]]
        return Response(content, media_type=content_type)

    def _admitted(self, request: Request) -> Fault | Response | None:
        """A refusal, or the fault to come after accepting, or None: all well."""
        self.requests.append(f"{request.method} {request.url.path}")
        if request.headers.get("authorization") != f"Bearer {self.access_token}":
            return _refused(401, 190, "Error validating access token")
        number = request.path_params.get("number")
        if number is not None and number not in self.numbers:
            return _refused(400, 33, f"Object with ID '{number}' does not exist")
        fault = self._faults.popleft() if self._faults else None
        if fault is Fault.BAD_GATEWAY:
            return Response(b"Bad Gateway", status_code=502)
        if fault in _REFUSALS:
            http_status, code, words, headers = _REFUSALS[fault]
            return _refused(http_status, code, words, headers)
        return fault

    # --- as Meta's sender ---------------------------------------------------------------

    async def deliver(
        self,
        bodies: Sequence[bytes],
        callback_url: str,
        *,
        client: httpx.AsyncClient | None = None,
        line: Line | None = None,
    ) -> list[int]:
        """Sends signed webhooks; gives the HTTP statuses in the order of sending."""
        line = line or Line()
        if client is None:
            async with httpx.AsyncClient(timeout=30, trust_env=False) as own:
                return await self.deliver(bodies, callback_url, client=own, line=line)
        if line.is_parallel:
            sending = (self._post(body, callback_url, client) for body in line.queue(bodies))
            return list(await asyncio.gather(*sending))
        statuses = []
        for body in line.queue(bodies):
            await asyncio.sleep(line.delay)
            statuses.append(await self._post(body, callback_url, client))
        return statuses

    async def _post(self, body: bytes, url: str, client: httpx.AsyncClient) -> int:
        headers = signed(body, self.app_secret)
        return (await client.post(url, content=body, headers=headers)).status_code

    def statuses(self, sent: Sent, *states: str) -> list[bytes]:
        """Status webhooks for a message that was accepted: sent, delivered, read, failed …"""
        key = text(sent.body.get("biz_opaque_callback_data"))
        returned: dict[str, Any] = {"biz_opaque_callback_data": key} if key else {}
        return [
            status(sent.phone_number_id, sent.id, state, recipient=sent.to, **returned)
            for state in states
        ]


def _words(body: Node) -> str:
    kind = text(body.get("type"))
    if kind == "template":
        return text(node(body.get(kind)).get("name"))
    if kind == "reaction":
        return text(node(body.get(kind)).get("emoji"))
    content = node(body.get(kind))
    told = content.get("body")
    return text(told) or text(node(told).get("text")) or text(content.get("caption"))


def _refused(
    http_status: int, code: int, words: str, headers: dict[str, str] | None = None
) -> JSONResponse:
    error: dict[str, Any] = {
        "message": f"(#{code}) {words}",
        "type": "OAuthException",
        "code": code,
        "error_data": {"messaging_product": "whatsapp", "details": words},
        "fbtrace_id": "simulated",
    }
    return JSONResponse({"error": error}, status_code=http_status, headers=headers)
