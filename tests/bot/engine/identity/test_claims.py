"""An address that somebody calls their own, told from one they merely mention."""

import pytest

from bot.engine.identity.claims import WISH_ID, claim_in, wishes_code
from domain.customers.proving import code_in, words_beside

MINE = ("email", "anna@x.example")


@pytest.mark.parametrize(
    "text",
    [
        "my mail is anna@x.example",
        "My email address: Anna@X.example.",
        "Hi, my work e-mail is anna@x.example, thanks",
        "anna@x.example",
        "meine Mail ist anna@x.example",
        "mi correo electrónico es anna@x.example",
        "mon adresse mail est anna@x.example",
        "il mio indirizzo email è anna@x.example",
        "o meu email é anna@x.example",
        "mijn mail is anna@x.example",
        "no, my mail is bob@x.example, sorry: my mail is anna@x.example",
    ],
)
def test_an_address_called_ones_own_is_a_claim(text: str) -> None:
    claim = claim_in(text)
    assert claim is not None
    assert (claim.kind, claim.value) == MINE


@pytest.mark.parametrize(
    "text",
    [
        "please add bob@x.example to the alerts",
        "write to my colleague email bob@x.example",
        "my mail is broken",
        "the camera sends to cam@x.example",
        "my mail is anna@x",
        "",
    ],
)
def test_an_address_merely_mentioned_is_none(text: str) -> None:
    assert claim_in(text) is None


def test_a_signature_in_a_mail_is_no_claim() -> None:
    assert claim_in("anna@x.example", is_mail=True) is None


def test_a_number_counts_with_its_country() -> None:
    claim = claim_in("my whatsapp number is +44 (7700) 900-123")
    assert claim is not None
    assert (claim.kind, claim.value, claim.is_mere) == ("phone", "447700900123", True)
    assert claim_in("my number is 900 123") is None


def test_a_claim_beside_a_wish_leaves_the_wish_to_be_answered() -> None:
    claim = claim_in("Please quote 24 double outlets, certified. My mail is anna@x.example")
    assert claim is not None
    assert not claim.is_mere


@pytest.mark.parametrize("text", ["code", "Code please", "send me the code", "código", "un code"])
def test_a_code_is_asked_for_in_a_word(text: str) -> None:
    assert wishes_code(text, None)


def test_the_button_asks_for_one_and_other_words_do_not() -> None:
    assert wishes_code("", WISH_ID)
    assert not wishes_code("what is the code of the gate?", None)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("123456", "123456"),
        ("it is 123-456", "123456"),
        ("any news on TKT-202611-00012?", ""),
        ("TKT-202611-00012: 654321", "654321"),
    ],
)
def test_digits_of_a_tickets_number_are_no_code(text: str, code: str) -> None:
    assert code_in(text) == code


def test_more_than_a_word_or_two_beside_a_code_is_a_message() -> None:
    assert words_beside("the code is 123456 thanks") == ""
    assert words_beside("123456 and what about the ticket for the gate") != ""
