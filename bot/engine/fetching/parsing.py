"""Parses many bodies at once, in processes of their own. Imports little: each process pays it."""

import asyncio
import multiprocessing
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any, Self

from channels import registry
from channels.messages import InboundEvent

PROCESSES = 2
PIECES = 4
"""A batch is divided into so many, so that the slowest holds up little."""


class Parsers:
    """Processes take a second to begin: until then, and for a few bodies, a thread has to do."""

    def __init__(self, channel: str) -> None:
        self._channel = channel
        self._pool: ProcessPoolExecutor | None = None
        self._warming: asyncio.Future[Any] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool:
            self._pool.shutdown(wait=False, cancel_futures=True)

    async def parse(self, bodies: Sequence[bytes]) -> list[Sequence[InboundEvent]]:
        """One after the other; empty for what cannot be parsed."""
        if self._warming and self._warming.done() and not self._warming.exception():
            return await self._parse_apart(bodies)
        return await asyncio.to_thread(parse, self._channel, bodies)

    def expect_many(self, example: bytes) -> None:
        """Starts the processes."""
        if self._pool is not None:
            return
        # Begun anew, not copied: this process has threads and connections.
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([__name__])
        self._pool = ProcessPoolExecutor(PROCESSES, mp_context=context)
        calls = [self._call([example]) for _ in range(PROCESSES)]
        self._warming = asyncio.gather(*calls, return_exceptions=True)

    async def _parse_apart(self, bodies: Sequence[bytes]) -> list[Sequence[InboundEvent]]:
        share = max(1, -(-len(bodies) // PIECES))
        pieces = [bodies[at : at + share] for at in range(0, len(bodies), share)]
        parsed = await asyncio.gather(*map(self._call, pieces))
        return [events for piece in parsed for events in piece]

    def _call(self, bodies: Sequence[bytes]) -> "asyncio.Future[list[Sequence[InboundEvent]]]":
        loop = asyncio.get_running_loop()
        return loop.run_in_executor(self._pool, parse, self._channel, bodies)


def parse(channel: str, bodies: Sequence[bytes]) -> list[Sequence[InboundEvent]]:
    """What cannot be parsed is left to the intake, which says why."""
    read = registry.channel(channel).parse
    found: list[Sequence[InboundEvent]] = []
    for body in bodies:
        try:
            found.append(read(body))
        except Exception:
            found.append(())
    return found
