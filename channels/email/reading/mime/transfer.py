"""Content-Transfer-Encoding undone, leniently; uuencoded files found in plain text. Pure."""

import binascii
import re
from dataclasses import dataclass

from channels.email.reading.mime.words import from_base64

_SOFT_BREAK = re.compile(rb"=[ \t]+(?=\r?\n)")
_BEGIN = re.compile(rb"^begin(?:-base64)? [0-7]{3,4} ([^\r\n]{1,255})\r?\n", re.M)
_END = re.compile(rb"^end[ \t]*\r?$", re.M)
_UU_LINE = re.compile(rb"[ -`]+")


@dataclass(frozen=True, slots=True)
class Uuencoded:
    filename: bytes
    content: bytes


def undone(body: bytes, encoding: str) -> bytes:
    """The content behind a transfer encoding; an unknown one is taken as none."""
    encoding = encoding.strip(" \"'.;").lower()
    if encoding == "base64":
        return from_base64(body)
    if encoding in ("quoted-printable", "quoted_printable", "qp"):
        if b"= " in body or b"=\t" in body:
            body = _SOFT_BREAK.sub(b"=", body)
        return binascii.a2b_qp(body)
    if encoding in ("x-uuencode", "uuencode", "x-uue", "uue"):
        _, files = without_uuencoded(body)
        return files[0].content if files else body
    return body


def without_uuencoded(text: bytes) -> tuple[bytes, list[Uuencoded]]:
    """The text around uuencoded files, and the files."""
    if b"begin" not in text:
        return text, []
    kept: list[bytes] = []
    files: list[Uuencoded] = []
    position = 0
    while found := _BEGIN.search(text, position):
        end = _END.search(text, found.end())
        if end is None:
            break
        content = _uudecoded(text[found.end() : end.start()])
        if content is None:
            kept.append(text[position : found.end()])
            position = found.end()
            continue
        kept.append(text[position : found.start()])
        files.append(Uuencoded(found[1].strip(), content))
        position = end.end()
    return b"".join([*kept, text[position:]]), files


def _uudecoded(block: bytes) -> bytes | None:
    """None where the lines are no uuencoding: prose may say "begin 644 x" too."""
    lines: list[bytes] = []
    for line in block.splitlines():
        if not line.strip():
            continue
        if not _UU_LINE.fullmatch(line):
            return None
        try:
            lines.append(binascii.a2b_uu(line))
        except binascii.Error:
            # Some encoders pad too much: the first character says how many bytes count.
            length = (((line[0] - 32) & 63) * 4 + 5) // 3
            try:
                lines.append(binascii.a2b_uu(line[:length]))
            except binascii.Error:
                return None
    return b"".join(lines)
