"""What of a mail is its text, what are files; what cannot be read is named. Pure.

Words in square brackets are ours: they stand where the sender's words cannot be shown.
"""

import re
from dataclasses import dataclass, field

from channels.email.reading.attachments import Files, given_name
from channels.email.reading.html import as_text, without_markup
from channels.email.reading.mime.charsets import cleaned, decoded
from channels.email.reading.mime.parts import Part
from channels.email.reading.mime.transfer import without_uuencoded
from channels.messages import InboundAttachment

MAX_TEXT = 1024 * 1024

_ENCRYPTED = "[encrypted with {}: the mail cannot be read here]"
_SUMMARY = re.compile(r"^SUMMARY(?:;[^:\n]{0,200})?:(.{1,300})", re.M)
_METHOD = re.compile(r"^METHOD:([A-Z-]{1,20})", re.M)
_STUB = re.compile(
    r"(?i)(html|view|display|graphic|read).{0,80}(mail|message|version|browser|client|support|link)"
)
_INLINE_PGP = "-----BEGIN PGP MESSAGE-----"
_READABLE = ("text/plain", "text/html", "text/enriched", "text/richtext")


@dataclass(slots=True)
class Content:
    """`html`: as it came, only to be shown sanitised. `notes`: our words in brackets."""

    texts: list[str] = field(default_factory=list)
    html: str = ""
    files: Files = field(default_factory=Files)
    notes: list[str] = field(default_factory=list)
    seals: list[str] = field(default_factory=list)
    calendar_method: str = ""
    is_flowed: bool = False

    @property
    def text(self) -> str:
        return "\n\n".join(text.strip("\n") for text in self.texts if text.strip())[:MAX_TEXT]

    @property
    def note(self) -> str:
        return "\n".join(dict.fromkeys(self.notes))

    @property
    def attachments(self) -> tuple[InboundAttachment, ...]:
        return tuple(self.files.kept)


def read(mail: Part) -> Content:
    content = Content()
    _read(mail, content)
    if content.files.omitted:
        names = ", ".join(content.files.omitted)
        content.notes.append(f"[not kept, too large: {names}]")
    return content


def _read(part: Part, content: Content) -> None:
    kind = part.content_type
    if kind == "multipart/alternative":
        _alternative(part, content)
    elif kind == "multipart/encrypted":
        _encrypted(part, content, "S/MIME" if "pkcs7" in _protocol(part) else "PGP")
    elif part.is_multipart:
        if kind == "multipart/signed":
            content.seals.append("S/MIME" if "pkcs7" in _protocol(part) else "PGP")
        for child in part.children:
            _read(child, content)
    elif _is_text(part, content):
        _text(part, content)
    else:
        _file(part, content)


def _protocol(part: Part) -> str:
    return part.parameters.get("protocol", "").lower()


def _is_text(part: Part, content: Content) -> bool:
    if part.content_type not in _READABLE or part.disposition == "attachment":
        return False
    if part.disposition == "" and not content.texts:
        return True  # Some programs give the text itself a name.
    return not given_name(part)


def _text(part: Part, content: Content) -> None:
    if part.content_type == "text/plain":
        content.texts.append(_plain(part, content))
        return
    markup = words_of(part)
    if part.content_type == "text/html":
        content.html = content.html or markup
        content.texts.append(as_text(markup))
    else:
        content.texts.append(without_markup(markup))


def words_of(part: Part) -> str:
    return cleaned(decoded(part.content()[:MAX_TEXT], part.charset))


def _plain(part: Part, content: Content) -> str:
    raw, files = without_uuencoded(part.content()[: 32 * MAX_TEXT])
    for file in files:
        content.files.add_uuencoded(file)
    text = cleaned(decoded(raw[:MAX_TEXT], part.charset))
    if part.parameters.get("format", "").lower() == "flowed":
        text = unflowed(text, part.parameters.get("delsp", "").lower() == "yes")
    if _INLINE_PGP in text:
        content.seals.append("PGP")
        content.notes.append(_ENCRYPTED.format("PGP"))
        return text.partition(_INLINE_PGP)[0]
    if text.startswith("<") and "<html" in text[:2000].lower():
        return as_text(text)
    return text


