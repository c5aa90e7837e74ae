"""Tickets as cards: one with its history, or a list."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from bot.desk.cards import PromiseCard, TicketCard
from bot.desk.showing.words import ago, many, short, span, spoken
from channels.cards import Button, Card, Field, Section, Style
from domain.tickets.lifecycle import FINISHED
from domain.tickets.listing import Listed

HISTORY = 8


def run(title: str, command: str, style: Style = Style.PLAIN) -> Button:
    """A button that gives a command."""
    return Button("run", title, command, style)


def ticket_card(ticket: TicketCard, *, has_conversation: bool, may_act: bool) -> Card:
    fields = (
        Field("Status", spoken(ticket.status)),
        Field("Priority", ticket.priority),
        Field("Type", spoken(ticket.type)),
        Field("Assignee", ticket.assignee or "nobody"),
        *(promise_field(promise) for promise in ticket.promises),
    )
    steps = ticket.history[-HISTORY:]
    history = "\n".join(
        f"{step.at:%d %b %H:%M} · {step.who}: {short(step.what, 300)}" for step in steps
    )
    left_out = len(ticket.history) - len(steps)
    facts = [Section("\n".join(short(fact, 200) for fact in ticket.facts))]
    sections = [Section(fields=fields), *(facts if ticket.facts else ()), Section(history)]
    return Card(
        title=f"{ticket.number} · {ticket.subject}",
        sections=tuple(sections),
        buttons=_buttons(ticket, has_conversation) if may_act else (),
        footnote=f"{many(left_out, 'earlier step')} not shown" if left_out else "",
    )


def promise_field(promise: PromiseCard) -> Field:
    due = f"{promise.due:%d %b %H:%M} UTC" if promise.due else ""
    told = {
        "running": f"due {due}",
        "paused": "paused: the customer is waited for",
        "kept": "kept",
        "late": f"late: was due {due}" if due else "late",
        "ended": "the ticket ended without it",
    }
    return Field(promise.what.capitalize(), told[promise.state])


def _buttons(ticket: TicketCard, has_conversation: bool) -> tuple[Button, ...]:
    number = ticket.number
    buttons = []
    if has_conversation:
        buttons.append(run("Reply", f"reply {number}", Style.PRIMARY))
        buttons.append(run("Take", f"take {number}"))
        buttons.append(run("Thread", f"thread {number}"))
    if any(fact.startswith("Article (") for fact in ticket.facts):
        buttons.append(run("Articles", f"article {number}"))
    buttons.append(run("Assign to me", f"assign {number} me"))
    if ticket.status not in FINISHED:
        buttons.append(run("Resolve", f"status {number} resolved"))
    else:
        buttons.append(run("Reopen", f"status {number} open"))
    return tuple(buttons)


def ticket_list(
    title: str,
    rows: Sequence[Listed],
    now: datetime,
    empty: str,
    due: Mapping[UUID, datetime] | None = None,
) -> Card:
    """`due`: by ticket, until when the customer has to be answered."""
    if not rows:
        return Card(title=title, sections=(Section(empty),))
    known = due or {}
    return Card(
        title=title,
        sections=tuple(row_section(row, now, known.get(row.ticket.id)) for row in rows),
    )


def row_section(row: Listed, now: datetime, due: datetime | None = None) -> Section:
    return Section(
        text=f"{row_text(row)} · {ago(row.ticket.created_at, now)}{_until(due, now)}",
        buttons=(run("Open", f"ticket {row.ticket.number}"),),
    )


def _until(due: datetime | None, now: datetime) -> str:
    if due is None:
        return ""
    return (
        f" · answer in {span(due - now)}" if due > now else f" · answer late by {span(now - due)}"
    )


def row_text(row: Listed) -> str:
    ticket = row.ticket
    who = f" · {row.customer}" if row.customer else ""
    return (
        f"{ticket.number} · {ticket.priority} · {spoken(ticket.status)} · "
        f"{short(ticket.subject, 100)}{who}"
    )
