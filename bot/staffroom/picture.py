"""What a staff thread is to show, read in one short transaction and drawn; nothing is sent."""

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk import threads
from bot.desk.cards import FileCard, ThreadCard
from bot.desk.showing.threads import (
    Beside,
    Line,
    owner_card,
    step_lines,
    thread_lines,
    thread_root,
    ticket_root,
)
from bot.engine.accounts import Accounts
from channels.cards import Card
from domain.conversations.models import Conversation
from domain.conversations.repository import ConversationReader
from domain.staff.threads import Held, Shown, StaffThreads
from domain.tenants.models import Tenant
from domain.tenants.settings import TenantSettings
from domain.tickets.models import Ticket
from domain.types import utc_now

MOST_OF_THE_PAST = 20
PATIENCE_FOR_TOPIC = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing in the thread: a card, or a file that goes with the card before it."""

    key: str
    card: Card | None = None
    file: FileCard | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """`room`: where it belongs, empty: nowhere. `is_undecided`: its topic will be known soon.

    `owner` changes when somebody else answers from now on; `turn` then tells of it in a line.
    """

    held: Held
    room: str
    is_undecided: bool
    root: Card
    pieces: tuple[Piece, ...]
    shown: dict[str, Shown]
    owner: str = ""
    turn: Piece | None = None


async def picture(
    session: AsyncSession, tenant_id: UUID, held: Held, accounts: Accounts
) -> Picture:
    tenant = await session.get_one(Tenant, tenant_id)
    settings = TenantSettings.model_validate(tenant.settings)
    shown = await StaffThreads(session, tenant_id).lines(held.id)
    if held.conversation_id is None:
        drawn = await _of_ticket(session, tenant_id, held, settings)
    else:
        drawn = await _of_conversation(session, tenant_id, held, settings, accounts)
    named = [_of_tenant(piece, tenant.name) for piece in drawn.pieces]
    turn = _of_tenant(drawn.turn, tenant.name) if drawn.turn else None
    return replace(
        drawn,
        room=_room(held, drawn.room),
        root=replace(drawn.root, tenant=tenant.name),
        pieces=tuple(named),
        shown=shown,
        turn=turn,
    )


def _room(held: Held, named: str) -> str:
    """A thread stays where it is, unless it cannot be shown there and its rule names another."""
    stays = held.root and (not held.error or not named)
    return held.room if stays else named


async def _of_conversation(
    session: AsyncSession,
    tenant_id: UUID,
    held: Held,
    settings: TenantSettings,
    accounts: Accounts,
) -> Picture:
    assert held.conversation_id is not None
    reader = ConversationReader(session)
    conversation = await reader.get(held.conversation_id)
    thread = await threads.read(session, tenant_id, held.conversation_id)
    named = [topic for topic in settings.desk.rooms if topic]
    topics = await reader.topics(held.conversation_id, named)
    beside = _beside(conversation, settings, accounts)
    return Picture(
        held=held,
        room=settings.desk.room(conversation.channel, min(topics, default="")),
        is_undecided=not topics and _may_move(settings, accounts) and _is_new(held, thread),
        root=thread_root(thread, beside),
        pieces=_pieces(thread_lines(thread, beside)),
        shown={},
        owner=f"{thread.owner}/{thread.owner_name}/{thread.is_paused}",
        turn=Piece(f"step:owner:{thread.version}", owner_card(thread)),
    )


async def _of_ticket(
    session: AsyncSession, tenant_id: UUID, held: Held, settings: TenantSettings
) -> Picture:
    row = await session.get_one(Ticket, held.ticket_id)
    card = await threads.ticket(session, tenant_id, row)
    return Picture(
        held=held,
        room=settings.desk.room(row.source, _topic(row, settings)),
        is_undecided=False,
        root=ticket_root(card),
        pieces=_pieces(step_lines(card)),
        shown={},
    )


def _beside(conversation: Conversation, settings: TenantSettings, accounts: Accounts) -> Beside:
    channel = accounts.channels.get(conversation.channel)
    return Beside(
        channel=channel.title if channel else conversation.channel,
        window=channel.capabilities.window if channel else None,
        last_inbound_at=conversation.last_inbound_at,
        now=utc_now(),
        zone=ZoneInfo(settings.time_zone),
    )


def _topic(ticket: Ticket, settings: TenantSettings) -> str:
    return min({*ticket.tags} & settings.desk.rooms.keys(), default="")


def _may_move(settings: TenantSettings, accounts: Accounts) -> bool:
    """Whether any room is for a topic."""
    return bool(settings.desk.rooms.keys() - {"", *accounts.channels})


def _is_new(held: Held, thread: ThreadCard) -> bool:
    """The bot thinks about the first words: then it is known what they are about."""
    is_young = utc_now() < held.created_at + PATIENCE_FOR_TOPIC
    return not held.root and thread.is_answering and is_young


def _pieces(lines: tuple[Line, ...]) -> tuple[Piece, ...]:
    found: list[Piece] = []
    for line in lines:
        found.append(Piece(line.key, card=line.card))
        stored = (file for file in line.files if file.state == "stored")
        found += [Piece(f"file:{file.id}", file=file) for file in stored]
    return tuple(found)


def _of_tenant(piece: Piece, name: str) -> Piece:
    return replace(piece, card=replace(piece.card, tenant=name)) if piece.card else piece


def to_show(pieces: tuple[Piece, ...], shown: dict[str, Shown]) -> tuple[Piece, ...]:
    """From the first line that stands there on; the last few where none does: a conversation
    that is old when its thread begins is not told from its beginning."""
    first = next((n for n, piece in enumerate(pieces) if piece.key in shown), None)
    return pieces[-MOST_OF_THE_PAST:] if first is None else pieces[first:]


def digest(card: Card) -> str:
    """Equal for cards that look the same, also after cards have got a further field."""
    return hashlib.sha256(json.dumps(_told(asdict(card)), default=str).encode()).hexdigest()[:32]


def _told(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _told(one) for name, one in value.items() if one}
    return [_told(one) for one in value] if isinstance(value, list | tuple) else value
