"""What became of messages of ours, step by step, as their provider told it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from domain.conversations.models import Message, MessageStatus
from domain.sla.models import SlaClock

ORDER = ("sent", "failed", "delivered", "read")


@dataclass(frozen=True, slots=True)
class Step:
    """`reason`: of a failure, as the provider words it."""

    state: str
    at: datetime
    code: str = ""
    reason: str = ""


async def steps(session: AsyncSession, messages: Sequence[Message]) -> dict[UUID, tuple[Step, ...]]:
    """By message, in the order in which they follow each other; one statement for all."""
    wanted = {
        (one.channel_account_id, one.external_id): one.id
        for one in messages
        if one.direction == "out" and one.external_id
    }
    if not wanted:
        return {}
    query = select(MessageStatus).where(
        tuple_(MessageStatus.channel_account_id, MessageStatus.external_id).in_(list(wanted))
    )
    found: dict[UUID, list[Step]] = {}
    for row in await session.scalars(query):
        step = Step(row.state, row.at, row.error_code, row.error_text)
        found.setdefault(wanted[row.channel_account_id, row.external_id], []).append(step)
    return {
        message_id: tuple(sorted(told, key=lambda step: ORDER.index(step.state)))
        for message_id, told in found.items()
    }


async def promised(session: AsyncSession, ticket_ids: Sequence[UUID]) -> dict[UUID, datetime]:
    """When an answer was promised, by ticket, where none has been given yet."""
    query = select(SlaClock).where(
        SlaClock.ticket_id.in_(ticket_ids), SlaClock.stopped_at.is_(None)
    )
    due = {}
    for clock in await session.scalars(query):
        waits = clock.first_response_met is None and clock.first_response_due
        at = clock.first_response_due if waits else clock.resolution_due
        if at is not None:
            due[clock.ticket_id] = at
    return due
