"""Whether a message asks for a quote, and what it says besides the goods."""

import re
from collections.abc import Sequence

from bot.agents.quoting.sentence import Notes
from bot.agents.quoting.vocabulary import families, marker, pattern
from bot.agents.quoting.wishes import TOPICS, Wish

_PLACE = re.compile(
    r"\b(?:in|at|en|in der|delivery to(?: site,?)?|for(?: the| our)?|fur das lager in|lager in|"
    r"office in|site in|building in|local en|deliver to)\s+([A-Z][\w'-]+(?:\s[A-Z][\w'-]+){0,2})"
)
_NO_PLACE = frozenset(
    [
        "Cat",
        "Cat6",
        "Cat5e",
        "Cat6A",
        "Please",
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
        "The",
        "Our",
        "We",
        "Business",
        "Essential",
        "Pro",
        "PoE",
        "UK",
        "Option",
        "White",
        "Black",
    ]
)


def is_quote_request(body: str, notes: Notes, *, has_previous: bool) -> bool:
    """Weighs what speaks for a quote against faults, orders under way and plain questions."""
    wishes = [w for w in notes.wishes if w.source == "new"]
    counted = [wish for wish in wishes if _is_counted(wish)]
    score = 0.0
    asked = pattern("past_quote").sub(" ", body)
    score += 2.5 if marker("price").has(asked) else 0.0
    score += 1.2 if marker("need").has(body) else 0.0
    score += min(2.0, 0.8 * len(counted)) + (1.0 if any(w.is_listed for w in wishes) else 0.0)
    score += 0.5 if _is_bare_list(body, counted) else 0.0
    score += 2.0 if has_previous else 0.0
    score -= 3.0 if marker("fault").has(body) else 0.0
    score -= 2.6 if marker("service").has(body) else 0.0
    if pattern("question_start").match(_first_sentence(body)) and not marker("price").has(body):
        score -= 1.5
    speaks = bool(notes.wishes or notes.work or _names_topic(body))
    return speaks and score >= 1.2


def _is_counted(wish: Wish) -> bool:
    told = wish.quantity is not None and not wish.is_article
    return bool(told or wish.range or wish.metres or wish.durations)


def _names_topic(body: str) -> bool:
    return any(term.value in TOPICS for term in families().find(body))


def _first_sentence(body: str) -> str:
    return re.split(r"[.!?\n]", body.strip(), maxsplit=1)[0]


def _is_bare_list(body: str, counted: Sequence[object]) -> bool:
    """Little else than things with numbers: a list is a wish to know the price."""
    return len(counted) >= 1 and len(body.split()) <= 14 * len(counted)


def budget(body: str, text: str) -> str:
    match = pattern("budget").search(body)
    return text[match.start(1) : match.end(1)].strip(" .,") if match else ""


def deadline(body: str, text: str) -> str:
    match = pattern("deadline").search(body)
    return text[match.start(1) : match.end(1)].strip() if match else ""


def location(text: str) -> str:
    for match in _PLACE.finditer(text):
        if match[1].split()[0] not in _NO_PLACE:
            return match[1]
    return ""
