"""What a rule may say, and when it matches."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.tickets.lifecycle import PRIORITIES, STATUSES
from domain.workflows.conditions import Condition, Facts, Group, matches
from domain.workflows.rules import Load, RuleIsWrong, least_loaded, parse


def _nested(levels: int, value: str = "open") -> dict[str, Any]:
    asked: dict[str, Any] = {"field": "status", "operator": "equals", "value": value}
    for _ in range(levels):
        asked = {"match": "any", "conditions": [asked]}
    return asked


FACTS = Facts(
    "open", "high", "support", "whatsapp", "Gate camera dead", "", "", False, ("Site",), 45, 10, 45
)


@pytest.mark.parametrize(
    ("field", "operator", "value", "expected"),
    [
        ("status", "equals", "open", True),
        ("status", "not_equals", "open", False),
        ("priority", "in", ["high", "urgent"], True),
        ("priority", "not_in", ["high", "urgent"], False),
        ("priority", "greater_than", "medium", True),
        ("priority", "less_than", "high", False),
        ("minutes_open", "greater_than", 30, True),
        ("minutes_open", "less_than", 30, False),
        ("subject", "contains", "CAMERA", True),
        ("tags", "contains", "site", True),
        ("tags", "contains", "sit", False),
        ("assignee", "equals", "", True),
        ("is_answered", "equals", False, True),
    ],
)
def test_a_condition_matches(field: Any, operator: Any, value: Any, expected: bool) -> None:
    condition = Condition.model_validate({"field": field, "operator": operator, "value": value})
    assert matches(condition, FACTS) is expected


def _rule(**changes: Any) -> dict[str, Any]:
    return {"name": "x", "event": "created", "actions": [{"do": "note", "text": "hi"}]} | changes


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"event": "moon"}, "created"),
        ({"actions": []}, "at least 1"),
        ({"actions": [{"do": "dance"}]}, "dance"),
        ({"extra": 1}, "extra"),
        ({"conditions": {"match": "any"}}, "would never match"),
        (
            {
                "conditions": {
                    "conditions": [{"field": "status", "operator": "in", "value": "open"}]
                }
            },
            "needs a list of words",
        ),
        (
            {
                "conditions": {
                    "conditions": [{"field": "status", "operator": "equals", "value": "x"}]
                }
            },
            "status is one of open",
        ),
        (
            {"conditions": {"conditions": [{"field": "tags", "operator": "equals", "value": "x"}]}},
            "contains",
        ),
        ({"conditions": _nested(4)}, "at most three deep"),
        ({"conditions": _nested(900)}, "at most three deep"),
    ],
)
def test_what_is_wrong_is_told_in_a_sentence(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(RuleIsWrong, match=words):
        parse(_rule(**changes))


def test_groups_within_groups_are_asked_to_the_bottom() -> None:
    assert matches(Group.model_validate(_nested(3)), FACTS)
    assert not matches(Group.model_validate(_nested(3, "closed")), FACTS)


conditions = st.one_of(
    st.builds(
        lambda o, v: Condition(field="status", operator=o, value=v),
        st.sampled_from(["equals", "not_equals"]),
        st.sampled_from(STATUSES),
    ),
    st.builds(
        lambda o, v: Condition(field="priority", operator=o, value=v),
        st.sampled_from(["equals", "greater_than", "less_than"]),
        st.sampled_from(PRIORITIES),
    ),
    st.builds(
        lambda o, v: Condition(field="minutes_open", operator=o, value=v),
        st.sampled_from(["equals", "greater_than", "less_than"]),
        st.floats(0, 1e6),
    ),
    st.builds(
        lambda v: Condition(field="subject", operator="contains", value=v),
        st.text("ab", min_size=1),
    ),
)
groups = st.builds(
    lambda match, ones: Group(match=match, conditions=tuple(ones)),
    st.sampled_from(["all", "any"]),
    st.lists(conditions, min_size=1, max_size=4),
)
facts = st.builds(
    lambda s, p, m, t: replace(FACTS, status=s, priority=p, minutes_open=m, subject=t),
    st.sampled_from(STATUSES),
    st.sampled_from(PRIORITIES),
    st.floats(0, 1e6),
    st.text("abc"),
)


@given(groups, facts)
def test_matching_never_raises(group: Group, known: Facts) -> None:
    assert matches(group, known) in (True, False)


@given(st.sampled_from(STATUSES), facts)
def test_each_operator_and_its_denial_are_complements(value: str, known: Facts) -> None:
    for plain, denied, asked in (("equals", "not_equals", value), ("in", "not_in", (value,))):
        one = Condition(field="status", operator=plain, value=asked)  # type: ignore[arg-type]
        other = Condition(field="status", operator=denied, value=asked)  # type: ignore[arg-type]
        assert matches(one, known) is not matches(other, known)


def test_round_robin_takes_the_least_loaded_and_of_those_the_longest_idle() -> None:
    early, late = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)
    a, b, c = UUID(int=1), UUID(int=2), UUID(int=3)
    assert least_loaded([Load(a, 2, early), Load(b, 1, late)]) == b
    assert least_loaded([Load(a, 1, late), Load(b, 1, early)]) == b
    assert least_loaded([Load(a, 1, early), Load(c, 1, None)]) == c
    assert least_loaded([]) is None
