"""`/desk merge`, `split` and `link`: several tickets that belong together."""

import re

from sqlalchemy.ext.asyncio import AsyncSession

from bot import queue
from bot.desk.asking.parsing import reference, wrong_use
from bot.desk.command import StaffCommand, StaffView
from bot.desk.handling.bench import Answer, Bench, as_id, own_id, ticket_meant
from bot.desk.showing.tickets import run
from bot.desk.showing.words import short
from channels.cards import Button, Card, Form, Input, InputKind, Option, Section, Style, Used
from domain.audit.service import note as audit
from domain.conversations.repository import ConversationReader
from domain.staff.service import StaffMembers
from domain.tickets.joining.linking import KINDS, TicketLinks
from domain.tickets.joining.merging import Merges
from domain.tickets.joining.splitting import Chosen, Splits
from domain.tickets.listing import TicketList
from domain.tickets.models import Ticket
from domain.tickets.service import Tickets
from domain.types import utc_now

MERGE = "merge"
OFFERED = 40
_LINK = re.compile(
    rf"(?P<one>\S+)?\s*(?P<kind>{'|'.join(KINDS)})(?:\s+(?:to|with|of))?\s+(?P<other>\S+)", re.I
)


async def merge(bench: Bench, command: StaffCommand) -> Answer:
    """`merge A into B` shows first what it does; `merge undo A` takes it back."""
    words = command.words.split()
    if words[:1] == ["undo"]:
        return await _undo(bench, command, " ".join(words[1:]))
    source_word, _, target_word = command.words.partition(" into ")
    if not target_word.strip():
        raise wrong_use("merge", "Merge which ticket into which?")
    async with bench.database.transaction(command.tenant_id) as session:
        source = await _named(session, command, source_word)
        target = await _named(session, command, target_word)
        members = StaffMembers(session, command.tenant_id)
        payload = {"source": source.number, "target": target.number}
        question = await members.ask(own_id(command.by), MERGE, payload)
    return Card(
        title=f"Merge {source.number} into {target.number}?",
        sections=(
            Section(f"{source.number} · {short(source.subject, 100)}"),
            Section(f"goes into {target.number} · {short(target.subject, 100)}"),
            Section("It is closed; replies to it go on there. It can be undone for 30 days."),
        ),
        buttons=(
            Button("confirm", "Merge", str(question), Style.PRIMARY),
            Button("dismiss", "Leave them", str(question)),
        ),
        is_private=True,
    )


async def merge_shown(bench: Bench, by: StaffView, payload: dict[str, str]) -> Answer:
    async with bench.database.transaction(by.tenant_id) as session:
        tickets = Tickets(session, by.tenant_id)
        source = await tickets.get(payload["source"])
        target = await tickets.get(payload["target"])
        merges = Merges(session, by.tenant_id)
        why = f"{by.name}: /desk merge"
        target = await merges.merge(source, target, actor=by.actor, why=why)
        audit(session, by.tenant_id, by.actor, "ticket.merged", source.number, into=target.number)
        await follow(session, by)
    return Card(
        title=f"{source.number} went into {target.number}",
        buttons=(
            run("Open", f"ticket {target.number}"),
            run("Undo", f"merge undo {source.number}"),
        ),
    )


async def _undo(bench: Bench, command: StaffCommand, word: str) -> Answer:
    by = command.by
    async with bench.database.transaction(command.tenant_id) as session:
        source = await _named(session, command, word)
        merges = Merges(session, command.tenant_id)
        source = await merges.undo(source, actor=by.actor, now=utc_now())
        audit(session, command.tenant_id, by.actor, "ticket.unmerged", source.number)
        await follow(session, by)
    return Card(
        title=f"{source.number} is a ticket of its own again",
        buttons=(run("Open", f"ticket {source.number}"),),
    )


async def split(bench: Bench, command: StaffCommand) -> Answer:
    """A form with what was said; what is ticked becomes a new ticket."""
    async with bench.database.transaction(command.tenant_id) as session:
        ticket, subject = await ticket_meant(session, command)
        options = await _offered(session, command, ticket)
    if not options:
        return Card(title=f"Nothing was said in {ticket.number} yet", is_private=True)
    return Form(
        action="split.chosen",
        title=f"Split {ticket.number}",
        submit="Split",
        inputs=(
            Input("subject", "Subject of the new ticket", initial=subject or ticket.subject),
            Input("chosen", "What goes there", InputKind.SEVERAL, options=tuple(options)),
        ),
        value=ticket.number,
    )


