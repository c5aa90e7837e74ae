"""Gathers what the planner decides from: the situation in our rows, what each channel can do."""

from collections.abc import Sequence
from datetime import datetime

from bot.engine.accounts import Account
from bot.engine.delivering.planning import (
    Elsewhere,
    Facts,
    OfferedTemplate,
    Refusal,
    is_open,
    refusal_of,
)
from channels.channel import Capabilities
from channels.messages import Address, ChannelError
from domain.conversations.reaching.situation import Situation


def facts(
    account: Account,
    found: Situation,
    others: Sequence[Account],
    error: ChannelError | None,
    now: datetime,
) -> Facts:
    """`others`: the accounts of the situation, opened. `error`: of the try before."""
    message, conversation = found.message, found.conversation
    return Facts(
        now=now,
        title=account.channel.title,
        capabilities=account.channel.capabilities,
        is_on=account.is_on,
        last_inbound_at=conversation.last_inbound_at,
        by_person=message.author == "staff",
        is_opted_out=found.is_opted_out,
        muted=found.muted,
        refusal=refusal_of(error) if error else Refusal.NONE,
        refused_because=str(error) if error else "",
        elsewhere=tuple(_elsewhere(found, others, now)) if found.may_go_elsewhere else (),
        templates=tuple(
            OfferedTemplate(one.name, one.language, one.body, one.category, one.purpose)
            for one in found.templates
        ),
        languages=(conversation.language, found.person.language, account.tenant.language),
        is_asked=found.is_asked,
        prefers_template=account.tenant.desk.outside_window == "template",
        purpose=str(message.details.get("purpose", "")),
        tried=frozenset(message.details.get("tried", ())),
    )


def _elsewhere(found: Situation, others: Sequence[Account], now: datetime) -> list[Elsewhere]:
    """First where we may begin by ourselves (mail), then chats in which they wrote last."""
    beginning = [way for one in others if one.is_on for way in _beginnings(found, one)]
    chats = {
        one.id: one for one in others if one.is_on and not one.channel.capabilities.has_subject
    }
    muted = {one.value for one in found.identities if one.muted_at}
    going_on = [
        Elsewhere(
            account_id=there.channel_account_id,
            title=chats[there.channel_account_id].channel.title,
            to=Address("", there.hint),
            conversation_id=there.id,
        )
        for there in found.others
        if there.channel_account_id in chats
        and there.hint not in muted
        and there.last_inbound_at is not None
        and is_open(_able(chats[there.channel_account_id]).window, there.last_inbound_at, now)
    ]
    return [*beginning, *going_on]


def _beginnings(found: Situation, account: Account) -> list[Elsewhere]:
    """The thread there that goes on with this one, or a new one to a proven address."""
    able = _able(account)
    own = [
        there
        for there in found.others
        if there.channel_account_id == account.id and there.continues_id == found.conversation.id
    ]
    return [
        Elsewhere(
            account_id=account.id,
            title=account.channel.title,
            to=Address(one.kind, one.value),
            conversation_id=own[0].id if own else None,
            has_subject=able.has_subject,
        )
        for one in found.identities
        if one.kind in able.begins_with and one.proven_at and not one.muted_at
    ][:1]


def _able(account: Account) -> Capabilities:
    return account.channel.capabilities
