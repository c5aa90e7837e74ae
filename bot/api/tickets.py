"""Tickets: opened, changed, commented, and answered from the knowledge base."""

from datetime import datetime
from typing import Annotated, Literal, get_args
from uuid import UUID

from fastapi import Query
from pydantic import AwareDatetime, Field
from sqlalchemy.ext.asyncio import AsyncSession

from bot import queue
from bot.api.articles import KnowledgeAnswer, answer_from_articles
from bot.api.helpdesk.meant import Reference, meant
from bot.api.rest import (
    STORABLE,
    Body,
    Line,
    Name,
    Page,
    Paging,
    Said,
    Shown,
    Tags,
    Text,
    Version,
    Word,
    changes,
    cursor,
    id_of,
    page,
    rest_router,
    time_and_id,
)
from bot.dependencies import Caller, Reader, ReadTransaction, RuntimeOf, StaffCaller, Transaction
from bot.desk.conversations import LONGEST_REPLY
from domain.conversations.outbox import NewReply, Outbox
from domain.conversations.ownership import Ownership
from domain.customers.service import Customers
from domain.errors import Conflict, NotFound, Refused
from domain.staff.models import StaffMember
from domain.tickets import lifecycle
from domain.tickets.listing import TicketList, Wanted
from domain.tickets.models import Ticket, TicketChange, TicketComment
from domain.tickets.service import NewComment, NewTicket, Tickets
from domain.tickets.working.teams import Teams
from domain.types import utc_now

router = rest_router("/helpdesk/tickets", "tickets")

Status = Literal["open", "in_progress", "waiting_customer", "resolved", "closed", "cancelled"]
Priority = Literal["low", "medium", "high", "urgent"]
Type = Literal["support", "bug", "feature_request", "billing", "technical", "general"]
assert get_args(Status) == lifecycle.STATUSES
assert get_args(Priority) == lifecycle.PRIORITIES
assert get_args(Type) == lifecycle.TYPES


class TicketOut(Shown):
    id: UUID
    number: str
    subject: str
    description: str
    status: str
    priority: str
    type: str
    tags: list[str]
    source: str
    person_id: UUID | None
    company_id: UUID | None
    conversation_id: UUID | None
    follows_id: UUID | None
    assignee_id: UUID | None
    team_id: UUID | None
    watcher_ids: list[UUID]
    merged_into_id: UUID | None
    snoozed_until: datetime | None
    follow_up_at: datetime | None
    follow_up_note: str
    next_action: str
    next_action_due: datetime | None
    satisfaction: int | None
    first_response_at: datetime | None
    resolved_at: datetime | None
    closed_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime


class TicketIn(Body):
    subject: Name = Field(examples=["Gate camera is dead"])
    description: Text = Field("", examples=["No picture since this morning, the others work."])
    priority: Priority = "medium"
    type: Type = "support"
    tags: Tags = Field(default_factory=list)
    person_id: UUID | None = None
    company_id: UUID | None = None


class TicketChanges(Body):
    """Only what is sent changes. `version`: refused if the ticket moved on since that one."""

    subject: Name | None = None
    status: Status | None = Field(None, examples=["in_progress"])
    priority: Priority | None = None
    type: Type | None = None
    tags: Tags | None = None
    assignee_id: UUID | None = None
    team_id: UUID | None = None
    why: Line = ""
    version: Version | None = None


class TicketQuery(Paging):
    status: Status | None = None
    priority: Priority | None = None
    type: Type | None = None
    person_id: UUID | None = None
    company_id: UUID | None = None
    conversation_id: UUID | None = None
    assignee_id: UUID | None = None
    team_id: UUID | None = None
    tag: Word | None = None
    channel: Word | None = None
    opened_since: AwareDatetime | None = None
    opened_before: AwareDatetime | None = None
    q: Annotated[str, Field(max_length=200, pattern=STORABLE)] = ""


class CommentOut(Shown):
    id: UUID
    author: str
    visibility: str
    text: str
    staff_id: UUID | None
    message_id: UUID | None
    created_at: datetime
    updated_at: datetime


class CommentIn(Body):
    """`public` also goes to the customer, on the channel that the ticket came from."""

    text: Said = Field(examples=["Ordered a new camera, arrives on Friday."])
    visibility: Literal["internal", "public"] = "internal"


class ChangeOut(Shown):
    id: UUID
    field: str
    old: str
    new: str
    actor: str
    why: str
    created_at: datetime


@router.get("", summary="Tickets, newest first")
async def tickets(
    caller: Reader,
    session: ReadTransaction,
    asked: Annotated[TicketQuery, Query()],
) -> Page[TicketOut]:
    rows = await TicketList(session, caller.tenant_id).page(
        _wanted(asked), asked.limit + 1, asked.place(time_and_id), asked.since
    )
    own = asked.ended(lambda row: cursor(row.created_at, row.id))
    return page(rows, asked.limit, TicketOut.model_validate, own)


def _wanted(asked: TicketQuery) -> Wanted:
    def one(value: str | None) -> tuple[str, ...]:
        return (value,) if value else ()

    return Wanted(
        statuses=one(asked.status),
        priorities=one(asked.priority),
        types=one(asked.type),
        tags=one(asked.tag),
        channels=one(asked.channel),
        assignee_id=asked.assignee_id,
        team_id=asked.team_id,
        person_id=asked.person_id,
        company_id=asked.company_id,
        conversation_id=asked.conversation_id,
        opened_since=asked.opened_since,
        opened_before=asked.opened_before,
        words=asked.q,
        any_status=True,
    )


