"""What routes are handed: the runtime, who is calling, and a transaction on their tenant."""

import hashlib
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, cast
from uuid import UUID

from fastapi import Depends, Header, HTTPException, Request, Response, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import queue
from bot.runtime import Runtime
from domain.idempotency.service import AnsweredRequests, KeyedRequest
from domain.tenants import directory
from domain.tenants.models import ApiKey
from domain.tenants.service import API_KEY, ROLES
from domain.types import utc_now

FAILURES = 20
FAILURE_WINDOW = 60.0
ADDRESSES = 10_000
TRUSTED_SECONDS = 600.0
LAST_USED_STEP = timedelta(minutes=1)
NOBODY = UUID(int=0)

bearer = HTTPBearer(auto_error=False, description="An API key: `frontdesk key create --role …`.")


def get_runtime(request: Request) -> Runtime:
    return cast(Runtime, request.app.state.runtime)


async def capped_body(request: Request, limit: int) -> bytes:
    """The raw body; 413 as soon as it is longer than the limit (bytes)."""
    size = 0
    pieces: list[bytes] = []
    async for piece in request.stream():
        size += len(piece)
        if size > limit:
            raise HTTPException(413, f"The body is larger than {limit} bytes")
        pieces.append(piece)
    return b"".join(pieces)


async def _runtime(request: Request) -> Runtime:
    """Async although it waits for nothing: FastAPI would call a plain function in a thread."""
    return get_runtime(request)


RuntimeOf = Annotated[Runtime, Depends(_runtime)]


# --- who is calling -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Caller:
    """An API key that was accepted, and whose it is."""

    tenant_id: UUID
    key_id: UUID
    role: str
    name: str

    @property
    def actor(self) -> str:
        """As history and audit name it."""
        return f"key:{self.key_id}"

    def may(self, role: str) -> bool:
        return ROLES.index(self.role) <= ROLES.index(role)


class Failures:
    """Wrong keys per client address in a sliding window of seconds; forgets the oldest address."""

    def __init__(self, limit: int = FAILURES, window: float = FAILURE_WINDOW) -> None:
        self._limit = limit
        self._window = window
        self._times: dict[str, deque[float]] = {}

    def note(self, address: str, now: float) -> None:
        times = self._times.pop(address, None) or deque(maxlen=self._limit)
        times.append(now)
        self._times[address] = times
        if len(self._times) > ADDRESSES:
            del self._times[next(iter(self._times))]

    def wait(self, address: str, now: float) -> float:
        """Seconds until this address may try again; 0: now."""
        times = self._times.get(address)
        if times is None or len(times) < self._limit:
            return 0.0
        return max(0.0, times[0] + self._window - now)


class Doorkeeper:
    """Finds whose a key is. Unknown, revoked, malformed and missing keys cost and get the same."""

    def __init__(self, runtime: Runtime, failures: Failures | None = None) -> None:
        self._database = runtime.database
        self._vault = runtime.vault
        self._failures = failures or Failures()
        self._trusted: dict[bytes, float] = {}

    async def admit(self, address: str, secret: str) -> Caller:
        now = time.monotonic()
        digest = self._vault.digest(API_KEY, secret)
        # A customer behind the same address as a guesser goes on working with a good key.
        if self._trusted.get(digest, 0.0) < now and (wait := self._failures.wait(address, now)):
            raise HTTPException(
                429, "Too many wrong keys", headers={"Retry-After": str(int(wait) + 1)}
            )
        caller = await self._find(digest)
        if caller is None:
            self._trusted.pop(digest, None)
            self._failures.note(address, now)
            raise HTTPException(
                401, "A valid API key is needed", headers={"WWW-Authenticate": "Bearer"}
            )
        self._trust(digest, now)
        return caller

    async def _find(self, digest: bytes) -> Caller | None:
        async with self._database.directory() as session:
            found = await directory.find(session, API_KEY, digest)
        tenant_id, key_id = (found[0].tenant_id, found[0].subject_id) if found else (NOBODY, NOBODY)
        async with self._database.transaction(tenant_id) as session:
            key = await session.get(ApiKey, key_id)
            if key is None or key.revoked_at is not None:
                return None
            await _note_use(session, key)
            return Caller(tenant_id, key_id, key.role, key.name)

    def _trust(self, digest: bytes, now: float) -> None:
        if len(self._trusted) > ADDRESSES:
            self._trusted.clear()
        self._trusted[digest] = now + TRUSTED_SECONDS


