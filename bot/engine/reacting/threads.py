"""Marks staff's threads as due when something in them changed, and puts the job that shows it.

One statement each, none for a tenant without rooms. The marking is the truth, the job a hint.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlalchemy.ext.asyncio import AsyncSession

from bot import queue
from domain.staff.threads import TOUCH_CONVERSATIONS, TOUCH_TICKETS
from domain.tenants.service import Tenants

THREAD = "thread"
Rooms = Mapping[str, str]


async def touch(
    session: AsyncSession, tenant_id: UUID, conversation_ids: Collection[UUID], rooms: Rooms
) -> None:
    """In the caller's transaction. `rooms`: the tenant's setting, as the caller knows it."""
    if rooms and conversation_ids:
        # What locks the conversation comes first, everywhere: two that wait for each other would
        # wait for ever.
        await session.flush()
        connection = await queue.driver(session)
        await touch_on(connection, tenant_id, conversation_ids, rooms)


async def touch_on(
    connection: "AsyncConnection[Any]",
    tenant_id: UUID,
    conversation_ids: Iterable[UUID],
    rooms: Rooms,
) -> None:
    """On a plain connection; reads nothing, so that inside a pipeline it adds no round trip."""
    if rooms:
        await _put(connection, TOUCH_CONVERSATIONS, tenant_id, conversation_ids, rooms)


async def touch_tickets(
    session: AsyncSession, tenant_id: UUID, ticket_ids: Collection[UUID], rooms: Rooms
) -> None:
    """Of tickets without a conversation."""
    if rooms and ticket_ids:
        connection = await queue.driver(session)
        await _put(connection, TOUCH_TICKETS, tenant_id, ticket_ids, rooms)


async def touched(session: AsyncSession, tenant_id: UUID, conversation_id: UUID) -> None:
    """For a caller who does not know the tenant's rooms."""
    rooms = (await Tenants(session, tenant_id).settings()).desk.rooms
    await touch(session, tenant_id, (conversation_id,), rooms)


async def _put(
    connection: "AsyncConnection[Any]",
    found: str,
    tenant_id: UUID,
    ids: Iterable[UUID],
    rooms: Rooms,
) -> None:
    await queue.put_for_each(
        connection,
        THREAD,
        "thread_id",
        found,
        lane=queue.STAFF_LANE,
        tenant_id=tenant_id,
        ids=list(ids),
        keys=list(rooms),
    )