@router.post("", status_code=201, summary="Open a ticket")
async def open_ticket(new: TicketIn, caller: StaffCaller, session: Transaction) -> TicketOut:
    customers = Customers(session, caller.tenant_id)
    company_id, person_id = new.company_id, new.person_id
    if person_id:
        person = await customers.goes_on_as(person_id)
        person_id, company_id = person.id, company_id or person.company_id
    if company_id:
        await customers.company(company_id)
    ticket = await Tickets(session, caller.tenant_id).open(
        NewTicket(
            subject=new.subject,
            description=new.description,
            priority=new.priority,
            type=new.type,
            tags=tuple(new.tags),
            person_id=person_id,
            company_id=company_id,
            source="api",
        ),
        actor=caller.actor,
    )
    return TicketOut.model_validate(ticket)


@router.get("/{reference}", summary="One ticket")
async def ticket(reference: Reference, caller: Reader, session: ReadTransaction) -> TicketOut:
    return TicketOut.model_validate(await meant(session, caller.tenant_id, reference))


@router.patch("/{reference}", summary="Change a ticket")
async def change(
    reference: Reference, sent: TicketChanges, caller: StaffCaller, session: Transaction
) -> TicketOut:
    wanted = {
        name: value
        for name, value in changes(sent).items()
        if name not in ("why", "version")
        and (value is not None or name in ("assignee_id", "team_id"))
    }
    if wanted.get("assignee_id"):
        await _require_staff(session, wanted["assignee_id"])
    if wanted.get("team_id"):
        await Teams(session, caller.tenant_id).get(wanted["team_id"])
    found = await meant(session, caller.tenant_id, reference)
    await session.refresh(found, with_for_update=True)
    if sent.version is not None and sent.version != found.version:
        raise Conflict(f"{found.number} is at version {found.version} by now: read it again.")
    service = Tickets(session, caller.tenant_id)
    changed = await service.change(found.number, wanted, actor=caller.actor, why=sent.why)
    return TicketOut.model_validate(changed)


@router.get("/{reference}/comments", summary="What was said about a ticket, oldest first")
async def comments(
    reference: Reference,
    caller: Reader,
    session: ReadTransaction,
    asked: Annotated[Paging, Query()],
) -> Page[CommentOut]:
    found = await meant(session, caller.tenant_id, reference)
    known = Tickets(session, caller.tenant_id)
    rows = await known.comments(found.id, asked.limit + 1, asked.place(id_of), asked.since)
    return page(rows, asked.limit, CommentOut.model_validate, asked.ended(_place))


@router.post("/{reference}/comments", status_code=201, summary="Comment on a ticket")
async def comment(
    reference: Reference, new: CommentIn, caller: StaffCaller, session: Transaction
) -> CommentOut:
    found = await meant(session, caller.tenant_id, reference)
    is_public = new.visibility == "public"
    message_id = await _send(session, caller, found, new.text) if is_public else None
    written = await Tickets(session, caller.tenant_id).comment(
        found,
        NewComment(
            text=new.text,
            author=caller.actor,
            visibility=new.visibility,
            message_id=message_id,
        ),
    )
    return CommentOut.model_validate(written)


@router.get("/{reference}/history", summary="What changed in a ticket, oldest first")
async def history(
    reference: Reference,
    caller: Reader,
    session: ReadTransaction,
    asked: Annotated[Paging, Query()],
) -> Page[ChangeOut]:
    found = await meant(session, caller.tenant_id, reference)
    known = Tickets(session, caller.tenant_id)
    rows = await known.history(found.id, asked.limit + 1, asked.place(id_of), asked.since)
    return page(rows, asked.limit, ChangeOut.model_validate, asked.made(_place))


@router.post(
    "/{reference}/knowledge-base/generate-answer",
    summary="An answer to the ticket in the articles' own words",
)
async def generate_answer(
    reference: Reference,
    caller: StaffCaller,
    runtime: RuntimeOf,
    limit: Annotated[int, Query(ge=1, le=10, description="Sources at most.")] = 5,
) -> KnowledgeAnswer:
    """Sends nothing. `answer` is empty when no article answers it well enough."""
    async with runtime.database.transaction(caller.tenant_id) as session:
        found = await meant(session, caller.tenant_id, reference)
    question = f"{found.subject}\n{found.description}"
    return await answer_from_articles(runtime.library, caller.tenant_id, question, limit)


async def _require_staff(session: AsyncSession, staff_id: UUID) -> None:
    """A foreign key is checked past row-level security, so it is checked here first."""
    if await session.get(StaffMember, staff_id) is None:
        raise NotFound("staff member", staff_id)


async def _send(session: AsyncSession, caller: Caller, ticket: Ticket, text: str) -> UUID:
    if ticket.conversation_id is None:
        raise Refused(f"{ticket.number} came from no conversation: comment on it internally.")
    if len(text) > LONGEST_REPLY:
        raise Refused(f"What goes to the customer has at most {LONGEST_REPLY} characters.")
    found = await Ownership(session, caller.tenant_id).take_over(ticket.conversation_id, None)
    message = Outbox(session, caller.tenant_id).put(
        NewReply(
            conversation_id=found.id,
            channel_account_id=found.channel_account_id,
            author="staff",
            text=text,
        )
    )
    found.last_outbound_at, found.last_author = utc_now(), "staff"
    await session.flush()
    await queue.put(session, "deliver", tenant_id=caller.tenant_id, message_id=message.id)
    return message.id


def _place(row: TicketComment | TicketChange) -> str:
    return cursor(row.id)
