"""Reads the example phrases: `[a|b]` in a line stands for either."""

import itertools
import random
import re
from dataclasses import dataclass
from importlib.resources import files

from bot.model.turns import Intent

_CHOICE = re.compile(r"\[([^\]]*)\]")


@dataclass(frozen=True, slots=True)
class Example:
    text: str
    intent: Intent
    line: int
    """Examples of one line belong together when examples are held back for a check."""


def examples(most_per_line: int = 24) -> list[Example]:
    """All phrases of all intents, a fixed sample of each line's combinations."""
    return [
        Example(text, intent, number)
        for intent in Intent
        for number, line in enumerate(lines(intent))
        for text in expand(line, most_per_line)
    ]


def lines(intent: Intent) -> list[str]:
    source = files("bot.agents.triage") / "phrases" / f"{intent.value}.txt"
    rows = (row.strip() for row in source.read_text(encoding="utf-8").splitlines())
    return [row for row in rows if row and not row.startswith("#")]


def expand(line: str, most: int) -> list[str]:
    """The combinations of a line, at most `most`, the same ones every time."""
    pieces = _CHOICE.split(line)
    choices = [p.split("|") if at % 2 else [p] for at, p in enumerate(pieces)]
    total = 1
    for choice in choices:
        total *= len(choice)
    if total <= most:
        picked = [list(combination) for combination in itertools.product(*choices)]
    else:
        chance = random.Random(line)  # noqa: S311 - a reproducible sample, nothing secret
        picked = [_pick(choices, number, chance) for number in range(most)]
    return sorted({" ".join("".join(parts).split()) for parts in picked})


def _pick(choices: list[list[str]], number: int, chance: random.Random) -> list[str]:
    """Every alternative of every choice turns up before one repeats."""
    return [
        choice[number] if number < len(choice) else chance.choice(choice)
        for choice in (chance.sample(c, len(c)) if number == 0 else c for c in choices)
    ]