def unflowed(text: str, deletes_space: bool = False) -> str:
    """Paragraphs of format=flowed (RFC 3676) on one line each; quotes stay as they are."""
    if " \n" not in text:
        return text
    lines: list[str] = []
    is_open = False
    for stuffed in text.split("\n"):
        is_quote = stuffed.startswith(">")
        line = stuffed[1:] if stuffed.startswith(" ") else stuffed
        is_sign = line == "-- "
        if is_open and not is_quote and not is_sign:
            lines[-1] += line
        else:
            lines.append(line)
        is_open = line.endswith(" ") and not is_quote and not is_sign
        if is_open and deletes_space:
            lines[-1] = lines[-1][:-1]
    return "\n".join(lines)


def _alternative(part: Part, content: Content) -> None:
    """The plain text where it says something, else the HTML; files among them are files."""
    choice = Content(files=content.files)
    versions: list[tuple[Part, Content]] = []
    for child in part.children:
        if child.content_type in ("text/plain", "text/html") and child.disposition != "attachment":
            continue
        version = Content(files=content.files)
        _read(child, version)
        versions.append((child, version))
    plain = next((c for c in part.children if _is_version(c, "text/plain")), None)
    html = next((c for c in part.children if _is_version(c, "text/html")), None)
    nested = [version for _, version in versions if version.texts]
    if plain is not None:
        _text(plain, choice)
    if html is not None:
        choice.html = words_of(html)
    for _, version in versions:
        choice.html = choice.html or version.html
        choice.notes += version.notes
        choice.seals += version.seals
        choice.calendar_method = choice.calendar_method or version.calendar_method
    if _says_nothing(choice.text):
        better = as_text(choice.html) if html is not None else "\n\n".join(v.text for v in nested)
        choice.texts = [better] if better.strip() else choice.texts
    _join(content, choice)


def _is_version(part: Part, kind: str) -> bool:
    return part.content_type == kind and part.disposition != "attachment"


def _says_nothing(text: str) -> bool:
    """Whether a plain version only tells to look at the other one."""
    said = text.strip()
    return not said or (len(said) < 250 and "\n\n" not in said and bool(_STUB.search(said)))


def _join(content: Content, other: Content) -> None:
    content.texts += other.texts
    content.html = content.html or other.html
    content.notes += other.notes
    content.seals += other.seals
    content.calendar_method = content.calendar_method or other.calendar_method


def _encrypted(part: Part, content: Content, how: str) -> None:
    content.seals.append(how)
    content.notes.append(_ENCRYPTED.format(how))
    for child in part.children:
        content.files.add(child)


def _file(part: Part, content: Content) -> None:
    kind = part.content_type
    is_inline = part.disposition == "inline" or (
        part.disposition == "" and "content-id" in part.headers
    )
    content.files.add(part, is_inline=is_inline and kind.startswith("image/"))
    if kind == "text/calendar":
        _calendar(part, content)
    elif kind.endswith("pkcs7-mime"):
        if "signed" in part.parameters.get("smime-type", "").lower():
            content.notes.append("[signed with S/MIME: the text is inside the file smime.p7m]")
        else:
            content.notes.append(_ENCRYPTED.format("S/MIME"))
        content.seals.append("S/MIME")
    elif kind.endswith("ms-tnef") or given_name(part).lower() == "winmail.dat":
        content.notes.append("[winmail.dat: a file of Outlook that is not opened here]")


def _calendar(part: Part, content: Content) -> None:
    told = words_of(part).replace("\n ", "")
    method, summary = _METHOD.search(told), _SUMMARY.search(told)
    content.calendar_method = method[1] if method else ""
    what = summary[1].replace("\\,", ",").strip() if summary else "an event"
    content.notes.append(f"[calendar: {what}]")
