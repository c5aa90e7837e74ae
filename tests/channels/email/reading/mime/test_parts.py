"""Mails as trees of parts, whatever is wrong with them."""

import time

import pytest

from channels.email.reading.mime.parts import MAX_DEPTH, MAX_PARTS, Part, whole, within


def mail(*lines: str) -> Part:
    return whole("\n".join(lines).encode())[0]


def multipart(kind: str, *parts: str, boundary: str = "b") -> str:
    inside = "".join(f"--{boundary}\n{part}\n" for part in parts)
    return f'Content-Type: multipart/{kind}; boundary="{boundary}"\n\n{inside}--{boundary}--\n'


def bodies(part: Part) -> list[bytes]:
    return [one.body for one in part.walk() if not one.is_multipart]


def test_parts_are_found_between_boundaries() -> None:
    found = mail("From: a@b.c\n" + multipart("mixed", "\none", "X: y\n\ntwo"))
    assert bodies(found) == [b"one", b"two"]


def test_the_newline_before_a_boundary_belongs_to_the_boundary() -> None:
    raw = (
        b"From: a@b.c\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n\r\n--b--"
    )
    assert bodies(whole(raw)[0]) == [b"x\r\n"]


ODD = {
    "a mailbox line before it": "From a@b.c Mon Mar 4 09:12:03 2024\nFrom: a@b.c\n\ntext",
    "blank lines before it": "\n\nFrom: a@b.c\n\ntext",
    "no blank line before the text": "From: a@b.c\nSubject: x\ntext",
    "a broken field in the middle": "From: a@b.c\nthis is no field\nSubject: x\n\ntext",
    "a boundary that is not there": "From: a@b.c\nContent-Type: multipart/mixed; boundary=no\n"
    "\ntext",
    "no boundary named": "From: a@b.c\nContent-Type: multipart/mixed\n\n--q\n\ntext\n--q--",
    "a boundary that never closes": "From: a@b.c\nContent-Type: multipart/mixed; boundary=b\n\n"
    "--b\n\ntext",
    "no such type": "From: a@b.c\nContent-Type: nonsense\n\ntext",
    "old newlines": "From: a@b.c\rSubject: x\r\rtext",
    "a wrong boundary": "From: a@b.c\nContent-Type: multipart/mixed; boundary=x\n\n--y\n\n"
    "text\n--y--",
    "a second type": "From: a@b.c\nContent-Type: text/plain\nContent-Type: text/html\n\ntext",
}


@pytest.mark.parametrize("raw", ODD.values(), ids=ODD)
def test_an_odd_mail_keeps_its_text(raw: str) -> None:
    found, _ = whole(raw.encode())
    assert [body.strip() for body in bodies(found)] == [b"text"]
    assert found.headers.get("from") == "a@b.c"


def test_an_inner_boundary_that_begins_like_the_outer_one_is_another() -> None:
    inner = multipart("alternative", "\none", "\ntwo", boundary="bb")
    found = mail("From: a@b.c\n" + multipart("mixed", inner, "\nthree"))
    assert bodies(found) == [b"one", b"two", b"three"]


def test_an_inner_part_that_never_closes_ends_with_the_outer_one() -> None:
    inner = 'Content-Type: multipart/alternative; boundary="in"\n\n--in\n\none'
    found = mail("From: a@b.c\n" + multipart("mixed", inner, "\ntwo"))
    assert bodies(found) == [b"one", b"two"]


def test_folded_fields_are_one_line() -> None:
    found = mail("From: a@b.c", "Subject: one", "\ttwo", "  three", "", "x")
    assert found.headers.get("subject") == "one two three"


def test_parts_of_a_digest_are_mails() -> None:
    found = mail("From: a@b.c\n" + multipart("digest", "\nFrom: d@e.f\n\nx"))
    assert found.children[0].content_type == "message/rfc822"


@pytest.mark.parametrize("raw", [b"", b"\x00\xff", b"null", b'{"a":1}', b"hello\n\nworld", b"a: b"])
def test_what_has_no_field_of_a_mail_is_none(raw: bytes) -> None:
    with pytest.raises(ValueError, match="no mail"):
        whole(raw)
    assert within(raw) is None


def test_there_are_at_most_so_many_parts() -> None:
    found = mail("From: a@b.c\n" + multipart("mixed", *["\nx"] * 1000))
    assert len(list(found.walk())) == MAX_PARTS


def test_parts_nest_at_most_so_deep() -> None:
    inside = "\nx"
    for level in range(100):
        inside = multipart("mixed", inside, boundary=f"b{level}")
    found, depth = mail("From: a@b.c\n" + inside), 0
    while found.children:
        found, depth = found.children[0], depth + 1
    assert depth == MAX_DEPTH


def _nested() -> bytes:
    opened = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(500)
    )
    return b"From: a@b.c\n" + opened + b"\nx\n" * 200_000


BOMBS = {
    "lines that are no fields": b"From: a@b.c\n" + b"x\n" * 500_000,
    "lines that are no fields, then one": b"a\n" * 100_000 + b"From: a@b.c\n\nx",
    "many fields": b"From: a@b.c\n" + b"X: y\n" * 300_000 + b"\nx",
    "one endless field": b"From: a@b.c\nX: " + b"y" * 3_000_000 + b"\n\nx",
    "one endlessly folded field": b"From: a@b.c\nX: " + b"y\n " * 500_000 + b"\n\nx",
    "deep": _nested(),
    "boundaries without end": b"From: a@b.c\nContent-Type: multipart/mixed; boundary=b\n\n"
    + b"--b\n" * 300_000,
    "almost boundaries": b"From: a@b.c\nContent-Type: multipart/mixed; boundary=b\n\n"
    + (b"--b" + b" " * 1000 + b"x\n") * 2000,
    "dashes": b"From: a@b.c\nContent-Type: multipart/mixed\n\n" + b"--" * 1_000_000,
}


@pytest.mark.parametrize("raw", BOMBS.values(), ids=BOMBS)
def test_no_mail_takes_long(raw: bytes) -> None:
    started = time.process_time()
    whole(raw)
    assert time.process_time() - started < 20
