"""`/desk customer suggestions`, `link` and `unlink`: who may be one, and who is not."""

import re
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.asking.parsing import wrong_use
from bot.desk.asking.rights import Right
from bot.desk.command import StaffCommand
from bot.desk.handling.bench import Answer, Bench, as_id
from bot.desk.handling.customers.looking import named
from bot.desk.handling.tickets.joining import follow
from bot.desk.showing.customers import described, link_section
from bot.desk.showing.tickets import run
from channels.cards import Card, Section
from domain.customers.joining.links import STAFF, CustomerLinks, NewLink
from domain.customers.joining.looking import CustomerFinder
from domain.customers.models import CustomerLink

SHOWN = 8
_PAIR = re.compile(
    r"(?P<one>.*?)\s*\bwith\s+(?P<other>.+?)(?:\s+because\s+(?P<why>.+))?", re.I | re.S
)


async def suggestions(bench: Bench, command: StaffCommand, words: str) -> Answer:
    async with bench.database.transaction(command.tenant_id) as session:
        rows = await CustomerLinks(session, command.tenant_id).suggestions(SHOWN + 1)
        names = await _names(session, command, rows)
    may_act = Right.ACT in command.by.rights.held
    sections = tuple(link_section(row, names, may_act) for row in rows[:SHOWN])
    nothing = (Section("Nobody looks like somebody else."),)
    return Card(
        title="Who may be one customer",
        sections=sections or nothing,
        footnote="There are more." if len(rows) > SHOWN else "",
        is_private=True,
    )


async def link(bench: Bench, command: StaffCommand, words: str) -> Answer:
    """For staff to see; it shows the customer nothing. Merging does."""
    command.by.rights.require(Right.ACT, command.by.role)
    pair = _PAIR.fullmatch(words)
    if pair is None:
        raise wrong_use("customer", "Link whom with whom?")
    async with bench.database.transaction(command.tenant_id) as session:
        one = await named(session, command, pair["one"])
        other = await named(session, command, pair["other"])
        new = NewLink(one.person.id, other.person.id, STAFF, pair["why"] or "")
        made = await CustomerLinks(session, command.tenant_id).confirm(new, by=command.by.actor)
        await follow(session, command.by)
    return Card(
        title="Linked",
        sections=(Section(described(one)), Section(f"with {described(other)}")),
        buttons=(
            run("Merge…", f"customer merge {one.person.id} into {other.person.id}"),
            run("Unlink", f"customer unlink {made.id}"),
        ),
        footnote="Only staff see a link. Merged, the customer sees both as one.",
        is_private=True,
    )


async def unlink(bench: Bench, command: StaffCommand, words: str) -> Answer:
    command.by.rights.require(Right.ACT, command.by.role)
    async with bench.database.transaction(command.tenant_id) as session:
        links = CustomerLinks(session, command.tenant_id)
        link = await links.undo(as_id(words), by=command.by.actor)
        names = await _names(session, command, [link])
        await follow(session, command.by)
    who = " and ".join(names.values()) or "They"
    text = "It is not suggested again on the same evidence."
    return Card(f"Not the same: {who}", sections=(Section(text),), is_private=True)


async def _names(
    session: AsyncSession, command: StaffCommand, rows: list[CustomerLink]
) -> dict[UUID, str]:
    ids = {one for row in rows for one in (row.person_id, row.other_id) if one}
    found = await CustomerFinder(session, command.tenant_id).all(sorted(ids))
    return {one.person.id: described(one) for one in found}
