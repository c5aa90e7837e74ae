"""Transfer encodings, uuencoded files."""

import base64
import binascii

import pytest

from channels.email.reading.mime.transfer import undone, without_uuencoded

CONTENT = bytes(range(256)) * 3


def uuencoded(content: bytes) -> bytes:
    lines = [binascii.b2a_uu(content[n : n + 45]) for n in range(0, len(content), 45)]
    return b"begin 644 a file.bin\n" + b"".join(lines) + b"`\nend\n"


UNDONE = [
    (base64.encodebytes(CONTENT), "base64", CONTENT),
    (base64.encodebytes(CONTENT), " BASE64 ", CONTENT),
    (base64.b64encode(b"ab").rstrip(b"="), "base64", b"ab"),
    (b"YWI=!!\n", "base64", b"ab"),
    (b"YWIX9", "base64", b"ab\x17"),
    (b"a=3Db=\r\nc=", "quoted-printable", b"a=bc"),
    (b"a= \r\nb", "quoted-printable", b"ab"),
    (b"a=ZZb", "quoted-printable", b"a=ZZb"),
    (uuencoded(CONTENT), "x-uuencode", CONTENT),
    (b"no file", "x-uuencode", b"no file"),
    (b"plain", "8bit", b"plain"),
    (b"plain", "never-heard-of", b"plain"),
]


@pytest.mark.parametrize(("body", "encoding", "content"), UNDONE)
def test_an_encoding_is_undone(body: bytes, encoding: str, content: bytes) -> None:
    assert undone(body, encoding) == content


def test_a_uuencoded_file_in_a_text_is_taken_out_of_it() -> None:
    text, files = without_uuencoded(b"Hello\n\n" + uuencoded(CONTENT) + b"\nBye\n")
    assert text.split() == [b"Hello", b"Bye"]
    assert [(file.filename, file.content) for file in files] == [(b"a file.bin", CONTENT)]


def test_a_text_that_only_sounds_like_a_file_stays_a_text() -> None:
    told = b"begin 644 soldiers\nwho marched up the hill, and\nend\n"
    assert without_uuencoded(told) == (told, [])
