"""The loft on this machine."""

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

import httpx
from channels.pigeon.adapter import Pigeon, PigeonSettings

from channels.channel import Delivery
from channels.messages import DeliveryState
from channels.standing.orders import Orders
from channels.standing.standin import Deed, Fault, Look, Pressed, Writer, Wrote
from channels.standing.trial import findings
from channels.standing.wire import TappedTransport, Wire

URL = "http://loft.simulator.invalid"
SENDING, FETCHING = "When Frontdesk sends next", "When Frontdesk fetches a file"
FAULTS = (Fault("hawk", "A hawk is about", SENDING), Fault("eaten", "The file is eaten", FETCHING))


class SimulatedPigeon(Pigeon):
    def __init__(self) -> None:
        super().__init__(URL)

    async def check(self, settings: PigeonSettings, client: httpx.AsyncClient) -> tuple[str, ...]:
        return await findings(Loft(), settings)


class Loft:
    channel = "pigeon"
    look = Look(
        address_label="Phone",
        address_example="447700900999",
        kinds=("phone",),
        deeds=frozenset({Wrote, Pressed}),
        faults=FAULTS,
    )

    def __init__(self) -> None:
        self.wire = Wire()
        self.letters: list[dict[str, Any]] = []
        self.files: dict[str, bytes] = {}
        self._orders = Orders({one.key: one.moment for one in FAULTS})

    @property
    def ordered(self) -> Sequence[str]:
        return self._orders.waiting

    def adapter(self) -> SimulatedPigeon:
        return SimulatedPigeon()

    def mounts(self) -> Mapping[str, httpx.AsyncBaseTransport]:
        return {URL: TappedTransport(httpx.MockTransport(self._answer), self.wire)}

    def account(self) -> Mapping[str, str]:
        return {"loft": "north-tower", "word": "open-sesame"}

    def address(self, told: str) -> str:
        if not told.isdigit():
            raise ValueError("it is no number")
        return told

    async def done(
        self, deed: Deed, writer: Writer, settings: PigeonSettings
    ) -> Sequence[Delivery]:
        letter: dict[str, Any] = {
            "loft": settings.loft,
            "ring": uuid4().hex,
            "from": writer.address,
            "name": writer.name,
            "at": int(time.time()),
        }
        if isinstance(deed, Pressed):
            letter |= {"text": deed.choice.title, "choice": deed.choice.id}
        elif isinstance(deed, Wrote):
            letter |= {"text": deed.text, "files": []}
            for file in deed.files:
                ring = uuid4().hex
                self.files[ring] = file.content
                letter["files"] += [
                    {"ring": ring, "name": file.filename, "type": file.content_type}
                ]
        word = settings.word.get_secret_value()
        return [Delivery(json.dumps(letter).encode(), {"x-word": word})]

    def became(
        self, external_id: str, state: DeliveryState, writer: Writer, settings: PigeonSettings
    ) -> Sequence[Delivery]:
        return []

    async def order(self, key: str, writer: Writer, settings: PigeonSettings) -> Sequence[Delivery]:
        self._orders.place(key)
        return []

    def forget_orders(self) -> None:
        self._orders.waiting.clear()

    def a_day_passes(self, writer: Writer) -> None:
        pass

    async def close(self) -> None:
        pass

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if self._orders.take(FETCHING if request.method == "GET" else SENDING):
            return httpx.Response(410 if request.method == "GET" else 503)
        if request.method == "GET":
            return httpx.Response(200, content=self.files[request.url.path.rpartition("/")[2]])
        self.letters.append(json.loads(request.content))
        return httpx.Response(200, json={"ring": uuid4().hex})


STAND_IN = Loft
