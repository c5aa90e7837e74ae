"""What all changes to several tickets share: found by number, shown and asked, then done each."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.asking.parsing import Reference, reference
from bot.desk.command import StaffView
from bot.desk.handling.bench import Bench, own_id
from bot.desk.showing.words import many, short
from channels.cards import Button, Card, Section, Style
from domain.errors import DomainError, Refused
from domain.staff.service import StaffMembers
from domain.tickets.listing import TicketList
from domain.tickets.models import Ticket
from domain.tickets.service import Tickets

MOST = 1000
SHOWN = 25
_AND = ("and", "&")

Act = Callable[[AsyncSession, str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Question:
    """`kind`: what a yes leads to, with `payload`. `verb`: “Close”; `done`: “closed”."""

    kind: str
    payload: dict[str, Any]
    title: str
    verb: str
    done: str


def numbers_in(words: str) -> list[Reference] | None:
    """Tickets named by their numbers and by nothing else; None: something else is said."""
    told = [word for word in words.replace(",", " ").split() if word.lower() not in _AND]
    named = [reference(word) for word in told]
    found = [one for one in named if one is not None and one.conversation_id is None]
    if not named or len(found) < len(named):
        return None
    if len(found) > MOST:
        raise Refused(f"At most {MOST} tickets at once.")
    return found


async def found_by(
    session: AsyncSession, by: StaffView, references: Sequence[Reference]
) -> list[Ticket]:
    """Each once. Raises NotFound."""
    found: dict[str, Ticket] = {}
    for one in references:
        if one.short is not None:
            ticket = await TicketList(session, by.tenant_id).ending_in(one.short)
        else:
            ticket = await Tickets(session, by.tenant_id).get(one.ticket)
        found[ticket.number] = ticket
    return list(found.values())


async def ask(
    session: AsyncSession,
    by: StaffView,
    rows: Sequence[tuple[Ticket, str]],
    asked: Question,
) -> Card:
    """The list as it would be changed, each with words that say why it is on it."""
    members = StaffMembers(session, by.tenant_id)
    payload = asked.payload | {"numbers": [ticket.number for ticket, _ in rows]}
    question = str(await members.ask(own_id(by), asked.kind, payload))
    lines = [
        f"{ticket.number} · {short(ticket.subject, 80)}"
        + (f" · “{short(words, 60)}”" * bool(words))
        for ticket, words in rows[:SHOWN]
    ]
    sections = [Section("\n".join(lines))]
    if len(rows) > SHOWN:
        more = len(rows) - SHOWN
        sections.append(Section(f"… and {more} more: all of them would be {asked.done}."))
    title = f"{asked.verb} {many(len(rows), 'ticket')}"
    return Card(
        title=asked.title,
        sections=tuple(sections),
        buttons=(
            Button("confirm", title, question, Style.DANGER),
            Button("dismiss", "Leave them", question),
        ),
        is_private=True,
    )


async def done_each(
    bench: Bench, by: StaffView, numbers: Sequence[str], act: Act
) -> tuple[int, tuple[Section, ...]]:
    """Each in a transaction of its own: what cannot be changed any more is told, the rest done."""
    refused: list[str] = []
    done = 0
    for number in numbers[:MOST]:
        try:
            async with bench.database.transaction(by.tenant_id) as session:
                await act(session, number)
            done += 1
        except DomainError as error:
            refused.append(str(error))
    return done, (Section("\n".join(refused[:SHOWN])),) if refused else ()
