"""Documents of sections: checked, changed one by one, compared line by line."""

from typing import Any

import pytest

from domain.errors import NotFound, Refused
from domain.prompts.difference import difference
from domain.quotes.writing.plain_text import as_text
from domain.quotes.writing.sections import changed, edited, followed


def section(id_: str, content: str, order: int = 1, **more: Any) -> dict[str, Any]:
    return {"id": id_, "title": id_.title(), "content": content, "order": order} | more


BEFORE = {"sections": [section("one", "First.", 1, origin="code"),
                       section("two", "Second.", 2, origin="model")]}  # fmt: skip


def test_what_a_person_changed_is_theirs_and_the_rest_keeps_its_origin() -> None:
    sent = {"sections": [section("two", "Second.", 7), section("one", "My own.", 3)]}
    now = edited(sent, BEFORE)["sections"]
    assert [(s["id"], s["order"], s["origin"]) for s in now] == [
        ("one", 1, "person"), ("two", 2, "model"),
    ]  # fmt: skip


def test_an_origin_that_is_claimed_is_not_believed() -> None:
    sent = {"sections": [section("one", "My own.", origin="code")]}
    assert edited(sent, BEFORE)["sections"][0]["origin"] == "person"


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"sections": []},
        {"sections": "all"},
        {"sections": [section("../x", "")]},
        {"sections": [section("a", ""), section("a", "")]},
        {"sections": [section("a", "x" * 100_001)]},
        {"sections": [section(f"s{n}", "") for n in range(41)]},
        {"sections": [section(f"s{n}", "x" * 90_000) for n in range(3)]},
        {"sections": [section(f"s{n}", "- a\n" * 1500) for n in range(3)]},
        {"sections": [{"id": "a", "content": "no title"}]},
    ],
)
def test_what_is_no_document_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        edited(wrong, BEFORE)


def test_marks_that_turn_the_reading_around_are_taken_out() -> None:
    sent = {"sections": [section("one", "pay \u202e001\u202c\x00 now")]}
    assert edited(sent, BEFORE)["sections"][0]["content"] == "pay 001 now"


def test_one_section_is_changed_or_moved() -> None:
    now = changed(BEFORE, "two", {"content": "2.", "order": 1})["sections"]
    assert [(s["id"], s["content"]) for s in now] == [("two", "2."), ("one", "First.")]
    with pytest.raises(NotFound):
        changed(BEFORE, "three", {"content": "x"})


def test_after_new_lines_only_a_persons_sections_stay() -> None:
    present = {"sections": [section("one", "Old.", 1, origin="code"),
                            section("two", "By a model.", 2, origin="model"),
                            section("three", "Mine.", 3, origin="person"),
                            section("own", "Also mine.", 4, origin="person")]}  # fmt: skip
    fresh = {
        "sections": [
            section(name, "New.", n, origin="code")
            for n, name in enumerate(("one", "two", "three", "gone"), 1)
        ]
    }
    now = followed(present, fresh)["sections"]
    assert [(s["id"], s["content"]) for s in now] == [
        ("one", "New."), ("two", "New."), ("three", "Mine."), ("own", "Also mine."),
    ]  # fmt: skip


def test_versions_are_compared_line_by_line() -> None:
    old = as_text({"sections": [section("one", "- a\n- b")]})
    new = as_text({"sections": [section("one", "- a\n- c")]})
    assert [(one.change, one.text) for one in difference(old, new)] == [
        ("same", "## One"), ("same", "- a"), ("removed", "- b"), ("added", "- c"),
    ]  # fmt: skip
