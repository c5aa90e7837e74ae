"""`run`, `web`, `worker`, `scheduler`, `listeners`: the product, in one process or apart."""

import asyncio
import gc
import socket
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.common import say
from bot.foundation.errors import Misconfigured
from bot.foundation.settings import Settings, load_settings
from bot.foundation.telemetry import configure_logging

if TYPE_CHECKING:
    from bot.foundation.installation import Installation


def run(
    *,
    demo: Annotated[
        bool, typer.Option("--demo", help="Seed the demo company first, if missing.")
    ] = False,
) -> None:
    """All roles in one process, on the embedded database unless one is set."""
    _start(("web", "worker", "scheduler", "listeners"), demo=demo)


def web() -> None:
    """Receives webhooks, serves the API and the pages."""
    _start(("web",))


def worker() -> None:
    """Runs jobs: takes messages in, answers, delivers."""
    _start(("worker",))


def scheduler() -> None:
    """Keeps the timetable; several may run, one at a time leads."""
    _start(("scheduler",))


def listeners() -> None:
    """Holds long connections (Slack's Socket Mode); several may run, one at a time holds each."""
    _start(("listeners",))


def _start(roles: tuple[str, ...], *, demo: bool = False) -> None:
    gc.disable()  # what imports make stays: `run` turns the collector on again
    settings = load_settings()
    configure_logging(settings.log_level)
    if "web" in roles:
        require_free_port(settings)
    from bot import app
    from bot.foundation.installation import Installation

    with Installation(settings) as installation:
        if demo:
            _seed(installation)
        _greet(settings, roles)
        app.run(installation, roles)


def require_free_port(settings: Settings) -> None:
    """Raises Misconfigured when another program listens there."""
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


def _seed(installation: "Installation") -> None:
    from bot.demo.seed import seed
    from bot.runtime import running

    async def plant() -> bool:
        async with running(installation) as runtime:
            return await seed(runtime.database, runtime.accounts, runtime.vault)

    if asyncio.run(plant()):
        say("Seeded the demo company.")


def _greet(settings: Settings, roles: tuple[str, ...]) -> None:
    if "web" in roles:
        say(f"Frontdesk is at {settings.base_url} (stop with Ctrl-C).")
    else:
        say(f"Frontdesk runs as {', '.join(roles)} (stop with Ctrl-C).")
