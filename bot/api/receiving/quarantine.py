"""What came and could not be taken in: listed, handed out as it came, tried again."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from pydantic import BaseModel

from bot import queue
from bot.api.rest import Page, Paging, cursor, id_of, page, rest_router
from bot.dependencies import Reader, ReadTransaction, StaffCaller, Transaction
from bot.desk.ledger import shown
from bot.engine.intray import TAKE
from channels.email.reading.envelope import opened
from domain.audit.service import note
from domain.conversations import ledger
from domain.conversations.models import RawEvent

router = rest_router("/quarantine", "quarantine")


class KeptOut(BaseModel):
    """`is_given_up`: nothing tries it again by itself. `beginning`: of its text."""

    id: UUID
    account_id: UUID
    received_at: datetime
    updated_at: datetime
    is_given_up: bool
    attempts: int
    size: int
    reason: str
    beginning: str


class Replayed(BaseModel):
    id: UUID


@router.get("", summary="What could not be taken in")
async def kept(
    _: Reader, session: ReadTransaction, asked: Annotated[Paging, Query()]
) -> Page[KeptOut]:
    rows = await ledger.quarantined(session, asked.limit + 1, asked.place(id_of), asked.since)
    return page(rows, asked.limit, _out, asked.ended(lambda row: cursor(row.id)))


@router.get("/{event_id}/raw", summary="The bytes as they came", response_class=Response)
async def raw(event_id: UUID, _: Reader, session: ReadTransaction) -> Response:
    """Never to be shown by a browser: nobody could read it, so nobody knows what it does."""
    event = await ledger.in_quarantine(session, event_id)
    name = f'attachment; filename="{event.id}.bin"'
    headers = {"Content-Disposition": name, "Content-Security-Policy": "sandbox"}
    content = opened(event.body)[1]
    return Response(content, media_type="application/octet-stream", headers=headers)


@router.post("/{event_id}/replay", summary="Try it again", status_code=202)
async def replay(event_id: UUID, caller: StaffCaller, session: Transaction) -> Replayed:
    """Messages of it that are known stay single."""
    await ledger.in_quarantine(session, event_id)
    account_id = await ledger.revive(session, event_id)
    tenant_id = caller.tenant_id
    await queue.put(session, TAKE, tenant_id=tenant_id, account_id=account_id, carefully=True)
    note(session, caller.tenant_id, caller.actor, "ledger.replayed", str(event_id))
    return Replayed(id=event_id)


def _out(event: RawEvent) -> KeptOut:
    return KeptOut(
        id=event.id,
        account_id=event.channel_account_id,
        received_at=event.created_at,
        updated_at=event.updated_at,
        is_given_up=event.state == "failed",
        attempts=event.attempts,
        size=len(opened(event.body)[1]),
        reason=event.reason,
        beginning=shown(event.body),
    )
