"""What all REST routes share: one kind of route, problems, pages by cursor, strict bodies."""

import base64
import binascii
import json
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime
from typing import Annotated, Any, ClassVar, Generic, TypeVar, cast
from uuid import UUID

from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.routing import APIRoute
from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)
from pydantic_core import PydanticCustomError
from starlette.types import Message, Receive

from bot.dependencies import Keyed, Replayed, get_runtime
from domain.errors import Refused
from domain.following import Since
from domain.idempotency.service import Answer

T = TypeVar("T")

BODY_LIMIT = 1024 * 1024
PAGE, LARGEST_PAGE = 50, 200
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
STORABLE = r"^[^\x00]*$"
"""PostgreSQL stores no NUL."""

Word = Annotated[str, StringConstraints(max_length=100, pattern=STORABLE, strip_whitespace=True)]
Line = Annotated[str, StringConstraints(max_length=500, pattern=STORABLE, strip_whitespace=True)]
Name = Annotated[
    str, StringConstraints(min_length=1, max_length=200, pattern=STORABLE, strip_whitespace=True)
]
Text = Annotated[str, StringConstraints(max_length=100_000, pattern=STORABLE)]
Said = Annotated[
    str, StringConstraints(min_length=1, max_length=20_000, pattern=STORABLE, strip_whitespace=True)
]
Tags = Annotated[list[Word], Field(max_length=50)]
Version = Annotated[int, Field(ge=0, le=1_000_000)]


def _instant(value: Any, read: ValidatorFunctionWrapHandler) -> datetime:
    try:
        return cast(datetime, read(value))
    except ValidationError as error:
        raise PydanticCustomError("instant", INSTANT) from error


INSTANT = "Give a time with its zone, like 2026-11-23T09:00:00Z (a + in it is sent as %2B)."
Instant = Annotated[AwareDatetime, WrapValidator(_instant)]
SINCE = "Only what changed at or after this time, in the order of the changes."
UpdatedSince = Annotated[
    Instant | None, Query(description=SINCE, examples=["2026-11-23T09:00:00Z"])
]


# --- bodies -------------------------------------------------------------------------------


class Body(BaseModel):
    """What a client sends: a field that is not known is an error, not ignored."""

    model_config = ConfigDict(extra="forbid")


class Paging(Body):
    """The query of a list; one that also filters adds to it."""

    limit: Annotated[int, Field(ge=1, le=LARGEST_PAGE, description="Items on a page.")] = PAGE
    cursor: Annotated[
        str | None, Field(max_length=400, description="`next_cursor` of the page before.")
    ] = None
    updated_since: Instant | None = Field(
        None, description=SINCE, examples=["2026-11-23T09:00:00Z"]
    )

    @property
    def since(self) -> Since | None:
        """None: the list is asked for in its own order."""
        if self.updated_since is None:
            return None
        return Since(self.updated_since, _changed_place(self.cursor))

    def place(self, read: Callable[[str | None], T]) -> T:
        """Where the page before ended in the list's own order."""
        return read(None if self.updated_since else self.cursor)

    def made(self, own: Callable[[Any], str]) -> Callable[[Any], str]:
        """As `ended`, for rows that never change."""
        return own if self.updated_since is None else made

    def ended(self, own: Callable[[Any], str]) -> Callable[[Any], str]:
        """What `page` makes the next cursor with."""
        return own if self.updated_since is None else changed


class Shown(BaseModel):
    """What a client gets, read from a row's attributes."""

    model_config: ClassVar[ConfigDict] = ConfigDict(from_attributes=True)


class Page(BaseModel, Generic[T]):
    """`next_cursor` is null on the last page."""

    items: list[T]
    next_cursor: str | None = None


