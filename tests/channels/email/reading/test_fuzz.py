"""Whatever bytes come: one event that can be stored, or a ValueError, and soon."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import channels.email
from channels.email.reading.inbound import parse
from channels.email.reading.original import original
from channels.messages import Ignored, InboundMessage
from channels.parsed import as_json

SAMPLES = [
    path.read_bytes()
    for path in sorted((Path(channels.email.__path__[0]) / "samples").glob("*.eml"))
]
PIECES = [
    b"=?utf-8?q?",
    b"=?utf-16?b?",
    b"?=",
    b"\r\n",
    b"\n",
    b"\r",
    b"--b2",
    b'"',
    b";",
    b"<",
    b">",
    b"(",
    b"@",
    b"\x00",
    b"\xff",
    b"\xed\xa0\x80",
    b"Content-Type: multipart/mixed; boundary=b2\n\n",
    b"charset=idna",
    b"charset=utf-7",
    b"begin 644 x\n",
    b"From: ",
    b"> ",
    b"+2AA-",
]


def outcome(raw: bytes) -> None:
    """Fails where anything but one storable event or a ValueError comes of it."""
    try:
        (event,) = parse(raw)
    except ValueError as error:
        assert "no mail" in str(error)  # noqa: PT017 - both ways out are right
        return
    assert isinstance(event, InboundMessage | Ignored)
    told = json.dumps(as_json(event), ensure_ascii=False)
    told.encode("utf-8")
    assert "\\u0000" not in told
    original(raw)


@given(st.binary(max_size=600))
def test_any_bytes(raw: bytes) -> None:
    outcome(raw)
    outcome(b"From: a@b.c\n" + raw)
    outcome(b"From: a@b.c\nContent-Type: multipart/mixed; boundary=b\n\n--b\n" + raw)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(SAMPLES),
    st.lists(st.tuples(st.floats(0, 1), st.sampled_from(PIECES), st.integers(0, 80)), max_size=12),
)
def test_a_mail_that_was_broken_on_its_way(
    raw: bytes, breaks: list[tuple[float, bytes, int]]
) -> None:
    for where, piece, lost in breaks:
        at = int(where * len(raw))
        raw = raw[:at] + piece + raw[at + lost :]
    outcome(raw)


@given(st.sampled_from(SAMPLES), st.floats(0, 1))
def test_a_mail_that_was_cut_off(raw: bytes, where: float) -> None:
    outcome(raw[: int(where * len(raw))])


HEAD = b"From: a@b.c\nTo: d@e.f\n"
BOMBS = {
    "subject": HEAD + b"Subject: " + b"=?utf-8?q?a?= " * 50_000 + b"\n\nx",
    "recipients": HEAD + b"Cc: " + b"a@b.c, " * 200_000 + b"\n\nx",
    "references": HEAD + b"References: " + b"<a@b> " * 200_000 + b"\n\nx",
    "many references": HEAD + b"References: <a@b>\n" * 2000 + b"\nx",
    "results": HEAD + b"Authentication-Results: x; " + b"(" * 200_000 + b"\n\nx",
    "received": HEAD + b"Received: x\n" * 20_000 + b"\nx",
    "attachments": HEAD
    + b"Content-Type: multipart/mixed; boundary=b\n\n"
    + b"--b\nContent-Type: image/png\n\nx\n" * 50_000,
    "uuencode": HEAD + b"\n" + b"begin 644 x\n" * 100_000,
    "uuencode ends": HEAD + b"\n" + b"begin 644 x\n!\nend\n" * 20_000,
    "flowed": HEAD + b"Content-Type: text/plain; format=flowed\n\n" + b"x \n" * 300_000,
    "a long text": HEAD + b"\n" + b"word " * 2_000_000,
    "utf-7": HEAD + b"Content-Type: text/plain; charset=utf-7\n\n" + b"+2AA" * 200_000,
    "html": HEAD + b"Content-Type: text/html\n\n" + b"<div><blockquote type=cite>" * 50_000,
    "names": HEAD + b"Content-Type: a/b; name=" + b"\xe2\x80\x8b" * 100_000 + b"\n\nx",
    "calendar": HEAD + b"Content-Type: text/calendar\n\n" + b"SUMMARY;" * 100_000,
}


@pytest.mark.parametrize("raw", BOMBS.values(), ids=BOMBS)
def test_no_mail_takes_long(raw: bytes) -> None:
    started = time.process_time()
    parse(raw)
    assert time.process_time() - started < 20
