"""Looking: the inbox, one ticket, a conversation's thread, counts, finding, waiting drafts."""

import re

from bot.desk import threads
from bot.desk.asking.parsing import wrong_use
from bot.desk.asking.rights import Right
from bot.desk.command import StaffCommand
from bot.desk.handling.bench import (
    Answer,
    Bench,
    conversation_meant,
    note_presence,
    own_id,
    ticket_meant,
)
from bot.desk.handling.delivering.due import answers_due
from bot.desk.handling.tickets.views import filters_in, wanted_of
from bot.desk.showing.drafts import draft_section
from bot.desk.showing.sla import risk_list
from bot.desk.showing.threads import Beside, thread_overview
from bot.desk.showing.tickets import run, ticket_card, ticket_list
from bot.desk.showing.words import many, short, spoken
from channels.cards import Card, Section
from domain.conversations.outbox import Outbox
from domain.search.service import Search
from domain.sla.reading import ClockReader
from domain.tickets.lifecycle import PRIORITIES, STATUSES, TYPES
from domain.tickets.listing import TicketList, Wanted
from domain.types import utc_now

PAGE = 15


async def inbox(bench: Bench, command: StaffCommand) -> Answer:
    kind = command.words.strip().lower().replace(" ", "-")
    now = utc_now()
    async with bench.database.transaction(command.tenant_id) as session:
        tickets = TicketList(session, command.tenant_id)
        if kind == "at-risk":
            risky = await ClockReader(session, command.tenant_id).at_risk(now, PAGE)
            return risk_list(risky, now)
        if kind == "mine":
            wanted = Wanted(assignee_id=own_id(command.by), with_snoozed=False)
        elif kind == "unassigned":
            wanted = Wanted(is_unassigned=True, with_snoozed=False)
        elif not kind or kind == "all":
            wanted = Wanted(with_snoozed=False)
        else:
            filters = await filters_in(session, command, command.words)
            wanted = wanted_of(filters, command.by.id, now)
        rows = await tickets.find(wanted, PAGE)
        total = await tickets.count(wanted)
        channels = bench.accounts.channels.values()
        windows = {one.name: one.capabilities.window for one in channels}
        due = await answers_due(session, windows, rows)
    told = command.words.strip().replace('"', "") if kind not in ("", "all", *_TITLES) else ""
    title = f"{_TITLES.get(kind, 'Open tickets')}{f', {short(told, 60)}' if told else ''}: {total}"
    return ticket_list(title, rows, now, "Nothing is open here.", due)


_TITLES = {"mine": "Your open tickets", "unassigned": "Unassigned tickets"}


async def ticket(bench: Bench, command: StaffCommand) -> Answer:
    async with bench.database.transaction(command.tenant_id) as session:
        row, _ = await ticket_meant(session, command)
        await note_presence(session, command.by, row.conversation_id or row.id, "viewing")
        card = await threads.ticket(session, command.tenant_id, row)
    may_act = Right.ACT in command.by.rights.held
    return ticket_card(card, has_conversation=row.conversation_id is not None, may_act=may_act)


async def thread(bench: Bench, command: StaffCommand) -> Answer:
    """The whole conversation as one card; a staff channel draws it message by message."""
    async with bench.database.transaction(command.tenant_id) as session:
        conversation, _ = await conversation_meant(session, command)
        read = await threads.read(session, command.tenant_id, conversation.id)
    channel = bench.accounts.channels[conversation.channel]
    beside = Beside(
        channel.title,
        channel.capabilities.window,
        conversation.last_inbound_at,
        utc_now(),
        may_act=Right.ACT in command.by.rights.held,
    )
    return thread_overview(read, beside)


async def count(bench: Bench, command: StaffCommand) -> Answer:
    wanted, told = _wanted(command)
    async with bench.database.transaction(command.tenant_id) as session:
        tickets = TicketList(session, command.tenant_id)
        total = await tickets.count(wanted)
        rows = await tickets.find(wanted, 5)
    return ticket_list(f"{many(total, 'ticket')}: {told}", rows, utc_now(), "None.")


def _wanted(command: StaffCommand) -> tuple[Wanted, str]:
    """Filters from any words: what is not a filter is passed over."""
    words = re.findall(r"[\w-]+", command.words.lower().replace("in progress", "in_progress"))
    words = ["waiting_customer" if w == "waiting" else w for w in words]
    statuses = tuple(s for s in STATUSES if s in words and s != "open")
    priorities = tuple(p for p in PRIORITIES if p in words)
    types = tuple(t for t in TYPES if t in words or f"{t}s" in words)
    is_unassigned = "unassigned" in words or "nobody" in words
    is_mine = bool({"my", "mine", "me", "i"} & set(words))
    since = utc_now().replace(hour=0, minute=0, second=0) if "today" in words else None
    told = [*statuses, *priorities, *types]
    told += ["unassigned"] * is_unassigned + ["yours"] * is_mine + ["opened today"] * bool(since)
    return (
        Wanted(
            statuses=statuses,
            priorities=priorities,
            types=types,
            assignee_id=own_id(command.by) if is_mine else None,
            is_unassigned=is_unassigned,
            opened_since=since,
            any_status=since is not None and "open" not in words,
        ),
        spoken(", ".join(told)) + ("" if statuses or since else " (not finished)"),
    )


async def find(bench: Bench, command: StaffCommand) -> Answer:
    if not command.words.strip():
        raise wrong_use("find", "Find what?")
    async with bench.database.transaction(command.tenant_id) as session:
        hits = await Search(session, command.tenant_id).find(command.words, PAGE)
    sections = []
    for hit in hits:
        about = f"ticket {hit.number}" if hit.number else f"thread {hit.conversation_id}"
        name = hit.number or "Message"
        text = f"{name} · {hit.at:%d %b %Y} · {short(hit.title)} {short(hit.text, 200)}"
        sections.append(Section(text, buttons=(run("Open", about),)))
    shown = tuple(sections) or (Section("Nothing holds all of these words."),)
    return Card(title=f"Found: {short(command.words, 80)}", sections=shown)


async def drafts(bench: Bench, command: StaffCommand) -> Answer:
    async with bench.database.transaction(command.tenant_id) as session:
        waiting = await Outbox(session, command.tenant_id).drafts(PAGE)
    may_act = Right.ACT in command.by.rights.held
    sections = tuple(draft_section(one.id, one.text, may_act=may_act) for one in waiting)
    return Card(title="Waiting for approval", sections=sections or (Section("No draft waits."),))
