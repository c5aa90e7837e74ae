"""Problems become tickets, more words about one are added to it, and its state is told."""

import re
from datetime import timedelta

from bot.agents.extractive.answers import Answers, cited
from bot.agents.extractive.reading import Proposal, Reading, shorten, telling_words
from bot.agents.triage import Triage, Urgency
from bot.agents.triage.texts import segments
from bot.model.turns import (
    Action,
    HandOff,
    HandOffReason,
    Intent,
    OpenTicket,
    Reply,
    Source,
    TicketView,
    UpdateTicket,
)

NUMBER = re.compile(r"\bTKT-\d{6}-\d{3,6}\b", re.IGNORECASE)
_THING = (
    r"(?:tickets?|case|incidencia|fall|dossier|chamado|melding|(?:support )?request|complaint"
    r"|enquiry)"
)
_ABOUT = re.compile(
    rf"\b(?:what about|what'?s (?:up|happening|new) with|any (?:news|update|progress)|news (?:on"
    rf"|about)"
    rf"|status|update on|progress|happened (?:to|with)|how is|how'?s|where is|still open"
    rf"|follow(?:ing)? up"
    rf"|looked at|qué (?:pasa|hay) con|novedades|cómo va|estado|was ist mit|neuigkeiten|stand"
    rf"|wie steht"
    rf"|où en est|nouvelles|avancement|che ne è|novità|stato|notícias|estado do|hoe staat"
    rf"|nieuws over)\b"
    rf".{{0,40}}\b{_THING}\b"
    rf"|\b(?:show|list|see|check|view)\b.{{0,20}}\b(?:my|our|open) tickets?\b"
    rf"|\b(?:my|our|mein|mi|mon|mio|meu|mijn) {_THING}\b.{{0,30}}\b(?:status|news|update|solved"
    rf"|resolved|done|closed"
    rf"|open|fixed|looked at)\b|^\W*(?:my )?(?:tickets?|ticket status)\W*$",
    re.IGNORECASE,
)
_GOES_ON = re.compile(
    r"\b(?:still|again|same (?:problem|issue|thing|fault)|no change|not fixed|came back|is back"
    r"|worse|now also"
    r"|todavía|sigue|otra vez|de nuevo|immer noch|wieder|toujours|encore|ancora|di nuovo|ainda"
    r"|nog steeds|weer)\b",
    re.IGNORECASE,
)
_BILLING = re.compile(
    r"\b(?:invoice|bill(?:ed|ing)?|charged|refund|overcharged|payment|factura|rechnung|facture"
    r"|fattura"
    r"|fatura|factuur)\b",
    re.IGNORECASE,
)
_GREETING = re.compile(
    r"^\W*(?:hi|hello|hey|hiya|dear|good (?:morning|afternoon|evening)|hola|hallo|guten \w+"
    r"|bonjour|buongiorno|olá)"
    r"\b(?: (?:there|all|team|sam|sir|madam|mate|guys|[A-Z][a-z]+))?\W+",
    re.IGNORECASE,
)
_FORWARD = re.compile(r"^\s*(?:(?:re|fwd?|aw|wg|tr|rv|r|sv)\s*:\s*)+", re.IGNORECASE)
_ONGOING = ("open", "in_progress", "waiting_customer")
_RECENT = timedelta(days=14)
_SUBJECT = 90
_LISTED = 5
_SURE = 0.7


class TicketDesk:
    def __init__(self, answers: Answers, triage: Triage) -> None:
        self._answers = answers
        self._triage = triage

    async def report(self, reading: Reading) -> Proposal:
        """Opens a ticket, or adds to the one that is clearly about the same thing."""
        confidence = reading.triaged.confidence
        if (same := same_matter(reading)) is not None:
            return Proposal((_update(reading, same),), confidence)
        ticket = _open(reading, self._subject(reading))
        extra, sources = await self._extra(reading)
        return Proposal((ticket, *extra), confidence, sources)

    async def _extra(self, reading: Reading) -> tuple[tuple[Action, ...], tuple[Source, ...]]:
        """An answer to a question asked beside the problem, else a passage that may help."""
        key, question = "self_help", reading.query
        parts = segments(reading.text)
        for part in (part for part in parts if "?" in part and len(parts) > 1):
            found = self._triage.triage(part)
            if found.intent is Intent.QUESTION and found.confidence > _SURE:
                key, question = "also_asked", part
        source = await self._answers.self_help(reading, question)
        if source is None:
            return (), ()
        text = f"{reading.say(key)}\n{cited(reading, question, source)}"
        return (Reply(text, citations=(0,)),), (source,)

    def _subject(self, reading: Reading) -> str:
        """The mail's own subject, else the sentence that tells the problem."""
        given = next((m.subject for m in reading.context.messages if m.subject), "")
        if len(telling_words(_FORWARD.sub("", given))) > 1:
            return shorten(_FORWARD.sub("", given), _SUBJECT)
        parts = segments(reading.text)
        sorted_parts = [(self._triage.triage(part), part) for part in parts]
        problems = [part for found, part in sorted_parts if found.intent is Intent.PROBLEM]
        telling = max(problems or parts, key=lambda part: min(len(telling_words(part)), 8))
        plain = _GREETING.sub("", telling).strip(" \t.,;!") or telling
        return shorten(plain[:1].upper() + plain[1:], _SUBJECT)


