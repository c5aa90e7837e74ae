"""The catalogue as cards: what changed prices make wrong, and proposals to decide."""

from collections.abc import Sequence
from itertools import groupby

from bot.desk.showing.tickets import run
from bot.desk.showing.words import many, short
from channels.cards import Button, Card, Section, Style
from domain.catalogue.watching.drift import Drift, DriftedLine
from domain.catalogue.watching.mentions import Mention
from domain.catalogue.watching.proposals import ShownProposal

SHOWN = 8


def drift_card(found: Drift) -> Card:
    """Quotes first: they are what a customer may accept."""
    since = f"since revision {found.since}" if found.since else "so far"
    if found.is_harmless:
        text = f"{many(found.changed, 'product')} had another price {since}. No open quote, "
        text += "published article or answer of the last 30 days tells an old one."
        return Card(title="Nothing tells an old price", sections=(Section(text),))
    return Card(
        title=summary(found),
        sections=(*_quotes(found), *_articles(found), *_answers(found)),
        footnote=f"Prices changed {since}; the catalogue is at revision {found.revision}.",
    )


def summary(found: Drift) -> str:
    """`2 quotes, 1 article, 3 answers tell old prices`."""
    counts = (
        (found.quotes, "open quote"),
        (len(found.articles), "article"),
        (len(found.answers), "answer"),
    )
    told = [many(count, noun) for count, noun in counts if count]
    return f"Old prices stand in {', '.join(told)}"


def _quotes(found: Drift) -> list[Section]:
    grouped = [(n, list(lines)) for n, lines in groupby(found.lines, lambda line: line.number)]
    sections = [
        Section(
            f"{number} ({lines[0].status})\n" + "\n".join(_line(line) for line in lines[:SHOWN]),
            buttons=(run("Open", f"quote show {number}"),),
        )
        for number, lines in grouped[:SHOWN]
    ]
    return _with_rest(sections, len(grouped), "quote")


def _line(line: DriftedLine) -> str:
    name = short(line.description, 80)
    if line.new is None:
        return f"{line.position}. {name}: {line.old:.2f} → no price any more"
    return (
        f"{line.position}. {name}: {line.old:.2f} → {line.new:.2f} {line.currency}, "
        f"{line.difference or 0:+.2f} for the line"
    )


def _articles(found: Drift) -> list[Section]:
    sections = [
        Section(f"Article “{short(one.title, 100)}”: {_mentions(one.mentions)}")
        for one in found.articles[:SHOWN]
    ]
    return _with_rest(sections, len(found.articles), "article")


def _answers(found: Drift) -> list[Section]:
    sections = [
        Section(
            f"Answer of {one.at:%d %b}: {_mentions(one.mentions)}",
            buttons=(run("Open", f"thread {one.conversation_id}"),),
        )
        for one in found.answers[:SHOWN]
    ]
    return _with_rest(sections, len(found.answers), "answer")


def _mentions(mentions: Sequence[Mention]) -> str:
    return "; ".join(f"{short(one.name, 60)} at {one.price:.2f}" for one in mentions[:3])


def _with_rest(sections: list[Section], count: int, noun: str) -> list[Section]:
    rest = count - len(sections)
    return [*sections, Section(f"and {many(rest, f'more {noun}')}")] if rest > 0 else sections


def proposals_card(found: Sequence[ShownProposal], *, may_decide: bool) -> Card:
    sections = tuple(
        Section(one.sentence, buttons=_choice(str(one.row.id)) if may_decide else ())
        for one in found
    )
    return Card(
        title="What staff's corrections propose",
        sections=sections or (Section("Nothing waits to be decided."),),
        footnote="Nothing changes before somebody accepts it." if sections else "",
    )


def _choice(proposal_id: str) -> tuple[Button, ...]:
    return (
        Button("catalogue.accept", "Accept", proposal_id, Style.PRIMARY),
        Button("catalogue.dismiss", "Dismiss", proposal_id),
    )
