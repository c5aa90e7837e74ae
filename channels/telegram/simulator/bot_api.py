"""Telegram's side on this machine: takes what we send as strictly as the Bot API, hands out
updates on a long poll or by signed webhooks, and goes wrong as ordered.

simulator = BotApiSimulator()
async with simulator.serve() as api_url:
    …                                       # Telegram(api_url).send(…)
    assert simulator.texts() == ["…"]
    simulator.put(simulator.make.text(Customer(700), "Hello"))          # for getUpdates
    await simulator.deliver([update], callback_url)                     # as a webhook
"""

import asyncio
import json
import random
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from channels.loopback import served
from channels.telegram.reading.payload import elements, integer, node, text
from channels.telegram.simulator.strictness import Files, complaint, parameters
from channels.telegram.simulator.updates import Update, Updates, now, webhook_headers

DOWNLOAD_BYTES = 20 * 1024 * 1024
LONGEST_POLL = 50
Asked = dict[str, Any]


class Fault(StrEnum):
    """What may go wrong with the next request; each order is used up once."""

    NONE = "none"
    TOO_MANY = "429"
    BLOCKED = "403"
    NOT_FOUND = "chat not found"
    SERVER_ERROR = "500"
    BAD_GATEWAY = "502"
    WRONG_TOKEN = "401"  # noqa: S105 - a status
    UPGRADED = "migrate"
    DROP_AFTER_ACCEPTING = "drop"
    HANG_AFTER_ACCEPTING = "hang"
    GARBAGE = "garbage"


