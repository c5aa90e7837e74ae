"""Telegram as the demo's customers use it: phones that write, and a Bot API that goes wrong."""

import itertools
import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from channels.channel import Delivery
from channels.messages import DeliveryState
from channels.standing.standin import (
    Deed,
    Edited,
    Fault,
    Look,
    Pressed,
    Reacted,
    SharedFile,
    Writer,
    Wrote,
)
from channels.standing.trial import findings
from channels.standing.wire import TappedTransport, Wire
from channels.telegram.adapter import Telegram
from channels.telegram.settings import TelegramSettings
from channels.telegram.simulator import BotApiSimulator, Customer, Updates, webhook_headers
from channels.telegram.simulator.going_wrong import BLOCKS, FAULTS, LETS_IN, FaultyBotApi
from channels.telegram.simulator.updates import Update, now

URL = "http://telegram.simulator.invalid"
KEPT = 100
_SHOWN = {"image/jpeg": "photo", "image/png": "photo", "video/mp4": "video"}


class SimulatedTelegram(Telegram):
    """Telegram that speaks to the stand-in only."""

    def __init__(self) -> None:
        super().__init__(URL)

    async def check(self, settings: TelegramSettings, client: httpx.AsyncClient) -> tuple[str, ...]:
        """A round trip at a stand-in of its own: a message out and one in."""
        return await findings(TelegramStandIn(), settings)

    async def connect(
        self, settings: TelegramSettings, client: httpx.AsyncClient, address: str
    ) -> str:
        return "The simulated Telegram needs no connecting."

    async def wait(self, settings: TelegramSettings, cursor: str, seconds: float) -> bool:
        return False


