"""A promise as a line with its buttons."""

from datetime import datetime

from bot.desk.showing.tickets import run
from bot.desk.showing.words import short, span
from channels.cards import Section
from domain.tickets.models import Ticket, TicketPromise


def promise_section(row: TicketPromise, ticket: Ticket, now: datetime, *, may_act: bool) -> Section:
    due = (
        f"due in {span(row.due_at - now)}"
        if row.due_at > now
        else (f"late by {span(now - row.due_at)}")
    )
    buttons = [run("Open", f"ticket {ticket.number}")]
    if may_act:
        buttons.append(run("Kept", f"promise done {row.number}"))
    return Section(
        f"{row.number} · {ticket.number} · {due}\n“{short(row.text, 200)}”", buttons=tuple(buttons)
    )