async def _offered(session: AsyncSession, command: StaffCommand, ticket: Ticket) -> list[Option]:
    comments = await Tickets(session, command.tenant_id).comments(ticket.id)
    told = [
        (row.created_at, f"c:{row.id}", f"{row.author}: {row.text}")
        for row in comments
        if row.message_id is None
    ]
    if ticket.conversation_id is not None:
        messages = await ConversationReader(session).latest(ticket.conversation_id, OFFERED)
        told += [(m.created_at, f"m:{m.id}", f"{m.author}: {m.text}") for m in messages if m.text]
    latest = sorted(told)[-OFFERED:]
    return [Option(value, short(words, 70)) for _, value, words in latest]


async def split_chosen(bench: Bench, used: Used, by: StaffView) -> Answer:
    chosen = [one for one in used.inputs.get("chosen", "").split(",") if one]
    async with bench.database.transaction(by.tenant_id) as session:
        ticket = await Tickets(session, by.tenant_id).get(used.value, for_change=True)
        new = await Splits(session, by.tenant_id).split(
            ticket,
            Chosen(
                used.inputs.get("subject", ""),
                tuple(as_id(one[2:]) for one in chosen if one.startswith("c:")),
                tuple(as_id(one[2:]) for one in chosen if one.startswith("m:")),
            ),
            actor=by.actor,
            why=f"{by.name}: /desk split",
        )
        audit(session, by.tenant_id, by.actor, "ticket.split", ticket.number, new=new.number)
        await follow(session, by)
    return Card(
        title=f"{new.number} was split off {ticket.number}",
        sections=(Section(new.subject),),
        buttons=(run("Open", f"ticket {new.number}"),),
    )


async def link(bench: Bench, command: StaffCommand) -> Answer:
    """`link A blocks B`; `link A` shows them; `link remove A B`."""
    words = command.words.strip()
    async with bench.database.transaction(command.tenant_id) as session:
        found = _LINK.fullmatch(words)
        links = TicketLinks(session, command.tenant_id)
        if found is not None:
            ticket = await _named(session, command, found["one"] or "")
            other = await _named(session, command, found["other"])
            await links.add(ticket, other, found["kind"].lower(), actor=command.by.actor)
        elif words.startswith("remove "):
            ticket = await _unlinked(session, command, words.split()[1:], links)
        else:
            ticket, rest = await ticket_meant(session, command)
            if rest:
                raise wrong_use("link", f"Tickets are linked as {', '.join(KINDS)}.")
        rows = await links.of(ticket.id)
        await follow(session, command.by)
    lines = [f"{row.kind} {row.ticket.number} · {short(row.ticket.subject, 80)}" for row in rows]
    return Card(
        title=f"Links of {ticket.number}",
        sections=tuple(Section(line) for line in lines) or (Section("None."),),
    )


async def _unlinked(
    session: AsyncSession, command: StaffCommand, words: list[str], links: TicketLinks
) -> Ticket:
    if len(words) != 2:
        raise wrong_use("link", "Remove the link between which two?")
    ticket = await _named(session, command, words[0])
    other = await _named(session, command, words[1])
    for row in await links.of(ticket.id):
        if row.ticket.id == other.id:
            await links.remove(ticket, row.id, actor=command.by.actor)
    return ticket


async def _named(session: AsyncSession, command: StaffCommand, word: str) -> Ticket:
    """By its number, or the ticket of the thread that the command was given in."""
    plain = word.strip()
    if not plain or plain.lower() in ("this", "it"):
        thread = StaffCommand(command.verb, "", command.by, command.place)
        return (await ticket_meant(session, thread))[0]
    named = reference(plain)
    if named is None or named.conversation_id is not None:
        raise wrong_use(command.verb, f"“{short(plain, 40)}” is no ticket's number.")
    if named.short is not None:
        return await TicketList(session, command.tenant_id).ending_in(named.short)
    return await Tickets(session, command.tenant_id).get(named.ticket)


async def follow(session: AsyncSession, by: StaffView) -> None:
    """What follows from the events of this transaction."""
    await session.flush()
    if session.info.pop("has_events", False):
        await queue.put(session, "react", tenant_id=by.tenant_id)
