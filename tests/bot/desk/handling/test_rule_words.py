"""A rule in words and in the window: what is written is what is read."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.desk.handling.workflows.form import inputs_of, rule_of
from bot.desk.handling.workflows.pieces import People
from bot.desk.handling.workflows.words import in_words, rule_in
from domain.errors import Refused
from domain.tickets.lifecycle import PRIORITIES, STATUSES
from domain.workflows.conditions import Group
from domain.workflows.defaults import DEFAULTS
from domain.workflows.rules import RuleBody, parse

ADA = "00000000-0000-0000-0000-00000000000a"
PEOPLE = People({"ada": ADA, "ada@desk.example": ADA, "me": ADA}, {ADA: "ada@desk.example"})


def asked(words: str) -> list[dict[str, Any]]:
    body = rule_in(f'"x" on created if {words} then set_priority low', PEOPLE)
    return [one.model_dump() for one in body.conditions.conditions]


def done(words: str) -> list[dict[str, Any]]:
    return [one.model_dump() for one in rule_in(f'"x" on created then {words}', PEOPLE).actions]


def test_a_rule_as_people_write_it() -> None:
    body = rule_in(
        '"Urgent untouched" on time_passed if priority equals urgent and minutes_open '
        'greater_than 60 then set_priority urgent; notify room "Look: (now), please"; stop',
        PEOPLE,
    )
    assert body == parse(
        {
            "name": "Urgent untouched",
            "event": "time_passed",
            "conditions": {
                "conditions": [
                    {"field": "priority", "operator": "equals", "value": "urgent"},
                    {"field": "minutes_open", "operator": "greater_than", "value": 60.0},
                ]
            },
            "actions": [
                {"do": "set_priority", "to": "urgent"},
                {"do": "notify", "whom": "room", "text": "Look: (now), please"},
            ],
            "stops_here": True,
        }
    )


@pytest.mark.parametrize(
    ("words", "operator", "value"),
    [
        ("status is open", "equals", "open"),
        ("status is not waiting customer", "not_equals", "waiting_customer"),
        ("status in open, in_progress", "in", ("open", "in_progress")),
        ("priority not in low, medium", "not_in", ("low", "medium")),
        ("minutes_open > 2h", "greater_than", 120.0),
        ("minutes_in_status below 3d", "less_than", 4320.0),
        ("assignee is nobody", "equals", ""),
        ("assignee is ADA", "equals", ADA),
        ("assignee is me", "equals", ADA),
        ("is_answered is no", "equals", False),
        ("tags contains “late payer”", "contains", "late payer"),
        ('subject contains "say \\"and\\" or then"', "contains", 'say "and" or then'),
        ("subject contains out of order", "contains", "out of order"),
    ],
)
def test_a_condition_in_words(words: str, operator: str, value: Any) -> None:
    (one,) = asked(words)
    assert (one["operator"], one["value"]) == (operator, value)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("assign round robin", {"do": "assign", "to": "round_robin"}),
        ("assign ada@desk.example", {"do": "assign", "to": UUID(ADA)}),
        ("add_tags billing, “late payer”", {"do": "add_tags", "tags": ("billing", "late payer")}),
        ("remove_tags new", {"do": "remove_tags", "tags": ("new",)}),
        ("note “a; b”", {"do": "note", "text": "a; b"}),
        ("notify assignee hurry", {"do": "notify", "text": "hurry", "whom": "assignee"}),
        ("notify “room 12 is hot”", {"do": "notify", "text": "room 12 is hot", "whom": "room"}),
        ("follow_up 2d call", {"do": "follow_up", "minutes": 2880, "text": "call"}),
        ("follow_up in 90m", {"do": "follow_up", "minutes": 90, "text": "Follow up."}),
        ("webhook CRM", {"do": "webhook", "to": "crm"}),
        ("set_status in progress", {"do": "set_status", "to": "in_progress"}),
    ],
)
def test_an_action_in_words(words: str, expected: dict[str, Any]) -> None:
    assert done(words) == [expected]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("", "Begin with its name"),
        ('"x"', "On what"),
        ('"x" on moon then note a', "no event “moon”"),
        ('"x" on created if then note a', "cannot be asked"),
        ('"x" on created if', "A condition is missing"),
        ('"x" on created if colour is red then note a', "“colour” cannot be asked"),
        ('"x" on created if status like open then note a', "How is status compared"),
        ('"x" on created if status is then note a', "status equals what"),
        ('"x" on created if status is lost then note a', "status is one of open"),
        ('"x" on created if minutes_open > soon then note a', "number of minutes"),
        ('"x" on created if minutes_open > nan then note a', "number of minutes"),
        ('"x" on created if is_answered is maybe then note a', "yes or no"),
        ('"x" on created if assignee is Zoe then note a', "no staff member “Zoe”"),
        ('"x" on created if status is open and type is sales or type is x then note a', "type is"),
        ('"x" on created if status is open and priority is low or is_answered is no then note a',
         "put a part in parentheses"),
        ('"x" on created if (status is open then note a', "parenthesis is not closed"),
        ('"x" on created if ((((status is open)))) then note a', "three deep"),
        ('"x" on created if status is open', "What is to be done"),
        ('"x" on created then', "What is to be done"),
        ('"x" on created then stop', "What is to be done"),
        ('"x" on created then dance', "cannot do “dance”"),
        ('"x" on created then set_priority extreme', "choose one of 'low'"),
        ('"x" on created then assign', "assign to whom"),
        ('"x" on created then follow_up soon', "needs a time and words"),
        ('"x" on created then follow_up 999w', "less than or equal"),
        ('"x" on created then webhook https://a.example', "no name of a webhook"),
        ('"x" on created then note "a', "quotation mark is not closed"),
        ('"x" on created then ' + "; ".join(["note a"] * 11), "at most 10"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_in_a_sentence(words: str, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        rule_in(words, PEOPLE)


text = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=30).map(
    str.strip
)
words = text.filter(bool)
conditions = st.one_of(
    st.tuples(st.just("status"), st.sampled_from(["in", "not_in"]),
              st.lists(st.sampled_from(STATUSES), min_size=1, max_size=3)),
    st.tuples(st.just("priority"), st.sampled_from(["equals", "greater_than"]),
              st.sampled_from(PRIORITIES)),
    st.tuples(st.just("minutes_open"), st.just("less_than"), st.floats(0, 1e9)),
    st.tuples(st.just("subject"), st.sampled_from(["contains", "equals"]), words),
    st.tuples(st.just("assignee"), st.just("not_equals"), st.sampled_from(["", ADA])),
    st.tuples(st.just("is_answered"), st.just("equals"), st.booleans()),
).map(lambda one: dict(zip(("field", "operator", "value"), one, strict=True)))  # fmt: skip
actions = st.one_of(
    st.builds(lambda to: {"do": "assign", "to": to}, st.sampled_from([ADA, "round_robin"])),
    st.builds(lambda t: {"do": "add_tags", "tags": t}, st.lists(words, min_size=1, max_size=3)),
    st.builds(lambda t: {"do": "note", "text": t}, words),
    st.builds(lambda t, w: {"do": "notify", "text": t, "whom": w}, words,
              st.sampled_from(["room", "assignee"])),
    st.builds(lambda m, t: {"do": "follow_up", "minutes": m, "text": t},
              st.integers(1, 500_000), words),
    st.just({"do": "webhook", "to": "crm-2"}),
)  # fmt: skip


def grouped(ones: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Two or more: a group of one says the same as the one."""
    return st.builds(
        lambda match, found: {"match": match, "conditions": found},
        st.sampled_from(["all", "any"]),
        st.lists(ones, min_size=2, max_size=5),
    )


