"""Signs to a customer on a chat that they were heard: typing while an answer is made, read after.

They are courtesies: what goes wrong with them is logged, and nothing waits for them for long.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager

import httpx

from bot.engine.accounts import Account
from bot.foundation.telemetry import log
from channels.channel import MarksRead

PATIENCE = 0.5
"""Seconds of thinking before typing is shown: who is answered at once need not see it."""
LIMIT = 5.0
AGAIN = 0.8
"""Of the time that typing is shown: then it is shown again."""


class Signs:
    def __init__(self, client: httpx.AsyncClient, patience: float = PATIENCE) -> None:
        self._client = client
        self._patience = patience

    @asynccontextmanager
    async def typing(self, account: Account, external_id: str | None) -> AsyncIterator[None]:
        """Shown as long as this lasts, where an answer leaves without a person's approval.

        `external_id`: the provider's id of the message that is answered.
        """
        is_shown = account.channel.capabilities.has_typing and account.answers_by_itself
        if not (is_shown and external_id):
            yield
            return
        showing = asyncio.create_task(self._type(account, external_id))
        try:
            yield
        finally:
            showing.cancel()
            await asyncio.gather(showing, return_exceptions=True)

    async def read(self, account: Account, external_id: str) -> None:
        """What was answered has been read."""
        channel = account.channel
        if external_id and isinstance(channel, MarksRead):
            await _quietly(channel.mark_read(external_id, account.settings, self._client))

    async def _type(self, account: Account, external_id: str) -> None:
        lasts = account.channel.capabilities.typing_lasts.total_seconds()
        await asyncio.sleep(self._patience)
        while True:
            await _quietly(account.channel.typing(external_id, account.settings, self._client))
            await asyncio.sleep(lasts * AGAIN)


async def _quietly(sign: Awaitable[None]) -> None:
    try:
        async with asyncio.timeout(LIMIT):
            await sign
    except Exception as error:
        log.info("delivery.sign_failed", error=f"{type(error).__name__}: {error}"[:200])