_REFUSALS: dict[Fault, tuple[int, str, Update]] = {
    Fault.TOO_MANY: (429, "Too Many Requests: retry after 7", {"retry_after": 7}),
    Fault.BLOCKED: (403, "Forbidden: bot was blocked by the user", {}),
    Fault.NOT_FOUND: (400, "Bad Request: chat not found", {}),
    Fault.SERVER_ERROR: (500, "Internal Server Error", {}),
    Fault.WRONG_TOKEN: (401, "Unauthorized", {}),
}


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that was accepted. `files`: name and content of what went up with it."""

    method: str
    chat_id: int
    asked: Mapping[str, Any]
    message: Update
    files: Files = field(default_factory=dict)

    @property
    def words(self) -> str:
        return text(self.asked.get("text")) or text(self.asked.get("caption"))


@dataclass(frozen=True, slots=True)
class Line:
    """How badly updates travel: repeated, out of order (by `seed`), all at once."""

    copies: int = 1
    seed: int | None = None
    is_parallel: bool = False

    def queue(self, updates: Sequence[Update]) -> list[Update]:
        queue = [one for one in updates for _ in range(self.copies)]
        if self.seed is not None:
            random.Random(self.seed).shuffle(queue)  # noqa: S311 - repeatable on purpose
        return queue


@dataclass(slots=True)
class BotApiSimulator:
    """State and faults of one bot's server. `blocked`: who takes nothing from it."""

    token: str = "7000000001:simulator-opens-nothing-else"  # noqa: S105
    username: str = "SimulatedServiceBot"
    webhook_secret: str = "simulator-webhook"  # noqa: S105
    webhook: Update = field(default_factory=lambda: {"url": "", "pending_update_count": 0})
    sent: list[Sent] = field(default_factory=list)
    actions: list[Asked] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)
    reactions: list[Asked] = field(default_factory=list)
    blocked: set[int] = field(default_factory=set)
    moved: dict[int, int] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    waiting: list[Update] = field(default_factory=list)
    base_url: str = ""
    make: Updates = field(init=False)
    _faults: deque[Fault] = field(default_factory=deque)
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _poll: "asyncio.Future[None] | None" = None
    _stopped: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.make = Updates(self.bot)

    @property
    def bot(self) -> Update:
        id_ = int(self.token.partition(":")[0])
        return {"id": id_, "is_bot": True, "first_name": "Service", "username": self.username}

    def order(self, fault: Fault, times: int = 1) -> None:
        """The next requests go wrong in this way."""
        self._faults.extend([fault] * times)

    def put(self, *updates: Update) -> None:
        """Keeps updates until somebody asks for them."""
        self.waiting.extend(updates)
        self._news.set()

    def add_file(self, content: bytes, **told: Any) -> Update:
        """Keeps a file; gives the object that a message about it carries."""
        file_id = f"BQAD{random.getrandbits(60):x}"
        self.files[file_id] = content
        return {
            "file_id": file_id,
            "file_unique_id": file_id[-8:],
            "file_size": len(content),
            **told,
        }

    def add_photo(self, content: bytes) -> list[Update]:
        """Two sizes, the smaller one first."""
        small = self.add_file(content[: len(content) // 3 or 1], width=90, height=60)
        return [small, self.add_file(content, width=900, height=600)]

    def texts(self) -> list[str]:
        """The words of everything sent, in order: texts and captions."""
        return [one.words for one in self.sent]

    # --- as Telegram's server ---------------------------------------------------------------

    def application(self) -> Starlette:
        """Takes any bot's token in the path, and refuses all but this one's."""
        return Starlette(
            routes=[
                Route("/bot{token}/{method}", self._call, methods=["POST", "GET"]),
                Route("/file/bot{token}/{path:path}", self._file, methods=["GET"]),
            ]
        )

    @asynccontextmanager
    async def serve(self) -> AsyncIterator[str]:
        """Listens on a free port of this machine; gives the base URL."""
        self._stopped.clear()
        async with served(self.application()) as self.base_url:
            try:
                yield self.base_url
            finally:
                self._stopped.set()
                self._news.set()

    async def _call(self, request: Request) -> Response:
        method = request.path_params["method"].lower()
        self.requests.append(request.path_params["method"])
        if request.path_params["token"] != self.token:
            return refused(401, "Unauthorized")
        async with request.form() as form:
            files: dict[str, tuple[str, bytes]] = {}
            for name, value in form.items():
                if isinstance(value, UploadFile):
                    files[name] = (value.filename or "", await value.read())
            asked = parameters({k: v for k, v in form.items() if isinstance(v, str)})
        asked |= parameters(dict(request.query_params))
        fault = self._faults.popleft() if self._faults else Fault.NONE
        if fault is Fault.BAD_GATEWAY:
            return Response(b"Bad Gateway", status_code=502)
        if fault in _REFUSALS:
            status, words, further = _REFUSALS[fault]
            return refused(status, words, further)
        if method.startswith("send") and method != "sendchataction":
            return await self._send(request, method, asked, files, fault)
        done = self._methods().get(method)
        return await done(asked) if done else refused(404, "Not Found")

    def _methods(self) -> dict[str, Callable[[Asked], Awaitable[Response]]]:
        return {
            "getme": self._get_me,
            "getupdates": self._get_updates,
            "setwebhook": self._set_webhook,
            "deletewebhook": self._delete_webhook,
            "getwebhookinfo": self._get_webhook_info,
            "sendchataction": self._chat_action,
            "answercallbackquery": self._answer,
            "setmessagereaction": self._react,
            "getfile": self._get_file,
        }

    async def _send(
        self, request: Request, method: str, asked: Asked, files: Files, fault: Fault
    ) -> Response:
        wrong = complaint(method, asked, files)
        if wrong:
            return refused(413 if "Too Large" in wrong else 400, wrong)
        chat_id = integer(asked.get("chat_id")) or 0
        if fault is Fault.UPGRADED:
            self.moved[chat_id] = chat_id - 10**12
        if chat_id in self.moved:
            told = {"migrate_to_chat_id": self.moved[chat_id]}
            return refused(400, "Bad Request: group chat was upgraded to a supergroup chat", told)
        if chat_id in self.blocked:
            return refused(403, "Forbidden: bot was blocked by the user")
        messages = self._accepted(method, chat_id, asked, files)
        if fault is Fault.DROP_AFTER_ACCEPTING:
            request.state.sever()
        if fault is Fault.HANG_AFTER_ACCEPTING:
            await self._stopped.wait()
        if fault is Fault.GARBAGE:
            return Response(b"<html>", media_type="text/html")
        return succeeded(messages if method == "sendmediagroup" else messages[0])

    def _accepted(self, method: str, chat_id: int, asked: Asked, files: Files) -> list[Update]:
        """An album is as many messages as it has pictures, and one thing that was sent."""
        count = len(elements(asked.get("media"))) or 1
        messages = [self._message(chat_id, asked) for _ in range(count)]
        if method == "sendmessage":
            messages[0]["text"] = asked["text"]
        first = node((elements(asked.get("media")) or [{}])[0])
        shown = {**asked, "caption": asked.get("caption") or first.get("caption")}
        self.sent.append(Sent(method, chat_id, shown, messages[0], files))
        return messages

    def _message(self, chat_id: int, asked: Asked) -> Update:
        message: Update = {
            "message_id": self.make.next_message_id(),
            "from": self.bot,
            "chat": {"id": chat_id, "type": "private" if chat_id > 0 else "supergroup"},
            "date": now(),
        }
        markup = asked.get("reply_markup")
        return message | ({"reply_markup": markup} if markup else {})

    async def _get_me(self, _: Asked) -> Response:
        able = {"can_join_groups": True, "can_read_all_group_messages": False}
        return succeeded(self.bot | able | {"supports_inline_queries": False})

    async def _get_updates(self, asked: Asked) -> Response:
        if self.webhook["url"]:
            return refused(
                409,
                "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook"
                " to delete the webhook first",
            )
        mine = self._interrupt()
        offset, limit = integer(asked.get("offset")) or 0, integer(asked.get("limit")) or 100
        if offset:
            self.waiting = [one for one in self.waiting if one["update_id"] >= offset]
        seconds = min(integer(asked.get("timeout")) or 0, LONGEST_POLL)
        if not self.waiting and seconds:
            await self._until_news(mine, seconds)
        if mine.cancelled():
            return refused(
                409,
                "Conflict: terminated by other getUpdates request; make sure that only one bot"
                " instance is running",
            )
        return succeeded(self.waiting[:limit])

    def _interrupt(self) -> "asyncio.Future[None]":
        """A later request ends an earlier one that still waits."""
        if self._poll is not None:
            self._poll.cancel()
        self._poll = asyncio.get_running_loop().create_future()
        return self._poll

    async def _until_news(self, mine: "asyncio.Future[None]", seconds: int) -> None:
        self._news.clear()
        news: asyncio.Future[Any] = asyncio.ensure_future(self._news.wait())
        try:
            either: set[asyncio.Future[Any]] = {news, mine}
            await asyncio.wait(either, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            news.cancel()

    async def _set_webhook(self, asked: Asked) -> Response:
        url = text(asked.get("url"))
        if url and not url.startswith("https://"):
            return refused(400, "Bad Request: bad webhook: An HTTPS URL must be provided")
        self.webhook = {
            "url": url,
            "has_custom_certificate": False,
            "pending_update_count": 0,
            "allowed_updates": asked.get("allowed_updates", []),
        }
        self.webhook_secret = text(asked.get("secret_token")) or self.webhook_secret
        return succeeded(True)

    async def _delete_webhook(self, _: Asked) -> Response:
        self.webhook = {"url": "", "pending_update_count": 0}
        return succeeded(True)

    async def _get_webhook_info(self, _: Asked) -> Response:
        told = {"has_custom_certificate": False, "pending_update_count": len(self.waiting)}
        told |= {key: value for key, value in self.webhook.items() if value}
        return succeeded({"url": ""} | told)

    async def _chat_action(self, asked: Asked) -> Response:
        self.actions.append(asked)
        return succeeded(True)

    async def _answer(self, asked: Asked) -> Response:
        self.answered.append(text(asked.get("callback_query_id")))
        return succeeded(True)

    async def _react(self, asked: Asked) -> Response:
        self.reactions.append(asked)
        return succeeded(True)

    async def _get_file(self, asked: Asked) -> Response:
        file_id = text(asked.get("file_id"))
        if file_id not in self.files:
            return refused(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        size = len(self.files[file_id])
        if size > DOWNLOAD_BYTES:
            return refused(400, "Bad Request: file is too big")
        told = {"file_id": file_id, "file_unique_id": file_id[-8:], "file_size": size}
        return succeeded(told | {"file_path": f"documents/{file_id}"})

    async def _file(self, request: Request) -> Response:
        name = request.path_params["path"].rpartition("/")[2]
        if request.path_params["token"] != self.token or name not in self.files:
            return refused(404, "Not Found")
        return Response(self.files[name], media_type="application/octet-stream")

    # --- as Telegram's sender ---------------------------------------------------------------

    async def deliver(
        self,
        updates: Sequence[Update],
        callback_url: str,
        client: httpx.AsyncClient,
        line: Line | None = None,
    ) -> list[int]:
        """Sends webhooks with the secret token; gives the HTTP statuses in order of sending."""
        line = line or Line()
        queue = line.queue(updates)
        if line.is_parallel:
            return list(await asyncio.gather(*(self._post(u, callback_url, client) for u in queue)))
        return [await self._post(one, callback_url, client) for one in queue]

    async def _post(self, update: Update, url: str, client: httpx.AsyncClient) -> int:
        headers = webhook_headers(self.webhook_secret)
        body = json.dumps(update).encode()
        return (await client.post(url, content=body, headers=headers)).status_code


def succeeded(result: object) -> JSONResponse:
    return JSONResponse({"ok": True, "result": result})


def refused(status: int, words: str, further: Update | None = None) -> JSONResponse:
    told: Update = {"ok": False, "error_code": status, "description": words}
    return JSONResponse(told | ({"parameters": further} if further else {}), status_code=status)
