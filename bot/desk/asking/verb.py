"""One command of the desk: how it is used, an example, and the right it needs."""

from dataclasses import dataclass

from bot.desk.asking.rights import Right


@dataclass(frozen=True, slots=True)
class Verb:
    name: str
    usage: str
    example: str
    meaning: str
    right: Right = Right.READ
