"""`/desk sla`: a ticket's times, the policies, what is at risk, and what was kept."""

import re
from datetime import timedelta

from bot.desk.asking.parsing import first_word, wrong_use
from bot.desk.command import StaffCommand
from bot.desk.handling.bench import Answer, Bench, ticket_meant
from bot.desk.showing import sla as showing
from bot.desk.threads import promises
from channels.cards import Card, Section
from domain.sla.compliance import compliance
from domain.sla.reading import WAITING, ClockReader
from domain.sla.service import Policies
from domain.types import utc_now

PAGE = 15
REPORT_DAYS = 30
LONGEST_REPORT = 366


async def sla(bench: Bench, command: StaffCommand) -> Answer:
    head, rest = first_word(command.words)
    word = head.lower()
    if word == "policies":
        return await _policies(bench, command)
    if word in ("at-risk", "risk") or (not word and not command.place.is_thread):
        return await _at_risk(bench, command)
    if word == "report":
        return await _report(bench, command, rest)
    return await _ticket(bench, command)


async def _ticket(bench: Bench, command: StaffCommand) -> Answer:
    async with bench.database.transaction(command.tenant_id) as session:
        ticket, _ = await ticket_meant(session, command)
        timed = await ClockReader(session, command.tenant_id).timed(ticket, utc_now())
    if timed is None:
        text = "Its clock was not started yet: look again in a moment."
        return Card(title=f"{ticket.number} · {ticket.subject}", sections=(Section(text),))
    told = promises(timed.clock, is_paused=ticket.status == WAITING)
    return showing.times_card(timed, told)


async def _policies(bench: Bench, command: StaffCommand) -> Answer:
    async with bench.database.transaction(command.tenant_id) as session:
        rows = await Policies(session, command.tenant_id).in_order()
    return showing.policies_card(rows)


async def _at_risk(bench: Bench, command: StaffCommand) -> Answer:
    now = utc_now()
    async with bench.database.transaction(command.tenant_id) as session:
        risky = await ClockReader(session, command.tenant_id).at_risk(now, PAGE)
    return showing.risk_list(risky, now)


async def _report(bench: Bench, command: StaffCommand, words: str) -> Answer:
    days = _days(words)
    now = utc_now()
    span = {"since": now - timedelta(days=days), "until": now}
    async with bench.database.transaction(command.tenant_id) as session:
        groups = {
            title: await compliance(session, command.tenant_id, by=by, **span)
            for title, by in (("By policy", "policy"), ("By staff member", "staff"))
        }
    return showing.report_card(days, groups)


def _days(words: str) -> int:
    word = words.strip().lower()
    asked = re.fullmatch(r"(\d{1,3}) ?d(?:ays)?", word) if word else None
    days = int(asked[1]) if asked else REPORT_DAYS
    if (word and not asked) or not 0 < days <= LONGEST_REPORT:
        raise wrong_use("sla", "Of how many days? For example: report 30d.")
    return days
