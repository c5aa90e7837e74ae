"""How what people do reaches the app: signed over HTTP with Slack's repeats, or by Socket Mode."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol
from urllib.parse import urlencode
from uuid import uuid4

import httpx

from channels.slack.signing import signed

ACK_SECONDS = 3.0


class Kind(StrEnum):
    COMMAND = "slash_commands"
    INTERACTION = "interactive"
    EVENT = "events_api"


@dataclass(frozen=True, slots=True)
class Ack:
    """The last answer; `statuses` of every attempt, 0 where none came in time."""

    statuses: tuple[int, ...]
    body: str
    seconds: float

    @property
    def is_good(self) -> bool:
        return self.statuses[-1] == 200


class Wire(Protocol):
    async def deliver(self, kind: Kind, payload: dict[str, Any]) -> Ack: ...


@dataclass(slots=True)
class HttpWire:
    """Only events are repeated: at once, after a minute and after five (times `pace`)."""

    url: str
    signing_secret: str
    client: httpx.AsyncClient
    ack_seconds: float = ACK_SECONDS
    pauses: tuple[float, ...] = (0.0, 60.0, 300.0)
    pace: float = 0.0
    clock: Callable[[], float] = time.time

    async def deliver(self, kind: Kind, payload: dict[str, Any]) -> Ack:
        body, content_type = encoded(kind, payload)
        statuses: list[int] = []
        answer, reason, started = "", "", time.perf_counter()
        for attempt, pause in enumerate((0.0, *self.pauses)):
            await asyncio.sleep(pause * self.pace)
            repeat = {"x-slack-retry-num": str(attempt), "x-slack-retry-reason": reason}
            headers = {"content-type": content_type, **(repeat if attempt else {})}
            status, answer = await self.post(body, headers)
            statuses.append(status)
            reason = "http_error" if status else "http_timeout"
            if kind is not Kind.EVENT or 200 <= status < 300:
                break
        return Ack(tuple(statuses), answer, time.perf_counter() - started)

    async def post(self, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
        """Signed. Status 0: nothing in time."""
        whole = {**headers, **signed(body, self.signing_secret, self.clock())}
        try:
            async with asyncio.timeout(self.ack_seconds):
                response = await self.client.post(self.url, content=body, headers=whole)
        except TimeoutError:
            return 0, ""
        return response.status_code, response.text


def encoded(kind: Kind, payload: dict[str, Any]) -> tuple[bytes, str]:
    """The body as Slack sends it, and its content type."""
    if kind is Kind.EVENT:
        return json.dumps(payload).encode(), "application/json"
    fields = payload if kind is Kind.COMMAND else {"payload": json.dumps(payload)}
    return urlencode(fields).encode(), "application/x-www-form-urlencoded"


@dataclass(slots=True)
class SocketWire:
    """Slack's end of Socket Mode, for one app. aiohttp is imported when first served."""

    ack_seconds: float = ACK_SECONDS
    connections: list[Any] = field(default_factory=list)
    connected: asyncio.Event = field(default_factory=asyncio.Event)
    _waiting: dict[str, asyncio.Future[dict[str, Any]]] = field(default_factory=dict)

    @asynccontextmanager
    async def serve(self) -> AsyncIterator[str]:
        """The address that `apps.connections.open` hands out."""
        from aiohttp import web

        application = web.Application()
        application.router.add_get("/link", self._link)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        try:
            port = runner.addresses[0][1]
            yield f"ws://127.0.0.1:{port}/link"
        finally:
            for connection in self.connections:
                await connection.close()
            await runner.cleanup()

    async def deliver(self, kind: Kind, payload: dict[str, Any]) -> Ack:
        started, envelope = time.perf_counter(), str(uuid4())
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[envelope] = answer
        whole = {
            "envelope_id": envelope,
            "type": kind.value,
            "payload": payload,
            "accepts_response_payload": kind is not Kind.EVENT,
        }
        await self.connections[-1].send_json(whole)
        try:
            told = await asyncio.wait_for(answer, self.ack_seconds)
        except TimeoutError:
            return Ack((0,), "", time.perf_counter() - started)
        body = json.dumps(told["payload"]) if told.get("payload") else ""
        return Ack((200,), body, time.perf_counter() - started)

    async def hang_up(self) -> None:
        """Asks the app to connect anew, as Slack does every few hours."""
        self.connected.clear()
        await self.connections[-1].send_json({"type": "disconnect", "reason": "warning"})

    async def _link(self, request: Any) -> Any:
        from aiohttp import WSMsgType, web

        connection = web.WebSocketResponse()
        await connection.prepare(request)
        await connection.send_json({"type": "hello", "num_connections": 1})
        self.connections.append(connection)
        self.connected.set()
        async for message in connection:
            if message.type is WSMsgType.TEXT:
                self._acknowledge(json.loads(message.data))
        return connection

    def _acknowledge(self, told: dict[str, Any]) -> None:
        waiting = self._waiting.pop(str(told.get("envelope_id")), None)
        if waiting is not None and not waiting.done():
            waiting.set_result(told)
