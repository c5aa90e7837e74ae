"""Notes what a customer wants a price for; code prices it, a person sends it."""

import re

from bot.agents.extractive.reading import Proposal, Reading, shorten, telling_words
from bot.agents.triage.markers import MARKERS
from bot.model.turns import (
    DraftQuote,
    HandOff,
    HandOffReason,
    Intent,
    QuoteView,
    ReviseQuote,
)

_NEW = re.compile(
    r"\b(?:another|new|separate|second|different|neues|weiteres|nuevo|otro|nouveau|autre|nuovo"
    r"|altro|novo|outro"
    r"|nieuwe?|andere) (?:quote|quotation|price|estimate|presupuesto|angebot|devis|preventivo"
    r"|orçamento|offerte)\b",
    re.IGNORECASE,
)
_CHANGES = re.compile(
    r"\b(?:make it|change (?:it|that|the)|instead|rather than|more|fewer|less|remove|without|add"
    r"|reduce|increase|statt|stattdessen|ändern|weniger|mehr|plutôt|au lieu|changer|en lugar"
    r"|en vez|cambiar|invece|cambiare|in plaats|liever|wijzig\w*|em vez|alterar)\b",
    re.IGNORECASE,
)
_SENT = ("sent", "viewed", "rejected", "expired")
_TITLE = 80
_ANSWER_WORDS = 40
_SURE = 0.8


def draft(reading: Reading) -> Proposal:
    """A draft of all the words, or a hand-off where the company has quotes switched off."""
    confidence = reading.triaged.confidence
    features = reading.context.tenant.features
    if features and "quotes" not in features:
        note = f"Asks for a quote, which is switched off here:\n{reading.text}"
        action = HandOff(HandOffReason.UNSUPPORTED_REQUEST, note, reading.say("human"))
        return Proposal((action,), confidence)
    noted = DraftQuote(
        request=_request(reading),
        title=_title(reading),
        acknowledgement=reading.say("quote_noted"),
    )
    return Proposal((noted,), confidence)


def open_draft(reading: Reading) -> QuoteView | None:
    """The draft that these words answer or correct."""
    drafts = [quote for quote in reading.context.quotes if quote.status == "draft"]
    if not drafts or _NEW.search(reading.text):
        return None
    return drafts[0] if _belongs(reading, drafts[0]) else None


def sent_quote(reading: Reading) -> QuoteView | None:
    """The quote they were sent that these words change: the next version of it is wanted.

    A wish for goods alone is a new quote: it takes words of a change, or the quote's number.
    """
    text = reading.text.lower()
    if _NEW.search(text) or not MARKERS["has_number"].search(text):
        return None
    if not reading.context.customer.is_proven:
        return None
    sent = [quote for quote in reading.context.quotes if quote.status in _SENT]
    named = [quote for quote in sent if quote.number.lower() in text]
    rest = text.replace(named[0].number.lower(), " ") if named else text
    changes = MARKERS["revises"].search(rest) or _CHANGES.search(rest)
    if not changes or not MARKERS["has_number"].search(rest):
        return None
    return next(iter(named or sent), None)


def revise(reading: Reading, quote: QuoteView) -> Proposal:
    """Only the new words: the draft keeps those before."""
    change = ReviseQuote(
        number=quote.number,
        request=reading.text,
        acknowledgement=reading.say("quote_revised", quote=quote.number),
    )
    return Proposal((change,), max(reading.triaged.confidence, 0.6))


def _belongs(reading: Reading, quote: QuoteView) -> bool:
    text, intent = reading.text.lower(), reading.triaged.intent
    corrects = MARKERS["revises"].search(text) is not None
    if intent is Intent.QUOTE:
        return True
    if intent in (Intent.HUMAN, Intent.OTHER) or (intent is Intent.SMALLTALK and not corrects):
        return False
    if corrects and (MARKERS["has_number"].search(text) or MARKERS["quote"].search(text)):
        return True
    answers = bool(quote.open_questions) and "?" not in text and "¿" not in text
    return answers and len(text.split()) <= _ANSWER_WORDS and _touches(reading, quote)


def _touches(reading: Reading, quote: QuoteView) -> bool:
    """An answer shares a word with the questions, or is at least no report of a fault."""
    asked = telling_words(" ".join(quote.open_questions))
    is_fault = reading.triaged.intent is Intent.PROBLEM and reading.triaged.confidence > _SURE
    return not is_fault or bool(asked & telling_words(reading.text))


def _request(reading: Reading) -> str:
    """The turn's words, after what the customer said before when these only ask for the price."""
    before = [
        m.text for m in reading.context.history[-6:] if m.author == "customer" and m.text.strip()
    ]
    if MARKERS["quantity"].search(reading.text.lower()) or len(telling_words(reading.text)) > 4:
        return reading.text
    return "\n".join([*before, reading.text])


def _title(reading: Reading) -> str:
    given = next((m.subject for m in reading.context.messages if m.subject), "")
    if len(telling_words(given)) > 1:
        return shorten(re.sub(r"^(?:\s*(?:re|fwd?|aw|wg)\s*:)+\s*", "", given, flags=re.I), _TITLE)
    lines = [line.strip() for line in reading.text.splitlines() if line.strip()]
    telling = max(lines[:6], key=lambda line: min(len(telling_words(line)), 6), default="")
    return shorten(telling or reading.text, _TITLE)
