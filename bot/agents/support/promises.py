"""Promises that a text makes: what no tool of this turn can keep must not be said."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from domain.tickets.promises import promises_in, times_in

_WE = r"\b(?:we|i|our (?:team|engineers?|colleagues?))"
_ACT = (
    r"refund|reimburs|compensat|credit|waiv|discount|cancel|book|schedul|dispatch|deliver|"
    r"replac|repair|install|guarante|approv|accept|confirm|order|ship|activat|upgrad|extend|delet"
)
_FUTURE = re.compile(
    rf"{_WE}(?:'ll| will| shall| can| are going to|'re going to| am going to|'m going to)"
    rf"(?:\s+\w+){{0,2}}?\s+(?P<act>{_ACT})\w*",
    re.IGNORECASE,
)
_DONE = re.compile(
    r"(?:^\s*(?:it(?:'s| is) )?(?:all )?(?:done|erledigt|hecho|fait|fatto|gedaan|feito)\b|"
    rf"{_WE}(?: have|'ve)?(?:\s+(?:already|just|now))?\s+(?:{_ACT})\w*ed\b|"
    r"\b(?:your|the) (?:refund|credit|discount|order|booking|appointment|quote|cancellation|"
    r"payment)[\w\s]{0,20} (?:has been|have been|is|was)(?: now)? (?:approved|accepted|confirmed|"
    r"booked|cancelled|refunded|applied|placed|processed|granted|issued))",
    re.IGNORECASE | re.MULTILINE,
)
_OTHER_LANGUAGES = re.compile(
    r"\bwir (?:erstatten|stornieren|gewähren|garantieren)\b|"
    r"\bnous (?:rembours|annul|garanti)\w*|"
    r"\b(?:le reembolsa|reembolsar|garantiza)\w*|"
    r"\b(?:je|ihr|ihre) (?:erstattung|bestellung) (?:wurde|ist) \w+",
    re.IGNORECASE,
)
_PERSON = (
    r"(?:(?:a|one of (?:our|my)|my|our|the|an?other) (?:\w+ )?"
    r"(?:colleague|team ?mate|engineer|technician|specialist|person|human|team|staff|agent|advisor)"
    r"s?|someone|somebody|we)"
)
_HAND_OFF = re.compile(
    r"\b(?:pass|hand|transfer|forward|connect|escalat)\w*\s+(?:you|this|it|your \w+)\b|"
    rf"\b{_PERSON}(?: will|'ll)(?:\s+\w+)?\s+"
    r"(?:call|contact|get back|be in touch|follow up|visit|come|reply|look into|take over|ring)|"
    r"\bein(?:e[nr]?)? (?:Kolleg|Mitarbeiter)\w*\b.{0,40}\b(?:meld|kontaktier|ruf)\w*|"
    r"\bun (?:collègue|compañero|agente|conseiller)\b",
    re.IGNORECASE,
)


def broken_promises(text: str, sources: str, *, reaches_a_person: bool) -> tuple[str, ...]:
    """What the text promises and nothing keeps, as sentences; `sources`: the cited words.

    A policy may be told as the source has it (“we refund within …”); an act may never be told as
    done, since no tool of the bot does any.
    """
    found = [_done(match[0]) for match in _DONE.finditer(text)]
    for match in _FUTURE.finditer(text):
        if match["act"].lower() not in sources.lower():
            found.append(f"“{match[0]}” is a promise that no source makes")
    found += [
        f"“{match[0]}” is a promise that you cannot keep"
        for match in _OTHER_LANGUAGES.finditer(text)
        if match[0].lower() not in sources.lower()
    ]
    if not reaches_a_person and (handed := _HAND_OFF.search(text)):
        found.append(
            f"“{handed[0]}” promises a person: propose hand_off or open_ticket with it, or leave "
            "it out"
        )
    return tuple(found)


def dated_promises(text: str, sources: str, now: datetime, where: ZoneInfo) -> tuple[str, ...]:
    """Things said to come by a time that the sources do not name, in the languages known.

    The bot has no tool that sees to it that something happens by a time: people promise times.
    """
    vouched = times_in(sources, now, where)
    return tuple(
        f"“{promise.text}” promises a time that nobody has set: leave the time out"
        for promise in promises_in(text, now, where)
        if promise.due_at not in vouched
    )


def _done(words: str) -> str:
    return f"“{words}” tells of an act that nobody did"