class Problem(BaseModel):
    """RFC 9457."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str = ""
    errors: list[dict[str, str]] = []


def changes(body: Body) -> dict[str, Any]:
    """The fields that were sent; absent ones stay as they are."""
    return {name: getattr(body, name) for name in body.model_fields_set}


# --- pages --------------------------------------------------------------------------------


class BadCursor(Refused):
    def __init__(self) -> None:
        super().__init__("The cursor is none of ours: take `next_cursor` of a page as it is.")


def cursor(*place: object) -> str:
    """Where a page ended, opaque to clients."""
    shown = [one.isoformat() if isinstance(one, datetime) else str(one) for one in place]
    return base64.urlsafe_b64encode(json.dumps(shown).encode()).decode().rstrip("=")


def _place(text: str, length: int) -> list[str]:
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        place = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError) as error:
        raise BadCursor from error
    if not isinstance(place, list) or len(place) != length:
        raise BadCursor
    if not all(isinstance(one, str) and "\x00" not in one for one in place):
        raise BadCursor
    return place


def time_and_id(text: str | None) -> tuple[datetime, UUID] | None:
    if text is None:
        return None
    return _time_and_id(*_place(text, 2))


def _time_and_id(at: str, row_id: str) -> tuple[datetime, UUID]:
    try:
        place = datetime.fromisoformat(at), UUID(row_id)
    except ValueError as error:
        raise BadCursor from error
    if place[0].tzinfo is None:
        raise BadCursor
    return place


def changed(row: Any) -> str:
    """A place in the order of changes, which fits into no other order."""
    return cursor("changed", row.updated_at, row.id)


def made(row: Any) -> str:
    """As `changed`, of a row that never does."""
    return cursor("changed", row.created_at, row.id)


def _changed_place(text: str | None) -> tuple[datetime, UUID] | None:
    if text is None:
        return None
    mark, *place = _place(text, 3)
    if mark != "changed":
        raise BadCursor
    return _time_and_id(*place)


def id_of(text: str | None) -> UUID | None:
    if text is None:
        return None
    try:
        return UUID(_place(text, 1)[0])
    except ValueError as error:
        raise BadCursor from error


def text_of(text: str | None) -> str | None:
    return None if text is None else _place(text, 1)[0]


def number_of(text: str | None) -> int | None:
    if text is None:
        return None
    place = _place(text, 1)[0]
    if not (place.isascii() and place.isdecimal() and len(place) < 19):
        raise BadCursor
    return int(place)


def page(
    rows: Sequence[Any], limit: int, show: Callable[[Any], T], place: Callable[[Any], str]
) -> Page[T]:
    """`rows` were asked for with one more than the limit: it tells whether there is a next page."""
    kept = rows[:limit]
    after = place(kept[-1]) if len(rows) > limit else None
    return Page(items=[show(row) for row in kept], next_cursor=after)


# --- routes -------------------------------------------------------------------------------


class RestRoute(APIRoute):
    """Takes JSON of a bounded size, and remembers the answer to a request that carries a key."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()

        async def handle(unbounded: Request) -> Response:
            request = Request(unbounded.scope, _bounded(unbounded))
            await _require_json(request)
            try:
                response = await handler(request)
            except Replayed as replayed:
                return replayed.response
            keyed: Keyed | None = getattr(request.state, "keyed", None)
            if keyed is not None:
                await _remember(request, keyed, response)
            return response

        return handle


def _bounded(request: Request) -> Receive:
    """Counts what really arrives; a length that is announced is refused before it is read."""
    size = 0

    async def receive() -> Message:
        nonlocal size
        message = await request.receive()
        size += len(message.get("body", b""))
        if size > BODY_LIMIT:
            raise _too_large()
        return message

    announced = request.headers.get("content-length", "")
    if announced.isascii() and announced.isdecimal() and int(announced[:20]) > BODY_LIMIT:
        raise _too_large()
    return receive


def _too_large() -> HTTPException:
    return HTTPException(413, "The body is larger than 1 MB")


async def _require_json(request: Request) -> None:
    """The whole body is read here, so that a wrong kind is told from a wrong content."""
    if request.method in SAFE or not await request.body():
        return
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and not (
        kind.startswith("application/") and kind.endswith("+json")
    ):
        raise HTTPException(415, "Send JSON, with Content-Type: application/json")


async def _remember(request: Request, keyed: Keyed, response: Response) -> None:
    """In the transaction of the effect, which is still open here."""
    sealed = get_runtime(request).vault.seal(bytes(response.body).decode())
    await keyed.requests.remember(keyed.request, Answer(response.status_code, sealed))


def rest_router(prefix: str, tag: str) -> APIRouter:
    """A router whose routes keep the promises of this module."""
    return APIRouter(
        prefix=prefix,
        tags=[tag],
        route_class=RestRoute,
        responses=dict(PROBLEMS),
    )


_MEANINGS = {
    400: "The request is refused by a rule of the business, or the cursor is wrong",
    401: "No valid API key",
    403: "The key's role may not do this",
    404: "There is no such thing for this tenant",
    409: "Somebody was faster, or the same request is under way",
    413: "The body is larger than 1 MB",
    415: "The body is not JSON",
    422: "The request is not valid",
    429: "Too many wrong keys from this address",
}
_SCHEMA = Problem.model_json_schema()
PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"description": meaning, "content": {"application/problem+json": {"schema": _SCHEMA}}}
    for status, meaning in _MEANINGS.items()
}
