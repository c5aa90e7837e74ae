"""A customer as a card: addresses, conversations, what was merged, and who else they may be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from bot.desk.showing.tickets import run
from bot.desk.showing.words import many, short, spoken
from channels.cards import Button, Card, Section, Style
from domain.conversations.models import Conversation
from domain.customers.joining.links import SUGGESTED, UNDONE
from domain.customers.joining.looking import Found
from domain.customers.models import CustomerLink, CustomerMerge, Identity
from domain.quotes.models import Quote
from domain.tickets.models import Ticket

LISTED = 5
EVIDENCE = {
    "code": "confirmed an address by a code",
    "staff": "staff said so",
    "order_number": "named a number of the other's (weak)",
    "same_sender": "one message came with addresses of both",
    "shared_address": "an address of the one was given for the other",
}
TABLES = {
    "conversations": "conversation",
    "tickets": "ticket",
    "quotes": "quote",
    "identities": "address",
    "people": "person",
    "sites": "site",
}


@dataclass(frozen=True, slots=True)
class CustomerView:
    """`merges`: those into this customer that stand; `names`: of people that links name."""

    found: Found
    conversations: Sequence[Conversation]
    tickets: Sequence[Ticket]
    quotes: Sequence[Quote]
    merges: Sequence[CustomerMerge]
    links: Sequence[CustomerLink]
    names: Mapping[UUID, str]


def found_card(words: str, found: Sequence[Found]) -> Card:
    if not found:
        text = "Nobody. Try a part of the name, the address or the company."
        return Card(f"No customer “{short(words, 60)}”", sections=(Section(text),), is_private=True)
    sections = tuple(
        Section(described(one), buttons=(run("Show", f"customer show {one.person.id}"),))
        for one in found
    )
    return Card(f"Customers: {short(words, 60)}", sections=sections, is_private=True)


def described(one: Found) -> str:
    parts = [one.name, one.company, *(address.value for address in one.addresses[:3])]
    return " · ".join(dict.fromkeys(part for part in parts if part))


def customer_card(view: CustomerView, *, may_act: bool) -> Card:
    found = view.found
    sections = [Section("\n".join(_address(one) for one in found.addresses) or "No address.")]
    if records := _records(view):
        sections.append(Section("\n".join(records)))
    sections += [_merge(one, view.names, may_act) for one in view.merges]
    sections += [
        link_section(one, view.names, may_act) for one in view.links if one.state == SUGGESTED
    ]
    decided = [one for one in view.links if one.state != SUGGESTED]
    if decided:
        sections.append(Section("\n".join(_decided(one, view.names) for one in decided[-LISTED:])))
    title = " · ".join(part for part in (found.name, found.company) if part)
    if found.person.merged_into_id is not None:
        title += " (merged into another)"
    return Card(title, sections=tuple(sections), footnote=str(found.person.id), is_private=True)


def _address(one: Identity) -> str:
    state = f"proven {one.proven_at:%d %b %Y}" if one.proven_at else "not proven"
    muted = " · gets nothing more" if one.muted_at else ""
    return f"{one.kind} {one.value} · {state}{muted}"


def _records(view: CustomerView) -> list[str]:
    lines = [
        f"{talk.channel} · {short(talk.subject or 'conversation', 60)} · {talk.updated_at:%d %b}"
        for talk in view.conversations[:LISTED]
    ]
    lines += [
        f"{one.number} · {spoken(one.status)} · {short(one.subject, 60)}"
        for one in view.tickets[:LISTED]
    ]
    lines += [
        f"{one.number} · {spoken(one.status)} · {short(one.title, 60)}"
        for one in view.quotes[:LISTED]
    ]
    return lines


def _merge(one: CustomerMerge, names: Mapping[UUID, str], may_act: bool) -> Section:
    who = names.get(one.source_id) or "another record"
    why = f" “{short(one.why, 120)}”" if one.why else ""
    text = f"With {who} since {one.created_at:%d %b %Y}: {EVIDENCE.get(one.evidence, '')}{why}"
    buttons = (run("Take apart", f"customer unmerge {one.source_id}"),) if may_act else ()
    return Section(text, buttons=buttons)


def link_section(one: CustomerLink, names: Mapping[UUID, str], may_act: bool) -> Section:
    buttons: tuple[Button, ...] = ()
    if may_act and one.other_id is not None:
        merge = f"customer merge {one.person_id} into {one.other_id}"
        buttons = (
            run("Merge…", merge, Style.PRIMARY),
            run("Not the same", f"customer unlink {one.id}"),
        )
    return Section(f"The same as? {_told(one, names)}", buttons=buttons)


def _decided(one: CustomerLink, names: Mapping[UUID, str]) -> str:
    state = "not the same" if one.state == UNDONE else "linked"
    return f"{state}: {_told(one, names)} ({one.id})"


def _told(one: CustomerLink, names: Mapping[UUID, str]) -> str:
    pair = " and ".join(
        names.get(person_id, "somebody") for person_id in (one.person_id, one.other_id) if person_id
    )
    about = f" · {one.kind} {one.address}" if one.address else ""
    why = f" · {short(one.why, 160)}" if one.why else ""
    return f"{pair} · {EVIDENCE.get(one.evidence, one.evidence)}{about}{why}"


def moves_in_words(moves: Mapping[str, int]) -> str:
    told = [many(count, TABLES.get(table, spoken(table))) for table, count in sorted(moves.items())
            if table in TABLES]  # fmt: skip
    return ", ".join(told) or "nothing yet"
