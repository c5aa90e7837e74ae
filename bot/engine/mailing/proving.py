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
from domain.types import utc_now


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of a code: `is_proven`: the question may be answered now. `wrong`: the reply."""

    is_proven: bool = False
    wrong: TurnResult | None = None


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
        if context.customer.is_proven or not loaded.code_address or not digits:
            return NOTHING_HEARD
        person_id = context.customer.person_id
        code = await OneTimeCodes(session, tenant_id).latest(lease.row.id, person_id)
        if code is None:
            return NOTHING_HEARD
        if is_right(code, digits, self.digest, utc_now()):
            await self._proven(session, lease.row.id, loaded, code.question_id)
            return Heard(is_proven=True)
        # Any wrong number counts as a try, but a long mail that has one is no mere answer.
        return Heard(wrong=_wrong(loaded)) if proving.is_mere_code(context.text) else NOTHING_HEARD

    async def _proven(
        self, session: AsyncSession, conversation_id: UUID, loaded: Loaded, question_id: UUID | None
    ) -> None:
        """The code itself is answered by the answer to the question that waited for it."""
        await session.execute(
            update(Conversation)
            .where(Conversation.id == conversation_id)
            .values(proven_until=utc_now() + proving.PROVEN_FOR)
        )
        codes = [m.id for m in loaded.context.messages if proving.is_mere_code(m.text)]
        if question_id is None:
            return
        await session.execute(
            update(Message)
            .where(Message.id.in_(codes))
            .values(outcome="attached", outcome_reason="code")
        )
        await session.execute(
            update(Message)
            .where(Message.id == question_id, Message.conversation_id == conversation_id)
            .values(outcome="waiting", outcome_reason="")
        )


def _wrong(loaded: Loaded) -> TurnResult:
    context = loaded.context
    wishes = (context.conversation.language, context.customer.language, context.tenant.language)
    language = speakable(*wishes)
    return TurnResult(
        actions=(Reply(say("proof_wrong", language)),), agent="proof", step=Step.EXTRACTIVE
    )
