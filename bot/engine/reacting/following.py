"""Lets webhooks follow messages: one statement, and none of its work where nobody follows."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlalchemy.ext.asyncio import AsyncSession

from bot import queue
from domain.workflows.following import FOLLOWED

REACT = "react"


async def follow(session: AsyncSession, tenant_id: UUID, message_ids: Collection[UUID]) -> None:
    """In the caller's transaction, which wrote the messages."""
    if message_ids:
        await session.flush()
        await follow_on(await queue.driver(session), tenant_id, message_ids)


async def follow_on(
    connection: "AsyncConnection[Any]", tenant_id: UUID, message_ids: Collection[UUID]
) -> None:
    """On a plain connection; reads nothing, so that inside a pipeline it adds no round trip."""
    await queue.put_where(connection, REACT, FOLLOWED, tenant_id=tenant_id, ids=list(message_ids))
