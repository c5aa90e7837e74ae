"""Acts on many tickets: the list is shown first, and only what was shown is changed."""

from sqlalchemy.ext.asyncio import AsyncSession

from bot.agents.triage.markers import MARKERS
from bot.desk.asking.parsing import wrong_use
from bot.desk.command import StaffCommand, StaffView
from bot.desk.handling.bench import Answer, Bench, as_id, own_id
from bot.desk.handling.ticketing import change
from bot.desk.handling.tickets.several import (
    MOST,
    Question,
    ask,
    done_each,
    found_by,
    numbers_in,
)
from bot.desk.showing.tickets import run
from bot.desk.showing.words import many
from channels.cards import Button, Card, Used
from domain.staff.service import StaffMembers
from domain.tickets.listing import TicketList
from domain.types import utc_now

CLOSE = "close"
_FEW = 12


async def close(bench: Bench, command: StaffCommand) -> Answer:
    wanted = command.words.strip().lower()
    if wanted in ("thanks", "thank you", "thank-you"):
        return await _ask_about_thanks(bench, command)
    references = numbers_in(wanted)
    if references is None:
        raise wrong_use("close", "Close which tickets? Give their numbers.")
    async with bench.database.transaction(command.tenant_id) as session:
        found = await found_by(session, command.by, references)
        if len(found) == 1:
            await change(session, command, found[0].number, {"status": "closed"})
            return Card(title=f"{found[0].number} is closed", buttons=(_reopen(found[0].number),))
        rows = [(ticket, "") for ticket in found]
        return await ask(session, command.by, rows, _question("Close these tickets?"))


def _question(title: str) -> Question:
    return Question(CLOSE, {}, title, "Close", "closed")


def _reopen(number: str) -> Button:
    return run("Reopen", f"status {number} open")


async def _ask_about_thanks(bench: Bench, command: StaffCommand) -> Answer:
    async with bench.database.transaction(command.tenant_id) as session:
        rows = await TicketList(session, command.tenant_id).last_words(MOST)
        only = [(ticket, words) for ticket, words in rows if says_only_thanks(words)]
        if not only:
            return Card(title="No open ticket only says thanks")
        title = "Close these? Their last word is a thank-you."
        return await ask(session, command.by, only, _question(title))


def says_only_thanks(text: str) -> bool:
    """A short text with a thank-you, no question, and nothing that is a matter of its own."""
    words = text.lower().replace("’", "'").strip()
    if not words or len(words.split()) > _FEW or "?" in words:
        return False
    rest = words
    for name in ("thanks", "greets", "bye", "done"):
        rest = MARKERS[name].sub(" ", rest)
    left = [word for word in rest.split() if any(c.isalnum() for c in word)]
    return MARKERS["thanks"].search(words) is not None and all(
        word.strip(".,!") in _FILLERS for word in left
    )


_FILLER_WORDS = (
    "so very much a lot again ok okay great perfect all good you your for the help that works now "
    "it is lovely brilliant and quick reply many team guys really just got sorted "
    "muy mucho muchas muchos mil todo sehr vielen schön bien beaucoup très tutto "
    "mille molto muito hartelijk zeer"
)
_FILLERS = frozenset(_FILLER_WORDS.split())


async def close_shown(bench: Bench, by: StaffView, numbers: list[str]) -> Answer:
    """Just those that were listed."""
    command = StaffCommand("close", "", by)

    async def close_one(session: AsyncSession, number: str) -> None:
        await change(session, command, number, {"status": "closed"})

    done, refused = await done_each(bench, by, numbers, close_one)
    return Card(title=f"{many(done, 'ticket')} closed", sections=refused)


async def dismiss(bench: Bench, used: Used, by: StaffView) -> Answer:
    async with bench.database.transaction(by.tenant_id) as session:
        members = StaffMembers(session, by.tenant_id)
        await members.answer(as_id(used.value), own_id(by), utc_now())
    return Card(title="Nothing was changed", is_private=True)
