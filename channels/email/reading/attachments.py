"""The files of a mail, with harmless names, within a limit on their size together. Pure."""

from hashlib import sha256
from html import unescape

from channels.email.reading.mime.charsets import cleaned, decoded
from channels.email.reading.mime.headers import split
from channels.email.reading.mime.parts import Part
from channels.email.reading.mime.transfer import Uuencoded
from channels.filenames import safe_filename
from channels.messages import InboundAttachment

MAX_TOTAL = 48 * 1024 * 1024
"""Of all files of a mail decoded; what is beyond is named, but not kept."""

_NAMES = {
    "text/calendar": "invitation.ics",
    "application/ics": "invitation.ics",
    "application/pgp-signature": "signature.asc",
    "application/pgp-encrypted": "version.asc",
    "application/pgp-keys": "key.asc",
    "application/pkcs7-signature": "smime.p7s",
    "application/x-pkcs7-signature": "smime.p7s",
    "application/pkcs7-mime": "smime.p7m",
    "application/x-pkcs7-mime": "smime.p7m",
    "application/ms-tnef": "winmail.dat",
    "application/vnd.ms-tnef": "winmail.dat",
    "message/delivery-status": "delivery-status.txt",
    "message/disposition-notification": "disposition-notification.txt",
    "message/feedback-report": "feedback-report.txt",
    "text/rfc822-headers": "headers.txt",
    "text/html": "text.html",
}


class Files:
    """Gathers the files of one mail."""

    def __init__(self) -> None:
        self.kept: list[InboundAttachment] = []
        self.omitted: list[str] = []
        self._left = MAX_TOTAL

    def add(self, part: Part, *, is_inline: bool = False) -> None:
        self._keep(filename(part), part.content_type, part.content(), is_inline)

    def add_uuencoded(self, file: Uuencoded) -> None:
        name = safe_filename(cleaned(decoded(file.filename)))
        self._keep(name, "application/octet-stream", file.content, False)

    def _keep(self, name: str, content_type: str, content: bytes, is_inline: bool) -> None:
        size = len(content)
        if size > self._left:
            self.omitted.append(name)
            self.kept.append(InboundAttachment(name, content_type, size, is_inline=is_inline))
            return
        self._left -= size
        digest = sha256(content).hexdigest()
        self.kept.append(
            InboundAttachment(
                name, content_type, size, digest, content=content, is_inline=is_inline
            )
        )


def given_name(part: Part) -> str:
    """The name as the sender gave it, empty where there is none."""
    name = part.disposition_parameters.get("filename") or part.parameters.get("name", "")
    return unescape(name) if "&#" in name else name


def filename(part: Part) -> str:
    given = given_name(part)
    if not given and part.content_type == "message/rfc822":
        given = _subject(part)
    elif not given and part.content_type.startswith(("image/", "audio/", "video/")):
        given = part.headers.words("content-location")
    fallback = _NAMES.get(part.content_type)
    if not given and fallback:
        return fallback
    return safe_filename(given, content_type=part.content_type)


def _subject(part: Part) -> str:
    """A mail within a mail goes by its subject."""
    headers, _ = split(part.content().lstrip(b"\r\n"))
    return f"{headers.words('subject')[:80].replace('/', '_') or 'mail'}.eml"
