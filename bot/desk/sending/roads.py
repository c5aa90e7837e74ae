"""By which thread something new reaches a customer: the one it came from, or one that begins."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.engine.accounts import Accounts
from domain.conversations.models import Conversation
from domain.customers.models import Identity
from domain.errors import Refused
from domain.tenants.models import ChannelAccount
from domain.tenants.service import ChannelAccounts
from domain.types import new_id, utc_now

_OF_MANY = ("group:%", "signing:%")
"""Hints of threads that are not the customer's own."""


class NoRoad(Refused):
    def __init__(self, number: str, channel: str) -> None:
        by = f" by {channel}" if channel else ""
        super().__init__(
            f"{number} cannot be sent{by}: the customer has no conversation there and no mail "
            f"address that is known. Add one (`/desk customer`), or give them the link."
        )


@dataclass(frozen=True, slots=True)
class Wish:
    """Whom it is for, and by what: `channel` empty: where it was asked for, else where they wrote
    last, else by mail. `number` and `subject` name a thread that has to be begun."""

    number: str
    person_id: UUID | None
    conversation_id: UUID | None
    subject: str
    language: str = ""
    channel: str = ""


async def road(session: AsyncSession, accounts: Accounts, wish: Wish) -> Conversation | None:
    """The thread that there is; None where one has to be begun, or cannot be."""
    if wish.channel and wish.channel not in accounts.channels:
        known = ", ".join(sorted(accounts.channels))
        raise Refused(f"There is no channel “{wish.channel[:30]}”: it is one of {known}.")
    if wish.conversation_id is not None:
        own = await session.get(Conversation, wish.conversation_id)
        is_there = own is not None and own.merged_into_id is None
        if own is not None and is_there and wish.channel in ("", own.channel):
            return own
    query = select(Conversation).where(
        Conversation.person_id == wish.person_id,
        Conversation.merged_into_id.is_(None),
        ~or_(*(Conversation.hint.like(pattern) for pattern in _OF_MANY)),
    )
    if wish.channel:
        query = query.where(Conversation.channel == wish.channel)
    latest = query.order_by(Conversation.last_inbound_at.desc().nulls_last()).limit(1)
    return (await session.scalars(latest)).one_or_none()


@dataclass(frozen=True, slots=True)
class Beginning:
    """An account on which we may write first, and to which address."""

    account: ChannelAccount
    address: str


async def beginning(
    session: AsyncSession, tenant_id: UUID, accounts: Accounts, wish: Wish
) -> Beginning:
    """Raises NoRoad."""
    rows = await ChannelAccounts(session, tenant_id).all()
    fitting = [row for row in rows if row.is_enabled and wish.channel in ("", row.channel)]
    for row in fitting:
        channel = accounts.channels.get(row.channel)
        kinds = channel.capabilities.begins_with if channel else ()
        address = await _address(session, wish.person_id, kinds)
        if address:
            return Beginning(row, address)
    raise NoRoad(wish.number, wish.channel)


async def begun(session: AsyncSession, tenant_id: UUID, by: Beginning, wish: Wish) -> Conversation:
    """One thread for a number and an address, however often it is sent."""
    hint = f"about:{wish.number}:{wish.person_id}"
    await session.execute(
        insert(Conversation)
        .values(
            id=new_id(),
            tenant_id=tenant_id,
            channel_account_id=by.account.id,
            channel=by.account.channel,
            hint=hint,
            address=by.address,
            person_id=wish.person_id,
            subject=wish.subject,
            language=wish.language,
            created_at=utc_now(),
            updated_at=utc_now(),
        )
        .on_conflict_do_nothing()
    )
    query = select(Conversation).where(
        Conversation.channel_account_id == by.account.id, Conversation.hint == hint
    )
    return (await session.scalars(query)).one()


async def _address(session: AsyncSession, person_id: UUID | None, kinds: Sequence[str]) -> str:
    """A proven one before others; none that takes nothing more."""
    query = (
        select(Identity.value)
        .where(
            Identity.person_id == person_id,
            Identity.kind.in_(kinds),
            Identity.muted_at.is_(None),
        )
        .order_by(Identity.proven_at.asc().nulls_last(), Identity.created_at)
        .limit(1)
    )
    return (await session.scalar(query)) or ""
