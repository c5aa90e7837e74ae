"""The window in which a rule is made and edited: a rule as inputs, and inputs as a rule; pure."""

from collections.abc import Iterator, Mapping
from typing import Any

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
from bot.desk.handling.workflows.tokens import Said
from bot.desk.handling.workflows.words import EVENTS
from bot.desk.showing.words import spoken
from channels.cards import Form, Input, InputKind, Option
from domain.errors import Refused
from domain.workflows.conditions import Condition
from domain.workflows.rules import RuleBody, parse

WRITTEN = "rule.written"
CONDITIONS = 4
STEPS = 2
NONE = "-"
"""A choice once made cannot be emptied in every channel; this one empties it."""
LONGEST = 2900
"""Of a text, in UTF-16 units: what a window gives back whole."""

_ARGUMENTS = (
    "Whom (an address, or round_robin); a priority or status; tags with commas; the words of a "
    "note or notice; 2d and words for a reminder; the webhook's name."
)


def form(inputs: Mapping[str, str], value: str, title: str) -> Form:
    """`value`: comes back with what was filled in."""
    return Form(
        action=WRITTEN,
        title=title,
        submit="Go on",
        inputs=tuple(_inputs(inputs)),
        value=value,
        intro="Nothing a rule does is seen by a customer.",
    )


def _inputs(given: Mapping[str, str]) -> Iterator[Input]:
    yield Input("name", "Name", initial=given.get("name", ""), limit=200)
    yield _choice("event", "When", EVENTS, given.get("event", EVENTS[0]))
    yield _choice("match", "If all or any of these hold", ("all", "any"), given.get("match", "all"))
    for n in range(1, CONDITIONS + 1):
        yield _choice(f"field.{n}", f"Condition {n}", (NONE, *FIELDS), given.get(f"field.{n}"))
        operators = (NONE, *OPERATORS)
        yield _choice(f"operator.{n}", f"Compared {n}", operators, given.get(f"operator.{n}"))
        yield Input(
            f"value.{n}",
            f"Value {n}",
            initial=given.get(f"value.{n}", ""),
            hint="A list with commas; a time as minutes, 2h or 3d." if n == 1 else "",
            is_required=False,
            limit=LONGEST,
        )
    for n in range(1, STEPS + 1):
        yield _choice(f"do.{n}", f"Action {n}", (NONE, *ACTIONS), given.get(f"do.{n}"))
        yield Input(
            f"with.{n}",
            f"With {n}",
            InputKind.TEXT,
            initial=given.get(f"with.{n}", ""),
            hint=_ARGUMENTS if n == 1 else "",
            is_required=False,
            limit=LONGEST,
        )
    yield _choice("state", "The rule is", ("off", "on"), given.get("state", "off"))
    yield Input(
        "then",
        "And now",
        InputKind.CHOICE,
        initial=given.get("then", "try"),
        options=(Option("try", "Try it: show what it would change"), Option("save", "Save it")),
    )


def _choice(name: str, label: str, values: tuple[str, ...], initial: str | None) -> Input:
    options = tuple(Option(v, "none" if v == NONE else spoken(v)) for v in values)
    return Input(name, label, InputKind.CHOICE, initial=initial or values[0], options=options)


def rule_of(inputs: Mapping[str, str], people: People, *, stops_here: bool = False) -> RuleBody:
    """Raises Refused with a sentence that says which input is wrong."""
    asked = [one for n in range(1, CONDITIONS + 1) if (one := _condition(inputs, n, people))]
    steps = [one for n in range(1, STEPS + 1) if (one := _step(inputs, n, people))]
    if not steps:
        raise Refused("A rule needs an action.")
    # Without a condition it is of every ticket, whichever was chosen.
    match = _chosen(inputs, "match") if asked else "all"
    return parse(
        {
            "name": inputs.get("name", "").strip(),
            "event": _chosen(inputs, "event"),
            "conditions": {"match": match, "conditions": [one.model_dump() for one in asked]},
            "actions": [one.model_dump() for one in steps],
            "stops_here": stops_here,
        }
    )


def _chosen(inputs: Mapping[str, str], name: str) -> str:
    """By its value, or as a terminal shows it: `set priority`."""
    word = inputs.get(name, "").strip().lower().replace(" ", "_")
    return NONE if word in ("", "none") else word


def _condition(inputs: Mapping[str, str], n: int, people: People) -> Condition | None:
    asked, compared = _chosen(inputs, f"field.{n}"), _chosen(inputs, f"operator.{n}")
    value = inputs.get(f"value.{n}", "")
    if asked == NONE:
        if value.strip() or compared != NONE:
            raise Refused(f"Condition {n}: what is compared? Choose it, or empty the rest.")
        return None
    operator = operator_of(compared)
    if asked not in FIELDS or operator is None:
        raise Refused(f"Condition {n}: choose how {spoken(asked)} is compared.")
    try:
        return condition(asked, operator, Said.of(value), people)
    except Refused as error:
        raise Refused(f"Condition {n}: {error}") from error


def _step(inputs: Mapping[str, str], n: int, people: People) -> Any:
    do = _chosen(inputs, f"do.{n}")
    words = inputs.get(f"with.{n}", "")
    if do == NONE:
        if words.strip():
            raise Refused(f"Action {n}: what is done? Choose it, or empty the words.")
        return None
    if do not in ACTIONS:
        raise Refused(f"Action {n}: a rule cannot do “{do[:40]}”.")
    try:
        return action(do, Said.of(words), people)
    except Refused as error:
        raise Refused(f"Action {n}: {error}") from error


def inputs_of(body: RuleBody, people: People, *, is_on: bool) -> dict[str, str] | None:
    """None: the rule says more than the window holds, and sending it would lose that."""
    asked, steps = body.conditions.conditions, body.actions
    if len(asked) > CONDITIONS or len(steps) > STEPS:
        return None
    inputs = {"name": body.name, "event": body.event, "match": body.conditions.match}
    for n, one in enumerate(asked, 1):
        if not isinstance(one, Condition):
            return None
        inputs[f"field.{n}"], inputs[f"operator.{n}"] = one.field, one.operator
        inputs[f"value.{n}"] = ", ".join(value_shown(one, people))
    lines = list(inputs.values())
    for n, step in enumerate(steps, 1):
        do, parts = action_shown(step, people)
        inputs[f"do.{n}"], inputs[f"with.{n}"] = do, ", ".join(parts)
    is_kept = all(_units(value) <= LONGEST for value in inputs.values())
    if not is_kept or any(" ".join(line.split()) != line for line in lines):
        return None
    try:
        is_same = rule_of(inputs, people, stops_here=body.stops_here) == body
    except Refused:
        is_same = False
    return inputs | {"state": "on" if is_on else "off"} if is_same else None


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
