"""`/desk away`: nobody is there until then, and customers who need a person are told so."""

from bot.desk.asking.parsing import first_word, wrong_use
from bot.desk.asking.rights import Right
from bot.desk.asking.times import moment
from bot.desk.command import StaffCommand
from bot.desk.handling.bench import Answer, Bench
from bot.desk.showing.tickets import run
from channels.cards import Card, Section
from domain.audit.service import note as audit
from domain.sla.opening import hours
from domain.tenants.service import Tenants
from domain.tickets.working.clock import zone
from domain.types import utc_now

OFF = frozenset({"off", "back", "no"})


async def away(bench: Bench, command: StaffCommand) -> Answer:
    """`until WHEN`, `off`, or nothing: how it stands."""
    first, rest = first_word(command.words)
    if not first:
        return await _told(bench, command)
    command.by.rights.require(Right.ACT, command.by.role)
    words = rest if first == "until" else command.words
    now = utc_now()
    async with bench.database.transaction(command.tenant_id) as session:
        tenants = Tenants(session, command.tenant_id)
        where = zone((await tenants.settings()).time_zone)
        until = None if first in OFF else moment(words, now, where)[0]
        if until is None and first not in OFF:
            raise wrong_use("away", "Until when? Say a day, a time, or how long: monday 9:00, 2d.")
        if until is not None and until <= now:
            raise wrong_use("away", "That time is over already.")
        told = until.isoformat() if until else None
        await tenants.change({"presence.away_until": told})
        audit(session, command.tenant_id, command.by.actor, "desk.away", told or "off")
    bench.accounts.forget()
    return await _told(bench, command)


async def _told(bench: Bench, command: StaffCommand) -> Card:
    now = utc_now()
    async with bench.database.transaction(command.tenant_id) as session:
        settings = await Tenants(session, command.tenant_id).settings()
        presence = settings.presence
        opening = await hours(session, presence.calendar, presence.away_until)
    back = opening.back_at(now)
    is_away = presence.away_until is not None and presence.away_until > now
    what = (
        "Customers who need a person are told when you are back, once each; the bot goes on."
        if presence.tells_away
        else "Customers are not told (presence.tells_away is off)."
    )
    if back is None:
        return Card("People are there now", sections=(Section(what),), is_private=True)
    shown = back.astimezone(zone(settings.time_zone))
    return Card(
        title=f"{'Away' if is_away else 'Closed'} until {shown:%A %d %b, %H:%M}",
        sections=(Section(what),),
        buttons=(run("We are back", "away off"),) if is_away else (),
        is_private=True,
    )
