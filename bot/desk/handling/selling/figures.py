"""`quote figures [DAYS]`: how quoting goes, as a card."""

from datetime import timedelta
from decimal import Decimal

from bot.desk.asking.parsing import first_word, wrong_use
from bot.desk.command import StaffCommand
from bot.desk.handling.bench import Bench
from channels.cards import Card, Field, Section
from domain.contracts.calendar import today
from domain.quotes.figures import LONGEST_PERIOD, QuoteFigures, figures

USUAL_DAYS = 30


async def quote_figures(bench: Bench, command: StaffCommand, words: str) -> Card:
    given = first_word(words)[0]
    if given and not (given.isdecimal() and 0 < int(given[:6]) <= LONGEST_PERIOD):
        raise wrong_use("quote", "Of how many days? “quote figures 30”.")
    days = int(given) if given else USUAL_DAYS
    async with bench.database.transaction(command.tenant_id) as session:
        last = await today(session, command.tenant_id)
        found = await figures(session, command.tenant_id, last - timedelta(days=days - 1), last)
    fields = (
        Field("Drafted", str(found.drafted)),
        Field("Sent", f"{found.sent}, {_percent(found.share_same_day)} on the same day"),
        Field("Draft to approval", _wait(found.minutes_to_approval)),
        Field("Draft to sending", _wait(found.minutes_to_sending)),
        Field("Sent as drafted", _percent(found.share_unedited)),
        Field("Won", f"{found.won} of {found.won + found.lost} ({_percent(found.win_rate)})"),
        Field("Waiting for an answer", _open(found)),
    )
    sections = [Section(fields=fields)]
    if found.lost_reasons:
        told = "\n".join(f"• {why}: {count}" for why, count in found.lost_reasons)
        sections.append(Section(f"Lost because:\n{told}"))
    return Card(title=f"Quotes of the last {days} days", sections=tuple(sections))


def _percent(share: Decimal | None) -> str:
    return "none yet" if share is None else f"{(share * 100).normalize():f} %"


def _wait(minutes: Decimal | None) -> str:
    """A median, in the unit that it is read in."""
    if minutes is None:
        return "none yet"
    if minutes < 120:
        return f"{minutes.normalize():f} minutes (median)"
    return f"{(minutes / 60).quantize(Decimal('0.1')).normalize():f} hours (median)"


def _open(found: QuoteFigures) -> str:
    return ", ".join(f"{one.amount} {one.currency} in {one.count}" for one in found.pipeline) or "0"
