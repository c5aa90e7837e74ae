"""A customer whom the channel does not vouch for proves themselves with a code sent to them."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.agents.wording import say, speakable
from bot.engine.context import Loaded
from bot.foundation.security import Vault
from bot.model.turns import Reply, Step, TurnResult
from domain.conversations.models import Conversation, Message
from domain.conversations.turns import Lease
from domain.customers import proving
from domain.customers.codes import OneTimeCodes, is_right
from domain.customers.joining.proof import AddressProofs, Outcome, Proven
from domain.customers.models import Identity, OneTimeCode
from domain.types import utc_now


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of a code: `is_proven`: the question may be answered now. `wrong`: the reply.

    `outcome`: what followed for one more address of theirs (`address`); `is_all`: nothing else
    was said, so that it is to be confirmed.
    """

    is_proven: bool = False
    wrong: TurnResult | None = None
    address: str = ""
    outcome: Outcome | None = None
    is_all: bool = False


NOTHING_HEARD = Heard()


class ProofByCode:
    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def digest(self, code_id: UUID, digits: str) -> bytes:
        return self._vault.digest("one-time-code", f"{code_id}:{digits}")

    async def heard(
        self, session: AsyncSession, tenant_id: UUID, lease: Lease, loaded: Loaded
    ) -> Heard:
        """Looks for a code in what is unread, and counts the try."""
        context = loaded.context
        digits = proving.code_in(context.text)
        is_proven = context.customer.is_proven
        if not digits or not (is_proven or loaded.code_address):
            return NOTHING_HEARD
        person_id = context.customer.person_id
        code = await OneTimeCodes(session, tenant_id).latest(lease.row.id, person_id)
        # One more address counts only from somebody who is surely the one that they seem to be:
        # else whoever forges a sender could bind an address of their own to that customer.
        if code is None or code.is_claim != is_proven:
            return NOTHING_HEARD
        if is_right(code, digits, self.digest, utc_now()):
            return await self._right(session, tenant_id, lease.row.id, loaded, code)
        # Any wrong number counts as a try, but a long mail that has one is no mere answer.
        return Heard(wrong=_wrong(loaded)) if proving.is_mere_code(context.text) else NOTHING_HEARD

    async def _right(
        self,
        session: AsyncSession,
        tenant_id: UUID,
        conversation_id: UUID,
        loaded: Loaded,
        code: OneTimeCode,
    ) -> Heard:
        if code.is_claim:
            proven = Proven(code.person_id, code.kind, code.address)
            outcome = await AddressProofs(session, tenant_id).accept(proven)
            said = [message.text for message in loaded.context.messages]
            is_all = all(
                proving.is_mere_code(one) and not proving.words_beside(one) for one in said
            )
            return Heard(is_proven=True, address=code.address, outcome=outcome, is_all=is_all)
        await _settle_code(session, conversation_id, loaded, code)
        await session.execute(
            update(Conversation)
            .where(Conversation.id == conversation_id)
            .values(proven_until=utc_now() + proving.PROVEN_FOR)
        )
        await session.execute(
            update(Identity)
            .where(
                Identity.person_id == code.person_id,
                Identity.kind == code.kind,
                Identity.value == code.address,
                Identity.proven_at.is_(None),
            )
            .values(proven_at=utc_now())
        )
        return Heard(is_proven=True)


async def _settle_code(
    session: AsyncSession, conversation_id: UUID, loaded: Loaded, code: OneTimeCode
) -> None:
    """The code itself is answered by the answer to the question that waited for it."""
    if code.question_id is None:
        return
    codes = [m.id for m in loaded.context.messages if proving.is_mere_code(m.text)]
    await session.execute(
        update(Message)
        .where(Message.id.in_(codes))
        .values(outcome="attached", outcome_reason="code")
    )
    await session.execute(
        update(Message)
        .where(Message.id == code.question_id, Message.conversation_id == conversation_id)
        .values(outcome="waiting", outcome_reason="")
    )


def _wrong(loaded: Loaded) -> TurnResult:
    context = loaded.context
    wishes = (context.conversation.language, context.customer.language, context.tenant.language)
    language = speakable(*wishes)
    return TurnResult(
        actions=(Reply(say("proof_wrong", language)),), agent="proof", step=Step.EXTRACTIVE
    )
