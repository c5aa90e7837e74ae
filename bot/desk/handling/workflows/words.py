"""A rule in words: `"NAME" on EVENT if CONDITIONS then ACTIONS`, read and written; pure."""

from dataclasses import dataclass
from typing import Any, get_args

from bot.desk.asking.parsing import wrong_use
from bot.desk.handling.workflows.pieces import (
    ACTIONS,
    FIELDS,
    OPERATORS,
    People,
    action,
    action_shown,
    condition,
    operator_of,
    value_shown,
)
from bot.desk.handling.workflows.tokens import Token, quoted, said, tokens
from domain.workflows.conditions import Condition
from domain.workflows.rules import Event, RuleBody, parse

EVENTS: tuple[str, ...] = get_args(Event)
STOP = "stop"


def rule_in(words: str, people: People, name: str = "") -> RuleBody:
    """`name`: where the words give none. Raises WrongUse or Refused with a sentence."""
    found = _Reading(tokens(words), people)
    named = said(found.until("on")).text or name
    if not named:
        raise wrong_use("rule", "What is the rule called? Begin with its name in quotes.")
    if not found.take("on"):
        raise wrong_use("rule", f"On what? Say: on {', '.join(EVENTS)}.")
    event = "_".join(said(found.until("if", "then")).text.lower().split())
    if event not in EVENTS:
        raise wrong_use("rule", f"There is no event “{event[:40]}”: {', '.join(EVENTS)}.")
    asked = found.conditions() if found.take("if") else {"match": "all", "conditions": ()}
    if not found.take("then"):
        raise wrong_use("rule", "What is to be done? Say: then set_priority urgent.")
    actions, stops = found.actions()
    return parse(
        {
            "name": named,
            "event": event,
            "conditions": asked,
            "actions": actions,
            "stops_here": stops,
        }
    )


def in_words(body: RuleBody, people: People) -> str:
    """As it can be typed again."""
    asked = _group(body.conditions, people)
    steps = [_step(one, people) for one in body.actions] + [STOP] * body.stops_here
    name = body.name.replace("\\", "\\\\").replace('"', '\\"')
    condition_words = f" if {asked}" if asked else ""
    return f'"{name}" on {body.event}{condition_words} then {"; ".join(steps)}'


def _group(group: Any, people: People) -> str:
    """Groups within it in parentheses; one that holds for every ticket is left out."""
    if isinstance(group, Condition):
        values = ", ".join(quoted(value) for value in value_shown(group, people))
        return f"{group.field} {group.operator} {values or quoted('')}"
    joined = " and " if group.match == "all" else " or "
    parts = []
    for one in group.conditions:
        words = _group(one, people)
        is_group = not isinstance(one, Condition) and len(one.conditions) > 1
        parts.append(f"({words})" if is_group else words)
    if group.match == "any" and "" in parts:
        return ""
    return joined.join(part for part in parts if part)


def _step(one: Any, people: People) -> str:
    do, parts = action_shown(one, people)
    if do == "follow_up":
        when, _, text = parts[0].partition(" ")
        return f"{do} {when} {quoted(text)}"
    return f"{do.replace('notify_', 'notify ')} {', '.join(quoted(part) for part in parts)}"


@dataclass
class _Reading:
    found: list[Token]
    people: People

    def until(self, *words: str) -> list[Token]:
        """What stands before one of these words."""
        ends = (n for n, token in enumerate(self.found) if token.is_one_of(*words))
        place = next(ends, len(self.found))
        taken, self.found = self.found[:place], self.found[place:]
        return taken

    def take(self, word: str) -> bool:
        if not self.found or not self.found[0].is_one_of(word):
            return False
        self.found = self.found[1:]
        return True

    def conditions(self, depth: int = 0) -> dict[str, Any]:
        if depth > 2:
            raise wrong_use("rule", "Parentheses go at most three deep.")
        ones: list[Any] = [self._item(depth)]
        joined = ""
        while self.found and self.found[0].is_one_of("and", "or"):
            word = self.found[0].text.lower()
            if joined and word != joined:
                reason = "Join conditions by “and” or by “or”; for both put a part in parentheses."
                raise wrong_use("rule", reason)
            joined, self.found = word, self.found[1:]
            ones.append(self._item(depth))
        return {"match": "any" if joined == "or" else "all", "conditions": tuple(ones)}

    def _item(self, depth: int) -> Any:
        if not self.take("("):
            return self._condition()
        group = self.conditions(depth + 1)
        if not self.take(")"):
            raise wrong_use("rule", "A parenthesis is not closed.")
        return group

    def _condition(self) -> dict[str, Any]:
        asked = self.found[0].text.lower() if self.found else ""
        if asked not in FIELDS:
            told = f"“{asked[:40]}” cannot be asked" if asked else "A condition is missing"
            raise wrong_use("rule", f"{told}: ask for {', '.join(FIELDS)}.")
        self.found = self.found[1:]
        operator = self._operator()
        if operator is None:
            raise wrong_use("rule", f"How is {asked} compared? By {', '.join(OPERATORS)}.")
        value = self.until("and", "or", "then", ")", "(")
        if not value:
            raise wrong_use("rule", f"{asked} {operator} what?")
        return condition(asked, operator, said(value), self.people).model_dump()

    def _operator(self) -> str | None:
        """Of one word or of two (`is not`, `greater than`)."""
        for count in (2, 1):
            words = self.found[:count]
            if len(words) == count and not any(token.is_quoted for token in words):
                known = operator_of("_".join(token.text for token in words))
                if known:
                    self.found = self.found[count:]
                    return known
        return None

    def actions(self) -> tuple[list[Any], bool]:
        done: list[Any] = []
        stops = False
        while self.found:
            step = self.until(";")
            self.take(";")
            if len(step) == 1 and step[0].is_one_of(STOP):
                stops = True
            elif step:
                done.append(self._action(step))
        if not done:
            raise wrong_use("rule", f"What is to be done? One of {_offered()}.")
        return done, stops

    def _action(self, step: list[Token]) -> dict[str, Any]:
        do, rest = step[0].text.lower(), step[1:]
        if do == "notify":
            is_named = bool(rest) and rest[0].is_one_of("room", "assignee")
            do = f"notify_{rest[0].text.lower()}" if is_named else "notify_room"
            rest = rest[1:] if is_named else rest
        if do not in ACTIONS:
            raise wrong_use("rule", f"A rule cannot do “{do[:40]}”: {_offered()}.")
        made: dict[str, Any] = action(do, said(rest), self.people).model_dump()
        return made


def _offered() -> str:
    return f"{', '.join(ACTIONS).replace('notify_', 'notify ')}, {STOP}"
