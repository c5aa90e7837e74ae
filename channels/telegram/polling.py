"""Asks for updates where no webhook brings them, and waits for them on a long poll.

The offset that Telegram wants is a promise that everything before it is on disk: it goes out
only after its page was committed with it, and is then dropped. So nothing rests on ids that
grow: after a quiet week Telegram begins anew with a random one.
"""

import asyncio
import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Self

from channels.channel import Fetched
from channels.messages import Temporary
from channels.telegram.api import Api, numbers
from channels.telegram.errors import CONFLICT
from channels.telegram.reading.payload import Node, document, integer

PAGE = 100
LONG_POLL = 50
"""Seconds; Telegram ends longer ones by itself."""
INTERRUPTED = 1.0
MOST_INTERRUPTIONS = 5


@dataclass(frozen=True, slots=True)
class Cursor:
    """`offset`: stored up to there, to be confirmed; 0: nothing. `last`: the newest id seen, so
    that a cursor differs from the one before."""

    offset: int = 0
    last: int = 0

    @classmethod
    def read(cls, told: str) -> Self:
        try:
            kept = document(told.encode())
        except ValueError:
            return cls()
        return cls(integer(kept.get("offset")) or 0, integer(kept.get("last")) or 0)

    def __str__(self) -> str:
        return json.dumps({"offset": self.offset, "last": self.last})


async def fetch_new(api: Api, cursor: str) -> AsyncGenerator[Fetched, None]:
    """Page by page. What waited before the first fetch is not history: Telegram keeps a day."""
    at = Cursor.read(cursor)
    while True:
        updates = await _asked(api, at.offset or None)
        if not updates:
            if at.offset or not cursor:
                yield Fetched((), str(Cursor(0, at.last)))
            return
        newest = max(numbers(updates), default=at.last)
        at = Cursor(newest + 1, newest)
        cursor = str(at)
        yield Fetched(tuple(_body(one) for one in updates), cursor)


async def wait(api: Api, cursor: str, seconds: float) -> bool:
    """Whether there is news; it stays there for `fetch_new`."""
    clock = asyncio.get_running_loop().time
    until, interruptions = clock() + seconds, 0
    offset = Cursor.read(cursor).offset or None
    while (left := until - clock()) > 0:
        try:
            if await api.updates(offset, limit=1, wait=max(1, min(LONG_POLL, int(left)))):
                return True
            interruptions = 0
        except Temporary as error:
            # Our own poll, put by the timetable, ends this one: that is no other program yet.
            interruptions += 1
            if error.code != CONFLICT or interruptions == MOST_INTERRUPTIONS:
                raise
            await asyncio.sleep(INTERRUPTED)
    return False


async def _asked(api: Api, offset: int | None) -> list[Node]:
    """A long poll of ours that begins at the same moment may end this one: once more then."""
    try:
        return await api.updates(offset, limit=PAGE)
    except Temporary as error:
        if error.code != CONFLICT:
            raise
        await asyncio.sleep(INTERRUPTED)
        return await api.updates(offset, limit=PAGE)


def _body(update: Node) -> bytes:
    """As the same update would be written each time it is handed out: equal bytes are kept once."""
    return json.dumps(update, separators=(",", ":")).encode()
