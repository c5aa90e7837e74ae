"""Holds a proposal against what the turn retrieved: what has no source does not leave.

Pure: takes the actions and what was gathered, gives objections as sentences for the model.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.agents.support.facts import Kind, facts
from bot.agents.support.ground import Ground, ground
from bot.agents.support.promises import broken_promises, dated_promises
from bot.agents.support.tools import ProductView
from bot.model.turns import (
    Action,
    AskBack,
    DraftQuote,
    HandOff,
    Intent,
    MessageView,
    OpenTicket,
    Reply,
    ReviseQuote,
    Source,
    TurnContext,
    UpdateTicket,
)
from bot.model.untrusted import gives_orders

SMALL_TALK_LIMIT = 400
REPEATED_WORDS = 12
FILE_LENGTH = 12_000

REACHES_A_PERSON = (HandOff, OpenTicket, UpdateTicket, DraftQuote, ReviseQuote)


@dataclass(frozen=True, slots=True)
class Seen:
    """What the turn had before it: the only things an answer may rest on."""

    context: TurnContext
    sources: tuple[Source, ...] = ()
    products: tuple[ProductView, ...] = ()
    saw_records: bool = False
    instructions: str = ""
    """The system prompt, so that its sentences are not told."""


def objections(actions: Iterable[Action], seen: Seen, intent: Intent) -> tuple[str, ...]:
    """Everything wrong with what the customer would read; empty: it may leave."""
    proposed = tuple(actions)
    cited = _cited(proposed, seen)
    base = _ground(cited, seen)
    trusted = "\n".join(source.text for source in cited if not gives_orders(source.text))
    reaches = any(isinstance(action, REACHES_A_PERSON) for action in proposed)
    # What staff have said in this conversation may be said again.
    ours = [m.text for m in seen.context.history if m.author == "staff"]
    vouched, zone = "\n".join((trusted, *ours)), ZoneInfo(seen.context.tenant.time_zone)
    found = [*_citations(proposed, seen, intent, reaches=reaches)]
    for text in texts_to_the_customer(proposed):
        found += _unfounded(text, base)
        found += broken_promises(text, trusted, reaches_a_person=reaches)
        found += dated_promises(text, vouched, seen.context.now, zone)
        found += _too_long(text, seen.context)
        if _repeats(text, seen.instructions):
            found.append("it repeats the instructions")
    return tuple(dict.fromkeys(found))


def texts_to_the_customer(actions: Iterable[Action]) -> Iterator[str]:
    for action in actions:
        match action:
            case Reply() | AskBack():
                yield action.text
                yield from (button.title for button in action.buttons)
            case DraftQuote() | ReviseQuote():
                yield action.acknowledgement
                yield from action.questions
            case OpenTicket() | UpdateTicket() | HandOff():
                yield action.acknowledgement


def _cited(actions: tuple[Action, ...], seen: Seen) -> tuple[Source, ...]:
    indexes = {i for action in actions if isinstance(action, Reply) for i in action.citations}
    return tuple(seen.sources[i] for i in sorted(indexes) if 0 <= i < len(seen.sources))


def _ground(cited: tuple[Source, ...], seen: Seen) -> Ground:
    """Trusted is what the company vouches for; everything else may only be echoed."""
    context = seen.context
    proper = [source for source in cited if not gives_orders(source.text)]
    doubtful = [source for source in cited if source not in proper]
    ours = [m.text for m in context.history if m.author != "customer"]
    return ground(
        (
            *map(_source_words, proper),
            *(product.price for product in seen.products),
            *_records(context),
            *ours,
            context.tenant.name,
        ),
        (
            *map(_source_words, doubtful),
            *map(_product_words, seen.products),
            *_record_words(context),
            *(_said(m) for m in (*context.history, *context.messages) if m.author == "customer"),
        ),
        references=_own_numbers(context),
        now=context.now.astimezone(ZoneInfo(context.tenant.time_zone)),
    )


def _source_words(source: Source) -> str:
    return f"{source.title}\n{source.text}"


def _product_words(product: ProductView) -> str:
    """Suppliers write these: a price in a description is no price of ours."""
    return "\n".join((product.code, product.name, product.description))


def _records(context: TurnContext) -> Iterator[str]:
    """Of an account only what its owner, being proved, may be told."""
    if context.customer.is_proven:
        for ticket in context.tickets:
            yield f"{ticket.opened_at:%Y-%m-%d} {ticket.updated_at:%Y-%m-%d}"
        for quote in context.quotes:
            yield quote.total


def _record_words(context: TurnContext) -> Iterator[str]:
    """Titles and questions come from what the customer wrote."""
    if context.customer.is_proven:
        yield from (ticket.subject for ticket in context.tickets)
        for quote in context.quotes:
            yield "\n".join((quote.title, *quote.open_questions))


def _own_numbers(context: TurnContext) -> list[str]:
    """An unproved customer hears of a number only what they wrote themselves."""
    numbers = [t.number for t in context.tickets] + [q.number for q in context.quotes]
    if context.customer.is_proven:
        return numbers
    return [number for number in numbers if number.lower() in context.text.lower()]


def _said(message: MessageView) -> str:
    filed = (file.content.text[:FILE_LENGTH] for file in message.files if file.content)
    return "\n".join((message.subject, message.text, *filed))


def _citations(
    actions: tuple[Action, ...], seen: Seen, intent: Intent, *, reaches: bool
) -> Iterator[str]:
    for action in actions:
        if not isinstance(action, Reply):
            continue
        unknown = [i for i in action.citations if not 0 <= i < len(seen.sources)]
        if unknown:
            yield f"citation {unknown[0]} was not retrieved in this turn"
        elif not action.citations and not _may_go_uncited(action, seen, intent, reaches=reaches):
            yield "an answer must cite the articles it rests on"


def _may_go_uncited(reply: Reply, seen: Seen, intent: Intent, *, reaches: bool) -> bool:
    if seen.saw_records or seen.products:
        return True
    is_short = len(reply.text) <= SMALL_TALK_LIMIT
    return is_short and (reaches or intent is Intent.SMALLTALK)


def _unfounded(text: str, base: Ground) -> Iterator[str]:
    for fact in facts(text):
        if not base.supports(fact):
            whose = "is not one of this customer" if fact.kind is Kind.REFERENCE else _NO_SOURCE
            yield f"the {fact.kind} “{fact.text}” {whose}"


_NO_SOURCE = "stands in no cited source"


def _too_long(text: str, context: TurnContext) -> Iterator[str]:
    limit = context.conversation.text_limit
    if len(text) > limit:
        yield f"it has {len(text)} characters; at most {limit} fit"


def _repeats(text: str, instructions: str) -> bool:
    """Whether a dozen words in a row are the instructions' own."""
    words = re.findall(r"\w+", text.lower())
    known = " ".join(re.findall(r"\w+", instructions.lower()))
    runs = (words[at : at + REPEATED_WORDS] for at in range(len(words) - REPEATED_WORDS + 1))
    return any(" ".join(run) in known for run in runs)
