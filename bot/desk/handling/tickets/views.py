"""`/desk view`: saved lists of tickets, and the filters they are made of as words."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.asking.parsing import first_word, several, wrong_use
from bot.desk.command import StaffCommand
from bot.desk.handling.bench import Answer, Bench, own_id
from bot.desk.showing.tickets import run, ticket_list
from bot.desk.showing.words import short
from channels.cards import Card, Section
from domain.customers.naming import called
from domain.errors import NotFound, Refused
from domain.staff.service import StaffMembers
from domain.tickets.lifecycle import PRIORITIES, STATUSES, TYPES
from domain.tickets.listing import Listed, TicketList, Wanted
from domain.tickets.models import SavedView
from domain.tickets.working.teams import Teams
from domain.tickets.working.views import SavedViews, filters_of
from domain.types import utc_now

PAGE = 15
_SAID = {"waiting": "waiting_customer", "in-progress": "in_progress"}


async def view(bench: Bench, command: StaffCommand) -> Answer:
    verb, rest = first_word(command.words)
    if verb in ("", "list"):
        return await _listed(bench, command)
    if verb in ("save", "share"):
        return await _saved(bench, command, rest, is_shared=verb == "share")
    async with bench.database.transaction(command.tenant_id) as session:
        views = SavedViews(session, command.tenant_id)
        row = await _meant(views, command)
        wanted = filters_of(row.filters).wanted(command.by.id, utc_now())
        rows = await found(session, command.tenant_id, wanted, PAGE)
        total = await TicketList(session, command.tenant_id).count(wanted)
    return ticket_list(f"{row.name}: {total}", rows, utc_now(), "None.")


async def _meant(views: SavedViews, command: StaffCommand) -> SavedView:
    """By its name, or by how only one begins. Raises Refused with those there are."""
    try:
        return await views.named(command.words, command.by.id)
    except NotFound:
        rows = await views.all(command.by.id)
    begun = [row for row in rows if row.name.lower().startswith(command.words.strip().lower())]
    if len(begun) == 1:
        return begun[0]
    names = ", ".join(f"“{row.name}”" for row in (begun or rows)[:20])
    there = f"There are {names}." if names else "There is none yet."
    raise Refused(f"There is no view “{short(command.words, 40)}”. {there}")


async def found(session: AsyncSession, tenant_id: UUID, wanted: Wanted, limit: int) -> list[Listed]:
    return await TicketList(session, tenant_id).find(wanted, limit)


async def _listed(bench: Bench, command: StaffCommand) -> Answer:
    async with bench.database.transaction(command.tenant_id) as session:
        rows = await SavedViews(session, command.tenant_id).all(command.by.id)
    sections = tuple(
        Section(
            f"{row.name} · {'shared' if row.owner_id is None else 'yours'} · "
            f"{short(_told(row.filters), 160)}",
            buttons=(run("Open", f"view {row.name}"),),
        )
        for row in rows[:20]
    )
    empty = Section("None yet: /desk view save warranty: tag=warranty priority=high")
    return Card(title="Views", sections=sections or (empty,), is_private=True)


def _told(filters: dict[str, Any]) -> str:
    shown = [f"{k}: {', '.join(v) if isinstance(v, list) else v}" for k, v in filters.items()]
    return ", ".join(shown) or "not finished"


async def _saved(bench: Bench, command: StaffCommand, words: str, *, is_shared: bool) -> Answer:
    name, colon, rest = words.partition(":")
    if not colon:
        raise wrong_use("view", "Save it as NAME: FILTERS.")
    async with bench.database.transaction(command.tenant_id) as session:
        filters = await filters_in(session, command, rest)
        owner = None if is_shared else own_id(command.by)
        row = await SavedViews(session, command.tenant_id).save(name, filters, owner)
    return Card(
        title=f"View “{row.name}” is saved",
        sections=(Section(_told(row.filters)),),
        buttons=(run("Open", f"view {row.name}"),),
        is_private=True,
    )


async def filters_in(session: AsyncSession, command: StaffCommand, words: str) -> dict[str, Any]:
    """`status=open tag=spam assignee=me team=Field words="gate camera"`, or plain values."""
    filters: dict[str, Any] = {}
    for word in several(words):
        name, equals, value = word.partition("=")
        if not equals:
            name, value = _field_of(word, command.verb), word
        value = _SAID.get(value.lower(), value)
        await _put(session, command, filters, (name.lower(), value))
    return filters


def _field_of(word: str, verb: str) -> str:
    plain = _SAID.get(word.lower(), word.lower())
    if plain in STATUSES:
        return "status"
    if plain in PRIORITIES:
        return "priority"
    if plain in TYPES:
        return "type"
    if plain in ("mine", "me", "unassigned", "nobody"):
        return "assignee"
    if plain == "all":
        return "all"
    raise wrong_use(verb, f"“{short(word, 40)}” is no filter: write status=…, tag=…, words=….")


_LISTS = {
    "status": "statuses",
    "priority": "priorities",
    "type": "types",
    "tag": "tags",
    "channel": "channels",
}


async def _put(
    session: AsyncSession, command: StaffCommand, filters: dict[str, Any], said: tuple[str, str]
) -> None:
    name, value = said
    if name in _LISTS:
        filters.setdefault(_LISTS[name], []).extend(v.lower() for v in value.split(",") if v)
    elif name == "assignee":
        filters["assignee"] = await _assignee(session, command, value)
    elif name == "team":
        filters["team_id"] = str((await Teams(session, command.tenant_id).named(value)).id)
    elif name == "customer":
        customer = await called(session, command.tenant_id, value)
        filters["company_id" if customer.is_company else "person_id"] = str(customer.id)
    elif name == "words":
        filters["words"] = value
    elif name == "days":
        filters["opened_within_days"] = int(value) if value.isdecimal() else 0
    elif name == "all":
        filters["any_status"] = True
    else:
        raise wrong_use(command.verb, f"There is no filter “{short(name, 40)}”.")


async def _assignee(session: AsyncSession, command: StaffCommand, value: str) -> str:
    plain = value.lower()
    if plain in ("me", "mine"):
        return "me"
    if plain in ("nobody", "unassigned"):
        return "nobody"
    return str((await StaffMembers(session, command.tenant_id).meant(value)).id)


def wanted_of(filters: dict[str, Any], staff_id: UUID | None, now: datetime) -> Wanted:
    return filters_of(filters).wanted(staff_id, now)