def asks_for_status(text: str) -> bool:
    """ "What about my ticket?", "any news on TKT-…": a number alone asks as well."""
    if _ABOUT.search(text):
        return True
    rest = NUMBER.sub("", text)
    return bool(NUMBER.search(text)) and (len(telling_words(rest)) <= 2 or "?" in rest)


def status(reading: Reading) -> Proposal:
    """Only this customer's tickets, and only to someone who is proven to be that customer."""
    if not reading.context.customer.is_proven:
        note = f"Asks about a ticket, but the address is not proven:\n{reading.text}"
        handed = HandOff(HandOffReason.POLICY, note, reading.say("unproven"), needs_proof=True)
        return Proposal((handed,), 0.9)
    return Proposal((Reply(_told(reading)),), 0.9)


def _told(reading: Reading) -> str:
    own = {ticket.number.upper(): ticket for ticket in reading.context.tickets}
    numbers = dict.fromkeys(number.upper() for number in NUMBER.findall(reading.text))
    if numbers:
        lines = [
            _line(reading, own[number])
            if number in own
            else reading.say("ticket_unknown", ticket=number)
            for number in numbers
        ]
        hint = () if own.keys() >= numbers.keys() else (reading.say("known_elsewhere"),)
        return "\n".join((*lines, *hint))
    tickets = reading.context.tickets
    shown = [t for t in tickets if t.status in _ONGOING] or [
        t for t in tickets[:1] if reading.context.now - t.updated_at <= _RECENT
    ]
    if not shown:
        return f"{reading.say('no_tickets')} {reading.say('known_elsewhere')}"
    if len(shown) == 1:
        return _line(reading, shown[0])
    lines = [f"• {_line(reading, ticket)}" for ticket in shown[:_LISTED]]
    return "\n".join([reading.say("tickets_several"), *lines])


def _line(reading: Reading, ticket: TicketView) -> str:
    return reading.say(
        "ticket_status",
        ticket=ticket.number,
        subject=ticket.subject,
        status=reading.say(f"status_{ticket.status}"),
        date=ticket.updated_at.date().isoformat(),
    )


def same_matter(reading: Reading) -> TicketView | None:
    """The ticket that these words belong to: named, or recent and told in much the same words.

    Unproven senders never add to a ticket: naming it would tell that it exists.
    """
    if not reading.context.customer.is_proven:
        return None
    named = {number.upper() for number in NUMBER.findall(reading.text)}
    recent = [t for t in reading.context.tickets if _is_live(reading, t)]
    for ticket in reading.context.tickets:
        if ticket.number.upper() in named:
            return ticket
    said = telling_words(reading.text)
    alike = [t for t in recent if _is_alike(said, telling_words(t.subject), reading.text)]
    return alike[0] if len(alike) == 1 else None


def _is_live(reading: Reading, ticket: TicketView) -> bool:
    return (
        ticket.status in (*_ONGOING, "resolved")
        and reading.context.now - ticket.updated_at <= _RECENT
    )


def _is_alike(said: set[str], subject: set[str], text: str) -> bool:
    """Most of the subject's words again; fewer will do where the customer says "still"."""
    shared = len({word for word in subject if any(_is_form(word, other) for other in said)})
    if _GOES_ON.search(text):
        return shared >= 1
    return shared >= 2 and shared * 3 >= len(subject) * 2


def _is_form(word: str, other: str) -> bool:
    short, long = sorted((word, other), key=len)
    return long.startswith(short) and len(long) - len(short) <= 2


def _update(reading: Reading, ticket: TicketView) -> UpdateTicket:
    urgency = reading.triaged.urgency
    order = [level.value for level in Urgency]
    is_worse = order.index(urgency.value) > order.index(ticket.priority)
    return UpdateTicket(
        number=ticket.number,
        note=reading.text,
        priority=urgency.value if is_worse and urgency is Urgency.URGENT else None,
        acknowledgement=reading.say("ticket_updated", ticket=ticket.number, subject=ticket.subject),
    )


def _open(reading: Reading, subject: str) -> OpenTicket:
    urgency = reading.triaged.urgency
    if urgency in (Urgency.HIGH, Urgency.URGENT):
        priority = reading.say(f"priority_{urgency.value}")
        acknowledgement = reading.say("ticket_urgent", priority=priority)
    else:
        acknowledgement = reading.say("ticket_opened")
    return OpenTicket(
        subject=subject,
        description=reading.text,
        priority=urgency.value,
        type="billing" if _BILLING.search(reading.text) else "support",
        acknowledgement=acknowledgement,
    )
