"""What changed between two bodies."""

from hypothesis import given
from hypothesis import strategies as st

from domain.prompts.difference import Line, difference

bodies = st.lists(st.sampled_from(["a", "b", "c", "", "{{ company }}"]), max_size=12).map("\n".join)


def test_a_changed_line_is_removed_and_added() -> None:
    assert difference("Be brief.\nSign.", "Be kind.\nSign.") == (
        Line("removed", "Be brief."),
        Line("added", "Be kind."),
        Line("same", "Sign."),
    )


@given(bodies, bodies)
def test_both_bodies_can_be_read_from_it(old: str, new: str) -> None:
    lines = difference(old, new)
    assert [line.text for line in lines if line.change != "added"] == old.splitlines()
    assert [line.text for line in lines if line.change != "removed"] == new.splitlines()


@given(bodies)
def test_a_body_does_not_differ_from_itself(body: str) -> None:
    assert {line.change for line in difference(body, body)} <= {"same"}
