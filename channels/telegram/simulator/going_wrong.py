"""Requests of ours that go wrong as ordered, at the moment that the order is for."""

import json
from collections.abc import Mapping
from typing import Any

import httpx

from channels.standing.orders import Orders
from channels.telegram.simulator.bot_api import BotApiSimulator

RATE, BLOCKED, DOWN, TIMEOUT, EXPIRED = "429", "403", "500", "timeout", "media-expired"
BLOCKS, LETS_IN = "blocks", "lets-in"
_SENDING, _FETCHING, _ANY = "When Frontdesk sends next", "When Frontdesk fetches a file", "At once"
FAULTS = (
    (RATE, "Rate limit (429)", _SENDING),
    (BLOCKED, "Blocked by the customer (403)", _SENDING),
    (DOWN, "Telegram is down (500)", _SENDING),
    (TIMEOUT, "Taken, but the answer is lost (time-out)", _SENDING),
    (EXPIRED, "The file is gone (media expired)", _FETCHING),
    (BLOCKS, "The customer blocks the bot", _ANY),
    (LETS_IN, "The customer lets the bot in again", _ANY),
)
_REFUSALS: Mapping[str, tuple[int, str, dict[str, Any]]] = {
    RATE: (429, "Too Many Requests: retry after 7", {"retry_after": 7}),
    BLOCKED: (403, "Forbidden: bot was blocked by the user", {}),
    DOWN: (500, "Internal Server Error", {}),
    EXPIRED: (400, "Bad Request: wrong file_id or the file is temporarily unavailable", {}),
}


class FaultyBotApi(httpx.AsyncBaseTransport):
    def __init__(self, simulator: BotApiSimulator) -> None:
        self._inner = httpx.ASGITransport(app=simulator.application())
        self._orders = Orders({key: moment for key, _, moment in FAULTS})

    @property
    def ordered(self) -> list[str]:
        return self._orders.waiting

    def order(self, key: str) -> None:
        self._orders.place(key)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        key = self._orders.take(_moment(request.url.path))
        if key in _REFUSALS:
            return _refusal(*_REFUSALS[key])
        response = await self._inner.handle_async_request(request)
        if key == TIMEOUT:
            raise httpx.ReadTimeout("no answer in time, as ordered", request=request)
        return response


def _moment(path: str) -> str:
    """Saying that somebody is typing is no sending."""
    method = path.rpartition("/")[2].lower()
    if method == "getfile":
        return _FETCHING
    return _SENDING if method.startswith("send") and method != "sendchataction" else ""


def _refusal(status: int, words: str, further: Mapping[str, Any]) -> httpx.Response:
    told: dict[str, Any] = {"ok": False, "error_code": status, "description": words}
    if further:
        told["parameters"] = dict(further)
    headers = {"content-type": "application/json"}
    return httpx.Response(status, headers=headers, content=json.dumps(told).encode())
