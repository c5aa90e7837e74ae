"""Puts jobs into the queue by name, on the caller's own connection: they commit together.

A job is a hint. The truth is in our own rows, and the sweep finds what a lost hint left behind.
"""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from procrastinate import App, PsycopgConnector
from psycopg import AsyncConnection
from sqlalchemy.ext.asyncio import AsyncSession

from domain.database import plain_url

QUEUE = "frontdesk"
STAFF_LANE = "staff"
"""A lane of its own: nobody at the desk waits behind customers whose model is slow."""
FETCHING_LANE = "fetching"
"""Slow mailboxes hold up each other, and nobody else."""

_DEFER = (
    "select procrastinate_defer_jobs_v1(array[row(%s, %s, %s, null, null, %s::jsonb, %s)]"
    "::procrastinate_job_to_defer_v1[])"
)

_DEFER_EACH = (
    "with {found} select procrastinate_defer_jobs_v1(array_agg(row(%(queue)s, %(job)s, 0, null, "
    "null, jsonb_build_object('tenant_id', %(tenant_id)s::text, %(argument)s::text, id::text), "
    "null)::procrastinate_job_to_defer_v1)) from touched having count(*) > 0"
)

_DEFER_WHERE = (
    "with {found} select procrastinate_defer_jobs_v1(array[row(%(queue)s, %(job)s, 0, null, null, "
    "jsonb_build_object('tenant_id', %(tenant_id)s::text), null)::procrastinate_job_to_defer_v1]) "
    "where exists (select from touched)"
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
    await put_on(await driver(session), job, at=at, priority=priority, lane=lane, **arguments)


async def put_all(
    session: AsyncSession, job: str, argument: str, ids: list[UUID], **same: Any
) -> None:
    """A job for each id, in one statement. `argument`: what the job calls the id."""
    if ids:
        found = "touched as (select unnest(%(ids)s::uuid[]) as id)"
        connection = await driver(session)
        await put_for_each(connection, job, argument, found, ids=ids, **same)


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


async def put_for_each(
    connection: "AsyncConnection[Any]",
    job: str,
    argument: str,
    found: str,
    *,
    lane: str = QUEUE,
    **values: Any,
) -> None:
    """One statement: common table expressions, and a job for each id in their `touched`.

    `argument`: what the job calls the id. `values`: theirs, `tenant_id` among them.
    """
    given = {"queue": lane, "job": job, "argument": argument, **values}
    await connection.execute(_DEFER_EACH.replace("{found}", found), given)


async def put_where(
    connection: "AsyncConnection[Any]", job: str, found: str, *, tenant_id: object, **values: Any
) -> None:
    """One statement: common table expressions, and one job if their `touched` has a row."""
    given = {"queue": QUEUE, "job": job, "tenant_id": str(tenant_id), **values}
    await connection.execute(_DEFER_WHERE.replace("{found}", found), given)


async def driver(session: AsyncSession) -> "AsyncConnection[Any]":
    """The plain connection under the session's transaction."""
    raw = (await (await session.connection()).get_raw_connection()).driver_connection
    assert isinstance(raw, AsyncConnection)
    return raw


def job_engine(url: str) -> App:
    """The engine that a worker runs; putting jobs needs none."""
    return App(
        connector=PsycopgConnector(conninfo=plain_url(url), min_size=1, max_size=10, timeout=10)
    )