async def _note_use(session: AsyncSession, key: ApiKey) -> None:
    now = utc_now()
    if key.last_used_at is None or key.last_used_at < now - LAST_USED_STEP:
        await session.execute(update(ApiKey).where(ApiKey.id == key.id).values(last_used_at=now))


async def get_caller(
    request: Request,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Security(bearer)],
) -> Caller:
    address = request.client.host if request.client else ""
    doorkeeper = cast(Doorkeeper, request.app.state.doorkeeper)
    return await doorkeeper.admit(address, credentials.credentials if credentials else "")


def _at_least(role: str) -> Callable[[Caller], Caller]:
    def required(caller: Annotated[Caller, Depends(get_caller)]) -> Caller:
        if not caller.may(role):
            raise HTTPException(403, f"This needs a key of the role {role}")
        return caller

    return required


Reader = Annotated[Caller, Depends(_at_least("readonly"))]
StaffCaller = Annotated[Caller, Depends(_at_least("staff"))]
AdminCaller = Annotated[Caller, Depends(_at_least("admin"))]


# --- a transaction on the caller's tenant -------------------------------------------------


class Replayed(Exception):
    """The request was answered before: `response` is that answer."""

    def __init__(self, response: Response) -> None:
        self.response = response


@dataclass(frozen=True, slots=True)
class Keyed:
    """A request under way whose answer is to be remembered."""

    requests: AnsweredRequests
    request: KeyedRequest


async def read_only(
    runtime: RuntimeOf, caller: Annotated[Caller, Depends(get_caller)]
) -> AsyncIterator[AsyncSession]:
    async with runtime.database.transaction(caller.tenant_id) as session:
        yield session


async def writing(
    request: Request,
    runtime: RuntimeOf,
    caller: Annotated[Caller, Depends(get_caller)],
    idempotency_key: Annotated[
        str | None,
        Header(
            min_length=1,
            max_length=200,
            pattern="^[!-~]+$",
            description="Sent again with the same request within a day, the same answer comes back "
            "and nothing is done twice.",
        ),
    ] = None,
) -> AsyncIterator[AsyncSession]:
    """Committed before the answer leaves; what follows from its events is queued with it."""
    async with runtime.database.transaction(caller.tenant_id) as session:
        if idempotency_key:
            await _begin(request, session, caller, idempotency_key)
        yield session
        await session.flush()
        if session.info.pop("has_events", False):
            await queue.put(session, "react", tenant_id=caller.tenant_id)


ReadTransaction = Annotated[AsyncSession, Depends(read_only, scope="function")]
Transaction = Annotated[AsyncSession, Depends(writing, scope="function")]


async def _begin(request: Request, session: AsyncSession, caller: Caller, key: str) -> None:
    asked = f"{caller.key_id} {request.method} {request.url.path}?{request.url.query}\n".encode()
    fingerprint = hashlib.sha256(asked + await request.body()).digest()
    keyed = Keyed(AnsweredRequests(session, caller.tenant_id), KeyedRequest(key, fingerprint))
    answer = await keyed.requests.begin(keyed.request)
    if answer is not None:
        body = get_runtime(request).vault.open(answer.sealed)
        response = Response(body, answer.status, media_type="application/json" if body else None)
        response.headers["Idempotency-Replayed"] = "true"
        raise Replayed(response)
    request.state.keyed = keyed
