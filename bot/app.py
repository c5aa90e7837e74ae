"""Puts the running product together: web, worker and scheduler, in one process or apart."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from fastapi import FastAPI, Request, Response
from starlette.middleware.base import RequestResponseEndpoint

from bot.api import (
    articles,
    catalogue,
    conversations,
    customers,
    health,
    prompts,
    quotes,
    search,
    tenants,
    tickets,
    webhooks,
)
from bot.api.problems import translate_errors
from bot.console import simulator
from bot.dependencies import Doorkeeper
from bot.foundation.errors import Misconfigured
from bot.foundation.installation import Installation
from bot.foundation.settings import Settings
from bot.foundation.telemetry import log
from bot.runtime import Runtime, running

ROLES = ("web", "worker", "scheduler")
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'self'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
}


def create_app(runtime: Runtime) -> FastAPI:
    app = FastAPI(title="Frontdesk", version="1", docs_url="/docs", redoc_url=None)
    app.state.runtime = runtime
    app.state.doorkeeper = Doorkeeper(runtime)
    translate_errors(app)
    app.include_router(health.router)
    app.include_router(webhooks.router, prefix="/api/v1")
    app.include_router(catalogue.uploads, prefix="/api/v1")
    for noun in (
        conversations,
        tickets,
        articles,
        customers,
        prompts,
        search,
        tenants,
        catalogue,
        quotes,
    ):
        app.include_router(noun.router, prefix="/api/v1")
    simulator.mount(app)

    @app.middleware("http")
    async def secure(request: Request, call_next: RequestResponseEndpoint) -> Response:
        response = await call_next(request)
        if not request.url.path.startswith("/docs"):
            for name, value in HEADERS.items():
                response.headers.setdefault(name, value)
        return response

    return app


async def run_roles(installation: Installation, roles: tuple[str, ...]) -> None:
    """Runs the roles until a signal comes or one of them fails."""
    settings = installation.settings
    async with running(installation) as runtime, _stop_signal() as stop:
        duties: list[Coroutine[Any, Any, None]] = [stop.wait()]  # type: ignore[list-item]
        if installation.postgres:
            duties.append(installation.postgres.supervise())
        if "worker" in roles:
            from bot.worker.service import work

            duties.append(work(runtime))
        if "scheduler" in roles:
            from bot.scheduler import Timetable

            duties.append(Timetable(runtime.database).run())
        if "web" in roles:
            duties.append(_serve(create_app(runtime), settings))
        await _first_to_end(duties)


async def _first_to_end(duties: list[Coroutine[Any, Any, None]]) -> None:
    tasks = [asyncio.create_task(duty) for duty in duties]
    done, rest = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)
    for task in done:
        task.result()


async def _serve(app: FastAPI, settings: Settings) -> None:
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        lifespan="off",
        timeout_graceful_shutdown=10,
    )
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    with contextlib.suppress(asyncio.CancelledError):
        await server.serve()
    log.info("web.stopped")


@asynccontextmanager
async def _stop_signal() -> AsyncIterator[asyncio.Event]:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    try:
        yield stop
    finally:
        for name in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(name)


def require_free_port(settings: Settings) -> None:
    """Raises Misconfigured when another program listens there."""
    import socket

    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise Misconfigured(
                f"Port {settings.port} on {settings.host} cannot be used ({error.strerror}): stop "
                "the program that has it, or set FRONTDESK_PORT to another one."
            ) from error
