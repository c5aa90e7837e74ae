"""Signatures that wait for the code that was mailed; each code is right once, in time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.customers.codes import Asked, OneTimeCodes, is_right
from domain.customers.models import OneTimeCode
from domain.customers.proving import MOST_TRIES
from domain.errors import NotFound
from domain.signing.models import SigningRequest
from domain.signing.signatories import Shown, Signatory
from domain.types import new_id

Digest = Callable[[UUID, str], bytes]


MOST_PER_LINK = 20
"""Signatures that wait for a code, within a day: whoever has a link is no sender of mails."""
KEPT = timedelta(days=30)


class Tried(StrEnum):
    """What came of typing a code in."""

    RIGHT = "right"
    WRONG = "wrong"
    BURNT = "burnt"
    """Too many wrong ones, too late, or used: another code is needed."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Where the code goes: the person and the conversation by which they are written to."""

    person_id: UUID
    conversation_id: UUID
    address: str


class SigningRequests:
    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id

    async def begin(self, link_id: UUID, shown: Shown, by: Signatory) -> SigningRequest:
        request = SigningRequest(
            id=new_id(),
            tenant_id=self._tenant_id,
            link_id=link_id,
            revision=shown.revision,
            shown=shown.sha256,
            name=by.name,
            role=by.role,
            email=by.email,
            purchase_order=by.purchase_order,
        )
        self._session.add(request)
        await self._session.flush()
        return request

    async def get(self, link_id: UUID, request_id: UUID) -> SigningRequest:
        """Of that link; locked, so that tries are counted one by one."""
        found = await self._session.get(SigningRequest, request_id, with_for_update=True)
        if found is None or found.link_id != link_id:
            raise NotFound("signature under way", request_id)
        return found

    async def are_too_many(self, link_id: UUID, now: datetime) -> bool:
        query = select(func.count()).where(
            SigningRequest.link_id == link_id, SigningRequest.created_at > now - timedelta(days=1)
        )
        return (await self._session.scalar(query) or 0) >= MOST_PER_LINK

    async def forget_old(self, now: datetime) -> None:
        """What was accepted or signed is kept elsewhere."""
        old = SigningRequest.created_at < now - KEPT
        await self._session.execute(delete(SigningRequest).where(old))

    async def offer_code(self, request: SigningRequest, to: Mailbox) -> UUID | None:
        """The code's id, to be sealed when the mail leaves; None: too many were sent already."""
        asked = Asked(to.person_id, to.conversation_id, to.address)
        code_id = await OneTimeCodes(self._session, self._tenant_id).offer(asked)
        if code_id is not None:
            request.code_id = code_id
            await self._session.flush()
        return code_id

    async def tried(
        self, request: SigningRequest, digits: str, digest: Digest, now: datetime
    ) -> Tried:
        """Counts the try: the caller commits whatever comes of it."""
        code = None
        if request.code_id is not None:
            code = await self._session.get(OneTimeCode, request.code_id, with_for_update=True)
        if code is None or code.used_at is not None or code.expires_at < now:
            return Tried.BURNT
        if code.tries >= MOST_TRIES:
            return Tried.BURNT
        if is_right(code, digits, digest, now):
            return Tried.RIGHT
        return Tried.BURNT if code.tries >= MOST_TRIES else Tried.WRONG


def signatory_of(request: SigningRequest) -> Signatory:
    return Signatory(request.name, request.role, request.email, request.purchase_order)


def shown_of(request: SigningRequest) -> Shown:
    return Shown(request.shown, request.revision)
