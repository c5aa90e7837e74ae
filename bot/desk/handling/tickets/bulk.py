"""`/desk bulk`: one change to many tickets; the list is shown first, only that is changed."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.asking.parsing import first_word, wrong_use
from bot.desk.command import StaffCommand, StaffView
from bot.desk.handling.bench import Answer, Bench, own_id
from bot.desk.handling.ticketing import change
from bot.desk.handling.tickets.several import (
    MOST,
    Question,
    ask,
    done_each,
    found_by,
    numbers_in,
)
from bot.desk.handling.tickets.views import filters_in, wanted_of
from bot.desk.showing.words import many, spoken
from channels.cards import Card
from domain.errors import Refused
from domain.staff.service import StaffMembers
from domain.tickets.lifecycle import PRIORITIES, STATUSES, require
from domain.tickets.listing import TicketList
from domain.tickets.models import Ticket
from domain.tickets.service import Tickets
from domain.tickets.working.teams import Teams
from domain.types import utc_now

BULK = "bulk"
_STATUS = {"close": "closed", "resolve": "resolved", "reopen": "open", "cancel": "cancelled"}


async def bulk(bench: Bench, command: StaffCommand) -> Answer:
    chosen, colon, wish = command.words.rpartition(":")
    if not colon or not wish.strip() or not chosen.strip():
        raise wrong_use("bulk", "Which tickets, and what about them?")
    async with bench.database.transaction(command.tenant_id) as session:
        wanted, told = await _change(session, command, wish)
        rows = await _chosen(session, command, chosen)
        if not rows:
            return Card(title="No ticket fits that", is_private=True)
        title = f"{told}: {many(len(rows), 'ticket')}?"
        asked = Question(BULK, {"change": wanted, "told": told}, title, "Change", "changed")
        return await ask(session, command.by, [(row, "") for row in rows], asked)


async def _chosen(session: AsyncSession, command: StaffCommand, words: str) -> list[Ticket]:
    """By their numbers, or by filters. Raises Refused where there are too many."""
    references = numbers_in(words)
    if references is not None:
        return await found_by(session, command.by, references)
    filters = await filters_in(session, command, words)
    wanted = wanted_of(filters, command.by.id, utc_now())
    rows = await TicketList(session, command.tenant_id).page(wanted, MOST + 1)
    if len(rows) > MOST:
        raise Refused(f"More than {MOST} tickets fit that: narrow it down.")
    return rows


async def _change(
    session: AsyncSession, command: StaffCommand, wish: str
) -> tuple[dict[str, Any], str]:
    """The change as it is kept (ids as text), and in words."""
    verb, rest = first_word(wish.strip().lower())
    if verb in _STATUS:
        verb, rest = "status", _STATUS[verb]
    if verb == "status":
        value = rest.replace(" ", "_").replace("-", "_")
        require("status", value, STATUSES)
        return {"status": value}, f"Status {spoken(value)}"
    if verb == "priority":
        require("priority", rest, PRIORITIES)
        return {"priority": rest}, f"Priority {rest}"
    if verb == "assign":
        staff = StaffMembers(session, command.tenant_id)
        if rest in ("nobody", "none"):
            return {"assignee_id": None}, "Assign to nobody"
        is_me = rest in ("me", "myself")
        member = await (staff.get(own_id(command.by)) if is_me else staff.meant(rest))
        return {"assignee_id": str(member.id)}, f"Assign to {member.name}"
    if verb == "team":
        team = await Teams(session, command.tenant_id).named(rest)
        return {"team_id": str(team.id)}, f"Give to {team.name}"
    if verb == "tag" and rest:
        words = rest.replace(",", " ").split()
        added = [w.lstrip("+#") for w in words if not w.startswith("-")]
        gone = [w[1:] for w in words if w.startswith("-")]
        return {"add_tags": added, "remove_tags": gone}, f"Tag {rest}"
    raise wrong_use("bulk", "The change is status, priority, assign, team or tag.")


async def change_shown(bench: Bench, by: StaffView, payload: dict[str, Any]) -> Answer:
    """Just those that were listed."""
    command = StaffCommand("bulk", "", by)

    async def change_one(session: AsyncSession, number: str) -> None:
        ticket = await Tickets(session, by.tenant_id).get(number, for_change=True)
        await change(session, command, number, changes_to(ticket, payload["change"]))

    done, refused = await done_each(bench, by, payload["numbers"], change_one)
    return Card(title=f"{payload['told']}: {many(done, 'ticket')} changed", sections=refused)


def changes_to(ticket: Ticket, kept: dict[str, Any]) -> dict[str, Any]:
    """As `Tickets.change` takes them."""
    wanted = {name: kept[name] for name in ("status", "priority") if kept.get(name)}
    for name in ("assignee_id", "team_id"):
        if name in kept:
            wanted[name] = UUID(kept[name]) if kept[name] else None
    if kept.get("add_tags") or kept.get("remove_tags"):
        gone = set(kept.get("remove_tags", ()))
        tags = [tag for tag in ticket.tags if tag not in gone]
        wanted["tags"] = [*tags, *(t for t in kept.get("add_tags", ()) if t not in tags)]
    return wanted
