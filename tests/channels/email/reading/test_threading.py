"""What ties a mail to others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.email.reading.mime.headers import split
from channels.email.reading.threading import (
    MAX_REFERENCES,
    conversation_hint,
    hints,
    ids,
    is_ours,
    normalised_id,
    numbers,
    root,
)
from channels.messages import ThreadHints

TOKEN = "abcdefghijklmnopqrstuvwxyz234567" + "abcdefghij"


def read(*fields: str, subject: str = "") -> ThreadHints:
    headers, _ = split("\n".join(fields).encode() + b"\n\n")
    return hints(headers, subject)


def test_references_come_nearest_first() -> None:
    found = read("Message-ID: <d@x>", "In-Reply-To: <c@x>", "References: <a@x> <b@x>\n <c@x>")
    assert found.message_id == "d@x"
    assert found.references == ("c@x", "b@x", "a@x")
    assert root(found) == "a@x"


REFERENCES = {
    "In-Reply-To: <a@x>": ("a@x",),
    "In-Reply-To: a@x": ("a@x",),
    'In-Reply-To: Your message of "Mon" <a@x>': ("a@x",),
    "In-Reply-To: <a@x> <b@x>": ("b@x", "a@x"),
    "References: <a@x>\n\t<b@x>": ("b@x", "a@x"),
    "References: <a@x>,<b@x>": ("b@x", "a@x"),
    "References: <a@x>\nReferences: <b@x>": ("b@x", "a@x"),
    "References: <a\n @x>": ("a@x",),
    "References: <own@x> <a@x>": ("a@x",),
    "References: <a@x> <a@x>": ("a@x",),
    "In-Reply-To:": (),
    "In-Reply-To: <>": (),
    "In-Reply-To: Thread-Index-1234": ("Thread-Index-1234",),
    "Thread-Index: AcpZlFLF/Y9EfcC0": (),
}


@pytest.mark.parametrize(("fields", "references"), REFERENCES.items())
def test_broken_ids_are_read_as_far_as_they_can_be(
    fields: str, references: tuple[str, ...]
) -> None:
    assert read("Message-ID: <own@x>", fields).references == references


def test_an_id_is_compared_without_brackets_and_space() -> None:
    assert normalised_id(" <a@x> ") == normalised_id("a@x") == normalised_id("<a @x>") == "a@x"
    assert ids("<Mixed.Case@X>") == ["Mixed.Case@X"]


def test_a_long_thread_keeps_its_root() -> None:
    chain = " ".join(f"<{n}@x>" for n in range(500))
    found = read(f"References: {chain}")
    assert len(found.references) == MAX_REFERENCES
    assert (found.references[0], found.references[-1]) == ("499@x", "0@x")


@pytest.mark.parametrize(
    "field",
    [
        f"In-Reply-To: <fd.{TOKEN}.r4nd@acme.example>",
        f"References: <a@x> <fd.{TOKEN}.r4nd@acme.example>",
        f"To: Desk <info+fd.{TOKEN}@acme.example>",
        f"Cc: info+fd.{TOKEN.upper()}@acme.example",
        f"Delivered-To: info+fd.{TOKEN}@acme.example",
    ],
)
def test_our_tokens_are_found(field: str) -> None:
    assert read(field).tokens == (TOKEN,)


@pytest.mark.parametrize(
    "field",
    [
        f"In-Reply-To: <fd.{TOKEN}x.r4nd@acme.example>",
        f"In-Reply-To: <fd.{TOKEN[:-1]}1.r@acme.example>",
        f"In-Reply-To: <xfd.{TOKEN}.r@acme.example>",
        f"Message-ID: <fd.{TOKEN}.r4nd@acme.example>",
        f"Subject: fd.{TOKEN}",
    ],
)
def test_what_only_looks_like_a_token_is_none(field: str) -> None:
    assert read(field).tokens == ()


def test_our_own_ids_are_known_by_their_form() -> None:
    assert is_ours(f"fd.{TOKEN}.r4nd@acme.example")
    assert not is_ours("fd.short@acme.example")


def test_numbers_are_found_in_the_subject() -> None:
    told = "Re: [tkt-202403-00012] and QT-20240304-0007, CT-20240304-0001, XQT-20240304-0007"
    assert numbers(told) == ("TKT-202403-00012", "QT-20240304-0007", "CT-20240304-0001")


def test_all_mails_of_a_thread_have_one_hint() -> None:
    first = read("Message-ID: <a@x>")
    second = read("Message-ID: <b@x>", "In-Reply-To: <a@x>")
    third = read("Message-ID: <c@x>", "References: <a@x> <b@x>")
    assert len({conversation_hint(one, "") for one in (first, second, third)}) == 1
    assert conversation_hint(read(), "1") != conversation_hint(read(), "2")


@given(st.text(max_size=200))
def test_any_value_gives_ids_without_brackets(value: str) -> None:
    for one in ids(value):
        assert one
        assert not set(one) & set("<> \n")
