"""Lets a pressed button know that the press has arrived, long before the answer is there."""

import asyncio
from collections.abc import Sequence

import httpx

from bot.engine.accounts import Account
from bot.foundation.telemetry import log
from channels.channel import AnswersPresses
from channels.messages import ChannelError, InboundMessage

SECONDS = 3.0
"""The answer itself must not wait for longer."""


async def hear(
    account: Account, heard: Sequence[InboundMessage], client: httpx.AsyncClient
) -> None:
    """A courtesy: what goes wrong is only logged. No transaction may be open."""
    channel, pressed = account.channel, [one for one in heard if one.choice]
    if not pressed or not isinstance(channel, AnswersPresses):
        return

    async def one(press: InboundMessage) -> None:
        try:
            await channel.heard_press(press, account.settings, client)
        except ChannelError as error:
            log.warning("press.not_answered", account=account.hint, error=str(error))

    try:
        async with asyncio.timeout(SECONDS):
            await asyncio.gather(*map(one, pressed))
    except TimeoutError:
        log.warning("press.not_answered", account=account.hint, error="no answer in time")
