"""What the desk is arranged by: teams, macros and saved views."""

from datetime import datetime
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field

from bot.api.helpdesk.meant import Named, meant
from bot.api.rest import (
    Body,
    Name,
    Page,
    Paging,
    Shown,
    Text,
    cursor,
    page,
    rest_router,
    text_of,
    time_and_id,
)
from bot.api.tickets import TicketOut
from bot.dependencies import Reader, ReadTransaction, StaffCaller, Transaction
from domain.staff.service import StaffMembers
from domain.tickets.listing import TicketList
from domain.tickets.models import Macro, SavedView, Team
from domain.tickets.working.macros import Actions, Macros
from domain.tickets.working.teams import Teams
from domain.tickets.working.views import Filters, SavedViews, filters_of
from domain.types import utc_now

router = rest_router("/helpdesk", "helpdesk")

Row = TypeVar("Row", Team, Macro, SavedView)


class TeamIn(Body):
    name: Name = Field(examples=["Field engineers"])


class MemberOut(Shown):
    id: UUID
    name: str


class TeamOut(BaseModel):
    id: UUID
    name: str
    members: list[MemberOut]
    updated_at: datetime


class MacroIn(Body):
    """`text` may hold {customer}, {company}, {number}, {subject}, {status}, {priority}, {staff}
    and {tenant}; others are refused."""

    name: Name = Field(examples=["Thanks"])
    text: Text = Field("", examples=["Thank you, {customer}. {number} is done."])
    actions: Actions = Actions()


class MacroOut(Shown):
    id: UUID
    name: str
    text: str
    actions: dict[str, Any]
    updated_at: datetime


class FilledIn(Body):
    ticket: Named = Field(examples=["TKT-202611-00014"])


class FilledOut(BaseModel):
    text: str


class ViewIn(Body):
    name: Name = Field(examples=["Warranty"])
    filters: Filters = Filters()


class ViewOut(Shown):
    id: UUID
    name: str
    filters: dict[str, Any]
    created_at: datetime
    updated_at: datetime


def _asked(rows: list[Row], asked: Paging) -> list[Row]:
    """Of a list that is read as a whole, with one row more than the page."""
    if asked.since:
        return asked.since.among(rows)[: asked.limit + 1]
    start = asked.place(text_of)
    return [row for row in rows if start is None or row.name > start][: asked.limit + 1]


def _named(row: Team | Macro | SavedView | TeamOut) -> str:
    return cursor(row.name)


# --- teams --------------------------------------------------------------------------------


async def _teams(session: ReadTransaction, tenant_id: UUID, rows: list[Team]) -> list[TeamOut]:
    members = await Teams(session, tenant_id).members([row.id for row in rows])
    return [
        TeamOut(
            id=row.id,
            name=row.name,
            members=[MemberOut.model_validate(member) for member in members[row.id]],
            updated_at=row.updated_at,
        )
        for row in rows
    ]


@router.get("/teams", summary="Teams by name")
async def teams(
    caller: Reader, session: ReadTransaction, asked: Annotated[Paging, Query()]
) -> Page[TeamOut]:
    rows = _asked(await Teams(session, caller.tenant_id).all(), asked)
    shown = await _teams(session, caller.tenant_id, rows)
    return page(shown, asked.limit, lambda row: row, asked.ended(_named))


@router.post("/teams", status_code=201, summary="Make a team")
async def add_team(new: TeamIn, caller: StaffCaller, session: Transaction) -> TeamOut:
    row = await Teams(session, caller.tenant_id).add(new.name)
    return (await _teams(session, caller.tenant_id, [row]))[0]


@router.put("/teams/{team_id}/members/{staff_id}", summary="Somebody joins a team")
async def join(team_id: UUID, staff_id: UUID, caller: StaffCaller, session: Transaction) -> TeamOut:
    known = Teams(session, caller.tenant_id)
    row = await known.get(team_id)
    await StaffMembers(session, caller.tenant_id).get(staff_id)
    await known.join(team_id, staff_id)
    return (await _teams(session, caller.tenant_id, [row]))[0]


