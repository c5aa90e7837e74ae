"""What of a message is the customer's own, new text; spans never move."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.agents.quoting.language import layout
from bot.agents.quoting.language.text import fold

HISTORIES = (
    "On Tue, 3 Feb 2026 at 10:14, Sam Oakes <sam@example.com> wrote:",
    "Am 2. März schrieb Brannock:",
    "El lun, 2 mar 2026 a las 9:00, Ana escribió:",
    "Le 3 mars 2026 à 10:00, Luc a écrit :",
    "Il giorno 3 marzo Gino ha scritto:",
    "-----Original Message-----",
    "From: Sam Oakes\nSent: Monday\nTo: Ann",
)


@pytest.mark.parametrize("opening", HISTORIES)
def test_quoted_history_is_not_read(opening: str) -> None:
    text = f"Please price 4 domes for us\n\n{opening}\nwe had said 9 domes\n> 12 domes"
    assert "4 domes" in layout.body(text)
    assert "9" not in layout.body(text)
    assert "12" not in layout.body(text)


@pytest.mark.parametrize(
    "closing",
    ["Kind regards,", "Viele Grüße", "Un saludo cordial,", "Cordialement", "Many thanks, Ann",
     "Com os melhores cumprimentos", "Met vriendelijke groet,", "--"],
)  # fmt: skip
def test_a_signature_is_not_read(closing: str) -> None:
    text = (
        f"Please price four domes\n\n{closing}\nAnn Lee\nSuite 24, 8 Mill Lane\nTel 0113 496 0000"
    )
    body = layout.body(text)
    assert "four domes" in body
    assert "24" not in body


def test_a_postscript_after_the_signature_is_read() -> None:
    text = "Please price four domes\n\nRegards\nAnn\n\nPS please add two shelves"
    assert "two shelves" in layout.body(text)


@given(st.text(max_size=200))
def test_folding_keeps_every_letter_in_its_place(text: str) -> None:
    assert len(fold(text)) == len(text)
    assert len(layout.body(text)) == len(text)
