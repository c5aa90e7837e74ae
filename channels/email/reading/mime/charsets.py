"""Bytes to text, whatever the mail claims its character set to be. Never fails. Pure."""

import codecs
import re
from functools import lru_cache

SAMPLE = 8 * 1024
MIN_FOREIGN = 8
"""Bytes beyond ASCII, fewer than which tell nothing of a charset."""

# Names as mails have them, to the codec that reads what is really sent under that name:
# browsers and mail programs agree that Latin-1 means Windows-1252 (WHATWG Encoding Standard).
_ALIASES = {
    "ansi": "cp1252",
    "ansi_x3.110-1983": "cp1252",
    "big5": "big5hkscs",
    "cp932": "cp932",
    "cp-850": "cp850",
    "default": "utf-8",
    "en_us": "utf-8",
    "euc-kr": "cp949",
    "gb2312": "gb18030",
    "gb_2312-80": "gb18030",
    "gbk": "gb18030",
    "hz-gb-2312": "hz",
    "iso-2022-jp": "iso2022_jp_ext",
    "iso-8859-1": "cp1252",
    "iso-8859-8-e": "iso8859_8",
    "iso-8859-8-i": "iso8859_8",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "iso_8859-1": "cp1252",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "ksc5601": "cp949",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "macintosh": "mac_roman",
    "shift-jis": "cp932",
    "shift_jis": "cp932",
    "sjis": "cp932",
    "tis-620": "cp874",
    "unicode": "utf-16",
    "unicode-1-1-utf-7": "utf-7",
    "unicode-1-1-utf-8": "utf-8",
    "utf8": "utf-8",
    "utf-8mb4": "utf-8",
    "windows-31j": "cp932",
    "windows-874": "cp874",
    "windows-949": "cp949",
    "x-big5": "big5hkscs",
    "x-euc-jp": "euc_jp",
    "x-gbk": "gb18030",
    "x-mac-roman": "mac_roman",
    "x-ms-cp932": "cp932",
    "x-sjis": "cp932",
    "x-utf-8": "utf-8",
}
_SAFE = re.compile(
    r"utf-?(7|8|8-sig|16|16-[bl]e|32|32-[bl]e)|ascii|cp\d+|iso8859-\d+|latin_?1|koi8[-_][rut]"
    r"|mac[-_]\w+"
    r"|gb18030|gbk|gb2312|hz|big5(hkscs)?|shift_jis\w*|euc_\w+|johab|iso2022_\w+|kz1048|ptcp154"
    r"|tis_620"
)
_LIKELY = [
    *("cp1252", "cp1250", "cp1251", "koi8_r", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257"),
    *("cp874", "gb18030", "big5", "cp932", "euc_jp", "cp949"),
]
_ANYTHING = ("", "ascii", "cp1252", "unknown")
# Control characters that no database or page should see; surrogates cannot be stored at all.
_FORBIDDEN = re.compile("[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff\ufeff]")
_NEWLINES = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")


def decoded(raw: bytes, charset: str = "") -> str:
    """The text; what cannot be read becomes U+FFFD."""
    if raw.isascii() and b"\x1b" not in raw and b"~{" not in raw:
        name = codec(charset)
        if not name.startswith(("utf-7", "utf-16", "utf-32", "utf_7")):
            return raw.decode("ascii")
    return _decoded(raw, codec(charset))


def cleaned(text: str) -> str:
    """Lines end in \\n; nothing that cannot be stored or shown."""
    if "\r" in text or not text.isascii() or "\x0b" in text or "\x0c" in text:
        text = _NEWLINES.sub("\n", text)
    return _FORBIDDEN.sub("", text)


@lru_cache(maxsize=256)
def codec(charset: str) -> str:
    """The name of the codec for a charset, empty where it is unknown or not to be trusted.

    Python also knows codecs that are no charset, some of them slow on purpose-made input
    (punycode, idna) or interpreting (unicode_escape).
    """
    name = charset.strip(" \"'\t").lower().partition("*")[0]
    name = _ALIASES.get(name, name)
    if not name or not name.isascii() or len(name) > 40 or "\x00" in name:
        return ""
    try:
        found = codecs.lookup(name).name
    except (LookupError, ValueError):
        return ""
    if not _SAFE.fullmatch(found):
        return ""
    return {"iso8859-1": "cp1252", "latin_1": "cp1252"}.get(found, found)


def _decoded(raw: bytes, name: str) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")) and len(raw) % 2 == 0:
        name = "utf-16"
    elif not name and b"\x1b$" in raw:
        name = "iso2022_jp_ext"
    # Bytes that are valid UTF-8 beyond ASCII are hardly ever anything else.
    candidates = ("utf-8", name) if name in _ANYTHING else (name, "utf-8")
    for candidate in candidates:
        found = _strictly(raw, candidate)
        if found is not None:
            return found
    return _mostly(raw, name) or _guessed(raw)


def _strictly(raw: bytes, name: str) -> str | None:
    if not name or name == "ascii":
        return None
    try:
        return raw.decode(name)
    except (UnicodeError, ValueError):
        return None


def _mostly(raw: bytes, name: str) -> str:
    """The declared charset where only a few bytes are broken, as in a cut or patched text."""
    if not name or name == "ascii":
        return ""
    try:
        found = raw.decode(name, "replace")
    except (UnicodeError, ValueError):
        return ""
    foreign = sum(1 for character in found[:SAMPLE] if ord(character) > 127)
    return found if found[:SAMPLE].count("\ufffd") * 10 <= foreign or foreign < 2 else ""


def _guessed(raw: bytes) -> str:
    """The last resort, because it is slow: looks at a sample with something foreign in it."""
    first = next((i for i, byte in enumerate(raw) if byte > 127), 0)
    sample = raw[max(0, first - 256) :][:SAMPLE]
    found = None
    if sum(byte > 127 for byte in sample) >= MIN_FOREIGN:
        from charset_normalizer import from_bytes

        best = from_bytes(sample, steps=3, chunk_size=512, cp_isolation=_LIKELY).best()
        found = _strictly(raw, codec(best.encoding)) if best else None
    return found if found is not None else raw.decode("cp1252", "replace")
