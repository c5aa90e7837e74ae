"""`/desk …` is read as one command; what is not one gets the usage and an example."""

from contextlib import suppress
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.desk.asking.parsing import Parsed, Reference, WrongUse, parse, reference
from bot.desk.asking.verbs import ALIASES, VERBS
from bot.desk.desk import COMMANDS


@pytest.mark.parametrize(
    ("text", "verb", "words"),
    [
        ("", "help", ""),
        ("/desk", "help", ""),
        ("/desk inbox mine", "inbox", "mine"),
        ("  INBOX   at-risk ", "inbox", "at-risk"),
        ("handback 12", "hand-back", "12"),
        ("reply 12 Good morning\nwe come at 9", "reply", "12 Good morning\nwe come at 9"),
        ("quote edit QT-20261123-0001 make it 30", "quote", "edit QT-20261123-0001 make it 30"),
    ],
)
def test_a_command_is_its_verb_and_the_words_behind_it(text: str, verb: str, words: str) -> None:
    assert parse(text) == Parsed(verb, words)


def test_a_slip_of_the_pen_is_told_what_was_meant() -> None:
    with pytest.raises(WrongUse) as refused:
        parse("inbxo mine")
    assert refused.value.verb is VERBS["inbox"]


def test_what_is_no_command_at_all_suggests_nothing() -> None:
    with pytest.raises(WrongUse) as refused:
        parse("xyzzy")
    assert refused.value.verb is None


@given(st.text(max_size=200))
def test_any_text_is_a_command_or_wrong_use(text: str) -> None:
    with suppress(WrongUse):
        assert parse(text).verb in VERBS


def test_every_example_is_a_command_and_every_command_has_a_handler() -> None:
    for verb in VERBS.values():
        assert parse(verb.example).verb == verb.name
    assert COMMANDS.keys() == VERBS.keys() - {"help"}
    assert set(ALIASES.values()) <= VERBS.keys()


KNOWN = UUID("0acedb5f-0efa-448f-9e70-4b6e23756710")


@pytest.mark.parametrize(
    ("word", "in_thread", "found"),
    [
        ("TKT-202611-00012", False, Reference(ticket="TKT-202611-00012")),
        ("tkt-202611-00012:", True, Reference(ticket="TKT-202611-00012")),
        ("12", False, Reference(short=12)),
        ("12", True, None),
        ("#12", True, Reference(short=12)),
        (str(KNOWN), True, Reference(conversation_id=KNOWN)),
        ("monitors", False, None),
    ],
)
def test_a_bare_number_in_a_thread_is_text(
    word: str, in_thread: bool, found: Reference | None
) -> None:
    assert reference(word, in_thread=in_thread) == found


def test_a_conversation_is_named_by_its_id() -> None:
    named = reference("01890000-0000-7000-8000-000000000000")
    assert named == Reference(conversation_id=UUID("01890000-0000-7000-8000-000000000000"))
