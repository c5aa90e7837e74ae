"""What kind of file something is: by what it holds, never by its name alone."""

import io
import zipfile
from enum import StrEnum

MOST_UNPACKED = 100 * 1024 * 1024
MOST_ENTRIES = 2_000


class Kind(StrEnum):
    WORKBOOK = "workbook"
    DOCUMENT = "document"
    PDF = "pdf"
    SEPARATED = "separated"
    HTML = "html"
    TEXT = "text"
    IMAGE = "image"
    AUDIO = "audio"
    VIDEO = "video"
    LOCKED_OFFICE = "locked_office"
    OLD_OFFICE = "old_office"
    BOMB = "bomb"
    UNKNOWN = "unknown"


_IMAGES = (
    b"\xff\xd8\xff",
    b"\x89PNG\r\n\x1a\n",
    b"GIF87a",
    b"GIF89a",
    b"BM",
    b"II*\x00",
    b"MM\x00*",
)
_SOUNDS = (b"OggS", b"ID3", b"#!AMR", b"fLaC", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2", b"\xff\xf1")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_TEXT_ENDINGS = frozenset({"txt", "md", "markdown", "text", "log", "asc"})
_SEPARATED_ENDINGS = frozenset({"csv", "tsv", "tab"})


def kind_of(content: bytes, name: str, content_type: str) -> Kind:
    """The name and the told type only decide between kinds of text."""
    head = content[:16]
    if head.startswith(b"PK\x03\x04"):
        return _packed(content)
    if b"%PDF-" in content[:1024]:
        return Kind.PDF
    if head.startswith(_OLE):
        encrypted = "EncryptedPackage".encode("utf-16-le")
        return Kind.LOCKED_OFFICE if encrypted in content else Kind.OLD_OFFICE
    return _media(head, content_type) or _text(content, name, content_type)


def _packed(content: bytes) -> Kind:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, RuntimeError):
        return Kind.UNKNOWN
    if len(entries) > MOST_ENTRIES or sum(e.file_size for e in entries) > MOST_UNPACKED:
        return Kind.BOMB
    names = {entry.filename for entry in entries}
    if "word/document.xml" in names:
        return Kind.DOCUMENT
    is_workbook = any(name.startswith("xl/") and name.endswith("workbook.xml") for name in names)
    return Kind.WORKBOOK if is_workbook else Kind.UNKNOWN


def _media(head: bytes, content_type: str) -> Kind | None:
    told = content_type.partition(";")[0].strip().lower()
    if head.startswith(_IMAGES) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP"):
        return Kind.IMAGE
    if head[4:8] == b"ftyp":
        if head[8:11] in (b"hei", b"mif", b"avi"):
            return Kind.IMAGE
        return Kind.AUDIO if told.startswith("audio/") or head[8:11] == b"M4A" else Kind.VIDEO
    if head.startswith(_SOUNDS) or (head[:4] == b"RIFF" and head[8:12] == b"WAVE"):
        return Kind.VIDEO if told.startswith("video/") else Kind.AUDIO
    if head.startswith(b"\x1aE\xdf\xa3"):
        return Kind.AUDIO if told.startswith("audio/") else Kind.VIDEO
    return None


def _text(content: bytes, name: str, content_type: str) -> Kind:
    told = content_type.partition(";")[0].strip().lower()
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    is_wide = content[:2] in (b"\xff\xfe", b"\xfe\xff")
    if b"\x00" in content[:8192] and not is_wide:
        return Kind.UNKNOWN
    if ending in {"html", "htm", "xhtml"} or told == "text/html":
        return Kind.HTML
    if ending in _SEPARATED_ENDINGS or told in {"text/csv", "text/tab-separated-values"}:
        return Kind.SEPARATED
    is_text = ending in _TEXT_ENDINGS or told.startswith("text/")
    return Kind.TEXT if is_text and told not in {"text/calendar", "text/vcard"} else Kind.UNKNOWN
