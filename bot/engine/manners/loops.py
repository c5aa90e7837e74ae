"""Whether the other side is a machine that answers us for ever, by how it behaves. Pure.

It stops answering, not listening: what comes is kept, and a person is told.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from difflib import SequenceMatcher

from bot.model.turns import MessageView

COMPARED = 600
ALIKE = 0.9


@dataclass(frozen=True, slots=True)
class LoopLimits:
    """`repeats`: nearly the same words that many times, each after an answer of ours.

    `hasty_rounds`: answers in a row that each came within `haste` of ours. `turns`: answers in a
    row that are only two texts by turns. `echoes`: our own words come back.
    """

    repeats: int
    hasty_rounds: int
    haste: timedelta
    turns: int = 8
    echoes: int = 3


CHAT = LoopLimits(repeats=6, hasty_rounds=6, haste=timedelta(seconds=1.5))
MAIL = LoopLimits(repeats=3, hasty_rounds=6, haste=timedelta(seconds=20), turns=6)
REMEMBERED = 6
"""The latest texts of a machine: what resembles none of them is somebody else's."""


@dataclass(frozen=True, slots=True)
class _Round:
    """What the bot said and what was answered."""

    said: str
    text: str
    latency: timedelta


def endless(said: Sequence[MessageView], limits: LoopLimits) -> str:
    """Why this looks like a loop, in a sentence for staff; empty: it does not. Oldest first."""
    rounds = _rounds(said)
    if _has_repeats(rounds, limits.repeats):
        return f"The same words came {limits.repeats} times, each after an answer: a machine?"
    hasty = rounds[-limits.hasty_rounds :]
    if len(hasty) == limits.hasty_rounds and all(r.latency <= limits.haste for r in hasty):
        seconds = round(limits.haste.total_seconds())
        return f"{len(hasty)} answers came within {seconds} seconds each: a machine?"
    if _takes_turns(rounds, limits.turns):
        return f"The last {limits.turns} answers were two texts by turns: a machine?"
    if _echoes(rounds, limits.echoes):
        return f"Our own words came back {limits.echoes} times: a machine?"
    return ""


def sounds_human(
    before: Sequence[MessageView], news: Sequence[MessageView], limits: LoopLimits
) -> bool:
    """Whether what is new after a loop is no machine's: in other words, and not in haste."""
    if not news or not before:
        return False
    latest = news[-1]
    known = [m.text for m in (*before, *news[:-1]) if m.author == "customer"][-REMEMBERED:]
    words = _plain(latest.text)
    since = max(m.sent_at for m in (*before, *news[:-1]))
    if not words or latest.sent_at - since <= limits.haste:
        return False
    return not any(_is_alike(_plain(text), words) for text in known)


def _rounds(said: Sequence[MessageView]) -> list[_Round]:
    """The strict alternation of bot and customer at the end, oldest first."""
    found: list[_Round] = []
    last = len(said) - 1
    while last >= 1 and said[last].author == "customer" and said[last - 1].author == "bot":
        words, answered = said[last], said[last - 1]
        found.append(_Round(answered.text, words.text, words.sent_at - answered.sent_at))
        last -= 2
    return list(reversed(found))


def _has_repeats(rounds: Sequence[_Round], times: int) -> bool:
    latest = [_plain(one.text) for one in rounds[-times:]]
    if len(latest) < times or not all(latest):
        return False
    return all(_is_alike(one, latest[-1]) for one in latest[:-1])


def _takes_turns(rounds: Sequence[_Round], times: int) -> bool:
    latest = [_plain(one.text) for one in rounds[-times:]]
    if len(latest) < times or not all(latest):
        return False
    kinds: list[str] = []
    for text in latest:
        if not any(_is_alike(text, kind) for kind in kinds):
            kinds.append(text)
    return len(kinds) <= 2


def _echoes(rounds: Sequence[_Round], times: int) -> bool:
    latest = rounds[-times:]
    return len(latest) == times and all(
        one.text.strip() and _is_alike(_plain(one.said), _plain(one.text)) for one in latest
    )


def _plain(text: str) -> str:
    return text.strip().lower()[:COMPARED]


def _is_alike(one: str, other: str) -> bool:
    if one == other:
        return True
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return matcher.quick_ratio() >= ALIKE and matcher.ratio() >= ALIKE
