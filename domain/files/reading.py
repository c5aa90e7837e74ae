"""One file's bytes in, its text out, or the reason why not."""

from domain.files.content import FileText, Trouble, Unreadable, plain_text
from domain.files.documents import document, html, pdf
from domain.files.kinds import Kind, kind_of
from domain.files.tables import decoded, separated, workbook

LARGEST = 25 * 1024 * 1024
_REFUSED = {
    Kind.LOCKED_OFFICE: (Trouble.LOCKED, "it is locked with a password"),
    Kind.OLD_OFFICE: (Trouble.OLD_FORMAT, "it is in an old format (.doc or .xls)"),
    Kind.BOMB: (Trouble.TOO_LARGE, "it unpacks to more than can be read"),
    Kind.IMAGE: (Trouble.NO_TEXT, "it is a picture"),
    Kind.VIDEO: (Trouble.NO_TEXT, "it is a film"),
    Kind.AUDIO: (Trouble.SOUND, "it is a recording"),
    Kind.UNKNOWN: (Trouble.UNKNOWN, "it is of a kind that is not read"),
}


def read(content: bytes, name: str, content_type: str) -> FileText:
    """Raises Unreadable. Blocking, and hostile files are slow: call it in a process of its own."""
    if len(content) > LARGEST:
        raise Unreadable(Trouble.TOO_LARGE, "it is larger than 25 MB")
    if not content.strip():
        raise Unreadable(Trouble.EMPTY, "it is empty")
    kind = kind_of(content, name, content_type)
    if kind in _REFUSED:
        raise Unreadable(*_REFUSED[kind])
    if kind is Kind.WORKBOOK:
        return workbook(content)
    if kind is Kind.DOCUMENT:
        return document(content)
    if kind is Kind.PDF:
        return pdf(content)
    if kind is Kind.SEPARATED:
        return separated(content)
    text, _ = decoded(content)
    return html(text) if kind is Kind.HTML else plain_text(text)
