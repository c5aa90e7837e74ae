"""`/desk rule`: everybody looks, tries and reads the log; admins write, order and switch."""

import re
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from bot.desk.asking.parsing import first_word, wrong_use
from bot.desk.asking.rights import Right
from bot.desk.command import StaffCommand, StaffView
from bot.desk.handling.bench import Answer, Bench, own_id
from bot.desk.handling.workflows import window, writing
from bot.desk.handling.workflows.cards import log_card, rule_card, rule_list, tried_card
from bot.desk.handling.workflows.shelf import may_change, people, picked, seen
from bot.desk.handling.workflows.words import rule_in
from channels.cards import Button, Card, Section, Style, Used
from domain.staff.service import StaffMembers
from domain.workflows.book import RuleBook
from domain.workflows.rules import body_of
from domain.workflows.service import Workflows
from domain.workflows.trying import MOST_TRIED, try_rule

DELETE = "rule.delete"
LATEST = 100
LOGGED = 15
Work = Callable[[Bench, StaffView, str], Awaitable[Answer]]


async def rule(bench: Bench, command: StaffCommand) -> Answer:
    word, rest = first_word(command.words)
    word = word.lower() or "list"
    if word in _LOOKS:
        return await _LOOKS[word](bench, command.by, rest)
    if word not in _CHANGES:
        offered = ", ".join([*_LOOKS, *_CHANGES])
        raise wrong_use("rule", f"A rule cannot be told to “{word[:30]}”: {offered}.")
    command.by.rights.require(Right.RULES, command.by.role)
    return await _CHANGES[word](bench, command.by, rest)


async def _list(bench: Bench, by: StaffView, words: str) -> Answer:
    async with bench.database.transaction(by.tenant_id) as session:
        rules = await Workflows(session, by.tenant_id).all()
    return rule_list(rules, may_change=may_change(by))


async def _show(bench: Bench, by: StaffView, words: str) -> Answer:
    async with bench.database.transaction(by.tenant_id) as session:
        found = await picked(session, by, words)
        return rule_card(await seen(session, by, found.rule.id))


async def _try(bench: Bench, by: StaffView, words: str) -> Answer:
    async with bench.database.transaction(by.tenant_id) as session:
        found = await picked(session, by, words)
        body = body_of(found.rule)
        tried = await try_rule(session, by.tenant_id, body, _latest(found.rest))
        return tried_card(tried, body, await people(session, by))


def _latest(words: str) -> int:
    word = words.strip().removeprefix("last ")
    if not word:
        return LATEST
    if not word.isdecimal() or not 0 < int(word[:9]) <= MOST_TRIED:
        raise wrong_use("rule", f"On how many tickets? 1 to {MOST_TRIED}: rule try 2 200.")
    return int(word)


async def _log(bench: Bench, by: StaffView, words: str) -> Answer:
    async with bench.database.transaction(by.tenant_id) as session:
        found = await picked(session, by, words) if words else None
        rule_id = found.rule.id if found else None
        rows = await Workflows(session, by.tenant_id).latest_firings(LOGGED, rule_id)
        name = found.rule.name if found else ""
        return log_card(rows, await people(session, by), name)


async def _on(bench: Bench, by: StaffView, words: str) -> Answer:
    async with bench.database.transaction(by.tenant_id) as session:
        found = await picked(session, by, words)
    wish = writing.Wish(body_of(found.rule), True, found.rule.id, found.rule.version)
    return await writing.propose(bench, by, wish)


async def _off(bench: Bench, by: StaffView, words: str) -> Answer:
    async with bench.database.transaction(by.tenant_id) as session:
        found = await picked(session, by, words)
        await RuleBook(session, by.tenant_id, by.actor).switch(found.rule.id, is_on=False)
        return rule_card(await seen(session, by, found.rule.id), f"“{found.rule.name}” is off")


async def _new(bench: Bench, by: StaffView, words: str) -> Answer:
    """In words, or in the window; it is off until it is switched on."""
    if not words:
        return window.empty()
    async with bench.database.transaction(by.tenant_id) as session:
        body = rule_in(words, await people(session, by))
    return await writing.propose(bench, by, writing.Wish(body))


async def _edit(bench: Bench, by: StaffView, words: str) -> Answer:
    async with bench.database.transaction(by.tenant_id) as session:
        found = await picked(session, by, words)
        known = await people(session, by)
        now = await seen(session, by, found.rule.id)
    if not found.rest:
        return window.of(now)
    body = rule_in(found.rest, known, found.rule.name)
    wish = writing.Wish(body, found.rule.is_on, found.rule.id, found.rule.version)
    return await writing.propose(bench, by, wish)


async def _move(bench: Bench, by: StaffView, words: str) -> Answer:
    asked = re.fullmatch(r"#?(\d{1,4}) to #?(\d{1,4})", " ".join(words.lower().split()))
    if asked is None:
        raise wrong_use("rule", "Which rule, and where to? For example: rule move 3 to 1.")
    async with bench.database.transaction(by.tenant_id) as session:
        found = await picked(session, by, asked[1])
        rules = await Workflows(session, by.tenant_id).all()
        place = int(asked[2])
        if not 1 <= place <= len(rules):
            raise wrong_use("rule", f"There are {len(rules)} places: 1 to {len(rules)}.")
        ids = [one.id for one in rules if one.id != found.rule.id]
        ids.insert(place - 1, found.rule.id)
        ordered = await RuleBook(session, by.tenant_id, by.actor).order(ids)
    return rule_list(ordered, may_change=True)


async def _delete(bench: Bench, by: StaffView, words: str) -> Answer:
    async with bench.database.transaction(by.tenant_id) as session:
        found = await picked(session, by, words)
        payload = {"rule_id": str(found.rule.id), "name": found.rule.name}
        members = StaffMembers(session, by.tenant_id)
        question = str(await members.ask(own_id(by), DELETE, payload))
    return Card(
        title=f"Delete “{found.rule.name}”?",
        sections=(Section("Its log goes too. To keep both, switch it off."),),
        buttons=(
            Button("confirm", "Delete it", question, Style.DANGER),
            Button("dismiss", "Leave it", question),
        ),
        is_private=True,
    )


async def _deleted(bench: Bench, by: StaffView, payload: dict[str, Any]) -> Answer:
    by.rights.require(Right.RULES, by.role)
    async with bench.database.transaction(by.tenant_id) as session:
        await RuleBook(session, by.tenant_id, by.actor).delete(UUID(payload["rule_id"]))
    return Card(title=f"“{payload['name']}” is deleted")


_LOOKS: dict[str, Work] = {"list": _list, "show": _show, "try": _try, "log": _log}
_CHANGES: dict[str, Work] = {
    "new": _new,
    "edit": _edit,
    "on": _on,
    "off": _off,
    "move": _move,
    "delete": _delete,
}
REACTIONS: dict[str, tuple[Right, Callable[[Bench, Used, StaffView], Awaitable[Answer]]]] = {
    window.WRITTEN: (Right.RULES, window.written),
    window.BACK: (Right.RULES, window.back),
}
CONFIRMED: dict[str, Callable[[Bench, StaffView, dict[str, Any]], Awaitable[Answer]]] = {
    writing.KEEP: writing.keep_shown,
    DELETE: _deleted,
}
