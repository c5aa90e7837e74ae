"""Puts jobs into the queue by name, on the caller's own connection: they commit together.

A job is a hint. The truth is in our own rows, and the sweep finds what a lost hint left behind.
"""

import json
from datetime import datetime
from typing import Any

from procrastinate import App, PsycopgConnector
from psycopg import AsyncConnection
from sqlalchemy.ext.asyncio import AsyncSession

from domain.database import plain_url

QUEUE = "frontdesk"
STAFF_LANE = "staff"
"""A lane of its own: nobody at the desk waits behind customers whose model is slow."""

_DEFER = (
    "select procrastinate_defer_jobs_v1(array[row(%s, %s, %s, null, null, %s::jsonb, %s)]"
    "::procrastinate_job_to_defer_v1[])"
)


async def put(
    session: AsyncSession,
    job: str,
    *,
    at: datetime | None = None,
    priority: int = 0,
    lane: str = QUEUE,
    **arguments: Any,
) -> None:
    """Queues with the session's transaction."""
    raw = (await (await session.connection()).get_raw_connection()).driver_connection
    assert isinstance(raw, AsyncConnection)
    await put_on(raw, job, at=at, priority=priority, lane=lane, **arguments)


async def put_on(
    connection: "AsyncConnection[Any]",
    job: str,
    *,
    at: datetime | None = None,
    priority: int = 0,
    lane: str = QUEUE,
    **arguments: Any,
) -> None:
    """Queues on a plain connection; inside a pipeline it adds no round trip."""
    values = json.dumps({name: str(value) for name, value in arguments.items()})
    await connection.execute(_DEFER, (lane, job, priority, values, at))


def job_engine(url: str) -> App:
    """The engine that a worker runs; putting jobs needs none."""
    return App(
        connector=PsycopgConnector(conninfo=plain_url(url), min_size=1, max_size=10, timeout=10)
    )
