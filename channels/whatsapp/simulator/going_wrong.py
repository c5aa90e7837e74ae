"""Requests of ours that go wrong as ordered, at the moment that the order is for."""

import json
from collections.abc import Mapping
from typing import Any

import httpx

from channels.standing.orders import Orders
from channels.whatsapp.payload import document
from channels.whatsapp.simulator.graph import GraphSimulator

WINDOW, RATE, BLOCKED, DOWN, TIMEOUT = "131047", "429", "131026", "500", "timeout"
FAILS_LATER, EXPIRED = "fails-later", "media-expired"
_SENDING, _FETCHING, _ANY = "When Frontdesk sends next", "When Frontdesk fetches a file", "At once"
FAULTS = (
    (WINDOW, "24-hour window closed (131047)", _SENDING),
    (RATE, "Rate limit (429)", _SENDING),
    (BLOCKED, "Undeliverable, as when blocked (131026)", _SENDING),
    (DOWN, "Meta is down (500)", _SENDING),
    (TIMEOUT, "Taken, but the answer is lost (time-out)", _SENDING),
    (FAILS_LATER, "Taken, then reported as failed", _SENDING),
    (EXPIRED, "The file is gone (media expired)", _FETCHING),
    ("template-approved", "A template is approved", _ANY),
    ("template-rejected", "A template is rejected", _ANY),
    ("template-paused", "A template is paused", _ANY),
)
NEWS: Mapping[str, tuple[str, str]] = {
    "template-approved": ("APPROVED", "NONE"),
    "template-rejected": ("REJECTED", "INCORRECT_CATEGORY"),
    "template-paused": ("PAUSED", "NONE"),
}
_REFUSALS: Mapping[str, tuple[int, int, str]] = {
    WINDOW: (400, 131047, "Re-engagement message"),
    RATE: (429, 130429, "Rate limit hit"),
    BLOCKED: (400, 131026, "Message undeliverable"),
    DOWN: (500, 131000, "Something went wrong"),
    EXPIRED: (400, 100, "Object does not exist: the media has expired"),
}


class FaultyGraph(httpx.AsyncBaseTransport):
    """`failing`: accepted messages whose status will be a failure: its code and words."""

    def __init__(self, simulator: GraphSimulator) -> None:
        self._simulator = simulator
        self._inner = httpx.ASGITransport(app=simulator.application())
        self._orders = Orders({key: moment for key, _, moment in FAULTS})
        self.failing: dict[str, tuple[int, str]] = {}

    @property
    def ordered(self) -> list[str]:
        return self._orders.waiting

    def order(self, key: str) -> None:
        self._orders.place(key)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        key = self._orders.take(_moment(request.method, await request.aread()))
        if key in _REFUSALS:
            return _refusal(*_REFUSALS[key])
        before = len(self._simulator.sent)
        response = await self._inner.handle_async_request(request)
        if key == FAILS_LATER and len(self._simulator.sent) > before:
            self.failing[self._simulator.sent[-1].id] = (131049, "Message not delivered by Meta")
        if key == TIMEOUT:
            raise httpx.ReadTimeout("no answer in time, as ordered", request=request)
        return response


def _moment(method: str, body: bytes) -> str:
    """Marking a message as read and uploading a file are no sending."""
    if method == "GET":
        return _FETCHING
    try:
        told: Mapping[str, Any] = document(body)
    except ValueError:
        return ""
    return "" if told.get("status") == "read" else _SENDING


def _refusal(status: int, code: int, words: str) -> httpx.Response:
    error = {
        "message": f"(#{code}) {words}",
        "type": "OAuthException",
        "code": code,
        "error_data": {"messaging_product": "whatsapp", "details": words},
        "fbtrace_id": "simulated",
    }
    headers = {"content-type": "application/json", "retry-after": "7" if status == 429 else ""}
    kept = {name: value for name, value in headers.items() if value}
    return httpx.Response(status, headers=kept, content=json.dumps({"error": error}).encode())
