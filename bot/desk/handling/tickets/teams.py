"""`/desk team`: who is in which team, and whose team a ticket is."""

from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.asking.parsing import first_word, several, wrong_use
from bot.desk.asking.rights import Right
from bot.desk.command import StaffCommand
from bot.desk.handling.bench import Answer, Bench, ticket_meant
from bot.desk.handling.ticketing import change
from bot.desk.showing.tickets import run
from channels.cards import Card, Section
from domain.audit.service import note as audit
from domain.staff.service import StaffMembers
from domain.tickets.working.teams import Teams


async def team(bench: Bench, command: StaffCommand) -> Answer:
    verb, rest = first_word(command.words)
    if verb in ("", "list"):
        return await _listed(bench, command)
    if verb == "give":
        return await _given(bench, command, rest)
    if verb not in ("new", "add", "remove"):
        raise wrong_use("team", "list, new, add, remove or give?")
    command.by.rights.require(Right.OPERATE, command.by.role)
    async with bench.database.transaction(command.tenant_id) as session:
        teams = Teams(session, command.tenant_id)
        if verb == "new":
            name = (await teams.add(rest)).name
        else:
            name = await _membership(session, command, verb, several(rest))
        audit(session, command.tenant_id, command.by.actor, f"team.{verb}", name)
    return await _listed(bench, command)


async def _membership(
    session: AsyncSession, command: StaffCommand, verb: str, words: list[str]
) -> str:
    if len(words) < 2:
        raise wrong_use("team", "Which team, and who?")
    teams = Teams(session, command.tenant_id)
    row = await teams.named(words[0])
    member = await StaffMembers(session, command.tenant_id).meant(" ".join(words[1:]))
    if verb == "add":
        await teams.join(row.id, member.id)
    else:
        await teams.leave(row.id, member.id)
    return row.name


async def _given(bench: Bench, command: StaffCommand, words: str) -> Answer:
    meant = StaffCommand(command.verb, words, command.by, command.place)
    async with bench.database.transaction(command.tenant_id) as session:
        ticket, name = await ticket_meant(session, meant)
        if not name:
            raise wrong_use("team", "Give it to which team?")
        is_nobody = name.lower() in ("nobody", "none")
        row = None if is_nobody else await Teams(session, command.tenant_id).named(name)
        await change(session, command, ticket.number, {"team_id": row.id if row else None})
    whose = row.name if row else "no team"
    return Card(
        title=f"{ticket.number} belongs to {whose} now",
        buttons=(run("Open", f"ticket {ticket.number}"),),
    )


async def _listed(bench: Bench, command: StaffCommand) -> Answer:
    async with bench.database.transaction(command.tenant_id) as session:
        teams = Teams(session, command.tenant_id)
        rows = await teams.all()
        members = await teams.members([row.id for row in rows])
    sections = tuple(
        Section(f"{row.name} · {', '.join(m.name for m in members[row.id]) or 'nobody'}")
        for row in rows[:40]
    )
    empty = Section("None yet: /desk team new Field")
    return Card(title="Teams", sections=sections or (empty,), is_private=True)
