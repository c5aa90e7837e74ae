"""Offers to prove one more address and sends the code: the same words, known or not."""

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bot import queue
from bot.agents.wording import say, speakable
from bot.engine.context import Loaded
from bot.engine.identity.claims import WISH_ID, Claim, claim_in, wishes_code
from bot.engine.identity.ways import way_to
from bot.model.turns import (
    Button,
    FileAway,
    HandOff,
    HandOffReason,
    ProveAddress,
    Reply,
    StaySilent,
    Step,
    TurnContext,
    TurnResult,
)
from channels.channel import Channel
from domain.conversations.outbox import NewReply, Outbox
from domain.conversations.turns import Lease
from domain.customers.codes import Asked, OneTimeCodes
from domain.customers.proving import GAP

AGENT = "proof"
DELIVER = "deliver"
CHAT = "phone"
GOES_ON = frozenset(
    {HandOffReason.MISSING_KNOWLEDGE, HandOffReason.TOOL_FAILURE, HandOffReason.BUDGET}
)
"""A person is asked to look, but the next question may be answered by the bot again."""


async def considered(
    session: AsyncSession, channels: Mapping[str, Channel], lease: Lease, loaded: Loaded
) -> Loaded:
    """With the code settled that the customer asks for, or the offer of one noted.

    Only from whom the channel or a code vouches for: others prove first who they are.
    """
    if not loaded.context.customer.is_proven:
        return loaded
    claim = _claimed(loaded)
    if claim is None or _has(lease, claim):
        return loaded
    if not claim.is_mere:
        return replace(loaded, offer=claim.value)
    way = await way_to(session, loaded.settings, channels, claim.kind)
    action = ProveAddress(
        claim.kind,
        claim.value,
        way.account_id if way else None,
        is_automatic=bool(way and way.is_automatic),
    )
    settled = TurnResult(actions=(action,), agent=AGENT, step=Step.EXTRACTIVE)
    return replace(loaded, settled=settled)


def offered(result: TurnResult, loaded: Loaded) -> TurnResult:
    """What the agent says, and that a code may be asked for."""
    if not loaded.offer or all(isinstance(one, FileAway | StaySilent) for one in result.actions):
        return result
    if any(isinstance(one, HandOff) and one.reason not in GOES_ON for one in result.actions):
        return result  # a person answers from now on
    language = spoken(loaded.context, result.language)
    buttons = () if _has_buttons(result) else (Button(WISH_ID, "code"),)
    offer = Reply(say("proof_offer", language, address=loaded.offer), buttons=buttons)
    return replace(result, actions=(*result.actions, offer))


async def send_code(
    session: AsyncSession, context: TurnContext, action: ProveAddress, *, at_once: bool
) -> str:
    """What the customer is told. The message with the code stands in the outbox."""
    language = spoken(context)
    if action.account_id is None:
        return say("proof_no_way", language)
    asked = Asked(
        context.customer.person_id,
        context.conversation.id,
        action.value,
        kind=action.kind,
        is_claim=True,
    )
    code_id = await OneTimeCodes(session, context.tenant.id).offer(asked)
    if code_id is None:
        return say("proof_too_many", language)
    name = context.tenant.name
    letter = say("proof_letter", language, company=name, code=GAP)
    sends = at_once and action.is_automatic
    reply = NewReply(
        conversation_id=context.conversation.id,
        channel_account_id=action.account_id,
        author="bot",
        text=letter,
        state="pending" if sends else "draft",
        subject=say("proof_subject", language, company=name),
        code_id=code_id,
        to=(action.kind, action.value),
    )
    message = Outbox(session, context.tenant.id).put(reply)
    await session.flush()
    if sends:
        await _queue(session, context.tenant.id, message.id)
    key = "proof_sent_chat" if action.kind == CHAT else "proof_sent"
    return say(key, language, address=action.value)


def spoken(context: TurnContext, language: str = "") -> str:
    wishes = (context.conversation.language, context.customer.language, context.tenant.language)
    return speakable(language, *wishes)


async def _queue(session: AsyncSession, tenant_id: UUID, message_id: UUID) -> None:
    await queue.put(session, DELIVER, tenant_id=tenant_id, message_id=message_id)


def _claimed(loaded: Loaded) -> Claim | None:
    context = loaded.context
    is_mail = loaded.has_threads
    claims = [claim_in(message.text, is_mail=is_mail) for message in context.messages]
    if said := [claim for claim in claims if claim]:
        return replace(said[-1], is_mere=said[-1].is_mere and len(context.messages) == 1)
    last = context.messages[-1] if context.messages else None
    if last is None or not wishes_code(last.text, last.choice):
        return None
    before = [m.text for m in context.history if m.author == "customer" and not m.name]
    named = [claim for text in before if (claim := claim_in(text, is_mail=is_mail))]
    return replace(named[-1], is_mere=True) if named else None


def _has(lease: Lease, claim: Claim) -> bool:
    """It is proven for them already."""
    return any(
        (one["kind"], one["value"]) == (claim.kind, claim.value) and one["proven"]
        for one in lease.row.identities or ()
    )


def _has_buttons(result: TurnResult) -> bool:
    return any(getattr(action, "buttons", ()) for action in result.actions)
