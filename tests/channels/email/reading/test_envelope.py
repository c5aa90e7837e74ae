"""The line before a mail by which the mailbox tells what it knows of it."""

import base64
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.email.reading.envelope import MARK, Envelope, opened, sealed

RAW = b"From: ada@lund.example\r\n\r\nHello"
FULL = Envelope(
    account="info@acme.example",
    folder="Sent Items/Größe",
    is_sent=True,
    uidvalidity=7,
    uid=12,
    received_at=datetime(2024, 3, 4, 9, 12, tzinfo=UTC),
    is_history=True,
    own_addresses=("info@acme.example", "Sales@Acme.example"),
    authserv_id="mx.acme.example",
)


@pytest.mark.parametrize("envelope", [FULL, Envelope()])
def test_what_was_sealed_is_opened(envelope: Envelope) -> None:
    assert opened(sealed(envelope, RAW)) == (envelope, RAW)


def test_a_mail_without_an_envelope_has_an_empty_one() -> None:
    assert opened(RAW) == (Envelope(), RAW)


def test_only_the_first_line_counts_so_that_nobody_can_write_an_envelope() -> None:
    forged = RAW.replace(b"\r\n\r\n", b"\r\n" + sealed(FULL, b"") + b"\r\n")
    assert opened(forged) == (Envelope(), forged)
    _, inner = opened(sealed(Envelope(), sealed(FULL, RAW)))
    assert inner == sealed(FULL, RAW)


@pytest.mark.parametrize(
    "line", [b"%%%", b"bnVsbA==", b"WzFd", base64.b64encode(b'{"received_at": "soon"}'), b""]
)
def test_a_line_that_cannot_be_read_stays_a_line_of_the_mail(line: bytes) -> None:
    body = MARK + line + b"\r\n" + RAW
    assert opened(body) == (Envelope(), body)


def test_our_addresses_are_those_told_and_that_of_the_account() -> None:
    assert FULL.ours == {"info@acme.example", "sales@acme.example"}
    assert Envelope(account="mailbox-7").ours == frozenset()


@given(st.binary(max_size=200))
def test_any_bytes_can_be_sealed_and_opened(raw: bytes) -> None:
    assert opened(sealed(FULL, raw)) == (FULL, raw)
