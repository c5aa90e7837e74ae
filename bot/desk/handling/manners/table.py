"""Which handler a command about manners leads to."""

from collections.abc import Awaitable, Callable

from bot.desk.command import StaffCommand
from bot.desk.handling.bench import Answer, Bench
from bot.desk.handling.manners import away, optout

COMMANDS: dict[str, Callable[[Bench, StaffCommand], Awaitable[Answer]]] = {
    "optout": optout.optout,
    "away": away.away,
}
