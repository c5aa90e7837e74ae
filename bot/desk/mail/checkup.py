"""Tries channel accounts out: a round trip each, and what DNS says of their domains; in time."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import httpx

from bot.engine.accounts import Account
from channels.channel import CheckableChannel, DomainChannel
from channels.messages import ChannelError

Lookup = Callable[[str], Awaitable[Sequence[str]]]
SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Symptom:
    """`is_broken`: it does not work; else it works less well than it could."""

    is_broken: bool
    text: str


async def examine(
    accounts: Sequence[Account], lookup: Lookup | None = None
) -> list[tuple[Symptom, ...]]:
    """Of each account, all at once. No longer than SECONDS."""
    if not any(isinstance(one.channel, CheckableChannel) for one in accounts):
        return [() for _ in accounts]
    context = await asyncio.to_thread(ssl.create_default_context)
    async with httpx.AsyncClient(timeout=SECONDS, trust_env=False, verify=context) as client:
        return list(await asyncio.gather(*(_one(one, client, lookup) for one in accounts)))


async def _one(
    account: Account, client: httpx.AsyncClient, lookup: Lookup | None
) -> tuple[Symptom, ...]:
    trip, domain = await asyncio.gather(_round_trip(account, client), _domain(account, lookup))
    return (*trip, *domain)


async def _round_trip(account: Account, client: httpx.AsyncClient) -> tuple[Symptom, ...]:
    channel = account.channel
    if not isinstance(channel, CheckableChannel):
        return ()
    try:
        async with asyncio.timeout(SECONDS):
            told = await channel.check(account.settings, client)
    except TimeoutError:
        return (Symptom(True, f"No answer within {SECONDS:.0f} seconds."),)
    except ChannelError as error:
        return (Symptom(True, str(error)),)
    return tuple(Symptom(True, sentence) for sentence in told)


async def _domain(account: Account, lookup: Lookup | None) -> tuple[Symptom, ...]:
    if not isinstance(account.channel, DomainChannel):
        return ()
    try:
        async with asyncio.timeout(SECONDS):
            found = await account.channel.check_domain(account.settings, lookup)
    except TimeoutError:
        return (Symptom(False, "The DNS records could not be looked up; try again later."),)
    return tuple(
        Symptom(False, f"{one.text} Add: {one.line}" if one.line else one.text)
        for one in found
        if not one.is_good
    )
