"""Promised times as cards: a ticket's, those at risk, the policies, and a report."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.desk.cards import PromiseCard
from bot.desk.showing.tickets import promise_field, run
from bot.desk.showing.words import many, short, span
from channels.cards import Card, Field, Section
from domain.sla.compliance import Compliance
from domain.sla.models import SlaPolicy
from domain.sla.reading import Timed
from domain.tickets.lifecycle import PRIORITIES


def times_card(timed: Timed, promises: Sequence[PromiseCard]) -> Card:
    ticket = timed.ticket
    fields = (
        Field("Policy", timed.clock.policy_name),
        Field("Priority", ticket.priority),
        *(promise_field(promise) for promise in promises),
        Field("Risk", f"{timed.score} of 100"),
    )
    told = [_level(timed, name) for name in ("first_response", "resolution")]
    if timed.clock.escalated_at:
        told.append(f"Escalated {timed.clock.escalated_at:%d %b %H:%M} UTC")
    text = "\n".join(line for line in told if line)
    return Card(
        title=f"{ticket.number} · {ticket.subject}",
        sections=(Section(fields=fields), *((Section(text),) if text else ())),
        buttons=(run("Open", f"ticket {ticket.number}"), run("At risk", "sla at-risk")),
    )


def _level(timed: Timed, target: str) -> str:
    for level, words in (("breached", "missed"), ("critical", "critical"), ("warned", "warned")):
        at = getattr(timed.clock, f"{target}_{level}_at")
        if at is not None:
            return f"{target.replace('_', ' ').capitalize()}: {words} {at:%d %b %H:%M} UTC"
    return ""


def risk_list(rows: Sequence[Timed], now: datetime) -> Card:
    if not rows:
        return Card(title="Tickets at risk", sections=(Section("Nothing is at risk."),))
    return Card(title="Tickets at risk", sections=tuple(risk_section(one, now) for one in rows))


def risk_section(one: Timed, now: datetime) -> Section:
    ticket = one.ticket
    who = f" · {one.customer}" if one.customer else ""
    text = f"{ticket.number} · {ticket.priority} · {short(ticket.subject, 100)}{who} · "
    return Section(text + _left(one, now), buttons=(run("Open", f"ticket {ticket.number}"),))


def _left(one: Timed, now: datetime) -> str:
    due = one.due
    if due is None:
        return f"risk {one.score}"
    told = f"due in {span(due - now)}" if due > now else f"late by {span(now - due)}"
    return f"{told} · risk {one.score}"


def policies_card(rows: Sequence[SlaPolicy]) -> Card:
    if not rows:
        text = "No policy: the tenant's settings (sla.first_response_hours) hold for all tickets."
        return Card(title="SLA policies", sections=(Section(text),))
    return Card(title="SLA policies", sections=tuple(_policy(row) for row in rows))


def _policy(row: SlaPolicy) -> Section:
    asked = [
        f"{name} {', '.join(map(str, values))}" for name, values in row.conditions.items() if values
    ]
    lines = [f"{row.name}{'' if row.is_on else ' (off)'} · {'; '.join(asked) or 'any ticket'}"]
    for priority in reversed(PRIORITIES):
        if target := row.targets.get(priority):
            first, whole = _hours(target["first_response"]), _hours(target["resolution"])
            lines.append(f"    {priority}: first response {first}, resolution {whole}")
    return Section("\n".join(lines))


def _hours(minutes: int) -> str:
    return f"{minutes} min" if minutes < 60 else f"{minutes / 60:g} h"


def report_card(days: int, groups: Mapping[str, Sequence[Compliance]]) -> Card:
    sections = []
    for title, rows in groups.items():
        lines = [_kept(row) for row in rows] or ["No tickets."]
        sections.append(Section(f"{title}\n" + "\n".join(lines)))
    return Card(
        title=f"What was promised and kept: the last {days} days",
        sections=tuple(sections),
        footnote="Of tickets opened in that time; those still running are not counted.",
    )


def _kept(row: Compliance) -> str:
    first, whole = _rate(row.first_response_rate), _rate(row.resolution_rate)
    name = row.group or "nobody"
    return (
        f"    {name}: {many(row.tickets, 'ticket')} · first response {first} · resolution {whole}"
    )


def _rate(rate: float | None) -> str:
    return "—" if rate is None else f"{rate:.0%}"
