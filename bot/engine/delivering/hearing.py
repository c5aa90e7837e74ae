"""What is heard of deliveries: the customer's answer, a late refusal, news of templates."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bot import queue
from bot.engine.accounts import Account
from bot.engine.delivering.diverting import DELIVER
from channels.channel import ExplainsFailures
from channels.messages import TemplateNews, Unreachable, WindowClosed
from domain.conversations.models import Message
from domain.conversations.reaching.carrying import Carrying
from domain.conversations.understood import StatusChange
from domain.templates.service import KnownTemplate, MessageTemplates
from domain.types import utc_now

REPLAN = "replan"


async def release_answered(
    session: AsyncSession, tenant_id: UUID, conversation_ids: Collection[UUID]
) -> None:
    """What waited for the customer's answer leaves now."""
    if not conversation_ids:
        return
    for message_id in await Carrying(session, tenant_id).release(conversation_ids):
        await queue.put(session, DELIVER, tenant_id=tenant_id, message_id=message_id)


async def replan(session: AsyncSession, account: Account, change: StatusChange) -> bool:
    """Whether a message that was taken, and refused later, is given another way to go."""
    channel = account.channel
    message = await session.get(Message, change.message_id)
    if message is None or not isinstance(channel, ExplainsFailures):
        return False
    error = channel.failure(change.error_code, change.error)
    is_asking = message.content_kind == "template"
    is_carried = change.stands_for_id is not None and not is_asking
    if is_carried or not (is_asking or isinstance(error, WindowClosed | Unreachable)):
        return False
    await queue.put(
        session,
        REPLAN,
        tenant_id=account.tenant_id,
        message_id=change.message_id,
        code=change.error_code,
        words=change.error[:500],
    )
    return True


async def note_template_news(
    session: AsyncSession, account: Account, news: Sequence[TemplateNews]
) -> None:
    known = [
        KnownTemplate(
            name=one.name,
            language=one.language,
            category=one.category,
            state=one.state,
            reason=one.why,
            external_id=one.template_id,
            quality=one.quality,
        )
        for one in news
    ]
    changed = await MessageTemplates(session, account.tenant_id).note(account.id, known, utc_now())
    if changed:
        await queue.put(session, "react", tenant_id=account.tenant_id)
