"""Tells a customer who answers from here on, where the company wants that."""

from sqlalchemy.ext.asyncio import AsyncSession

from bot.agents.wording import say, speakable
from bot.desk.command import StaffView
from bot.desk.showing.preflight import Destination
from bot.engine.manners import notices
from bot.engine.manners.notices import WHO, Notice, Way
from domain.conversations.models import Conversation
from domain.tenants.models import Tenant
from domain.tenants.settings import TenantSettings
from domain.types import utc_now


async def introduce(
    session: AsyncSession, conversation: Conversation, by: StaffView, to: Destination
) -> bool:
    """Whether it is said: once for each who takes over, and only where a text can go now."""
    tenant = await session.get_one(Tenant, conversation.tenant_id)
    settings = TenantSettings.model_validate(tenant.settings)
    if not settings.presence.introduces_staff or not by.name or not to.is_open(utc_now()):
        return False
    if conversation.owner_id == by.id:
        return False
    words = say(
        "introduced",
        speakable(conversation.language, settings.language),
        name=by.name,
        company=settings.assistant.name or tenant.name,
    )
    way = Way(by.tenant_id, conversation.channel_account_id, has_threads=False, is_automatic=True)
    await notices.put(session, way, conversation.id, Notice(WHO, words))
    return True
