"""Reads the customer's answer to a question back: a button, a number, a title, or "none"."""

import re
from dataclasses import dataclass
from uuid import UUID

from bot.agents.extractive.answers import CHOICE
from bot.agents.extractive.reading import Reading, telling_words

_OPTION = re.compile(r"^(\d)\. (.+)$", re.MULTILINE)
_NUMBER = re.compile(
    r"^\W*(?:(?:number|no|nr|option|número|nummer|numéro"
    r"|numero)\W*)?([1-3])\W*$",
    re.I,
)
_ORDINALS = (
    r"first|erste\w*|primer[oa]?|premi[eè]re?|prim[oa]|primeir[oa]|eerste",
    r"second|zweite\w*|segund[oa]|deuxi[eè]me|second[oa]|tweede",
    r"third|dritte\w*|tercer[oa]?|troisi[eè]me|terz[oa]|terceir[oa]|derde|last|letzte\w*|último"
    r"|dernier",
)
_NONE = re.compile(
    r"^\W*(?:no|none|neither|nope|nein|non|nee|não|none of (?:them|these|those)|neither of them"
    r"|not really"
    r"|something else|ninguna?|keine[sr]?|nichts davon|aucune?|nessun[oa]|nenhuma?"
    r"|geen(?: van deze)?)\W*$",
    re.IGNORECASE,
)
_SHORT = 6


@dataclass(frozen=True, slots=True)
class Picked:
    """The customer chose one of the articles."""

    question: str
    title: str = ""
    article: UUID | None = None


@dataclass(frozen=True, slots=True)
class NoneOfThem:
    question: str


@dataclass(frozen=True, slots=True)
class SaidMore:
    """Words that go with the question asked before."""

    question: str


Clarified = Picked | NoneOfThem | SaidMore


def clarified(reading: Reading) -> Clarified | None:
    """None: nothing was asked and nothing chosen."""
    context = reading.context
    asked = context.conversation.open_question
    question = asked.partition("\n")[0]
    choice = next((m.choice for m in reversed(context.messages) if m.choice), None) or ""
    if choice.startswith(CHOICE) and (article := _article(choice)):
        return Picked(question or reading.text, reading.text, article)
    if not asked:
        return None
    titles = [title for _, title in _OPTION.findall(asked)]
    if titles and (at := _place(reading.text, titles)) is not None:
        return Picked(question, titles[at])
    return NoneOfThem(question) if _NONE.match(reading.text) else SaidMore(question)


def _article(choice: str) -> UUID | None:
    try:
        return UUID(choice.removeprefix(CHOICE))
    except ValueError:
        return None


def _place(text: str, titles: list[str]) -> int | None:
    """Which of the titles is meant: by number, by place, or by words that only one of them has."""
    if number := _NUMBER.match(text):
        at = int(number.group(1)) - 1
        return at if at < len(titles) else None
    if len(text.split()) > _SHORT:
        return None
    for at, ordinal in enumerate(_ORDINALS[: len(titles)]):
        if re.search(rf"\b(?:{ordinal})\b", text, re.IGNORECASE):
            return at
    return _by_words(text, titles)


def _by_words(text: str, titles: list[str]) -> int | None:
    said = telling_words(text)
    shared = [len(said & telling_words(title)) for title in titles]
    best = max(shared)
    if not said or best * 2 < len(said) or shared.count(best) > 1:
        return None
    return shared.index(best)
