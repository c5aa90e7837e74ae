"""Encoded words and parameters, the right ones and the broken ones."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.email.reading.mime.words import from_base64, parameters, words
from tests.growth import grows

WORDS = {
    "=?utf-8?Q?Gr=C3=B6=C3=9Fe?=": "Größe",
    "=?UTF-8?B?R3LDtsOfZQ==?=": "Größe",
    "=?utf-8?B?R3LDtsOfZQ?=": "Größe",
    "=?iso-8859-1?q?Gr=F6=DFe_2?=": "Größe 2",
    "Re: =?utf-8?Q?Gr=C3=B6=C3=9Fe?= again": "Re: Größe again",
    "=?utf-8?Q?Gr=C3?= =?utf-8?Q?=B6=C3=9Fe?=": "Größe",
    "=?utf-8?Q?a?= =?utf-8?Q?b?=": "ab",
    "=?utf-8?Q?a?= b =?utf-8?Q?c?=": "a b c",
    "=?utf-8*de?Q?Gr=C3=B6=C3=9Fe?=": "Größe",
    "=?utf-8?Q?what?now??=": "what?now?",
    "=?utf-8?Q?with space?=": "with space",
    '"=?utf-8?Q?quoted?="': '"quoted"',
    "=?ISO-2022-JP?B?GyRCNEE7ehsoQg==?=": "漢字",
    "=?gb2312?B?vPLM5Q==?=": "简体",
    "=?x-unknown?Q?plain?=": "plain",
    "=?utf-8?X?left?=": "=?utf-8?X?left?=",
    "=?utf-8?Q?open": "=?utf-8?Q?open",
    "nothing": "nothing",
    "=?utf-8?Q?a=0D=0ABcc:_b?=": "a Bcc: b",
    "=?utf-8?Q?nul=00?=": "nul",
}


@pytest.mark.parametrize(("value", "read"), WORDS.items())
def test_encoded_words_are_read(value: str, read: str) -> None:
    assert words(value) == read


PARAMETERS = {
    'text/plain; charset="utf-8"': {"charset": "utf-8"},
    "text/plain;charset=utf-8;format=flowed": {"charset": "utf-8", "format": "flowed"},
    "attachment; filename=This is a test.txt": {"filename": "This is a test.txt"},
    'attachment; filename="a;b.txt"': {"filename": "a;b.txt"},
    r'attachment; filename="a\"b.txt"': {"filename": 'a"b.txt'},
    r'attachment; filename="C:\temp\a.txt"': {"filename": r"C:\temp\a.txt"},
    "attachment; filename*=utf-8''Gr%C3%B6%C3%9Fe.pdf": {"filename": "Größe.pdf"},
    "attachment; filename*=iso-8859-1'de'Gr%F6%DFe.pdf": {"filename": "Größe.pdf"},
    "a/b; name*0=one; name*1=two": {"name": "onetwo"},
    "a/b; name*1=two; name*0=one": {"name": "onetwo"},
    "a/b; name*0*=utf-8''Gr%C3%B6; name*1*=%C3%9Fe; name*2=.pdf": {"name": "Größe.pdf"},
    'a/b; name="=?utf-8?Q?Gr=C3=B6=C3=9Fe.pdf?="': {"name": "Größe.pdf"},
    "a/b; name=a; name=b": {"name": "a"},
    "a/b; ; =x; name": {},
    'a/b; name="open': {"name": "open"},
    "a/b": {},
    "": {},
}


@pytest.mark.parametrize(("value", "read"), PARAMETERS.items())
def test_parameters_are_read(value: str, read: dict[str, str]) -> None:
    assert parameters(value)[1] == read


@given(st.text(max_size=300))
def test_any_value_is_read_without_an_error(value: str) -> None:
    words(value).encode("utf-8", "surrogatepass")
    parameters(value)


@given(st.binary(max_size=200))
def test_any_bytes_are_taken_for_base64(raw: bytes) -> None:
    assert isinstance(from_base64(raw), bytes)


@pytest.mark.parametrize("piece", ["=?utf-8?q?", "=?a", '; a="', ";a*0=", "=?x?q?a?= "])
@pytest.mark.parametrize("read", [words, parameters])
def test_no_value_takes_long(read: Callable[[str], object], piece: str) -> None:
    assert grows(read, piece, 6_000 // len(piece)) < 10
