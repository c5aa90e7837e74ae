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

    `hasty_rounds`: answers in a row that each came within `haste` of ours.
    """

    repeats: int
    hasty_rounds: int
    haste: timedelta


CHAT = LoopLimits(repeats=6, hasty_rounds=6, haste=timedelta(seconds=1.5))
MAIL = LoopLimits(repeats=3, hasty_rounds=6, haste=timedelta(seconds=20))


@dataclass(frozen=True, slots=True)
class _Round:
    """What the bot said and what was answered."""

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
    return ""


def _rounds(said: Sequence[MessageView]) -> list[_Round]:
    """The strict alternation of bot and customer at the end, oldest first."""
    found: list[_Round] = []
    last = len(said) - 1
    while last >= 1 and said[last].author == "customer" and said[last - 1].author == "bot":
        words, answered = said[last], said[last - 1]
        found.append(_Round(words.text, words.sent_at - answered.sent_at))
        last -= 2
    return list(reversed(found))


def _has_repeats(rounds: Sequence[_Round], times: int) -> bool:
    latest = [one.text.strip().lower()[:COMPARED] for one in rounds[-times:]]
    if len(latest) < times or not all(latest):
        return False
    return all(_is_alike(one, latest[-1]) for one in latest[:-1])


def _is_alike(one: str, other: str) -> bool:
    if one == other:
        return True
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return matcher.quick_ratio() >= ALIKE and matcher.ratio() >= ALIKE
