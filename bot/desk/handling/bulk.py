"""Acts on many tickets: the list is shown first, and only what was shown is changed."""

from bot.agents.triage.markers import MARKERS
from bot.desk.asking.parsing import reference, wrong_use
from bot.desk.command import StaffCommand, StaffView
from bot.desk.handling.bench import Answer, Bench, as_id, own_id
from bot.desk.handling.ticketing import change
from bot.desk.showing.tickets import run
from bot.desk.showing.words import many, short
from channels.cards import Button, Card, Section, Style, Used
from domain.errors import DomainError, Refused
from domain.staff.service import StaffMembers
from domain.tickets.listing import TicketList
from domain.tickets.models import Ticket
from domain.tickets.service import Tickets
from domain.types import utc_now

MOST = 1000
SHOWN = 25
CLOSE = "close"
_FEW = 12


async def close(bench: Bench, command: StaffCommand) -> Answer:
    wanted = command.words.strip().lower()
    if wanted in ("thanks", "thank you", "thank-you"):
        return await _ask_about_thanks(bench, command)
    references = [reference(word) for word in command.words.replace(",", " ").split()]
    if not references or None in references:
        raise wrong_use("close", "Close which tickets? Give their numbers.")
    if len(references) > MOST:
        raise Refused(f"At most {MOST} tickets at once.")
    async with bench.database.transaction(command.tenant_id) as session:
        found: dict[str, Ticket] = {}
        for one in references:
            if one is None or one.conversation_id is not None:
                raise wrong_use("close", "Tickets are closed by their numbers.")
            if one.short is not None:
                ticket = await TicketList(session, command.tenant_id).ending_in(one.short)
            else:
                ticket = await Tickets(session, command.tenant_id).get(one.ticket)
            found[ticket.number] = ticket
        if len(found) == 1:
            number = next(iter(found))
            await change(session, command, number, {"status": "closed"})
            return Card(title=f"{number} is closed", buttons=(_reopen(number),))
    rows = [(ticket, "") for ticket in found.values()]
    return await _ask(bench, command, rows, "Close these tickets?")


def _reopen(number: str) -> Button:
    return run("Reopen", f"status {number} open")


async def _ask_about_thanks(bench: Bench, command: StaffCommand) -> Answer:
    async with bench.database.transaction(command.tenant_id) as session:
        rows = await TicketList(session, command.tenant_id).last_words(MOST)
    only = [(ticket, words) for ticket, words in rows if says_only_thanks(words)]
    if not only:
        return Card(title="No open ticket only says thanks")
    return await _ask(bench, command, only, "Close these? Their last word is a thank-you.")


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


async def _ask(
    bench: Bench, command: StaffCommand, rows: list[tuple[Ticket, str]], title: str
) -> Card:
    payload = {"numbers": [ticket.number for ticket, _ in rows]}
    async with bench.database.transaction(command.tenant_id) as session:
        members = StaffMembers(session, command.tenant_id)
        question = await members.ask(own_id(command.by), CLOSE, payload)
    lines = [
        f"{ticket.number} · {short(ticket.subject, 80)}"
        + (f" · “{short(words, 60)}”" * bool(words))
        for ticket, words in rows[:SHOWN]
    ]
    more = len(rows) - SHOWN
    sections = [Section("\n".join(lines))]
    if more > 0:
        sections.append(Section(f"… and {more} more: all of them would be closed."))
    return Card(
        title=title,
        sections=tuple(sections),
        buttons=(
            Button("confirm", f"Close {many(len(rows), 'ticket')}", str(question), Style.DANGER),
            Button("dismiss", "Leave them", str(question)),
        ),
        is_private=True,
    )


async def close_shown(bench: Bench, by: StaffView, numbers: list[str]) -> Answer:
    """Just those that were listed; one that cannot be closed any more is told, the rest is done."""
    command = StaffCommand("close", "", by)
    refused: list[str] = []
    done = 0
    for number in numbers[:MOST]:
        try:
            async with bench.database.transaction(by.tenant_id) as session:
                await change(session, command, number, {"status": "closed"})
            done += 1
        except DomainError as error:
            refused.append(str(error))
    sections = (Section("\n".join(refused[:SHOWN])),) if refused else ()
    return Card(title=f"{many(done, 'ticket')} closed", sections=sections)


async def dismiss(bench: Bench, used: Used, by: StaffView) -> Answer:
    async with bench.database.transaction(by.tenant_id) as session:
        members = StaffMembers(session, by.tenant_id)
        await members.answer(as_id(used.value), own_id(by), utc_now())
    return Card(title="Nothing was changed", is_private=True)