@router.delete("/teams/{team_id}/members/{staff_id}", summary="Somebody leaves a team")
async def leave(
    team_id: UUID, staff_id: UUID, caller: StaffCaller, session: Transaction
) -> TeamOut:
    known = Teams(session, caller.tenant_id)
    row = await known.get(team_id)
    await known.leave(team_id, staff_id)
    return (await _teams(session, caller.tenant_id, [row]))[0]


@router.delete("/teams/{team_id}", status_code=204, summary="Dissolve a team")
async def remove_team(team_id: UUID, caller: StaffCaller, session: Transaction) -> None:
    await Teams(session, caller.tenant_id).remove(team_id)


# --- macros -------------------------------------------------------------------------------


@router.get("/macros", summary="Macros by name")
async def macros(
    caller: Reader, session: ReadTransaction, asked: Annotated[Paging, Query()]
) -> Page[MacroOut]:
    rows = await Macros(session, caller.tenant_id).all()
    kept = _asked(rows, asked)
    return page(kept, asked.limit, MacroOut.model_validate, asked.ended(_named))


@router.post("/macros", status_code=201, summary="Save a macro")
async def add_macro(new: MacroIn, caller: StaffCaller, session: Transaction) -> MacroOut:
    actions = new.actions.model_dump(mode="json")
    if new.actions.team_id is not None:
        await Teams(session, caller.tenant_id).get(new.actions.team_id)
    row = await Macros(session, caller.tenant_id).save(
        new.name, new.text, actions, actor=caller.actor, is_new=True
    )
    return MacroOut.model_validate(row)


@router.post("/macros/{macro_id}/filled", summary="A macro's words for a ticket")
async def filled(
    macro_id: UUID, sent: FilledIn, caller: StaffCaller, session: Transaction
) -> FilledOut:
    """Changes and sends nothing."""
    known = Macros(session, caller.tenant_id)
    row = await known.get(macro_id)
    ticket = await meant(session, caller.tenant_id, sent.ticket)
    return FilledOut(text=await known.filled(row, ticket, caller.name))


@router.delete("/macros/{macro_id}", status_code=204, summary="Remove a macro")
async def remove_macro(macro_id: UUID, caller: StaffCaller, session: Transaction) -> None:
    await Macros(session, caller.tenant_id).remove(macro_id)


# --- saved views --------------------------------------------------------------------------


@router.get("/views", summary="Saved views that are everybody's, by name")
async def views(
    caller: Reader, session: ReadTransaction, asked: Annotated[Paging, Query()]
) -> Page[ViewOut]:
    rows = await SavedViews(session, caller.tenant_id).all(None)
    kept = _asked(rows, asked)
    return page(kept, asked.limit, ViewOut.model_validate, asked.ended(_named))


@router.post("/views", status_code=201, summary="Save a view for everybody")
async def add_view(new: ViewIn, caller: StaffCaller, session: Transaction) -> ViewOut:
    """The same name is the same view."""
    filters = new.filters.model_dump(mode="json", exclude_defaults=True)
    row = await SavedViews(session, caller.tenant_id).save(new.name, filters, None)
    return ViewOut.model_validate(row)


@router.get("/views/{view_id}/tickets", summary="The tickets of a view, newest first")
async def view_tickets(
    view_id: UUID,
    caller: Reader,
    session: ReadTransaction,
    asked: Annotated[Paging, Query()],
) -> Page[TicketOut]:
    row = await SavedViews(session, caller.tenant_id).get(view_id)
    wanted = filters_of(row.filters).wanted(None, utc_now())
    rows = await TicketList(session, caller.tenant_id).page(
        wanted, asked.limit + 1, asked.place(time_and_id), asked.since
    )
    own = asked.ended(lambda one: cursor(one.created_at, one.id))
    return page(rows, asked.limit, TicketOut.model_validate, own)


@router.delete("/views/{view_id}", status_code=204, summary="Remove a view")
async def remove_view(view_id: UUID, caller: StaffCaller, session: Transaction) -> None:
    await SavedViews(session, caller.tenant_id).remove(view_id)
