"""Times as staff type them, read where the company is; what is no time stays words."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.desk.asking.times import moment

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)  # a Wednesday
MADRID = ZoneInfo("Europe/Madrid")


@pytest.mark.parametrize(
    ("words", "at", "rest"),
    [
        ("in two days", "2026-11-27 13:00", ""),
        ("in an hour call Ana", "2026-11-25 14:00", "call Ana"),
        ("tomorrow at 10 to call Ana", "2026-11-26 10:00", "to call Ana"),
        ("tomorrow at 10: call", "2026-11-26 10:00", "call"),
        ("tomorrow 12am", "2026-11-26 00:00", ""),
        ("tomorrow 12pm", "2026-11-26 12:00", ""),
        ("monday 9 cables to order", "2026-11-30 09:00", "9 cables to order"),
        ("1 December", "2026-12-01 09:00", ""),
        ("Dec 3rd at 14 send it", "2026-12-03 14:00", "send it"),
        ("the 3rd of March", "2027-03-03 09:00", ""),
        ("sept 3", "2027-09-03 09:00", ""),
        ("3 Jan 2028", "2028-01-03 09:00", ""),
        ("next week", "2026-11-30 09:00", ""),
        ("next month", "2026-12-01 09:00", ""),
        ("end of the week", "2026-11-27 09:00", ""),
        ("by the end of the month", "2026-11-30 09:00", ""),
        ("end of next month", "2026-12-31 09:00", ""),
    ],
)
def test_a_time_is_read_and_the_rest_is_left(words: str, at: str, rest: str) -> None:
    read, left = moment(words, NOW, MADRID)
    assert read is not None
    assert (f"{read.astimezone(MADRID):%Y-%m-%d %H:%M}", left) == (at, rest)


@pytest.mark.parametrize(
    "words", ["31 feb", "may I ask", "2 marbles", "5 decks", "a dog", "two marbles", "whenever"]
)
def test_what_is_no_time_stays_words(words: str) -> None:
    assert moment(words, NOW, MADRID) == (None, words)


@given(st.text(max_size=60))
def test_no_words_break_it(words: str) -> None:
    moment(words, NOW, MADRID)