def rules(groups: st.SearchStrategy[Any]) -> st.SearchStrategy[RuleBody]:
    return st.builds(
        lambda name, group, steps, stops: parse(
            {
                "name": name,
                "event": "status_changed",
                "conditions": group,
                "actions": steps,
                "stops_here": stops,
            }
        ),
        words,
        groups,
        st.lists(actions, min_size=1, max_size=3),
        st.booleans(),
    )


@given(rules(st.just({}) | grouped(conditions | grouped(conditions))))
def test_every_rule_in_words_reads_as_the_same_rule(body: RuleBody) -> None:
    assert rule_in(in_words(body, PEOPLE), PEOPLE) == body


@given(rules(grouped(conditions)), st.booleans())
def test_the_window_holds_a_rule_whole_or_not_at_all(body: RuleBody, is_on: bool) -> None:
    inputs = inputs_of(body, PEOPLE, is_on=is_on)
    if inputs is not None:
        assert rule_of(inputs, PEOPLE, stops_here=body.stops_here) == body
        assert inputs["state"] == ("on" if is_on else "off")


@pytest.mark.parametrize(
    "change",
    [
        {"conditions": {"conditions": [{"field": "status", "operator": "equals", "value": "open"}]
                        * 5}},
        {"conditions": {"conditions": [{"conditions": []}]}},
        {"conditions": {"conditions": [{"field": "subject", "operator": "contains",
                                        "value": "two\nlines"}]}},
        {"actions": [{"do": "note", "text": "a"}] * 3},
        {"actions": [{"do": "add_tags", "tags": ["one, two"]}]},
        {"actions": [{"do": "note", "text": "\N{PARTY POPPER}" * 2000}]},
    ],
)  # fmt: skip
def test_a_rule_too_rich_for_the_window_is_not_shown_there(change: dict[str, Any]) -> None:
    said = {"name": "x", "event": "created", "actions": [{"do": "note", "text": "a"}]}
    assert inputs_of(parse(said), PEOPLE, is_on=False) is not None
    assert inputs_of(parse(said | change), PEOPLE, is_on=False) is None


@pytest.mark.parametrize("body", DEFAULTS, ids=lambda body: body.name)
def test_the_rules_a_desk_starts_with_fit_the_window(body: RuleBody) -> None:
    inputs = inputs_of(body, PEOPLE, is_on=True)
    assert inputs is not None
    assert rule_of(inputs, PEOPLE) == body


def test_a_group_that_always_holds_is_left_out_of_the_words() -> None:
    said = {"name": "x", "event": "created", "actions": [{"do": "note", "text": "a"}]}
    body = parse(said | {"conditions": {"conditions": [{"conditions": []}]}})
    assert rule_in(in_words(body, PEOPLE), PEOPLE).conditions == Group()
    one = {"field": "status", "operator": "equals", "value": "open"}
    body = parse(said | {"conditions": {"match": "any", "conditions": [one, {"conditions": []}]}})
    assert rule_in(in_words(body, PEOPLE), PEOPLE).conditions == Group()
