"""Before a reply leaves it says to whom, in which language, until when and with what."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.desk.showing.preflight import Destination, preflight
from bot.desk.showing.words import masked

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
DAY = timedelta(hours=24)


@pytest.mark.parametrize(
    ("to", "line"),
    [
        (
            Destination(
                "WhatsApp", "447700900134", "es", DAY, NOW - DAY + timedelta(minutes=43), 2
            ),
            "to WhatsApp …34, Spanish, window closes in 43 min, 2 files",
        ),
        (
            Destination("Email", "priya@hollin.example", "en", None, NOW - 9 * DAY),
            "to Email pr…@hollin.example, English",
        ),
        (
            Destination("WhatsApp", "447700900134", "", DAY, NOW - 2 * DAY, 1),
            "to WhatsApp …34, language unknown, window is closed, 1 file",
        ),
    ],
)
def test_the_line_names_everything(to: Destination, line: str) -> None:
    assert preflight(to, NOW) == line


def test_a_window_closes_to_the_second() -> None:
    to = Destination("WhatsApp", "1", "en", DAY, NOW - DAY + timedelta(seconds=1))
    assert to.is_open(NOW)
    assert not to.is_open(NOW + timedelta(seconds=1))


def test_without_a_word_of_the_customers_a_window_never_opened() -> None:
    assert not Destination("WhatsApp", "1", "en", DAY, None).is_open(NOW)


def test_an_address_is_never_shown_whole() -> None:
    assert masked("447700900134") == "…34"
