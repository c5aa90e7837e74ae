"""Signing in two steps where an address is to be proven: ask for a code, type it in.

What is signed at the end is what was shown at the beginning, or nothing.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.signing.finding import At, Parts
from bot.desk.signing.mailing import Letter, mail_account, mail_code
from bot.engine.mailing.proving import ProofByCode
from domain.signing.models import SigningRequest
from domain.signing.requests import SigningRequests, Tried, shown_of, signatory_of
from domain.signing.signatories import Shown, Signatory, Trace
from domain.types import utc_now


class CodeRefused(StrEnum):
    """Why no code was mailed."""

    NO_MAIL = "no_mail"
    TOO_MANY = "too_many_codes"


@dataclass(frozen=True, slots=True)
class Begun:
    """A signature that waits for its code, or why there is none."""

    request_id: UUID | None = None
    refused: CodeRefused | None = None


class Signs(Protocol):
    """What is done once the address is proven."""

    async def __call__(
        self, shown: Shown, by: Signatory, trace: Trace, *, is_code_proven: bool
    ) -> None: ...


async def begin(parts: Parts, at: At, shown: Shown, by: Signatory, letter: Letter) -> Begun:
    async with parts.database.transaction(at.tenant_id) as session:
        requests = SigningRequests(session, at.tenant_id)
        if await requests.are_too_many(at.link_id, utc_now()):
            return Begun(refused=CodeRefused.TOO_MANY)
        request = await requests.begin(at.link_id, shown, by)
        refused = await _mailed(parts, session, request, letter)
        if refused is not None:
            await session.delete(request)
            return Begun(refused=refused)
        return Begun(request.id)


async def again(parts: Parts, at: At, request_id: UUID, letter: Letter) -> CodeRefused | None:
    """Another code for the same signature: the former counts no more. Raises NotFound."""
    async with parts.database.transaction(at.tenant_id) as session:
        request = await SigningRequests(session, at.tenant_id).get(at.link_id, request_id)
        return await _mailed(parts, session, request, letter)


async def waiting(parts: Parts, at: At, request_id: UUID) -> Signatory:
    """Who is asked for a code. Raises NotFound."""
    async with parts.database.transaction(at.tenant_id) as session:
        request = await SigningRequests(session, at.tenant_id).get(at.link_id, request_id)
        return signatory_of(request)


async def proven(
    parts: Parts, at: At, request_id: UUID, digits: str, trace: Trace, sign: Signs
) -> Tried:
    """Counts the try, in a transaction of its own; signs when it is right. Raises NotFound, and
    what `sign` raises."""
    async with parts.database.transaction(at.tenant_id) as session:
        requests = SigningRequests(session, at.tenant_id)
        request = await requests.get(at.link_id, request_id)
        digest = ProofByCode(parts.vault).digest
        tried = await requests.tried(request, digits, digest, utc_now())
        shown, by = shown_of(request), signatory_of(request)
    if tried is Tried.RIGHT:
        await sign(shown, by, trace, is_code_proven=True)
    return tried


async def _mailed(
    parts: Parts, session: AsyncSession, request: SigningRequest, letter: Letter
) -> CodeRefused | None:
    account = await mail_account(session, request.tenant_id, parts.accounts)
    if account is None:
        return CodeRefused.NO_MAIL
    is_sent = await mail_code(session, account, request, letter)
    return None if is_sent else CodeRefused.TOO_MANY
