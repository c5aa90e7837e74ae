"""Colours that can be read whatever a company's own is; the same words in every language."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.desk.signing.words import page_words, wished_language
from bot.portal.colours import READABLE, WHITE, contrast, on, readable
from domain.quotes.writing.words import LANGUAGES

COLOURS = st.from_regex(r"#[0-9a-f]{6}", fullmatch=True)
PARTS = ("page", "quote", "contract", "errors", "mail")


@given(COLOURS)
def test_words_are_readable_on_and_in_every_colour(colour: str) -> None:
    assert contrast(colour, on(colour)) >= READABLE
    assert contrast(readable(colour), WHITE) >= READABLE


def test_a_dark_colour_stays_as_it_is() -> None:
    assert readable("#1f4e79") == "#1f4e79"
    assert readable("#ffff00") != "#ffff00"
    assert (on("#1f4e79"), on("#ffff00")) == ("#ffffff", "#000000")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_everything_with_the_same_facts(language: str) -> None:
    own, english = page_words(language), page_words("en")
    for part in PARTS:
        mine, theirs = getattr(own, part), getattr(english, part)
        assert mine.keys() == theirs.keys(), part
        for key, words in theirs.items():
            assert set(re.findall(r"{\w+}", mine[key])) == set(re.findall(r"{\w+}", words)), key


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("de-DE,de;q=0.9,en;q=0.8", "de"),
        ("sv, nl;q=0.5", "nl"),
        ("", "en"),
        ("*", "en"),
        ("x" * 5000, "en"),
    ],
)
def test_a_browser_is_answered_in_its_language(accepted: str, language: str) -> None:
    assert wished_language(accepted) == language
