"""Puts the running product together: web, worker and scheduler, in one process or apart."""

import asyncio
import contextlib
import gc
import signal
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.api import (
    articles,
    catalogue,
    conversations,
    customers,
    docs,
    health,
    prompts,
    quotes,
    search,
    staff,
    tenants,
    tickets,
)
from bot.api.contracts import contracts, support, templates
from bot.api.contracts import sending as contracts_sent
from bot.api.contracts import signing as signatures
from bot.api.delivering import reactions
from bot.api.delivering import templates as message_templates
from bot.api.helpdesk import arrangements, bulk, joining, knowledge, waiting
from bot.api.manners import optouts, satisfaction
from bot.api.people import joining as people
from bot.api.pricing import price_lists, products, rates, suppliers, watching
from bot.api.problems import translate_errors
from bot.api.quoting import (
    again,
    approving,
    documents,
    figures,
    handover,
    money,
    moving,
    papers,
    revisions,
    sending,
    signing,
    uploads,
)
from bot.api.receiving import quarantine, slack, webhooks
from bot.api.service_levels import compliance, policies
from bot.api.workflows import rules, subscriptions
from bot.api.workflows.guide import GUIDE
from bot.console import connecting, simulator
from bot.dependencies import Doorkeeper
from bot.foundation.installation import Installation
from bot.foundation.settings import Settings
from bot.foundation.telemetry import log
from bot.portal import mounting as portal
from bot.portal.visiting import Gate
from bot.runtime import Runtime, running

NOUNS = (
    conversations,
    tickets,
    joining,
    waiting,
    arrangements,
    bulk,
    knowledge,
    articles,
    people,
    customers,
    optouts,
    satisfaction,
    prompts,
    search,
    staff,
    tenants,
    catalogue,
    suppliers,
    price_lists,
    products,
    rates,
    watching,
    quotes,
    documents,
    papers,
    moving,
    revisions,
    approving,
    again,
    money,
    handover,
    figures,
    policies,
    compliance,
    rules,
    subscriptions,
    quarantine,
    contracts,
    templates,
    support,
    message_templates,
    reactions,
    signing,
    sending,
    signatures,
    contracts_sent,
)
"""What is under /api/v1, in the order of the guide."""
ROLES = ("web", "worker", "scheduler", "listeners")
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'self'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
}
_RAW_HEADERS = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]


def create_app(runtime: Runtime) -> FastAPI:
    return furnished(routes(), runtime)


def furnished(app: FastAPI, runtime: Runtime) -> FastAPI:
    """With all that its routes work with, as new."""
    app.state.runtime = runtime
    app.state.doorkeeper = Doorkeeper(runtime)
    app.state.portal_gate = Gate()
    app.state.simulator_patience = simulator.PATIENCE
    return app


def routes() -> FastAPI:
    app = FastAPI(title="Frontdesk", version="1", description=GUIDE, docs_url=None, redoc_url=None)
    translate_errors(app)
    app.include_router(health.router)
    app.include_router(webhooks.router, prefix="/api/v1")
    app.include_router(slack.router)
    app.include_router(connecting.router)
    app.include_router(catalogue.uploads, prefix="/api/v1")
    app.include_router(price_lists.uploads, prefix="/api/v1")
    app.include_router(products.sheets, prefix="/api/v1")
    app.include_router(papers.uploads, prefix="/api/v1")
    app.include_router(uploads.uploads, prefix="/api/v1")
    for noun in NOUNS:
        app.include_router(noun.router, prefix="/api/v1")
    docs.mount(app)
    portal.mount(app)
    simulator.mount(app)
    app.add_middleware(SecurityHeaders)
    return app


class SecurityHeaders:
    """Adds what is not set to every response. Plain ASGI: it costs webhooks next to nothing."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name.lower() for name, _ in message.setdefault("headers", [])}
                message["headers"] = [
                    *message["headers"],
                    *(header for header in _RAW_HEADERS if header[0] not in present),
                ]
            await send(message)

        await self._app(scope, receive, secured)


def run(installation: Installation, roles: tuple[str, ...]) -> None:
    """Runs the roles on the fastest event loop there is."""
    try:
        from uvloop import new_event_loop
    except ImportError:  # there is none for Windows
        from asyncio import new_event_loop  # type: ignore[assignment]
    _spare_the_collector()
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(run_roles(installation, roles))


def _spare_the_collector() -> None:
    """What was imported stays until the end: looking through it again and again is for nothing."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()


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
        if "listeners" in roles:
            from bot.listeners import listen

            duties.append(listen(runtime))
        if "web" in roles:
            warming = asyncio.create_task(runtime.staffroom.warm_up())
            warming.add_done_callback(lambda task: task.cancelled() or task.exception())
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
        ws="none",
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
