"""What a member sees first: their tickets, who waits, what they may approve, today's figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.desk.showing.drafts import draft_section
from bot.desk.showing.promises import promise_section
from bot.desk.showing.sla import risk_section
from bot.desk.showing.tickets import row_section, run
from bot.desk.showing.words import ago, short
from channels.cards import Card, Field, Section
from domain.conversations.models import Message
from domain.conversations.repository import Unanswered
from domain.quotes.models import Quote
from domain.sla.reading import Timed
from domain.tickets.listing import Listed
from domain.tickets.models import Ticket, TicketPromise


@dataclass(frozen=True, slots=True)
class HomeView:
    name: str
    now: datetime
    mine: Sequence[Listed]
    at_risk: Sequence[Timed]
    unanswered: Sequence[Unanswered]
    drafts: Sequence[Message]
    quotes: Sequence[Quote]
    figures: tuple[Field, ...]
    may_act: bool
    promises: Sequence[tuple[TicketPromise, Ticket]] = ()


def home_card(home: HomeView) -> Card:
    sections = [
        Section("My tickets", is_heading=True),
        *([row_section(row, home.now) for row in home.mine] or [Section("None open.")]),
        Section("At risk", is_heading=True),
        *([risk_section(one, home.now) for one in home.at_risk] or [Section("Nothing.")]),
        Section("Unanswered: the last word is the customer's", is_heading=True),
        *([_silent(one, home.now) for one in home.unanswered] or [Section("Nobody waits.")]),
    ]
    sections.append(Section("Promises due", is_heading=True))
    sections += [
        promise_section(row, ticket, home.now, may_act=home.may_act)
        for row, ticket in home.promises
    ] or [Section("None.")]
    if home.may_act:
        sections.append(Section("Waiting for my approval", is_heading=True))
        waiting = [draft_section(d.id, short(d.text, 300), may_act=True) for d in home.drafts]
        waiting += [_quote(quote) for quote in home.quotes]
        sections += waiting or [Section("Nothing.")]
    sections += [Section("Today", is_heading=True), Section(fields=home.figures)]
    return Card(
        title=f"Hello {home.name}",
        sections=tuple(sections),
        buttons=(
            run("My inbox", "inbox mine"),
            run("Unassigned", "inbox unassigned"),
            run("At risk", "inbox at-risk"),
        ),
    )


def _silent(one: Unanswered, now: datetime) -> Section:
    return Section(
        f"{one.customer or 'Customer'} · {ago(one.since, now)}\n{short(one.text, 160)}",
        buttons=(
            run("Open", f"thread {one.conversation_id}"),
            run("Reply", f"reply {one.conversation_id}"),
        ),
    )


def _quote(quote: Quote) -> Section:
    return Section(
        f"{quote.number} · {quote.total} {quote.currency} · {short(quote.title, 80)}",
        buttons=(run("Look", f"quote show {quote.number}"),),
    )
