"""`/desk snooze`, `remind` and `next`: what a ticket waits for."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk import threads
from bot.desk.asking.parsing import wrong_use
from bot.desk.asking.times import moment, zone
from bot.desk.command import StaffCommand
from bot.desk.handling.bench import Answer, Bench, ticket_meant
from bot.desk.handling.tickets.joining import follow
from bot.desk.showing.tickets import ticket_card
from channels.cards import Card
from domain.audit.service import note as audit
from domain.tenants.service import Tenants
from domain.tickets.models import Ticket
from domain.tickets.working.waiting import Waiting
from domain.types import utc_now

_OFF = frozenset({"off", "none", "now", "stop"})
_BY = re.compile(r"^(?P<text>.+?)\s+(?:by|until)\s+(?P<when>\S.*)$", re.I | re.S)


async def snooze(bench: Bench, command: StaffCommand) -> Answer:
    async with bench.database.transaction(command.tenant_id) as session:
        ticket, words = await ticket_meant(session, command)
        until = None
        if words.lower() not in _OFF:
            where = await _zone(session, command)
            until, rest = moment(words, utc_now(), where)
            if until is None or rest:
                raise wrong_use("snooze", "Until when? Like 2d, monday, or 2026-12-01.")
        waiting = Waiting(session, command.tenant_id)
        await waiting.snooze(ticket, until, actor=command.by.actor)
        return await _shown(session, command, ticket, "ticket.snoozed")


async def remind(bench: Bench, command: StaffCommand) -> Answer:
    async with bench.database.transaction(command.tenant_id) as session:
        ticket, words = await ticket_meant(session, command)
        at, text = None, ""
        if words.lower() not in _OFF:
            at, text = moment(words, utc_now(), await _zone(session, command))
            if at is None:
                raise wrong_use("remind", "When? Like 2d, monday 14:00, or 2026-12-01.")
        by = command.by
        waiting = Waiting(session, command.tenant_id)
        await waiting.follow_up(ticket, at, text, by.id, actor=by.actor)
        return await _shown(session, command, ticket, "ticket.follow_up")


async def next_action(bench: Bench, command: StaffCommand) -> Answer:
    async with bench.database.transaction(command.tenant_id) as session:
        ticket, words = await ticket_meant(session, command)
        if not words:
            raise wrong_use("next", "What comes next?")
        text, due = "", None
        if words.lower() not in ("done", *_OFF):
            text, due = _dated(words, utc_now(), await _zone(session, command))
        waiting = Waiting(session, command.tenant_id)
        await waiting.next_action(ticket, text, due, actor=command.by.actor)
        return await _shown(session, command, ticket, "ticket.next_action")


def _dated(words: str, now: datetime, where: ZoneInfo) -> tuple[str, datetime | None]:
    """`order the camera by friday`: a day that can be read, else all of it is words."""
    found = _BY.match(words)
    if found is None:
        return words, None
    due, rest = moment(found["when"], now, where)
    return (found["text"], due) if due is not None and not rest else (words, None)


async def _zone(session: AsyncSession, command: StaffCommand) -> ZoneInfo:
    return zone((await Tenants(session, command.tenant_id).settings()).time_zone)


async def _shown(session: AsyncSession, command: StaffCommand, ticket: Ticket, action: str) -> Card:
    audit(session, command.tenant_id, command.by.actor, action, ticket.number)
    await follow(session, command.by)
    card = await threads.ticket(session, command.tenant_id, ticket)
    return ticket_card(card, has_conversation=ticket.conversation_id is not None, may_act=True)
