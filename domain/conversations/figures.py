"""How a day went: what customers wrote, who answered, what waits."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.conversations.models import Conversation, Message

_OUT = ("sending", "sent", "delivered", "read")


@dataclass(frozen=True, slots=True)
class Figures:
    """`waiting_drafts` and `with_people` are of now, the others since the day began."""

    received: int
    conversations: int
    answered_by_bot: int
    answered_by_staff: int
    failed: int
    waiting_drafts: int
    with_people: int


async def figures(session: AsyncSession, tenant_id: UUID, since: datetime) -> Figures:
    recent = Message.created_at >= since
    inbound = Message.direction == "in"
    sent = Message.state.in_(_OUT)

    def counted(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
        return func.count(Message.id).filter(*conditions)

    columns = (
        counted(recent, inbound),
        func.count(Message.conversation_id.distinct()).filter(recent, inbound),
        counted(recent, sent, Message.author == "bot"),
        counted(recent, sent, Message.author == "staff"),
        counted(recent, Message.state == "failed"),
        counted(Message.state == "draft"),
    )
    relevant = recent | (Message.state == "draft")
    row = (
        await session.execute(select(*columns).where(Message.tenant_id == tenant_id, relevant))
    ).one()
    people = await session.scalar(
        select(func.count())
        .select_from(Conversation)
        .where(Conversation.tenant_id == tenant_id, Conversation.owner == "staff")
    )
    return Figures(*row, with_people=people or 0)
