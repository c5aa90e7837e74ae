"""Text in the character sets of the world, and in what mails claim to be one."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.email.reading.mime.charsets import cleaned, codec, decoded

READ = [
    ("Größe", "utf-8", "utf-8"),
    ("Größe", "utf-8", ""),
    ("Größe", "utf-8", "us-ascii"),
    ("Größe", "utf-8", "iso-8859-1"),
    ("Größe", "utf-8", "unknown-8bit"),
    ("Größe €", "cp1252", "iso-8859-1"),
    ("Größe €", "cp1252", "utf-8"),
    ("Größe", "latin-1", ""),
    ("Größe", "utf-7", "utf-7"),
    ("Größe", "utf-7", "unicode-1-1-utf-7"),
    ("漢字かな交じり文", "shift_jis", "Shift_JIS"),
    ("①髙﨑", "cp932", "shift_jis"),
    ("漢字かな", "iso-2022-jp", "ISO-2022-JP"),
    ("漢字かな", "iso-2022-jp", ""),
    ("漢字かな", "euc-jp", "x-euc-jp"),
    ("简体中文", "gb18030", "gb2312"),
    ("简体中文", "gbk", "x-gbk"),
    ("繁體中文", "big5", "Big5"),
    ("한국어", "cp949", "ks_c_5601-1987"),
    ("한국어", "euc-kr", '"euc-kr"'),
    ("Привет", "koi8-r", "KOI8-R"),
    ("Привет", "cp1251", "windows-1251"),
    ("ไทย", "cp874", "tis-620"),
    ("ğüşıöç", "cp1254", "iso-8859-9"),
    ("Größe", "utf-16", "utf-16"),
    ("Größe", "utf-8-sig", "utf-8"),
]


@pytest.mark.parametrize(("text", "written_in", "claimed"), READ)
def test_a_text_is_read_whatever_it_claims(text: str, written_in: str, claimed: str) -> None:
    assert cleaned(decoded(text.encode(written_in), claimed)) == text


def test_a_charset_that_nobody_names_is_guessed_as_the_last_resort() -> None:
    russian = "Здравствуйте, пришлите, пожалуйста, предложение на два насоса и один клапан."
    assert decoded(russian.encode("cp1251"), "x-unheard-of") == russian


def test_a_few_broken_bytes_do_not_turn_a_text_into_another_charset() -> None:
    raw = ("Größe und Länge für die Räume " * 5).encode() + b"\xff"
    assert decoded(raw, "utf-8").startswith("Größe und Länge")


@pytest.mark.parametrize("name", ["idna", "punycode", "unicode_escape", "hex", "rot13", "a" * 999])
def test_codecs_that_are_no_charset_are_not_used(name: str) -> None:
    assert codec(name) == ""


@pytest.mark.parametrize("name", ["utf-8", "idna", "shift_jis", "utf-16", "utf-7", "big5", "hz"])
@given(raw=st.binary(max_size=200))
def test_any_bytes_become_text_that_can_be_stored(name: str, raw: bytes) -> None:
    text = cleaned(decoded(raw, name))
    text.encode("utf-8")
    assert "\x00" not in text


@pytest.mark.parametrize("name", ["", "utf-8", "idna", "punycode", "utf-7", "iso-2022-jp"])
def test_a_megabyte_takes_no_time(name: str) -> None:
    started = time.process_time()
    decoded(b"\xe4\xff+A" * 250_000, name)
    assert time.process_time() - started < 20
