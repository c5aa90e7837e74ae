"""Which handler `/desk customer …` and its confirmed questions lead to."""

from collections.abc import Awaitable, Callable
from typing import Any

from bot.desk.asking.parsing import first_word, wrong_use
from bot.desk.command import StaffCommand, StaffView
from bot.desk.handling.bench import Answer, Bench
from bot.desk.handling.customers import linking, looking, merging

Act = Callable[[Bench, StaffCommand, str], Awaitable[Answer]]

_ACTS: dict[str, Act] = {
    "find": looking.find,
    "show": looking.show,
    "suggestions": linking.suggestions,
    "link": linking.link,
    "unlink": linking.unlink,
    "merge": merging.merge,
    "unmerge": merging.unmerge,
}


async def customer(bench: Bench, command: StaffCommand) -> Answer:
    what, words = first_word(command.words)
    if not what:
        return await looking.show(bench, command, "")
    act = _ACTS.get(what.lower())
    if act is None:
        raise wrong_use("customer", f"There is no “customer {what[:30]}”.")
    return await act(bench, command, words)


COMMANDS: dict[str, Callable[[Bench, StaffCommand], Awaitable[Answer]]] = {"customer": customer}
CONFIRMED: dict[str, Callable[[Bench, StaffView, dict[str, Any]], Awaitable[Answer]]] = {
    merging.MERGE: merging.merge_shown,
    merging.UNMERGE: merging.unmerge_shown,
}
