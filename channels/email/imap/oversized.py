"""What stands for a mail that was not downloaded: its headers and a note. Pure."""

import re
from email.message import EmailMessage
from email.policy import SMTP

MAX_HEADERS = 64 * 1024
# They describe the body that is not there.
_OF_THE_BODY = re.compile(rb"(content-[a-z-]+|mime-version|x-frontdesk-envelope)[ \t]*:", re.I)
_MEGABYTE = 1024 * 1024


def too_large(headers: bytes, size: int, limit: int) -> bytes:
    shown, most = -(-size // _MEGABYTE), limit // _MEGABYTE
    return _noted(
        headers,
        f"[This mail is too large to be taken in ({shown} MB, at most {most} MB): open it in the"
        " mailbox.]",
    )


def unreadable(headers: bytes, folder: str, uid: int) -> bytes:
    """For a mail that the server will not hand out. Without headers: as one from nobody."""
    return _noted(
        headers or _bare_headers(folder, uid),
        f"[The mail server did not hand out this mail (folder {folder}, UID {uid}): open it in"
        " the mailbox.]",
    )


def _noted(headers: bytes, note: str) -> bytes:
    kept = b"".join(_kept(headers[:MAX_HEADERS]))
    body = EmailMessage(policy=SMTP)
    body.set_content(note + "\n", cte="quoted-printable")
    return kept + body.as_bytes()


def _kept(headers: bytes) -> list[bytes]:
    """The fields that say who wrote to whom, when and about what."""
    fields = re.split(rb"\r?\n(?![ \t])", headers.strip(b"\r\n"))
    return [
        re.sub(rb"\r?\n", rb"\r\n", field) + b"\r\n"
        for field in fields
        if field and b":" in field and not _OF_THE_BODY.match(field)
    ]


def _bare_headers(folder: str, uid: int) -> bytes:
    bare = EmailMessage(policy=SMTP)
    bare["Subject"] = f"[mail {uid} in {folder}]"
    return bare.as_bytes()
