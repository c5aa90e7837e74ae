"""`quote terms N` and `quote rate GBP EUR 1.17`: on what a quote is made, and the day's rates."""

import re
from decimal import Decimal

from bot import queue
from bot.desk.asking.parsing import wrong_use
from bot.desk.asking.rights import Right
from bot.desk.command import StaffCommand
from bot.desk.handling.bench import Bench
from channels.cards import Card, Section
from domain.audit.service import note as audit
from domain.contracts.calendar import today
from domain.quotes.money.rates import ExchangeRates, NewRate
from domain.quotes.money.settling import settle
from domain.quotes.service import Quotes

_RATE = re.compile(
    r"([a-z]{3})\s+(?:to\s+)?([a-z]{3})\s*[=:]?\s*(\d{1,8}(?:[.,]\d{1,10})?)\s*(.*)", re.I
)


async def take_terms(bench: Bench, command: StaffCommand, number: str, _: str) -> None:
    """The customer's tax, currency and language of today, for a draft."""
    tenant_id = command.tenant_id
    async with bench.database.transaction(tenant_id) as session:
        found = await Quotes(session, tenant_id).numbered(number)
        day = await today(session, tenant_id)
        await settle(session, tenant_id, found.id, day, actor=command.by.actor)
        audit(session, tenant_id, command.by.actor, "quote.terms", found.number)
        await queue.put(session, "react", tenant_id=tenant_id)


async def keep_rate(bench: Bench, command: StaffCommand, words: str) -> Card:
    """Today's; without words those that are known."""
    if not words:
        return await _known(bench, command)
    command.by.rights.require(Right.OPERATE, command.by.role)
    told = _RATE.fullmatch(words.strip())
    if told is None:
        raise wrong_use("quote", "A rate is said like “quote rate GBP EUR 1.1712 ECB”.")
    source, target, number, note = told.groups()
    async with bench.database.transaction(command.tenant_id) as session:
        rate = Decimal(number.replace(",", "."))
        day = await today(session, command.tenant_id)
        new = NewRate(source.upper(), target.upper(), rate, day, note[:500])
        await ExchangeRates(session, command.tenant_id).add(new, actor=command.by.actor)
    return Card(
        title=f"1 {new.source} = {number} {new.target} from {day.isoformat()} on",
        footnote="Drafts that wait for it: “quote terms N”.",
    )


async def _known(bench: Bench, command: StaffCommand) -> Card:
    async with bench.database.transaction(command.tenant_id) as session:
        rows = await ExchangeRates(session, command.tenant_id).page(15)
    told = "\n".join(
        f"1 {row.from_currency} = {row.rate.normalize():f} {row.to_currency}, "
        f"{row.valid_from.isoformat()} {row.note}".rstrip()
        for row in rows
    )
    return Card(title="Exchange rates", sections=(Section(told or "None yet."),))
