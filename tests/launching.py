"""The running product on the database of a test, and what it serves."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache

from fastapi import FastAPI

from bot.app import furnished, routes
from bot.foundation.installation import Installation
from bot.foundation.settings import Settings
from bot.runtime import Runtime, running
from domain.database import Database


@asynccontextmanager
async def launched(settings: Settings, database: Database) -> AsyncIterator[Runtime]:
    """Without web, worker or scheduler. The database is lent: statements stay compiled."""
    installation = Installation(settings)
    installation.url = installation.admin_url = database.url
    async with running(installation, database) as built:
        yield built


def app_on(runtime: Runtime) -> FastAPI:
    """The app, its routes built once a process, everything behind them new. One at a time."""
    return furnished(_routes(), runtime)


_routes = cache(routes)
