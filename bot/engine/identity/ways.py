"""By which channel account an address can be written to: asked of capabilities, not of names."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from channels.channel import Channel
from channels.messages import Address
from domain.tenants.models import ChannelAccount
from domain.tenants.settings import TenantSettings

_OPEN = text("""
    select max(c.last_inbound_at) > now() - make_interval(secs => :window)
      from conversations c join identities i on i.person_id = c.person_id
     where c.channel_account_id = :account_id and c.hint = i.value
       and i.kind = :kind and i.value = :value
""")


@dataclass(frozen=True, slots=True)
class Way:
    """`is_automatic`: what the bot says there leaves without a person's approval."""

    account_id: UUID
    is_automatic: bool


async def way_to(
    session: AsyncSession, settings: TenantSettings, channels: Mapping[str, Channel], kind: str
) -> Way | None:
    """The tenant's first account that is on and reaches addresses of that kind."""
    query = select(ChannelAccount).where(ChannelAccount.is_enabled).order_by(ChannelAccount.id)
    for account in await session.scalars(query):
        channel = channels.get(account.channel)
        is_on = getattr(settings.features, account.channel, True)
        if channel and is_on and kind in channel.capabilities.reaches:
            is_automatic = account.mode == "automatic" or settings.is_demo
            return Way(account.id, is_automatic and settings.features.auto_answer)
    return None


async def is_open(
    session: AsyncSession, account_id: UUID, window: timedelta, address: Address
) -> bool:
    """Whether they wrote from the address so lately that free text reaches them."""
    values = {
        "account_id": account_id,
        "window": window.total_seconds(),
        "kind": address.kind,
        "value": address.value,
    }
    return bool(await session.scalar(_OPEN, values))
