"""The events that webhooks tell of, each with what its `data` holds. Whatever is new goes here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from domain.errors import Refused

NOUNS = ("message", "ticket", "quote", "contract", "conversation")
PING = "webhook.ping"

_NUMBER = {"number": "The ticket's number."}
_CHANGE = _NUMBER | {
    "field": "What of the ticket changed.",
    "old": "As it was, as text; empty: it was not set.",
    "new": "As it is.",
}
_QUOTE = {
    "number": "The quote's number.",
    "total": "With tax, as a decimal number in text.",
    "revision": "Which one it happened to, a number.",
}
_IN = {"conversation_id": "The conversation it belongs to."}
_MESSAGE = _IN | {
    "channel": "Where it was written.",
    "person_id": "The customer.",
    "author": "customer, staff or bot.",
    "content_kind": "text, image, audio …",
    "subject": "Of a mail.",
    "text": "At most 4,000 characters of it.",
    "sent_at": "When, as the provider says.",
}
_CONTRACT = {
    "number": "The contract's number.",
    "status": "Its state after this.",
    "annual_value": "What comes again a year, net, as a decimal number in text.",
    "currency": "ISO 4217.",
}


@dataclass(frozen=True, slots=True)
class Announced:
    """`data`: its fields, each with what it means. The subject is the noun's id."""

    kind: str
    when: str
    data: Mapping[str, str] = field(default_factory=dict)


EVENTS = (
    Announced("message.received", "A customer wrote.", _MESSAGE),
    Announced("message.sent", "An answer left, of the bot or of a person.", _MESSAGE),
    Announced(
        "message.drafted",
        "The bot wrote an answer that waits for a person's approval.",
        _IN | {"text": "The draft."},
    ),
    Announced(
        "message.failed",
        "A message could not be delivered to the customer.",
        _IN | {"error": "Why."},
    ),
    Announced(
        "ticket.opened",
        "A ticket was opened.",
        _NUMBER | {"source": "The channel it came from, api, or empty for staff."},
    ),
    Announced("ticket.changed", "A field of a ticket changed.", _CHANGE),
    Announced(
        "ticket.commented",
        "Somebody commented on a ticket.",
        _NUMBER | {"comment_id": "The comment.", "visibility": "internal, system or public."},
    ),
    Announced("ticket.customer_replied", "The customer replied to a ticket.", _NUMBER),
    Announced(
        "ticket.merged",
        "Two tickets became one: told of both. Read the ticket: where `merged_into_id` is set it "
        "is the one that is gone.",
        _CHANGE,
    ),
    Announced("ticket.unmerged", "A merge was taken back: told of both tickets.", _CHANGE),
    Announced("ticket.split", "A new ticket was split off: told of both.", _CHANGE),
    Announced("ticket.linked", "A ticket was linked to another.", _CHANGE),
    Announced("ticket.unlinked", "A link of a ticket was taken away.", _CHANGE),
    Announced("ticket.snoozed", "A ticket was put out of sight until a time.", _CHANGE),
    Announced("ticket.woke", "A snoozed ticket is back.", _CHANGE),
    Announced("ticket.rated", "The customer said how content they are.", _CHANGE),
    Announced("ticket.promised", "Somebody promised something by a time.", _CHANGE),
    Announced("ticket.promise_kept", "A promise was kept.", _CHANGE),
    Announced("ticket.promise_withdrawn", "A promise was withdrawn.", _CHANGE),
    Announced("ticket.promise_broken", "A promise was not kept in time.", _CHANGE),
    Announced("ticket.article_linked", "An article was linked to a ticket.", _CHANGE),
    Announced("ticket.article_resolved", "A ticket was resolved with an article.", _CHANGE),
    Announced("ticket.article_unlinked", "An article was taken off a ticket.", _CHANGE),
    Announced("quote.drafted", "A quote was drafted.", _QUOTE),
    Announced("quote.redrafted", "A draft was changed and priced anew.", _QUOTE),
    Announced(
        "quote.approved",
        "A person approved a quote.",
        _QUOTE | {"version": "Of the quote, a number."},
    ),
    Announced(
        "quote.approval_refused",
        "A person refused to approve a quote.",
        _QUOTE | {"version": "Of the quote, a number."},
    ),
    *(
        Announced(f"quote.{step}", when, _QUOTE)
        for step, when in (
            ("sent", "A revision was sent; the one before, if it was open, is superseded by it."),
            ("viewed", "The customer looked at it."),
            ("accepted", "The customer accepted it."),
            ("rejected", "The customer declined it."),
            ("asked", "The customer asked something on its page."),
            ("expired", "Its last day has passed."),
            ("cancelled", "It was withdrawn."),
            ("reminder_due", "It ends soon, and is still open."),
            ("not_looked_at", "It was sent some days ago, and nobody has looked at it."),
            ("revision_started", "What was sent is being changed: the next revision is a draft."),
            ("draft_dropped", "The draft of the next revision was given up."),
            ("duplicated", "It was made from another, for the same customer."),
            ("cloned", "It was made from another customer's."),
        )
    ),
    *(
        Announced(f"contract.{step}", when, _CONTRACT)
        for step, when in (
            ("drafted", "A contract was drafted."),
            ("changed", "Its text changed."),
            ("sent", "It waits for a signature."),
            ("taken_back", "It was taken back to draft."),
            ("signed", "It was signed."),
            ("asked", "The customer asked something on its page."),
            ("renewal_due", "It ends soon."),
            ("renewed", "It goes on for another term."),
            ("quoted", "A quote was made from it."),
            ("suspended", "It rests."),
            ("resumed", "It goes on after a rest."),
            ("notice_given", "It was cancelled from a day on."),
            ("cancelled", "It is cancelled."),
            ("expired", "It has ended."),
        )
    ),
    Announced(
        "contract.used_up",
        "An included service is used up for this period.",
        {"number": "The contract's number.", "service": "Which one."},
    ),
    Announced(
        "conversation.handed_off",
        "The bot asked for a person.",
        {
            "reason": "Why, in one word.",
            "number": "Of the ticket that it is about.",
            "note": "What the bot tells the person.",
        },
    ),
    Announced(
        "conversation.silenced",
        "The bot stopped answering mail automatically.",
        {"reason": "Why, in one word.", "note": "What staff are told."},
    ),
    Announced("conversation.taken_over", "A person answers from now on."),
    Announced("conversation.handed_back", "The bot answers again."),
)
KINDS = frozenset(event.kind for event in EVENTS)
CHOICES = (*sorted(KINDS), *(f"{noun}.*" for noun in NOUNS))


class UnknownEvents(Refused):
    def __init__(self, unknown: Iterable[str]) -> None:
        names = ", ".join(f"“{kind}”" for kind in unknown)
        super().__init__(f"There is no event {names}. Take of: {', '.join(CHOICES)}.")


def require_known(kinds: Iterable[str]) -> list[str]:
    """Each once, in their order. Raises UnknownEvents."""
    wanted = list(dict.fromkeys(kinds))
    if unknown := [kind for kind in wanted if kind not in CHOICES]:
        raise UnknownEvents(unknown)
    return wanted


def is_wanted(kind: str, kinds: Iterable[str]) -> bool:
    return kind in kinds or f"{kind.partition('.')[0]}.*" in kinds