class TelegramStandIn:
    """In memory only: what was sent is forgotten after a restart."""

    channel = "telegram"
    look = Look(
        address_label="Telegram number",
        address_example="700900999",
        kinds=("telegram", "phone"),
        deeds=frozenset({Wrote, Pressed, Reacted, Edited}),
        files_at_once=10,
        faults=tuple(Fault(*one) for one in FAULTS),
    )

    def __init__(self) -> None:
        self.wire = Wire()
        self.simulator = BotApiSimulator(base_url=URL)
        # By the clock none gives an id that another one gave before a restart.
        begun = int(time.time())
        self.simulator.make = Updates(
            self.simulator.bot, itertools.count(begun), itertools.count(begun)
        )
        self._bot_api = FaultyBotApi(self.simulator)

    @property
    def ordered(self) -> Sequence[str]:
        return self._bot_api.ordered

    def adapter(self) -> Telegram:
        return SimulatedTelegram()

    def mounts(self) -> Mapping[str, httpx.AsyncBaseTransport]:
        return {URL: TappedTransport(self._bot_api, self.wire)}

    def account(self) -> Mapping[str, str]:
        return {"bot_token": self.simulator.token, "delivery": "webhook"}

    def address(self, told: str) -> str:
        digits = "".join(c for c in told if c not in " +-()")
        if not digits.isascii() or not digits.isdigit() or not 0 < int(digits[:20]) < 2**52:
            raise ValueError("it is no number of a Telegram account")
        return str(int(digits))

    def question(self, settings: TelegramSettings) -> Mapping[str, str]:
        return {"bot": settings.bot_id}

    async def done(
        self, deed: Deed, writer: Writer, settings: TelegramSettings
    ) -> Sequence[Delivery]:
        self._trim()
        who, make = (
            _customer(writer),
            self.simulator.make,
        )
        match deed:
            case Wrote():
                updates = self._written(deed, who)
            case Pressed():
                updates = [make.press(who, self._under(deed, who), deed.choice.id)]
            case Reacted():
                updates = [make.reaction(who, _number(deed.about), deed.emoji)]
            case Edited():
                said = {"message_id": _number(deed.message), "text": deed.text, "date": now() - 1}
                about = {"from": who.user, "chat": who.chat, "edit_date": now()}
                updates = [make.update("edited_message", said | about)]
        return [self._delivered(one, settings) for one in updates]

    def became(
        self, external_id: str, state: DeliveryState, writer: Writer, settings: TelegramSettings
    ) -> Sequence[Delivery]:
        """Telegram tells nobody of what was read."""
        return []

    async def order(
        self, key: str, writer: Writer, settings: TelegramSettings
    ) -> Sequence[Delivery]:
        if key not in (BLOCKS, LETS_IN):
            self._bot_api.order(key)
            return []
        who = _customer(writer)
        change = self.simulator.blocked.add if key == BLOCKS else self.simulator.blocked.discard
        change(who.id)
        status = "kicked" if key == BLOCKS else "member"
        return [self._delivered(self.simulator.make.membership(who, status), settings)]

    def forget_orders(self) -> None:
        self._bot_api.ordered.clear()

    def a_day_passes(self, writer: Writer) -> None:
        """Telegram has no window that would close."""

    async def close(self) -> None:
        return None

    def _written(self, deed: Wrote, who: Customer) -> list[Update]:
        make = self.simulator.make
        quoted: Update = {}
        if deed.quotes:
            answered = {"message_id": _number(deed.quotes), "date": now() - 1, "chat": who.chat}
            quoted = {"reply_to_message": answered | {"from": self.simulator.bot}}
        if not deed.files:
            return [make.text(who, deed.text, **quoted)]
        files = [self._file(file) for file in deed.files]
        caption: Update = {"caption": deed.text} if deed.text else {}
        album: Update = {}
        if len(files) > 1 and not any("voice" in one for one in files):
            album = {"media_group_id": str(8_800_000_000 + make.next_message_id())}
        first, *others = files
        return [
            make.message(who, **first, **caption, **quoted, **album),
            *(make.message(who, **one, **album) for one in others),
        ]

    def _file(self, file: SharedFile) -> Update:
        kind = file.content_type.partition(";")[0].strip().lower()
        add = self.simulator.add_file
        if _SHOWN.get(kind) == "photo":
            return {"photo": self.simulator.add_photo(file.content)}
        told = {"mime_type": kind}
        if kind in ("audio/ogg", "audio/webm"):
            return {"voice": add(file.content, duration=3, mime_type="audio/ogg")}
        if _SHOWN.get(kind) == "video":
            return {"video": add(file.content, width=640, height=360, duration=3, **told)}
        shown = "audio" if kind.startswith("audio/") else "document"
        return {shown: add(file.content, file_name=file.filename, **told)}

    def _under(self, deed: Pressed, who: Customer) -> Update:
        """Our message with its buttons, as the press carries it along."""
        rows = [[{"text": one.title, "callback_data": one.id}] for one in deed.among]
        return {
            "message_id": _number(deed.under),
            "from": self.simulator.bot,
            "chat": who.chat,
            "date": now(),
            "text": deed.text or deed.choice.title,
            "reply_markup": {"inline_keyboard": rows},
        }

    def _delivered(self, update: Update, settings: TelegramSettings) -> Delivery:
        headers = webhook_headers(settings.webhook_secret.get_secret_value())
        return Delivery(
            body=json.dumps(update).encode(),
            headers={name.lower(): value for name, value in headers.items()},
            query=dict(self.question(settings)),
        )

    def _trim(self) -> None:
        simulator = self.simulator
        kept: Sequence[list[Any]] = (
            simulator.sent,
            simulator.requests,
            simulator.actions,
            simulator.answered,
            simulator.reactions,
        )
        for one in kept:
            del one[:-KEPT]
        for name in list(simulator.files)[:-KEPT]:
            del simulator.files[name]


def _customer(writer: Writer) -> Customer:
    return Customer(int(writer.address), writer.name or writer.address)


def _number(external_id: str) -> int:
    """Of the message within its chat, from our id of it."""
    number = external_id.partition(":")[2].partition(":")[0]
    return int(number) if number.isdigit() else 1


STAND_IN = TelegramStandIn
