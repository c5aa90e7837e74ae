"""The further words of `quote`: what each does, with a quote's number or without one."""

from collections.abc import Awaitable, Callable, Mapping

from bot.desk.command import StaffCommand
from bot.desk.handling.bench import Bench
from bot.desk.handling.selling.figures import quote_figures
from bot.desk.handling.selling.handing import export, order
from bot.desk.handling.selling.terms import keep_rate, take_terms
from channels.cards import Card

Look = Callable[[Bench, StaffCommand, str], Awaitable[Card]]
Deed = Callable[[Bench, StaffCommand, str, str], Awaitable[Card | None]]

LOOKS: Mapping[str, Look] = {"rate": keep_rate, "rates": keep_rate, "figures": quote_figures}
FURTHER: Mapping[str, Deed] = {
    "terms": take_terms,
    "export": export,
    "order": order,
    "orders": order,
}
"""Of a quote; None: the quote itself is shown."""
