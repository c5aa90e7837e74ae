"""Serves a stand-in of a provider on this machine, over real HTTP, inside this process."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

LAST_ANSWERS = 5.0
"""Seconds for what is being answered when it closes."""


@asynccontextmanager
async def served(application: Any, *, port: int = 0) -> AsyncIterator[str]:
    """The base URL, once it answers. Port 0: any that is free.

    A handler may cut the connection without an answer by `request.state.sever()`.
    """
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        server = _Server(
            uvicorn.Config(
                application, http=_Severable, ws="none", lifespan="off", log_level="critical"
            )
        )
        running = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            await server.ready.wait()
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.leaving.set()
            await running


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()
        self.leaving = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    async def main_loop(self) -> None:
        """Ends at once, where uvicorn's own looks around ten times a second."""
        await self.leaving.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn's, which waits a tenth of a second for nothing."""
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        await asyncio.sleep(0)  # for the transports to close
        if self.server_state.tasks:
            _, late = await asyncio.wait(self.server_state.tasks, timeout=LAST_ANSWERS)
            for task in late:
                task.cancel()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leaves the signals to the process in which it runs."""
        yield


class _Severable(H11Protocol):
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app_state = {**self.app_state, "sever": transport.abort}
