"""When a mail was sent."""

from datetime import UTC, datetime

import pytest

from channels.email.reading.envelope import Envelope
from channels.email.reading.mime.headers import split
from channels.email.reading.moments import moment, sent_at

NOW = datetime(2024, 6, 1, tzinfo=UTC)
ARRIVED = datetime(2024, 3, 4, 9, 15, tzinfo=UTC)
SENT = datetime(2024, 3, 4, 9, 12, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "Mon, 4 Mar 2024 09:12:03 +0000",
        "Mon, 4 Mar 2024 10:12:03 +0100 (CET)",
        "4 Mar 2024 09:12:03 GMT",
        "Mon, 04 Mar 2024 04:12:03 EST",
        "4 Mar 24 09:12:03 -0000",
        "2024-03-04T10:12:03+01:00",
        "Mon,  4 Mar 2024  09:12:03  +0000",
    ],
)
def test_a_date_is_read(written: str) -> None:
    assert moment(written) == SENT


@pytest.mark.parametrize(
    "written", ["", "soon", "Mon, 45 Mar 2024 09:12:03 +0000", "99999999999999 Mar", "1 1 1 1 1 1"]
)
def test_what_is_no_date_is_none(written: str) -> None:
    assert moment(written) is None


def at(fields: str, received_at: datetime | None = ARRIVED) -> datetime:
    headers, _ = split(fields.encode() + b"\n\n")
    return sent_at(headers, Envelope(received_at=received_at), NOW)


def test_the_date_of_the_mail_counts() -> None:
    assert at("Date: Mon, 4 Mar 2024 09:12:03 +0000") == SENT


@pytest.mark.parametrize(
    "date", ["", "Date: soon", "Date: 1 Jan 1970 00:00:00 +0000", "Date: 4 Mar 2031 09:12:03 +0000"]
)
def test_an_absent_or_absurd_date_gives_way_to_the_arrival(date: str) -> None:
    assert at(f"From: a@b.c\n{date}") == ARRIVED


def test_without_an_arrival_the_last_server_on_the_way_counts() -> None:
    passed = "Received: from a by b; Mon, 4 Mar 2024 09:12:03 +0000"
    assert at(passed, received_at=None) == SENT


def test_where_nothing_tells_it_is_now() -> None:
    assert at("From: a@b.c", received_at=None) == NOW
