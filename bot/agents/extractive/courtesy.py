"""Greetings, thanks, goodbyes, small talk, and a wish for a person."""

import re

from bot.agents.extractive.reading import Proposal, Reading, spoken_by
from bot.agents.triage.markers import MARKERS
from bot.agents.wording import LANGUAGES, say
from bot.model.turns import (
    HandOff,
    HandOffReason,
    MessageView,
    Reply,
    StaySilent,
    TurnContext,
    UpdateTicket,
)

_CANCEL = re.compile(
    r"^\W*(?:(?:ok|oh|no|sorry|ah|please)\W+)*(?:(?:never ?mind|nevermind|forget (?:it|about it"
    r"|that)|cancel(?: (?:that|it|this))?"
    r"|leave it|don'?t bother|ignore (?:that|my last message|this)|scrap that|it'?s (?:fine|ok"
    r"|solved|sorted)(?: now)?"
    r"|olvídalo|olvidalo|déjalo|da igual|cancelar|vergiss es|vergessen sie es|schon gut|egal"
    r"|abbrechen|hat sich erledigt"
    r"|laissez tomber|laisse tomber|oubliez|annuler|lascia stare|lasci perdere|annulla|esqueça"
    r"|deixe estar"
    r"|laat maar|vergeet het)\b\W*)+(?:(?:thanks|thank you|please|sorry|gracias|danke|merci|grazie"
    r"|bedankt|obrigad[oa])\b\W*)*$",
    re.IGNORECASE,
)
_DECLINES = re.compile(
    r"\b(?:no need to|(?:don'?t|do not|needn'?t|don'?t (?:need|have) to|please don'?t|without"
    r"|no tiene que|nicht nötig)"
    r"(?: need to| have to| want you to)?) (?:transfer|connect|pass|put|get|hand|call|involve"
    r"|escalate)\w*\b"
    r"|\bi don'?t (?:need|want) (?:a|any|to (?:speak|talk) (?:to|with) (?:a|an"
    r"|any)) (?:real )?(?:human|person|agent|operator)\b",
    re.IGNORECASE,
)
_WELL = re.compile(
    r"\b(?:how are you|how'?s it going|how are things|how do you do|how have you been"
    r"|what'?s (?:up|new)|qué tal|cómo está"
    r"|wie geht|ça va|comment allez|come (?:stai|sta|va)|como está|hoe gaat)",
    re.IGNORECASE,
)
_SELF = re.compile(
    r"\b(?:who are you|what are you|are you (?:a|an|human|real|there)|your name|call you"
    r"|talking to|speaking (?:to|with)"
    r"|who (?:made|built|created|designed|programmed)|how old|what can you|what do you"
    r"|quién eres|qué puedes|wer bist|was kannst"
    r"|bist du|qui es|que peux|es-tu|chi sei|cosa (?:sai|puoi)|quem és|o que (?:sabes|podes)"
    r"|wie ben|wat kun|ben je)",
    re.IGNORECASE,
)
_SHORT = 8
_FEW = 4


def is_cancelling(text: str) -> bool:
    """The last line counts: "open a ticket", then "never mind"."""
    last = text.strip().splitlines()[-1] if text.strip() else ""
    return _CANCEL.match(last) is not None


def cancelled(reading: Reading) -> Proposal:
    """A ticket just opened for it learns of it: staff decide what becomes of it."""
    words = reading.say("cancelled")
    said = reading.context.history[-1] if reading.context.history else None
    for ticket in reading.context.tickets:
        if said and said.author == "bot" and ticket.number in said.text and ticket.status == "open":
            return Proposal(
                (UpdateTicket(ticket.number, reading.text, acknowledgement=words),), 0.9
            )
    return Proposal((Reply(words),), 0.9)


def only_opened(context: TurnContext) -> bool:
    """A chat was opened by its button: nothing was said yet."""
    return all(m.content_kind == "start" for m in context.messages)


def greeted(reading: Reading) -> Proposal:
    text = reading.say("greeting", company=reading.context.tenant.name)
    return Proposal((Reply(text),), 1.0)


def wants_person(reading: Reading) -> Proposal:
    """Hands off, unless the customer said that no transfer is needed."""
    if _DECLINES.search(reading.text.replace("’", "'")):
        return Proposal((Reply(reading.say("stays")),), 0.6)
    before = spoken_by(reading.context, ["customer"])
    note = f"The customer asks for a person:\n{reading.text}"
    if before:
        note = f"{note}\nBefore that: {before}"
    action = HandOff(
        HandOffReason.CUSTOMER_REQUEST,
        note,
        reading.say("human"),
        priority=reading.triaged.urgency.value,
    )
    return Proposal((action,), reading.triaged.confidence)


def smalltalk(reading: Reading) -> Proposal:
    if is_sealed(reading):
        return Proposal(
            (StaySilent("A thank-you or thumbs-up that closes the talk needs no answer."),), 0.9
        )
    key = _kind(reading)
    text = reading.say(key, company=reading.context.tenant.name)
    return Proposal((Reply(text),), reading.triaged.confidence)


def is_sealed(reading: Reading) -> bool:
    """A lone thanks or thumbs-up where the company had the last, friendly word."""
    words = any(c.isalnum() for c in reading.text)
    last = _companys_last(reading)
    if last is None:
        return False
    if not words:
        return True
    if not _has(reading, "thanks", "bye", "done") and len(reading.text.split()) > 2:
        return False
    closing = [say(k, code) for k in ("welcome", "goodbye", "done") for code in LANGUAGES]
    was_closed = any(sentence in last.text for sentence in closing)
    by_staff = last.author == "staff" and MARKERS["bye"].search(last.text.lower()) is not None
    return (was_closed or by_staff) and not _has(reading, "greets", "asks")


def _companys_last(reading: Reading) -> MessageView | None:
    """What the company said last, if the customer has said nothing but thanks since."""
    for message in reversed(reading.context.history):
        if message.author != "customer":
            return message
        said = message.text.lower()
        is_few = len(said.split()) <= _FEW
        if any(c.isalnum() for c in said) and not (is_few and MARKERS["thanks"].search(said)):
            return None
    return None


def _kind(reading: Reading) -> str:
    if _SELF.search(reading.text):
        return "identity"
    if _WELL.search(reading.text):
        return "well"
    if _has(reading, "joke", "bot_person"):
        return "chitchat"
    if _has(reading, "bye"):
        return "goodbye"
    if _has(reading, "thanks"):
        return "welcome"
    if _has(reading, "done"):
        return "done"
    if _has(reading, "greets") or not any(c.isalnum() for c in reading.text):
        return "greeting"
    if reading.context.history and len(reading.text.split()) <= 3:
        return "done"
    return "chitchat" if len(reading.text.split()) <= _SHORT else "identity"


def _has(reading: Reading, *names: str) -> bool:
    lowered = reading.text.lower().replace("’", "'")
    return any(MARKERS[name].search(lowered) for name in names)
