"""Which handler a ticket's command, button or confirmed question leads to."""

from collections.abc import Awaitable, Callable
from typing import Any

from bot.desk.asking.rights import Right
from bot.desk.command import StaffCommand, StaffView
from bot.desk.handling.bench import Answer, Bench
from bot.desk.handling.delivering import reacting, templates
from bot.desk.handling.tickets import (
    articles,
    bulk,
    joining,
    macros,
    promises,
    teams,
    views,
    waiting,
)
from channels.cards import Used

COMMANDS: dict[str, Callable[[Bench, StaffCommand], Awaitable[Answer]]] = {
    "merge": joining.merge,
    "split": joining.split,
    "link": joining.link,
    "snooze": waiting.snooze,
    "remind": waiting.remind,
    "next": waiting.next_action,
    "macro": macros.macro,
    "view": views.view,
    "team": teams.team,
    "bulk": bulk.bulk,
    "promise": promises.promise,
    "article": articles.article,
    "template": templates.template,
    "react": reacting.react,
}
REACTIONS: dict[str, tuple[Right, Callable[[Bench, Used, StaffView], Awaitable[Answer]]]] = {
    "split.chosen": (Right.ACT, joining.split_chosen),
    "macro.send": (Right.ACT, macros.send),
}
CONFIRMED: dict[str, Callable[[Bench, StaffView, dict[str, Any]], Awaitable[Answer]]] = {
    joining.MERGE: joining.merge_shown,
    bulk.BULK: bulk.change_shown,
}
