"""Addresses as people and programs write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.email.reading.people import normalised, of_list
from tests.growth import grows

LISTS = {
    "ada@lund.example": [("ada@lund.example", "")],
    "<ada@lund.example>": [("ada@lund.example", "")],
    "Ada Lund <Ada@Lund.Example>": [("ada@lund.example", "Ada Lund")],
    '"Lund, Ada" <ada@lund.example>': [("ada@lund.example", "Lund, Ada")],
    r'"Ada \"Al\" Lund" <ada@lund.example>': [("ada@lund.example", 'Ada "Al" Lund')],
    "ada@lund.example (Ada Lund)": [("ada@lund.example", "Ada Lund")],
    "=?utf-8?Q?Ad=C3=A4?= <ada@lund.example>": [("ada@lund.example", "Adä")],
    '"=?utf-8?Q?Ad=C3=A4?=" <ada@lund.example>': [("ada@lund.example", "Adä")],
    "=?utf-8?Q?a,_b?= <ada@lund.example>": [("ada@lund.example", "a, b")],
    "=?utf-8?Q?ada=40lund=2Eexample?=": [("ada@lund.example", "")],
    "a@b.c, Bo <d@e.f>": [("a@b.c", ""), ("d@e.f", "Bo")],
    "a@b.c; d@e.f": [("a@b.c", ""), ("d@e.f", "")],
    "a@b.c,, ,d@e.f": [("a@b.c", ""), ("d@e.f", "")],
    "Team: a@b.c, Bo <d@e.f>;, g@h.i": [("a@b.c", ""), ("d@e.f", "Bo"), ("g@h.i", "")],
    "Undisclosed recipients:;": [],
    "A <a@b.c> B <d@e.f>": [("a@b.c", "A"), ("d@e.f", "B")],
    "Ada <mailto:ada@lund.example>": [("ada@lund.example", "Ada")],
    "<@relay.example:ada@lund.example>": [("ada@lund.example", "")],
    "'ada@lund.example' <ada@lund.example>": [("ada@lund.example", "ada@lund.example")],
    "ada@lund.example <bo@lund.example>": [("bo@lund.example", "ada@lund.example")],
    "Mailer": [("", "Mailer")],
    "": [],
    "<>": [],
    "pete(a \\) chap)@silly.example": [("pete@silly.example", "a \\) chap")],
}


@pytest.mark.parametrize(("value", "found"), LISTS.items())
def test_people_are_found_in_a_field(value: str, found: list[tuple[str, str]]) -> None:
    assert [(person.address, person.name) for person in of_list(value)] == found


@pytest.mark.parametrize("odd", ["a b@c.d", "a@", "@b", "a", "", "a@b\x00c", "a" * 400 + "@b.c"])
def test_what_is_no_address_is_none(odd: str) -> None:
    assert normalised(odd) == ""


@given(st.text(alphabet='ab@<>,;:"()\\ .', max_size=80))
def test_any_value_gives_addresses_without_space_or_angle(value: str) -> None:
    for person in of_list(value):
        assert not set(person.address) & set(' <>"')


@pytest.mark.parametrize("piece", ["<", "(", '"', ",", "a@b.c,", "\\", "<<>", '"(', "a <", ":;"])
def test_no_list_takes_long(piece: str) -> None:
    assert grows(of_list, piece, 4_000 // len(piece)) < 10


def test_a_name_keeps_no_character_that_cannot_be_stored() -> None:
    [person] = of_list("=?utf-8?q?Ada\x00 Lund <ada@lund.example>")
    assert (person.address, "\x00" in person.name) == ("ada@lund.example", False)
